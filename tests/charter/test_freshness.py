"""Evidence ages by one rule: for the score, on the page, and in the notice before it is past."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from charter.freshness import NOTICE, age, freshness, past_from
from charter.quarters import Quarter

Q2 = Quarter.parse("2026-27-Q2")
DAYS = some.dates(date(2001, 1, 1), date(2090, 12, 31))
MONTHS = some.integers(1, 120)


def months_before(day: date, months: int) -> date:
    """The rule from the other end: the same day so many months earlier, or that month's last."""
    count = day.year * 12 + day.month - 1 - months
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    begins = date(count // 12, count % 12 + 1, 1)
    return min(begins + timedelta(day.day - 1), following - timedelta(1))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-09-30", 12, "2025-09-30"),
        ("2026-09-30", 6, "2026-03-30"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2026-12-31", 6, "2026-06-30"),
        ("2027-03-31", 3, "2026-12-31"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-06-30", 120, "2016-06-30"),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_month_s_last(day, months, before):
    assert str(months_before(date.fromisoformat(day), months)) == before


@pytest.mark.parametrize(
    ("dated", "months", "first"),
    [
        ("2026-03-31", 6, "2026-10-01"),
        ("2026-03-30", 6, "2026-10-01"),
        ("2026-03-29", 6, "2026-09-30"),
        ("2025-08-31", 6, "2026-03-01"),
        ("2026-02-28", 6, "2026-09-01"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2025-09-30", 12, "2026-10-01"),
        ("2025-12-31", 1, "2026-02-01"),
    ],
)
def test_evidence_is_past_from_the_day_after_its_months(dated: str, months: int, first: str):
    assert str(past_from(date.fromisoformat(dated), months)) == first


@given(DAYS, MONTHS, DAYS)
def test_the_day_it_is_past_and_the_months_counted_back_agree(dated: date, months: int, on: date):
    assert (dated < months_before(on, months)) == (freshness(dated, months, on) == "past")


@given(DAYS, MONTHS)
def test_notice_is_given_for_thirty_days_and_then_it_is_past(dated: date, months: int):
    first = past_from(dated, months)
    said = [freshness(dated, months, first + timedelta(days)) for days in (-31, -30, -1, 0, 400)]
    assert said == ["fresh", "ages_soon", "ages_soon", "past", "past"]
    assert timedelta(30) == NOTICE


def test_what_is_past_at_the_quarters_end_says_since_when():
    said = age(date(2025, 11, 2), 6, Q2, date(2026, 10, 5))
    assert said == ("past", "past its 6 months since 3 May 2026")


def test_what_ages_within_thirty_days_of_being_read_has_its_notice():
    read = date(2026, 10, 5)
    assert age(date(2026, 4, 14), 6, Q2, read) == (
        "ages_soon",
        "in date for this quarter, but past its 6 months from 15 October 2026",
    )
    assert age(date(2026, 5, 5), 6, Q2, read) == ("fresh", "")


def test_what_aged_since_the_quarter_ended_still_counts_for_it():
    said = age(date(2026, 3, 31), 6, Q2, date(2026, 10, 5))
    assert said == (
        "ages_soon",
        "in date for this quarter, but past its 6 months since 1 October 2026",
    )


def test_one_month_is_said_as_one():
    assert age(date(2026, 1, 1), 1, Q2, date(2026, 10, 5))[1].startswith("past its 1 month since")


def test_a_date_from_the_end_of_time_is_simply_fresh():
    assert freshness(date.max, 120, Q2.ends) == "fresh"
