"""The outbox: every letter is a row, and each change of its state is one guarded update."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select, update

from notifications.channels.base import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    check_address,
    check_key,
)
from notifications.tables import Letter, LetterLine, LetterState, Line

__all__ = ["LEASE", "Letter", "LetterLine", "LetterState", "Line"]

LEASE = timedelta(minutes=15)
"""How long a worker may hold a letter, and the longest that a letter waits to be tried again."""

BACKOFF = (timedelta(minutes=5), LEASE)


def enqueue(
    session: Session,
    *,
    key: str,
    person: int,
    email: str,
    kind: str,
    region: str,
    day: date,
    lines: Sequence[Line],
    now: datetime,
) -> bool:
    """Put lines into the letter of that key, made when there is none; twice is the same as once.

    False when the letter has already left the queue without them: the caller tries another day.
    ValueError for a key or an address that no message could carry, or for no lines at all.
    """
    check_key(key)
    check_address("recipient", email)
    if not lines:
        raise ValueError(f"letter {key} would speak for nothing")
    letter = session.get(Letter, key, with_for_update=True)
    if letter is None:
        who: dict[str, Any] = {"to_person": person, "to_email": email, "region": region}
        letter = Letter(key=key, kind=kind, day=day, queued_at=now, **who)
        session.add(letter)
        session.flush()
    rows = {Line(r.subject, r.topic, r.occasion): r for r in lines_of(session, [key])[key]}
    missing = [line for line in dict.fromkeys(lines) if line not in rows or rows[line].dropped]
    if not missing and letter.state != LetterState.WITHDRAWN:
        return True
    if letter.state != LetterState.QUEUED:
        return False
    for line in missing:
        row = rows.get(line) or LetterLine(
            letter_key=key, subject=line.subject, topic=line.topic, occasion=line.occasion
        )
        row.dropped = ""
        session.add(row)
    session.flush()
    return True


def claim(
    session: Session, now: datetime, worker: str, limit: int, lease: timedelta = LEASE
) -> list[Letter]:
    """Take up to `limit` letters that may go now, oldest first, each with a new fence and no words.

    What a dead worker had claimed and not begun to hand over returns to the queue first.
    """
    requeue_expired(session, now)
    due = or_(
        col(Letter.state) == LetterState.QUEUED,
        and_(col(Letter.state) == LetterState.DEFERRED, col(Letter.retry_at) <= now),
    )
    waiting = select(Letter.key).where(due).order_by(col(Letter.queued_at), col(Letter.key))
    keys = session.exec(waiting.limit(limit)).all()
    return _move(
        session,
        [col(Letter.key).in_(keys), due],
        state=LetterState.CLAIMED,
        worker=worker,
        fence=col(Letter.fence) + 1,
        lease_until=now + lease,
        retry_at=None,
        **_NO_WORDS,
    )


def requeue_expired(session: Session, now: datetime) -> list[Letter]:
    """Return to the queue what was claimed and never begun, once its lease has run out."""
    expired = [col(Letter.state) == LetterState.CLAIMED, col(Letter.lease_until) <= now]
    return _move(session, expired, **_BACK_IN_QUEUE)


def write_down(
    session: Session, letter: Letter, *, kind: str, subject: str, text: str, html: str
) -> bool:
    """Give a claimed letter its words, in the transaction that claimed it."""
    held = _held(letter.key, letter.worker, letter.fence, LetterState.CLAIMED)
    return bool(_move(session, held, kind=kind, subject=subject, text=text, html=html))


def handing(
    session: Session, key: str, worker: str, fence: int, now: datetime, channel: str = ""
) -> bool:
    """Say, before the first byte goes, that this letter is being handed over; False if not ours."""
    return bool(
        _move(
            session,
            _held(key, worker, fence, LetterState.CLAIMED),
            state=LetterState.HANDING,
            lease_until=now + LEASE,
            channel=channel,
        )
    )


def settle(
    session: Session, key: str, worker: str, fence: int, outcome: Outcome, now: datetime
) -> bool:
    """Write down what became of a letter; False when the letter is no longer this worker's.

    A worker that was slow may still settle its own doubt, as long as nobody else has.
    """
    begun = (LetterState.HANDING, LetterState.IN_DOUBT)
    may_be = begun if isinstance(outcome, Accepted | Unknown) else (LetterState.CLAIMED, *begun)
    letter = session.get(Letter, key)
    if letter is None:
        return False
    return bool(
        _move(
            session,
            _held(key, worker, fence, *may_be),
            attempts=col(Letter.attempts) + 1,
            outcome=outcome.detail[:500],
            **_after(outcome, letter.attempts, now),
        )
    )


def _after(outcome: Outcome, attempts: int, now: datetime) -> dict[str, Any]:
    match outcome:
        case Accepted():
            return {"state": LetterState.SENT, "settled_at": now}
        case Refused():
            return {"state": LetterState.REFUSED, "settled_at": now}
        case Deferred(after=after):
            wait = after or BACKOFF[min(attempts, len(BACKOFF) - 1)]
            return {"state": LetterState.DEFERRED, "retry_at": now + min(wait, LEASE)}
        case Unknown():
            return {"state": LetterState.IN_DOUBT, "lease_until": now + LEASE}


def release(session: Session, letters: Iterable[Letter]) -> int:
    """Put claimed letters back untouched, because nothing can leave just now; how many were."""
    held = (_held(each.key, each.worker, each.fence, LetterState.CLAIMED) for each in letters)
    return sum(len(_move(session, guard, **_BACK_IN_QUEUE)) for guard in held)


def expire_leases(session: Session, worker: str, now: datetime) -> int:
    """End the leases of a worker known to be dead, so that nobody waits for it; how many."""
    held = col(Letter.state).in_([LetterState.CLAIMED, LetterState.HANDING])
    return len(_move(session, [col(Letter.worker) == worker, held], lease_until=now))


def expired_handing(session: Session, now: datetime) -> list[Letter]:
    """Put in doubt what was being handed over when its lease ran out; the letters put in doubt."""
    expired = [col(Letter.state) == LetterState.HANDING, col(Letter.lease_until) <= now]
    words = "the worker was lost while handing it over"
    return _move(session, expired, state=LetterState.IN_DOUBT, outcome=words)


def doubtful(session: Session, now: datetime) -> list[Letter]:
    """The letters in doubt that have waited long enough to be asked about."""
    waited = or_(col(Letter.lease_until).is_(None), col(Letter.lease_until) <= now)
    found = select(Letter).where(col(Letter.state) == LetterState.IN_DOUBT, waited)
    return list(session.exec(found.order_by(col(Letter.queued_at), col(Letter.key))))


def answered(session: Session, key: str, fence: int, arrived: bool, now: datetime) -> bool:
    """Settle a doubt by what the channel said: it arrived, or it never did and goes again."""
    return _end_doubt(session, key, arrived, now, "the channel says", col(Letter.fence) == fence)


def settle_by_hand(session: Session, key: str, sent: bool, now: datetime, by: str) -> bool:
    """Settle a doubt by what a person found out; False when the letter is not in doubt."""
    return _end_doubt(session, key, sent, now, f"{by} found")


def _end_doubt(
    session: Session, key: str, arrived: bool, now: datetime, who: str, *guard: ColumnElement[bool]
) -> bool:
    doubt = [col(Letter.key) == key, col(Letter.state) == LetterState.IN_DOUBT, *guard]
    if arrived:
        sent = {"state": LetterState.SENT, "settled_at": now, "lease_until": None}
        return bool(_move(session, doubt, outcome=f"{who} that it arrived", **sent))
    return bool(_move(session, doubt, outcome=f"{who} that it never arrived", **_BACK_IN_QUEUE))


def withdraw(session: Session, key: str, why: str, now: datetime) -> bool:
    """Stop a letter that nobody has begun to hand over; False when it is too late for that."""
    stoppable = [LetterState.QUEUED, LetterState.CLAIMED, LetterState.DEFERRED]
    guard = [col(Letter.key) == key, col(Letter.state).in_(stoppable)]
    values = {"settled_at": now, "outcome": why, "lease_until": None, "retry_at": None}
    return bool(_move(session, guard, state=LetterState.WITHDRAWN, **values))


def drop_line(session: Session, key: str, line: Line, why: str) -> None:
    """Take one line out of a letter that has not left, with the reason."""
    for row in lines_of(session, [key])[key]:
        if Line(row.subject, row.topic, row.occasion) == line:
            row.dropped = why
            session.add(row)
    session.flush()


def lines_of(session: Session, keys: Iterable[str]) -> dict[str, list[LetterLine]]:
    """The lines of each of these letters, dropped ones too, in the order they were put in."""
    lines: dict[str, list[LetterLine]] = {key: [] for key in keys}
    found = select(LetterLine).where(col(LetterLine.letter_key).in_(list(lines)))
    for row in session.exec(found.order_by(col(LetterLine.id))):
        lines[row.letter_key].append(row)
    return lines


def counts(session: Session) -> dict[LetterState, int]:
    """How many letters stand in each state; every state is there, nought included."""
    found = select(Letter.state, func.count()).group_by(Letter.state)
    return dict.fromkeys(LetterState, 0) | {LetterState(s): n for s, n in session.exec(found)}


def listing(
    session: Session, state: LetterState | None = None, limit: int | None = None
) -> list[Letter]:
    """Letters as they stand, oldest first."""
    found = select(Letter).order_by(col(Letter.queued_at), col(Letter.key)).limit(limit)
    return list(session.exec(found if state is None else found.where(Letter.state == state)))


def show(session: Session, key: str) -> Letter | None:
    """One letter, or None."""
    return session.get(Letter, key, populate_existing=True)


def sent_on(
    session: Session, topics: Iterable[str], subjects: Iterable[str]
) -> dict[tuple[str, str], datetime]:
    """When each (subject, topic) was first said in a letter that was sent; absent if never."""
    found = (
        select(LetterLine.subject, LetterLine.topic, func.min(Letter.settled_at))
        .join(Letter, col(Letter.key) == col(LetterLine.letter_key))
        .where(
            Letter.state == LetterState.SENT,
            LetterLine.dropped == "",
            col(LetterLine.topic).in_(list(topics)),
            col(LetterLine.subject).in_(list(subjects)),
        )
        .group_by(LetterLine.subject, LetterLine.topic)
    )
    return {(subject, topic): at for subject, topic, at in session.exec(found) if at}


_NO_WORDS: dict[str, Any] = {"subject": "", "text": "", "html": ""}
_BACK_IN_QUEUE: dict[str, Any] = {
    "state": LetterState.QUEUED,
    "worker": "",
    "lease_until": None,
    "channel": "",
    **_NO_WORDS,
}


def _held(key: str, worker: str, fence: int, *states: LetterState) -> list[Any]:
    """The guard: still this letter, this worker, this claim, and in one of these states."""
    return [
        col(Letter.key) == key,
        col(Letter.worker) == worker,
        col(Letter.fence) == fence,
        col(Letter.state).in_(states),
    ]


def _move(session: Session, guard: Sequence[Any], **values: Any) -> list[Letter]:  # noqa: ANN401
    """Change the letters that pass the guard, in one statement, and give exactly those back."""
    statement = update(Letter).where(*guard).values(**values).returning(Letter)
    options = {"synchronize_session": False, "populate_existing": True}
    moved = session.exec(statement, execution_options=options)
    return sorted(moved.scalars(), key=lambda letter: (letter.queued_at, letter.key))
