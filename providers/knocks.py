"""How often somebody has knocked: counters in the database, one truth for every process."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from providers.door_tables import Knock

KEPT = timedelta(hours=25)
"""Longer than any window; a counter older than that counts no more."""


def window(now: datetime, length: timedelta) -> datetime:
    """The instant at which the window of that length began that `now` lies in."""
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def count(session: Session, purpose: str, who_hash: str, since: datetime) -> int:
    """Knocks counted in the window that began at `since`."""
    row = session.get(Knock, (purpose, who_hash, since))
    return row.times if row else 0


def knock(session: Session, purpose: str, who_hash: str, since: datetime) -> int:
    """Count one knock more, and give how many that makes; old counters are thrown away."""
    session.connection().execute(delete(Knock).where(col(Knock.since) < since - KEPT))
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    first = insert(Knock).values(purpose=purpose, who_hash=who_hash, since=since, times=1)
    again = first.on_conflict_do_update(
        index_elements=["purpose", "who_hash", "since"], set_={"times": Knock.times + 1}
    )
    session.connection().execute(again)
    mine = select(Knock.times).where(
        Knock.purpose == purpose, Knock.who_hash == who_hash, Knock.since == since
    )
    return session.exec(mine).one()
