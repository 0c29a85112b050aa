"""Opens every cycle that has come and asks each provider, for each prison, for its return."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from charter.quarters import BeyondHorizon, Calendar
from flows.chasing import Chased, chase_returns
from flows.post import Post
from providers import early, handovers, opening
from providers.cycles import CycleView
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
    opened = list(_open(database, now, post.calendar))
    asked, unknown = 0, None
    try:
        asked = ask_early(database, now, post.calendar)
    except BeyondHorizon as error:  # of a later quarter: who is asked already is chased first
        unknown = error
    offer_promises(database, now)
    chased = chase_returns(database, now, post)
    if unknown is not None:
        raise unknown
    return Opened(
        cycles=tuple(f"{cycle.region} {cycle.quarter}" for cycle, _ in opened),
        expected=sum(expected for _, expected in opened) + asked,
        chased=chased,
    )


def ask_early(database: Database, now: datetime, calendar: Calendar) -> int:
    """Ask the services that ended in the running quarter, a region at a time; how many were."""
    many = 0
    with database.reading() as session:
        if not early.is_due(session, now, calendar):
            return many
    with database.writing() as session:
        early.carry_on(session, now)
    while True:
        with database.writing() as session:
            asked = early.ask_next(session, now, calendar)
        if asked is None:
            return many
        many += asked[1]


def offer_promises(database: Database, now: datetime) -> int:
    """Offer what a service that ended left open to the one that follows; how many were offered."""
    with database.reading() as session:
        if not handovers.to_offer(session, now):
            return 0
    with database.writing() as session:
        return handovers.offer_due(session, now)


def _open(database: Database, now: datetime, calendar: Calendar) -> Iterator[tuple[CycleView, int]]:
    """Each cycle in a transaction of its own; one killed in between opens the rest next time."""
    while True:
        with database.writing() as session:
            opened = opening.open_next(session, now, calendar)
        if opened is None:
            return
        yield opened
