"""Quarters, working days and deadlines are those of England and Wales, in London time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.quarters import (
    BeyondHorizon,
    Calendar,
    Quarter,
    at,
    end_of_day,
    london_date,
    say,
)
from tests.support.rules import CALENDAR

DAYS = st.dates(date(2019, 1, 1), date(2028, 6, 30))
QUARTERS = st.builds(Quarter, st.integers(2020, 2090), st.integers(1, 4))

WORKING_DAYS = {
    "2025-26-Q4": ["2026-04-09", "2026-04-16", "2026-04-23", "2026-04-30", "2026-05-08"],
    "2026-27-Q1": ["2026-07-07", "2026-07-14", "2026-07-21", "2026-07-28", "2026-08-04"],
    "2026-27-Q2": ["2026-10-07", "2026-10-14", "2026-10-21", "2026-10-28", "2026-11-04"],
    "2026-27-Q3": ["2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05"],
    "2026-27-Q4": ["2027-04-07", "2027-04-14", "2027-04-21", "2027-04-28", "2027-05-06"],
    "2027-28-Q4": ["2028-04-07", "2028-04-18", "2028-04-25", "2028-05-03", "2028-05-10"],
}


@pytest.mark.parametrize("name", WORKING_DAYS)
def test_every_fifth_working_day_after_a_quarter_is_the_known_one(name):
    ends = Quarter.parse(name).ends
    assert [str(CALENDAR.shift(ends, n)) for n in (5, 10, 15, 20, 25)] == WORKING_DAYS[name]


@pytest.mark.parametrize(
    ("month_end", "twelfth"), [("2015-07-31", "2015-08-18"), ("2015-08-31", "2015-09-16")]
)
def test_the_twelfth_working_day_of_2015_is_the_one_general_practice_was_given(month_end, twelfth):
    of_2015 = Calendar({date(2015, 8, 31): "Summer"}, date(2015, 7, 1), date(2015, 9, 30))
    assert str(of_2015.shift(date.fromisoformat(month_end), 12)) == twelfth


@pytest.mark.parametrize(
    ("name", "starts", "ends", "words"),
    [
        ("2026-27-Q1", "2026-04-01", "2026-06-30", "April to June 2026"),
        ("2026-27-Q2", "2026-07-01", "2026-09-30", "July to September 2026"),
        ("2026-27-Q3", "2026-10-01", "2026-12-31", "October to December 2026"),
        ("2026-27-Q4", "2027-01-01", "2027-03-31", "January to March 2027"),
        ("2099-00-Q4", "2100-01-01", "2100-03-31", "January to March 2100"),
    ],
)
def test_a_quarter_knows_its_days_and_its_name_in_words(name, starts, ends, words):
    quarter = Quarter.parse(f" {name} ")
    assert (str(quarter.starts), str(quarter.ends)) == (starts, ends)
    assert (str(quarter), quarter.in_words) == (name, words)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026-27-Q5",
        "2026-28-Q1",
        "2026-Q1",
        "0000-01-Q1",
        "2026-27-q2",
        "\uff12026-27-Q2",
        "Q2",
    ],
)
def test_what_is_no_quarter_is_refused_with_the_way_to_write_one(name):
    with pytest.raises(ValueError, match="write it as 2026-27-Q2"):
        Quarter.parse(name)


@given(QUARTERS)
def test_quarters_follow_each_other_without_a_gap(quarter):
    following = quarter.next()
    assert following.previous() == quarter < following
    assert following.starts == quarter.ends + timedelta(days=1)
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.containing(quarter.starts) == Quarter.containing(quarter.ends) == quarter


@given(DAYS, st.integers(1, 60))
def test_shifting_forth_and_counting_back_agree(day, count):
    later = CALENDAR.shift(day, count)
    assert CALENDAR.is_working_day(later)
    assert CALENDAR.between(day, later) == count
    assert CALENDAR.between(later, day) == 0
    assert CALENDAR.shift(day, 0) == day


@given(DAYS.filter(lambda day: CALENDAR.is_working_day(day)), st.integers(1, 60))
def test_shifting_back_undoes_shifting_forth_from_a_working_day(day, count):
    assert CALENDAR.shift(CALENDAR.shift(day, count), -count) == day


@pytest.mark.parametrize("holiday", ["2026-12-28", "2027-12-27", "2027-12-28", "2028-01-03"])
def test_a_substitute_day_is_a_holiday(holiday):
    assert not CALENDAR.is_working_day(date.fromisoformat(holiday))


def test_nothing_is_reckoned_past_the_horizon_or_before_the_list_begins():
    with pytest.raises(BeyondHorizon, match="bring the list up to date"):
        CALENDAR.shift(date(2028, 12, 20), 20)
    with pytest.raises(BeyondHorizon):
        CALENDAR.shift(date(2019, 1, 10), -20)
    with pytest.raises(BeyondHorizon):
        CALENDAR.between(date(2028, 12, 20), date(2029, 1, 20))
    with pytest.raises(BeyondHorizon):
        CALENDAR.is_working_day(date(2029, 1, 6))  # a Saturday, and still not known


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2026-10-28", "2026-10-28T23:59:59"),
        ("2026-07-28", "2026-07-28T22:59:59"),
        ("2026-10-24", "2026-10-24T22:59:59"),
        ("2026-10-25", "2026-10-25T23:59:59"),  # the clocks went back that morning
        ("2027-03-28", "2027-03-28T22:59:59"),  # and forward that morning
    ],
)
def test_a_deadline_is_the_last_second_of_the_day_in_london(day, utc):
    instant = end_of_day(date.fromisoformat(day))
    assert instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert str(london_date(instant)) == day
    assert str(london_date(instant + timedelta(seconds=1))) > day


def test_a_wall_clock_time_is_an_hour_earlier_in_utc_in_summer():
    assert at(date(2026, 7, 1), 9) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert at(date(2026, 12, 1), 9, 30) == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def test_an_instant_without_a_zone_has_no_london_date():
    with pytest.raises(ValueError, match="no time zone"):
        london_date(datetime(2026, 10, 28, 9))  # noqa: DTZ001 - the very mistake


def test_dates_are_said_with_the_month_spelled_out():
    assert say(date(2018, 8, 6)) == "6 August 2018"
