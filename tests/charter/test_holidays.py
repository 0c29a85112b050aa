"""The shipped bank holidays are those GOV.UK lists; a list nobody can trust is refused."""

import json
from dataclasses import replace
from datetime import date

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from charter.holidays import added, following, read_any, read_holidays, removed, written
from tests.support.holidays import gov_uk
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
    assert "25 February 2026" in CALENDAR.source


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
        (
            _with(horizon="2029-12-31"),
            "no bank holiday is listed for 2029, and there are 8 or more",
        ),
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


GOV_UK_TEXT = json.dumps(
    {
        "england-and-wales": json.loads(HOLIDAYS_TEXT)["england-and-wales"],
        "scotland": {"division": "scotland", "events": [{"title": "x", "date": "2026-01-02"}]},
    }
)
TODAY = date(2026, 10, 12)


def test_the_file_as_gov_uk_publishes_it_gives_the_same_days_known_in_whole_years():
    read = read_any(GOV_UK_TEXT, TODAY)
    assert dict(read.holidays) == dict(CALENDAR.holidays)
    assert (read.since, read.horizon) == (date(2019, 1, 1), date(2028, 12, 31))
    assert read.version == "2026-10-12"
    assert read.source == "https://www.gov.uk/bank-holidays.json, read on 12 October 2026"


def test_a_list_written_down_reads_back_the_same():
    for calendar in (CALENDAR, read_any(GOV_UK_TEXT, TODAY)):
        assert read_any(written(calendar), date(2030, 1, 1)) == calendar


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "england-and-wales: this is missing"),
        ("{", "cannot be read as JSON"),
        ('{"england-and-wales": {"events": []}}', "events: there is none of these"),
        ('{"scotland": {"events": []}}', "england-and-wales: this is missing"),
        (gov_uk(without=("2028-12-25",)), "only 7 bank holidays are listed for 2028"),
        (gov_uk(until="2028-01-31"), "one bank holiday is listed for 2028"),
        (gov_uk(also=("2026-12-25",)), "2026-12-25 is listed twice; take one out"),
        (gov_uk(also=("2026-13-25",)), "number 84, date: this is not a date"),
    ],
)
def test_a_file_of_gov_uk_that_cannot_be_trusted_is_answered_by_name_and_place(text, words):
    with pytest.raises(ValueError, match=words):
        read_any(text, TODAY)


def _after(text, *, read_on=TODAY, before=CALENDAR, today=TODAY, needed=date(2026, 12, 8)):
    return following(read_any(text, read_on), before, today, needed)


def test_years_that_gov_uk_no_longer_lists_stay_known():
    after = _after(gov_uk(since="2024-01-01", also=("2026-10-26",)))
    assert (after.since, after.horizon) == (CALENDAR.since, CALENDAR.horizon)
    assert added(CALENDAR, after) == {date(2026, 10, 26): "Bank holiday for a coronation"}
    assert removed(CALENDAR, after) == {}
    assert not after.is_working_day(date(2019, 4, 19))


def test_a_holiday_still_to_come_may_be_taken_out_and_one_that_was_may_not():
    eight = ("2026-11-02",)
    to_come = gov_uk(without=("2026-12-28",), also=eight)
    assert removed(CALENDAR, _after(to_come)) == {date(2026, 12, 28): "Boxing Day"}
    been = gov_uk(without=("2026-08-31",), also=eight)
    with pytest.raises(ValueError, match="no holiday on 31 August 2026"):
        _after(been)
    assert removed(CALENDAR, _after(been, today=date(2026, 8, 30), read_on=date(2026, 8, 30)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"read_on": date(2026, 10, 13)}, "read on 2026-10-13, which is to come"),
        ({"read_on": date(2026, 2, 24)}, "read on 2026-02-24, and the one in force later"),
        ({"needed": date(2027, 1, 4)}, "ends on 31 December 2026, and an open quarter counts on"),
    ],
)
def test_a_list_that_knows_less_than_the_one_in_force_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        _after(gov_uk(until="2026-12-31"), **given)


def test_a_list_with_a_gap_before_it_is_refused():
    before = replace(CALENDAR, horizon=date(2025, 12, 31))
    assert _after(gov_uk(since="2026-01-01"), before=before).since == CALENDAR.since
    with pytest.raises(ValueError, match="without a gap between them"):
        _after(gov_uk(since="2027-01-01"), before=before)


def test_a_day_that_the_list_before_did_not_know_was_not_added():
    before = replace(CALENDAR, horizon=date(2026, 12, 31))
    assert added(before, CALENDAR) == {}
    assert added(CALENDAR, replace(CALENDAR, holidays={date(2026, 10, 24): "A Saturday"})) == {}
