"""Opens every cycle that has come and asks each provider, for each prison, for its return."""

from dataclasses import dataclass
from datetime import datetime

from flows.chasing import Chased, chase_returns
from flows.post import Post
from providers import cycles
from providers.database import Database


@dataclass(frozen=True)
class Opened:
    """What opened: cycles by `region quarter`, how many returns they expect, letters queued."""

    cycles: tuple[str, ...]
    expected: int
    chased: Chased


def request_returns(database: Database, now: datetime, post: Post) -> Opened:
    """Open what has come and queue the first letters; doing it twice changes nothing.

    BeyondHorizon when the bank holidays are not known to the end of a cycle's ladder.
    """
    with database.writing() as session:
        opened = cycles.open_due(session, now, post.calendar)
    return Opened(
        cycles=tuple(f"{cycle.region} {cycle.quarter}" for cycle, _ in opened),
        expected=sum(expected for _, expected in opened),
        chased=chase_returns(database, now, post),
    )
