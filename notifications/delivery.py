"""Delivery: claim a batch, hand each letter over, settle it, and clear up after the dead."""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

from notifications import outbox
from notifications.channels.base import (
    Accepted,
    Channel,
    ChannelDown,
    Deferred,
    Handover,
    Outcome,
    Patient,
    Refused,
)
from notifications.drafting import as_message, draft
from notifications.leases import Change, begun, ended
from notifications.letters import Composed
from notifications.office import Database, Delivered, Kept, PostOffice
from notifications.tables import Letter, LetterState

__all__ = ["Database", "Delivered", "PostOffice", "deliver"]

RUN_SECONDS = 240
"""No run begins another letter after this, so that none outlives the leases it took."""

BEGIN_SECONDS = 540
"""Nor is one that was claimed in time begun after this: the far side has taken too long over it."""

BATCH = 250
"""Letters claimed at once: what they ask of the database together costs as much as for one."""

PACE_SECONDS = 2.0
"""How long a run waits before it looks again whether a domain may have more letters."""


@dataclass
class _Ready:
    """A letter that this run holds, its words, and the message that they make once it is made."""

    letter: Letter
    words: Composed
    message: EmailMessage | None = None

    def build(self, run: "_Run") -> EmailMessage:
        """The message, made once; ValueError for what no header may hold."""
        if self.message is None:
            self.message = as_message(self.letter, self.words, run.post.sender, run.now)
        return self.message


@dataclass
class _Run:
    database: Database
    now: datetime
    post: PostOffice
    worker: str
    began: float
    done: Delivered = field(default_factory=Delivered)
    down: ChannelDown | None = None
    accepted: tuple[Letter, Accepted] | None = None

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
    batch: int = BATCH,
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
    return len(claimed), [_Ready(*each) for each in owed]


def _hand_batch(run: _Run, letters: Iterable[_Ready]) -> None:
    waiting = deque(letters)
    if not waiting:
        return
    with run.database.keeping() as kept:
        try:
            with run.post.channel.open() as line:
                if isinstance(line, Patient):
                    line.meanwhile = lambda: _build_next(run, waiting)
                while waiting and run.may_go_on:
                    _hand_one(run, kept, line, waiting[0])
                    waiting.popleft()
        except ChannelDown as down:
            run.down = down
        if run.accepted:
            _change(run, kept)
    with run.database.writing() as session:
        outbox.release(session, [each.letter for each in waiting])


def _hand_one(run: _Run, kept: Kept, line: Handover, ready: _Ready) -> None:
    """Offer a letter, settle the one before it and begin it in one transaction, and hand it over.

    No transaction is open while the other side speaks; a worker that dies leaves one letter in
    doubt at most.
    """
    letter = ready.letter
    try:
        message = ready.build(run)
    except ValueError as error:
        _record(run, letter, Refused(str(error)))
        return
    outcome = line.offer(message)
    if outcome is None:
        if run.seconds > BEGIN_SECONDS:
            raise ChannelDown("mail server is too slow", "one letter took it minutes")
        held = (letter.key, run.worker, letter.fence)
        if not _change(run, kept, begun(held, run.now, line.name, run.moment)):
            return
        outcome = line.hand(message)
    if isinstance(outcome, Accepted):
        run.accepted = (letter, outcome)
    else:
        _record(run, letter, outcome)


def _build_next(run: _Run, waiting: deque[_Ready]) -> None:
    """Make the message after this one while the other side works; what fails has its own turn."""
    if len(waiting) > 1:
        with suppress(Exception):
            waiting[1].build(run)


def _change(run: _Run, kept: Kept, begins: Change | None = None) -> bool:
    """Settle the letter just accepted, and begin another; True if that one is ours to hand over."""
    changes = {"begun": begins} if begins else {}
    if run.accepted:
        letter, answer = run.accepted
        changes["sent"] = ended((letter.key, run.worker, letter.fence), answer, run.now)
    # By their keys, as whoever holds several letters takes them: two that wait for each other fail.
    names = sorted(changes, key=lambda name: str(changes[name][1]["k"]))
    did = dict(zip(names, kept.change(*map(changes.__getitem__, names)), strict=True))
    run.accepted = None
    run.done.sent += did.get("sent", False)
    return did.get("begun", False)


def _record(run: _Run, letter: Letter, outcome: Outcome) -> None:
    """Settle a letter that was not accepted, with what follows from it."""
    with run.database.writing() as session:
        held = (letter.key, run.worker, letter.fence)
        if outbox.settle(session, *held, outcome, run.now):
            run.post.settled(session, letter, outcome, run.now)
            _count(run.done, outcome)


def _count(done: Delivered, outcome: Outcome) -> None:
    """One in doubt is counted with every other when the run ends."""
    done.refused += isinstance(outcome, Refused)
    done.deferred += isinstance(outcome, Deferred)
