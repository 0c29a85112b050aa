"""Delivery: claim a batch, hand each letter over, settle it, and clear up after the dead."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from notifications import outbox
from notifications.channels.base import (
    Accepted,
    Channel,
    ChannelDown,
    Deferred,
    Envelope,
    Handover,
    Outcome,
    Refused,
    Unknown,
    as_email,
)
from notifications.letters import Composed
from notifications.tables import Letter, LetterLine, LetterState

RUN_SECONDS = 300
"""No run begins another letter after this, so that none outlives the leases it took."""

_log = logging.getLogger(__name__)

Compose = Callable[[Session, Letter, list[LetterLine], datetime], Composed | None]
Settled = Callable[[Session, Letter, Outcome, datetime], None]


class Database(Protocol):
    """What delivery needs of a database: questions, and single-writer transactions."""

    def reading(self) -> AbstractContextManager[Session]:
        """A session whose writes are not kept."""

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction."""


def _nothing_more(session: Session, letter: Letter, outcome: Outcome, now: datetime) -> None:
    """What follows from a settled letter where nobody said."""


@dataclass(frozen=True)
class PostOffice:
    """How letters leave: the channel, our own address, who writes them and who hears of the end.

    `compose` runs in the transaction that claims a letter: it asks again what is owed, may drop
    lines, and gives the words, or None to withdraw the letter. `settled` runs in the transaction
    that settles it, with the letter as it stood when handed over.
    """

    channel: Channel
    sender: str
    compose: Compose
    settled: Settled = _nothing_more
    stopwatch: Callable[[], float] = time.monotonic


@dataclass
class Delivered:
    """What one run did, in letters; `waiting` are still queued, and `trouble` says why if it knows.

    `in_doubt` counts every letter in doubt when the run ended, `requeued` those that the channel
    said had never arrived.
    """

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    requeued: int = 0
    in_doubt: int = 0
    waiting: int = 0
    trouble: str = ""


@dataclass
class _Run:
    database: Database
    now: datetime
    post: PostOffice
    worker: str
    done: Delivered = field(default_factory=Delivered)
    down: ChannelDown | None = None
    began: float = 0.0

    @property
    def may_go_on(self) -> bool:
        return self.down is None and self.post.stopwatch() - self.began < RUN_SECONDS


def deliver(
    database: Database,
    now: datetime,
    post: PostOffice,
    *,
    worker: str,
    limit: int = 5000,
    batch: int = 100,
) -> Delivered:
    """Hand over up to `limit` letters that may go at `now`, a batch to a connection.

    `worker` names this process. Whatever happens to it, each letter is afterwards sent, back in
    the queue within one lease, or in doubt and counted.
    """
    run = _Run(database, now, post, worker, began=post.stopwatch())
    _settle_doubts(run)
    left = limit
    while left > 0 and run.may_go_on:
        taken, letters = _take(run, min(batch, left))
        if not taken:
            break
        left -= taken
        _hand_batch(run, letters)
    return _told(run)


def _told(run: _Run) -> Delivered:
    done = run.done
    with run.database.reading() as session:
        standing = outbox.counts(session)
    done.in_doubt = standing[LetterState.IN_DOUBT]
    done.waiting = standing[LetterState.QUEUED]
    if run.down is not None:
        wait = "1 letter waits" if done.waiting == 1 else f"{done.waiting} letters wait"
        done.trouble = f"{run.down.what}: {wait} ({run.down.why})"
    return done


def _settle_doubts(run: _Run) -> None:
    """Put the abandoned in doubt, then ask the channel about each that has waited its time."""
    with run.database.writing() as session:
        outbox.expired_handing(session, run.now)
        doubts = outbox.doubtful(session, run.now)
    for letter in doubts:
        arrived = _ask(run.post.channel, letter)
        if arrived is None:
            continue
        with run.database.writing() as session:
            if not outbox.answered(session, letter.key, letter.fence, arrived, run.now):
                continue
            if arrived:
                run.post.settled(session, letter, Accepted("the channel says so"), run.now)
        run.done.sent += arrived
        run.done.requeued += not arrived


def _ask(channel: Channel, letter: Letter) -> bool | None:
    """Only the channel that had the letter is asked: another would truly say it never saw it."""
    if letter.channel != channel.name:
        return None
    try:
        return channel.ask(letter.key)
    except (ChannelDown, OSError):
        return None


def _take(run: _Run, count: int) -> tuple[int, list[Letter]]:
    """Claim letters and have them written; how many were claimed, and those still to be sent."""
    with run.database.writing() as session:
        claimed = outbox.claim(session, run.now, run.worker, count)
        return len(claimed), [each for each in claimed if _compose(run, session, each)]


def _compose(run: _Run, session: Session, letter: Letter) -> bool:
    """Give a letter its words; one that cannot be written is put off and holds up no other."""
    key, fence = letter.key, letter.fence
    try:
        with session.begin_nested():
            lines = [row for row in outbox.lines_of(session, [key])[key] if not row.dropped]
            words = run.post.compose(session, letter, lines, run.now)
    except Exception as error:
        _log.exception("letter %s could not be written", key)
        put_off = Deferred(f"it could not be written: {type(error).__name__}")
        run.done.deferred += outbox.settle(session, key, run.worker, fence, put_off, run.now)
        return False
    if words is None:
        gone = outbox.withdraw(session, key, "nothing in it was owed any more", run.now)
        run.done.withdrawn += gone
        return False
    return outbox.write_down(
        session,
        letter,
        kind=words.kind or letter.kind,
        subject=words.subject,
        text=words.text,
        html=words.html,
    )


def _hand_batch(run: _Run, letters: Iterable[Letter]) -> None:
    waiting = list(letters)
    if not waiting:
        return
    try:
        with run.post.channel.open() as line:
            while waiting and run.may_go_on:
                _hand_one(run, line, waiting[0])
                waiting.pop(0)
    except ChannelDown as down:
        run.down = down
    if waiting:
        with run.database.writing() as session:
            outbox.release(session, waiting)


def _hand_one(run: _Run, line: Handover, letter: Letter) -> None:
    """Offer, say that it is being handed over, hand it over, settle: four moments, no transaction
    open while the other side speaks."""
    try:
        message = as_email(_envelope(run, letter))
    except ValueError as error:
        _settle(run, letter, Refused(str(error)))
        return
    refusal = line.offer(message)
    if refusal is not None:
        _settle(run, letter, refusal)
        return
    with run.database.writing() as session:
        ours = outbox.handing(
            session, letter.key, run.worker, letter.fence, run.now, run.post.channel.name
        )
    if ours:
        _settle(run, letter, line.hand(message))


def _envelope(run: _Run, letter: Letter) -> Envelope:
    return Envelope(
        key=letter.key,
        to=letter.to_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_=run.post.sender,
        at=run.now,
    )


def _settle(run: _Run, letter: Letter, outcome: Outcome) -> None:
    with run.database.writing() as session:
        if not outbox.settle(session, letter.key, run.worker, letter.fence, outcome, run.now):
            return
        run.post.settled(session, letter, outcome, run.now)
    match outcome:
        case Accepted():
            run.done.sent += 1
        case Refused():
            run.done.refused += 1
        case Deferred():
            run.done.deferred += 1
        case Unknown():
            pass  # counted with every other letter in doubt when the run ends
