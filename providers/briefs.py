"""On which days the people who run the service were given their morning brief."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from providers.steering_tables import Brief


def begin(session: Session, day: date, now: datetime) -> bool:
    """Take it on to give the brief of a London date; False if somebody has."""
    if session.get(Brief, day, with_for_update=True):
        return False
    session.add(Brief(day=day, at=now))
    session.flush()
    return True


def undo(session: Session, day: date) -> None:
    """It could not be given after all: the next run tries again."""
    row = session.get(Brief, day)
    if row is not None:
        session.delete(row)


def last(session: Session, before: date) -> datetime | None:
    """When the newest brief of an earlier date was given; nothing before the first."""
    rows = select(Brief).where(col(Brief.day) < before).order_by(col(Brief.day).desc()).limit(1)
    found = session.exec(rows).first()
    return found.at if found else None
