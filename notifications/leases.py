"""Who holds a letter, from its claim until it is settled: each change is one guarded update."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select, update

from notifications.among import among
from notifications.channels.base import Accepted, Deferred, Outcome, Refused, Unknown
from notifications.instant import Instant
from notifications.letters import Composed
from notifications.tables import Letter, LetterState

LEASE = timedelta(minutes=15)
"""How long a worker may hold a letter, and the longest that a letter waits to be tried again."""

Held = tuple[str, str, int]
"""A letter as a worker has it: its key, the worker, and the fence of that claim."""
Change = tuple[Update, Mapping[str, Any]]
"""A guarded update made ready, and what it is to be given."""

BACKOFF = (timedelta(minutes=5), LEASE)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Pace:
    """No more than `letters` to one domain in the minute that ends `at`, whoever sends them."""

    letters: int
    at: datetime


def claim(
    session: Session,
    now: datetime,
    worker: str,
    limit: int,
    lease: timedelta = LEASE,
    pace: Pace | None = None,
) -> list[Letter]:
    """Take up to `limit` letters that may go now, oldest first, each with a new fence and no words.

    What a dead worker had claimed and not begun to hand over returns to the queue first.
    """
    requeue_expired(session, now)
    keys = session.exec(_next_in_turn(now, limit, pace)).all()
    return move(
        session,
        [among(col(Letter.key), keys), may_go(now)],
        state=LetterState.CLAIMED,
        worker=worker,
        fence=col(Letter.fence) + 1,
        lease_until=now + lease,
        retry_at=None,
        **NO_WORDS,
    )


def may_go(now: datetime) -> ColumnElement[bool]:
    """Queued, or deferred for long enough."""
    return or_(
        col(Letter.state) == LetterState.QUEUED,
        and_(col(Letter.state) == LetterState.DEFERRED, col(Letter.retry_at) <= now),
    )


def _next_in_turn(now: datetime, limit: int, pace: Pace | None) -> Any:  # noqa: ANN401 - a query
    in_order = (col(Letter.queued_at), col(Letter.key))
    if pace is None:
        return select(Letter.key).where(may_go(now)).order_by(*in_order).limit(limit)
    turn = func.row_number().over(partition_by=col(Letter.domain), order_by=in_order)
    waiting = (
        core_select(col(Letter.key), col(Letter.queued_at), col(Letter.domain), turn.label("turn"))
        .where(may_go(now))
        .subquery()
    )
    lately = or_(col(Letter.handed_at) > pace.at - MINUTE, col(Letter.state) == LetterState.CLAIMED)
    gone = (
        core_select(col(Letter.domain), func.count().label("letters"))
        .where(lately)
        .group_by(col(Letter.domain))
        .subquery()
    )
    return (
        select(waiting.c.key)
        .outerjoin(gone, gone.c.domain == waiting.c.domain)
        .where(waiting.c.turn <= pace.letters - func.coalesce(gone.c.letters, 0))
        .order_by(waiting.c.queued_at, waiting.c.key)
        .limit(limit)
    )


def requeue_expired(session: Session, now: datetime) -> list[Letter]:
    """Return to the queue what was claimed and never begun, once its lease has run out."""
    expired = [col(Letter.state) == LetterState.CLAIMED, col(Letter.lease_until) <= now]
    return move(session, expired, **BACK_IN_QUEUE)


def write_down(session: Session, written: Iterable[tuple[Letter, Composed]]) -> int:
    """Give claimed letters their words, in the transaction that claimed them; how many took them.

    Words may name another kind than the letter was queued with.
    """
    rows = [
        {
            "k": letter.key,
            "w": letter.worker,
            "f": letter.fence,
            "called": words.kind or letter.kind,
            "title": words.subject,
            "plain": words.text,
            "page": words.html,
        }
        for letter, words in written
    ]
    return int(session.connection().execute(_WRITE_DOWN, rows).rowcount) if rows else 0


def handing(
    session: Session,
    key: str,
    worker: str,
    fence: int,
    now: datetime,
    channel: str = "",
    handed_at: datetime | None = None,
) -> bool:
    """Say, before the first byte goes, that this letter is being handed over; False if not ours.

    `now` is when the run began, which the lease is counted from; `handed_at` this very moment.
    """
    return _did(session, begun((key, worker, fence), now, channel, handed_at or now))


def settle(
    session: Session, key: str, worker: str, fence: int, outcome: Outcome, now: datetime
) -> bool:
    """Write down what became of a letter; False when the letter is no longer this worker's.

    A worker that was slow may still settle its own doubt, as long as nobody else has.
    """
    return _did(session, ended((key, worker, fence), outcome, now))


def begun(held: Held, now: datetime, channel: str, handed_at: datetime) -> Change:
    """What `handing` changes, to be made elsewhere."""
    given = {"until": now + LEASE, "at": handed_at, "by": channel}
    return _BEGIN, {**_names(held), **given}


def ended(held: Held, outcome: Outcome, now: datetime) -> Change:
    """What `settle` changes, to be made elsewhere."""
    given: dict[str, Any] = {"said": outcome.detail[:500]}
    match outcome:
        case Accepted() | Refused():
            given["at"] = now
        case Unknown():
            given["until"] = now + LEASE
        case Deferred(after=after):
            waits = (min(after, LEASE),) * 2 if after else BACKOFF
            given |= {"soon": now + waits[0], "later": now + waits[1]}
    return _END[type(outcome)], {**_names(held), **given}


def release(session: Session, letters: Iterable[Letter]) -> int:
    """Put claimed letters back untouched, because nothing can leave just now; how many were."""
    held = (_held(each.key, each.worker, each.fence, LetterState.CLAIMED) for each in letters)
    return sum(moved(session, guard, **BACK_IN_QUEUE) for guard in held)


def expire_leases(session: Session, worker: str, now: datetime) -> int:
    """End the leases of a worker known to be dead, so that nobody waits for it; how many."""
    held = col(Letter.state).in_([LetterState.CLAIMED, LetterState.HANDING])
    return len(move(session, [col(Letter.worker) == worker, held], lease_until=now))


NO_WORDS: Mapping[str, Any] = {"subject": "", "text": "", "html": ""}
BACK_IN_QUEUE: Mapping[str, Any] = {
    "state": LetterState.QUEUED,
    "worker": "",
    "lease_until": None,
    "channel": "",
    **NO_WORDS,
}


def _held(key: str, worker: str, fence: int, *states: LetterState) -> list[Any]:
    """The guard: still this letter, this worker, this claim, and in one of these states."""
    return [
        col(Letter.key) == key,
        col(Letter.worker) == worker,
        col(Letter.fence) == fence,
        col(Letter.state).in_(states),
    ]


def _change(*states: LetterState, **values: Any) -> Update:  # noqa: ANN401
    """A guarded update made ready, because there are two to a letter: `k`, `w`, `f` are given."""
    held = [
        col(Letter.key) == bindparam("k"),
        col(Letter.worker) == bindparam("w"),
        col(Letter.fence) == bindparam("f"),
        or_(*(col(Letter.state) == state for state in states)),  # IN cannot be given many rows
    ]
    return update(Letter).where(*held).values(**values)


def _names(held: Held) -> dict[str, Any]:
    return dict(zip("kwf", held, strict=True))


def _did(session: Session, change: Change) -> bool:
    return bool(session.connection().execute(*change).rowcount)


_BEGUN = (LetterState.HANDING, LetterState.IN_DOUBT)
_OURS = (LetterState.CLAIMED, *_BEGUN)
_ANSWERED: Mapping[str, Any] = {
    "attempts": col(Letter.attempts) + 1,
    "outcome": bindparam("said"),
}
_AGAIN = case(
    (col(Letter.attempts) == 0, bindparam("soon", type_=Instant)),
    else_=bindparam("later", type_=Instant),
)
_WRITE_DOWN = _change(
    LetterState.CLAIMED,
    kind=bindparam("called"),
    subject=bindparam("title"),
    text=bindparam("plain"),
    html=bindparam("page"),
)
_BEGIN = _change(
    LetterState.CLAIMED,
    state=LetterState.HANDING,
    lease_until=bindparam("until"),
    handed_at=bindparam("at"),
    channel=bindparam("by"),
)
_END: Mapping[type[Outcome], Update] = {
    Accepted: _change(*_BEGUN, **_ANSWERED, state=LetterState.SENT, settled_at=bindparam("at")),
    Refused: _change(*_OURS, **_ANSWERED, state=LetterState.REFUSED, settled_at=bindparam("at")),
    Deferred: _change(*_OURS, **_ANSWERED, state=LetterState.DEFERRED, retry_at=_AGAIN),
    Unknown: _change(
        *_BEGUN, **_ANSWERED, state=LetterState.IN_DOUBT, lease_until=bindparam("until")
    ),
}


def moved(session: Session, guard: Sequence[Any], **values: Any) -> bool:  # noqa: ANN401
    """Change the letter that passes the guard, in one statement; False if none does."""
    statement = update(Letter).where(*guard).values(**values)
    return bool(session.connection().execute(statement).rowcount)


def move(session: Session, guard: Sequence[Any], **values: Any) -> list[Letter]:  # noqa: ANN401
    """Change the letters that pass the guard, in one statement, and give exactly those back."""
    statement = update(Letter).where(*guard).values(**values).returning(Letter)
    options = {"synchronize_session": False, "populate_existing": True}
    found = session.exec(statement, execution_options=options)
    return sorted(found.scalars(), key=lambda letter: (letter.queued_at, letter.key))
