"""Holds every open quarter against the bank holidays in force, and moves its deadlines later."""

from dataclasses import dataclass
from datetime import datetime

from charter.quarters import Calendar, london_date
from providers import calendars, moving
from providers.database import Database

BATCH = 1000


@dataclass(frozen=True)
class Moved:
    """How many quarters and returns have later dates now."""

    cycles: int = 0
    returns: int = 0


def move_deadlines(database: Database, now: datetime, calendar: Calendar) -> Moved:
    """Move what a new bank holiday moves; doing it twice changes nothing.

    The returns of a quarter come first, each batch in one transaction, and the quarter itself
    last: a run that was cut short is taken up where it ended. BeyondHorizon where the list ends
    before a quarter does.
    """
    today = london_date(now)
    with database.reading() as session:
        behind = moving.behind(session, calendar, today)
    if behind:
        with database.writing() as session:
            calendars.keep(session, calendar, now, moving.ENGINE)
    quarters = returns = 0
    for cycle in behind:
        with database.reading() as session:
            owed = moving.open_returns(session, cycle, today)
        for start in range(0, len(owed), BATCH):
            with database.writing() as session:
                batch = owed[start : start + BATCH]
                returns += moving.move_returns(session, cycle, batch, calendar, now)
        with database.writing() as session:
            quarters += moving.move_cycle(session, cycle, calendar, now)
    return Moved(quarters, returns)
