"""The letters of one region as people look through them: newest first, without their words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from notifications.tables import Letter, LetterLine, LetterState


@dataclass(frozen=True)
class Filed:
    """One letter as it stands; `outcome` says what became of it, `receipt` what was heard later."""

    key: str
    person: int
    email: str
    kind: str
    day: date
    state: LetterState
    queued_at: datetime
    settled_at: datetime | None
    outcome: str
    receipt: str
    subject: str


@dataclass(frozen=True)
class Wish:
    """Which letters somebody looks for; what is empty leaves all in. `to` is part of an address."""

    state: str = ""
    kind: str = ""
    to: str = ""


_COLUMNS = (
    col(Letter.key),
    col(Letter.to_person),
    col(Letter.to_email),
    col(Letter.kind),
    col(Letter.day),
    col(Letter.state),
    col(Letter.queued_at),
    col(Letter.settled_at),
    col(Letter.outcome),
    col(Letter.receipt),
    col(Letter.subject),
)


def filed(
    session: Session, region: str, wish: Wish, *, skip: int = 0, limit: int | None = None
) -> list[Filed]:
    """A region's letters that fit the wish, the last queued first; one query."""
    rows = select(*_COLUMNS).where(Letter.region == region)  # type: ignore[call-overload]
    if wish.state:
        rows = rows.where(Letter.state == wish.state)
    if wish.kind:
        rows = rows.where(Letter.kind == wish.kind)
    if wish.to:
        like = (col(Letter.to_email), col(Letter.subject))
        rows = rows.where(or_(*(c.icontains(wish.to, autoescape=True) for c in like)))
    rows = rows.order_by(col(Letter.queued_at).desc(), col(Letter.key)).offset(skip).limit(limit)
    return [_filed(row) for row in session.exec(rows)]


def _filed(row: Sequence[object]) -> Filed:
    cells = list(row)
    cells[5] = LetterState(str(cells[5]))
    return Filed(*cells)  # type: ignore[arg-type]


def counted(session: Session, region: str) -> dict[LetterState, int]:
    """How many of a region's letters stand in each state; every state is there."""
    rows = select(Letter.state, func.count()).where(Letter.region == region).group_by(Letter.state)
    return dict.fromkeys(LetterState, 0) | {LetterState(s): n for s, n in session.exec(rows)}


def first_sent(
    session: Session, region: str, topics: Iterable[str]
) -> dict[str, dict[str, datetime]]:
    """When each of these topics was first said of each subject in a letter of a region that was
    sent, by subject; in one query."""
    rows = session.exec(
        select(LetterLine.subject, LetterLine.topic, func.min(col(Letter.settled_at)))
        .join(Letter, col(Letter.key) == col(LetterLine.letter_key))
        .where(Letter.region == region, Letter.state == LetterState.SENT)
        .where(LetterLine.dropped == "", col(LetterLine.topic).in_(list(topics)))
        .group_by(col(LetterLine.subject), col(LetterLine.topic))
    )
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for subject, topic, at in rows:
        if at:
            found[subject][topic] = at
    return found


def one(session: Session, region: str, key: str) -> Letter | None:
    """One letter of a region with its words, or None."""
    found = session.get(Letter, key, populate_existing=True)
    return found if found is not None and found.region == region else None
