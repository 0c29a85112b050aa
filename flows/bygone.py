"""Says anew, in today's digest, what letters of earlier days did not get to say."""

from datetime import datetime

from charter.quarters import Calendar, london_date
from charter.steps import Unsent
from flows.cases import return_of
from notifications import bygone
from notifications.bygone import ITS_DAY_WENT_BY
from notifications.outbox import LetterLine
from providers import lives
from providers.database import Database
from providers.lives import NewStep

BATCH = 1000
ENGINE = "engine"


def take_back(database: Database, now: datetime, calendar: Calendar) -> int:
    """Withdraw the letters of days gone by; gives how many lines are to be said anew.

    After an outage of the post each person then has one digest, of what is owed by now, and not
    one for each day that went by. On days that are not working days the letters wait.
    """
    today, taken = london_date(now), 0
    while calendar.is_working_day(today):
        with database.reading() as session:
            if not bygone.any_left(session, today):
                break
        with database.writing() as session:
            lines = bygone.take_back(session, today, now, BATCH)
            steps = [_unsaid(person, row) for person, row in lines]
            taken += len(lives.record_many(session, steps, now, ENGINE))
    return taken


def _unsaid(person: int, row: LetterLine) -> NewStep:
    step = Unsent(
        rung=row.topic,
        person=person,
        letter=row.letter_key,
        reason=ITS_DAY_WENT_BY,
        occasion=row.occasion,
    )
    return NewStep(return_of(row.subject), step)
