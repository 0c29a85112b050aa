"""Delivery: claim a batch, hand each letter over, settle it, and clear up after the dead."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from sqlmodel import Session

from notifications import outbox
from notifications.channels.base import (
    Accepted,
    Channel,
    ChannelDown,
    Deferred,
    Handover,
    Outcome,
    Refused,
    Unknown,
)
from notifications.drafting import Compose, as_message, draft
from notifications.letters import Composed
from notifications.tables import Letter, LetterState

RUN_SECONDS = 240
"""No run begins another letter after this, so that none outlives the leases it took."""

BEGIN_SECONDS = 540
"""Nor is one that was claimed in time begun after this: the far side has taken too long over it."""

PACE_SECONDS = 2.0
"""How long a run waits before it looks again whether a domain may have more letters."""

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

    `compose` runs in the transaction that claims letters: it gathers what all their lines need,
    and gives a writer that asks of each letter again what is owed, may drop lines, and gives the
    words, or None to withdraw the letter. `settled` runs in the transaction that settles one, with
    the letter as it stood when handed over.
    """

    channel: Channel
    sender: str
    compose: Compose
    settled: Settled = _nothing_more
    stopwatch: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


@dataclass
class Delivered:
    """What one run did, in letters; `waiting` are still queued, and `trouble` says why if it knows.

    `in_doubt` counts every letter in doubt when the run ended, `requeued` those that the channel
    said had never arrived. Of letters of earlier runs, `arrived` and `came_back` were heard of
    before this one began, and `ignored` are messages that moved nothing.
    """

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    requeued: int = 0
    in_doubt: int = 0
    waiting: int = 0
    arrived: int = 0
    came_back: int = 0
    ignored: int = 0
    trouble: str = ""


_Heard = tuple[Letter, Outcome]


@dataclass(frozen=True)
class _Ready:
    """A letter that this run holds, as a message."""

    letter: Letter
    message: EmailMessage


@dataclass
class _Run:
    database: Database
    now: datetime
    post: PostOffice
    worker: str
    began: float
    done: Delivered = field(default_factory=Delivered)
    down: ChannelDown | None = None

    @property
    def seconds(self) -> float:
        return self.post.stopwatch() - self.began

    @property
    def moment(self) -> datetime:
        """The time it is, by the stopwatch; everything else is dated by when the run began."""
        return self.now + timedelta(seconds=self.seconds)

    @property
    def may_go_on(self) -> bool:
        return self.down is None and self.seconds < RUN_SECONDS

    @property
    def pace(self) -> outbox.Pace | None:
        letters = self.post.channel.pace
        return outbox.Pace(letters, self.moment) if letters else None


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
    run = _Run(database, now, post, worker, post.stopwatch())
    _settle_doubts(run)
    left = limit
    while left > 0 and run.may_go_on:
        taken, letters = _take(run, min(batch, left))
        left -= taken
        _hand_batch(run, letters)
        if not taken and not _wait_for_turn(run):
            break
    return _told(run)


def _wait_for_turn(run: _Run) -> bool:
    """Let time pass while letters wait only because their domains have had enough for now."""
    if run.pace is None:
        return False
    with run.database.reading() as session:
        waits = outbox.is_waiting(session, run.now)
    if waits:
        run.post.pause(PACE_SECONDS)
    return waits


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
        doubts = [
            (each, outbox.around(session, each)) for each in outbox.doubtful(session, run.now)
        ]
    for letter, known in doubts:
        arrived = _ask(run.post.channel, letter, known)
        if arrived is None:
            continue
        with run.database.writing() as session:
            if not outbox.answered(session, letter.key, letter.fence, arrived, run.now):
                continue
            if arrived:
                run.post.settled(session, letter, Accepted("the channel says so"), run.now)
        run.done.sent += arrived
        run.done.requeued += not arrived


def _ask(channel: Channel, letter: Letter, known: list[str]) -> bool | None:
    """Only the channel that had the letter is asked: another would truly say it never saw it."""
    if letter.channel != channel.name:
        return None
    try:
        return channel.ask(letter.key, known)
    except (ChannelDown, OSError):
        return None


def _take(run: _Run, count: int) -> tuple[int, list[_Ready]]:
    """Claim letters and have them written; how many were claimed, and those still to be sent."""
    with run.database.writing() as session:
        claimed = outbox.claim(session, run.now, run.worker, count, pace=run.pace)
        owed: list[tuple[Letter, Composed]] = []
        for letter, words in draft(session, claimed, run.post.compose, run.now):
            if isinstance(words, Composed):
                owed.append((letter, words))
            elif words is None:
                why = "nothing in it was owed any more"
                run.done.withdrawn += outbox.withdraw(session, letter.key, why, run.now)
            else:
                held = (letter.key, run.worker, letter.fence)
                run.done.deferred += outbox.settle(session, *held, words, run.now)
        outbox.write_down(session, owed)
    return len(claimed), [one for each in owed if (one := _as_message(run, *each))]


def _as_message(run: _Run, letter: Letter, words: Composed) -> _Ready | None:
    try:
        return _Ready(letter, as_message(letter, words, run.post.sender, run.now))
    except ValueError as error:
        _record(run, [(letter, Refused(str(error)))])
        return None


def _hand_batch(run: _Run, letters: Iterable[_Ready]) -> None:
    waiting, heard = deque(letters), list[_Heard]()
    if not waiting:
        return
    try:
        with run.post.channel.open() as line:
            while waiting and run.may_go_on:
                heard = _hand_one(run, line, waiting[0], heard)
                waiting.popleft()
    except ChannelDown as down:
        run.down = down
    _record(run, heard)
    with run.database.writing() as session:
        outbox.release(session, [each.letter for each in waiting])


def _hand_one(run: _Run, line: Handover, ready: _Ready, heard: list[_Heard]) -> list[_Heard]:
    """Offer a letter, settle those before it and begin it in one transaction, and hand it over.

    `heard` are answers not on record yet, and what is given back are the next. No transaction is
    open while the other side speaks; a worker that dies leaves one letter in doubt at most.
    """
    letter = ready.letter
    refusal = line.offer(ready.message)
    if refusal is not None:
        return [*heard, (letter, refusal)]
    if run.seconds > BEGIN_SECONDS:
        raise ChannelDown("mail server is too slow", "one letter took it minutes")
    if not _record(run, heard, begins=letter, channel=line.name):
        return []
    return [(letter, line.hand(ready.message))]


def _record(
    run: _Run, heard: list[_Heard], begins: Letter | None = None, channel: str = ""
) -> bool:
    """Settle letters by their answers; True if the one that begins is ours to hand over."""
    if not heard and begins is None:
        return False
    with run.database.writing() as session:
        for letter, outcome in heard:
            if outbox.settle(session, letter.key, run.worker, letter.fence, outcome, run.now):
                run.post.settled(session, letter, outcome, run.now)
                _count(run.done, outcome)
        if begins is None:
            return False
        held = (begins.key, run.worker, begins.fence)
        return outbox.handing(session, *held, run.now, channel, run.moment)


def _count(done: Delivered, outcome: Outcome) -> None:
    match outcome:
        case Accepted():
            done.sent += 1
        case Refused():
            done.refused += 1
        case Deferred():
            done.deferred += 1
        case Unknown():
            pass  # counted with every other letter in doubt when the run ends
