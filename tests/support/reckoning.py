"""Bank holidays and working days worked out again, by other means than the product's."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

from charter.quarters import Calendar

DAY = timedelta(days=1)
NAMES = {"New Year’s Day": (1, 1), "Christmas Day": (12, 25), "Boxing Day": (12, 26)}


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The eight of an ordinary year in England and Wales, each weekend one given another day."""
    sunday = easter(year)
    found = {sunday - 2 * DAY, sunday + DAY, _monday(date(year, 5, 1))}
    found |= {_monday(date(year, 5, 25)), _monday(date(year, 8, 25))}
    for month, day in NAMES.values():
        held = date(year, month, day)
        while held.weekday() > 4 or held in found:
            held += DAY
        found.add(held)
    return frozenset(found)


def _monday(day: date) -> date:
    """The first Monday from a day on."""
    return day + (7 - day.weekday()) % 7 * DAY


def working_days(after: date, holidays: frozenset[date] | set[date]) -> Iterator[date]:
    """Every working day after a day, for ever."""
    while True:
        after += DAY
        if after.weekday() < 5 and after not in holidays:
            yield after


def forecast(first: int, last: int) -> Calendar:
    """A calendar of invented certainty: the ordinary holidays of those years."""
    days = {day: "Bank holiday" for year in range(first, last + 1) for day in bank_holidays(year)}
    return Calendar(days, date(first, 1, 1), date(last, 12, 31), "the test's own reckoning")
