"""An opening moved to a later day takes every date of its quarter with it, and none is earlier."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter import openings
from charter.quarters import BeyondHorizon, Quarter
from tests.support.rules import CALENDAR, POLICY

Q3 = Quarter.parse("2026-27-Q3")
OWN = date(2027, 1, 4)
TODAY = date(2026, 12, 1)


def test_a_quarter_that_nobody_moved_opens_on_its_policys_day():
    assert openings.own_day(POLICY, Q3, CALENDAR) == OWN
    assert openings.later(POLICY, Q3, CALENDAR, None) == 0
    assert openings.later(POLICY, Q3, CALENDAR, date(2026, 12, 30)) == 0


@given(st.integers(1, POLICY.opening_moves))
def test_every_date_moves_by_as_many_working_days_as_the_opening(days: int):
    opens = CALENDAR.shift(OWN, days)
    later = openings.later(POLICY, Q3, CALENDAR, opens)
    plain, moved = POLICY.dates(Q3, CALENDAR), POLICY.dates(Q3, CALENDAR, later)
    assert (later, moved.opens) == (days, opens)
    for name in ("requests_close", "due", "not_returned", "challenge_ends", "reply_ends"):
        assert getattr(moved, name) == CALENDAR.shift(getattr(plain, name), days), name
    assert moved.publishes == POLICY.publication_day(
        CALENDAR.shift(Q3.ends, POLICY.publishes_from + days), CALENDAR
    )


def test_a_day_that_becomes_a_bank_holiday_stands_for_the_next_working_day():
    opens = date(2027, 1, 11)
    holidays = {**CALENDAR.holidays, opens: "A new one"}
    calendar = replace(CALENDAR, holidays=holidays)
    later = openings.later(POLICY, Q3, calendar, opens)
    assert POLICY.dates(Q3, calendar, later).opens == date(2027, 1, 12)


@pytest.mark.parametrize(
    ("opens", "today", "says"),
    [
        (OWN, TODAY, "after 4 January 2027: a quarter never opens earlier"),
        (OWN - timedelta(1), TODAY, "never opens earlier"),
        (date(2027, 2, 2), TODAY, "no later than 1 February 2027, which is 20 working days"),
        (date(2027, 1, 9), TODAY, "9 January 2027 is no working day"),
        (date(2027, 1, 11), date(2027, 1, 11), "after today, 11 January 2027"),
    ],
)
def test_a_day_that_will_not_do_is_refused_with_one_that_would(opens: date, today: date, says: str):
    assert says in (openings.why_not(POLICY, Q3, CALENDAR, opens, today) or "")


def test_any_later_working_day_within_reach_will_do():
    assert openings.why_not(POLICY, Q3, CALENDAR, date(2027, 1, 5), TODAY) is None
    assert openings.why_not(POLICY, Q3, CALENDAR, date(2027, 2, 1), TODAY) is None


def test_no_quarter_is_moved_to_where_the_holidays_are_not_known():
    with pytest.raises(BeyondHorizon):
        openings.why_not(POLICY, Quarter.parse("2028-29-Q2"), CALENDAR, date(2028, 10, 9), TODAY)
