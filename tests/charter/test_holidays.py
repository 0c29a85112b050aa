"""The shipped bank holidays are those GOV.UK lists; a list nobody can trust is refused."""

import json
from datetime import date

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from charter.holidays import read_holidays
from tests.support.rules import CALENDAR, HOLIDAYS_TEXT


def test_the_shipped_holidays_are_those_of_the_ministry_of_justice_package():
    package = BankHolidays(locale="en", use_cached_holidays=True)
    listed = package.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    theirs = {day["date"]: day["title"] for day in listed if day["date"] >= CALENDAR.since}
    assert dict(CALENDAR.holidays) == theirs
    assert max(theirs) == date(2028, 12, 26)


def test_every_year_up_to_the_horizon_has_its_eight_holidays_or_more():
    years = [day.year for day in CALENDAR.holidays]
    assert all(years.count(year) >= 8 for year in range(2019, CALENDAR.horizon.year + 1))
    assert "gov.uk" in CALENDAR.source
    assert "2026-02-25" in CALENDAR.source


def _with(**changes):
    return json.dumps({**json.loads(HOLIDAYS_TEXT), **changes})


def _days(*days):
    return {"events": [{"title": "Holiday", "date": day} for day in days]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "cannot be read as JSON"),
        ("[]", "set of named fields"),
        (_with(horizon="soon"), "horizon: this is not a date"),
        (_with(horizon="2018-01-01"), "ends before it begins"),
        (_with(horizon="2029-12-31"), "no bank holiday is listed for 2029"),
        (_with(horizon="2028-12-25"), "2028-12-26 lies outside"),
        (_with(since=None), "since: this is not a date"),
        (_with(**{"england-and-wales": _days("2027-01-01", "2027-01-01")}), "listed twice"),
        (_with(**{"england-and-wales": _days(20270101)}), "number 1, date: this is not a date"),
        (_with(**{"england-and-wales": {}}), "events: this is missing"),
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused_in_a_sentence(text, words):
    with pytest.raises(ValueError, match=words):
        read_holidays(text)
