"""Lists of bank holidays for tests: the shipped one with days added, taken out or cut off."""

import json
from collections.abc import Iterable
from datetime import date

from providers import calendars
from providers.calendars import TakenUp
from providers.database import Database
from tests.support.cast import at
from tests.support.rules import CALENDAR, HOLIDAYS_TEXT

NEW = date(2026, 10, 26)
"""A Monday in the chase window of the second quarter of 2026-27."""


def gov_uk(
    *,
    also: Iterable[date | str] = (),
    without: Iterable[str] = (),
    since: str = "2019-01-01",
    until: str = "2028-12-31",
) -> str:
    """A file as GOV.UK publishes it."""
    division = json.loads(HOLIDAYS_TEXT)["england-and-wales"]
    events = [
        event
        for event in division["events"]
        if event["date"] not in set(without) and since <= event["date"] <= until
    ]
    events += [{"title": "Bank holiday for a coronation", "date": str(day)} for day in also]
    return json.dumps({"england-and-wales": {**division, "events": events}})


def take_up(store: Database, when: str, text: str = "", **how: Iterable[date | str]) -> TakenUp:
    """Put such a list in force, read on the London date of `when`."""
    now = at(when)
    with store.writing() as session:
        given = text or gov_uk(**how)  # type: ignore[arg-type]
        return calendars.take_up(session, given, now.date(), CALENDAR, now, "operator")
