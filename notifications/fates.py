"""What became of letters, for whoever checks the record afterwards."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from notifications.among import among
from notifications.tables import Letter, LetterState


def fates(session: Session, keys: Iterable[str]) -> dict[str, tuple[LetterState, datetime | None]]:
    """The state of each of these letters and when it was settled, in one query; by key."""
    rows = select(Letter.key, Letter.state, Letter.settled_at).where(among(col(Letter.key), keys))
    return {key: (LetterState(state), at) for key, state, at in session.exec(rows)}


def left_over(session: Session, before: datetime) -> dict[LetterState, int]:
    """How many letters that were queued before an instant still wait, by state."""
    waiting = [LetterState.QUEUED, LetterState.CLAIMED, LetterState.HANDING, LetterState.DEFERRED]
    rows = (
        select(Letter.state, func.count())
        .where(col(Letter.state).in_(waiting), col(Letter.queued_at) < before)
        .group_by(Letter.state)
    )
    return {LetterState(state): many for state, many in session.exec(rows)}


def refused_since(session: Session, since: datetime) -> int:
    """How many letters were turned away since an instant."""
    refused = Letter.state == LetterState.REFUSED, col(Letter.settled_at) >= since
    return session.exec(select(func.count()).select_from(Letter).where(*refused)).one()
