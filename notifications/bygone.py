"""Takes back the letters of days gone by, so that nobody has two letters on one day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from charter.quarters import at
from notifications.among import among
from notifications.tables import Letter, LetterLine, LetterState

ITS_DAY_WENT_BY = "its day went by before it could go"
_WAITING = (LetterState.QUEUED, LetterState.DEFERRED)
_LEFT = (LetterState.HANDING, LetterState.SENT, LetterState.IN_DOUBT)
_GONE = (LetterState.WITHDRAWN, LetterState.REFUSED)


def any_left(session: Session, today: date) -> bool:
    """Whether a letter of an earlier London date still waits to be handed over."""
    waiting = [col(Letter.state).in_(_WAITING), col(Letter.day) < today]
    return session.exec(select(Letter.key).where(*waiting).limit(1)).first() is not None


def take_back(
    session: Session, today: date, now: datetime, limit: int
) -> list[tuple[int, LetterLine]]:
    """Withdraw up to `limit` letters of earlier London dates that nobody has begun to hand over.

    Gives each line that they were to say, with the person it was for: it is to be said anew.
    Three queries, however many letters.
    """
    waiting: list[Any] = [col(Letter.state).in_(_WAITING), col(Letter.day) < today]
    oldest = select(Letter.key).where(*waiting).order_by(col(Letter.key)).limit(limit)
    gone = {"state": LetterState.WITHDRAWN, "settled_at": now, "outcome": ITS_DAY_WENT_BY}
    statement = update(Letter).where(col(Letter.key).in_(oldest), *waiting).values(**gone)
    options = {"synchronize_session": False}
    taken = session.execute(
        statement.values(retry_at=None).returning(col(Letter.key), col(Letter.to_person)),
        execution_options=options,
    )
    people = {key: person for key, person in taken}
    if not people:
        return []
    unsaid: list[Any] = [among(col(LetterLine.letter_key), people), LetterLine.dropped == ""]
    rows = session.exec(select(LetterLine).where(*unsaid).order_by(col(LetterLine.id)))
    lines = [(people[row.letter_key], row) for row in rows]
    session.execute(
        update(LetterLine).where(*unsaid).values(dropped=ITS_DAY_WENT_BY),
        execution_options=options,
    )
    return lines


def written_to(session: Session, people: Iterable[int], day: date) -> set[tuple[int, str]]:
    """Whose letter of this London date there is, or who was handed an earlier day's on it.

    Gives (person, region) pairs. A release before this one gave the day's letter another key.
    """
    today = (col(Letter.day) == day) & col(Letter.state).not_in(_GONE)
    late = col(Letter.state).in_(_LEFT) & (col(Letter.day) < day)
    found = select(Letter.to_person, Letter.region).where(
        among(col(Letter.to_person), people),
        or_(today, late & (col(Letter.handed_at) >= at(day, 0))),
    )
    return {(person, region) for person, region in session.exec(found)}
