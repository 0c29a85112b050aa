"""Every quarter from 2024 to 2034, hour by hour: each rung is said once, on its working day."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from charter.chasing import Case, Reachable, owed
from charter.folding import fold
from charter.policy import Dates, Role
from charter.quarters import (
    LONDON,
    BeyondHorizon,
    Calendar,
    Quarter,
    at,
    end_of_day,
    london_date,
)
from charter.returns import State
from charter.steps import (
    Happened,
    RecordedNotReturned,
    Reminded,
    Requested,
    Signed,
    Skipped,
    Step,
)
from tests.support.reckoning import bank_holidays, forecast, working_days
from tests.support.rules import CALENDAR, POLICY

LEAD, SIGNER, COMMISSIONER = 1, 2, 3
PEOPLE = (
    Reachable(LEAD, Role.LEAD),
    Reachable(SIGNER, Role.SIGNER),
    Reachable(COMMISSIONER, Role.COMMISSIONER),
)
QUARTERS = [Quarter(year, number) for year in range(2024, 2034) for number in (1, 2, 3, 4)]
QUARTERS = [Quarter(2023, 4), *QUARTERS, *(Quarter(2034, n) for n in (1, 2, 3))]
FORECAST = forecast(2023, 2035)
HOUR = timedelta(hours=1)


def known(quarter: Quarter) -> Calendar:
    """GOV.UK's own list where it reaches, the test's reckoning after it."""
    return CALENDAR if quarter.ends.year < CALENDAR.horizon.year else FORECAST


def holidays(quarter: Quarter) -> set[date]:
    return set(known(quarter).holidays)


@dataclass
class Played:
    """A return that nobody answers, asked about whenever the test likes."""

    calendar: Calendar
    dates: Dates
    steps: list[Happened] = field(default_factory=list)
    said: list[tuple[date, int, str]] = field(default_factory=list)
    told: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.case = Case(fold([]), PEOPLE, self.told, self.dates.challenge_ends)

    def take(self, now: datetime, step: Step) -> None:
        self.steps.append(Happened(now, "engine", step))
        self.case = replace(self.case, life=fold(self.steps))

    def round(self, now: datetime) -> None:
        if london_date(now) < self.dates.opens:
            return
        if not self.steps:
            self.take(now, Requested(due=self.dates.due))
        due = owed(self.case, POLICY, self.calendar, now)
        for skip in due.skips:
            self.take(now, Skipped(rung=skip.rung, person=skip.person, reason=skip.reason))
        if due.not_returned:
            self.take(now, RecordedNotReturned())
        for ask in due.asks:
            day = london_date(now)
            self.said.append((day, ask.person, ask.rung))
            self.told.setdefault(ask.rung, day)
            self.take(now, Reminded(rung=ask.rung, person=ask.person, letter="l"))


def hours(first: date, last: date) -> Iterator[datetime]:
    """Every hour of these London days: 23 on the day the clocks go on, 25 when they go back."""
    now = datetime.combine(first, datetime.min.time(), LONDON).astimezone(UTC)
    while london_date(now) <= last:
        yield now
        now += HOUR


def reckoned(quarter: Quarter) -> dict[str, date]:
    """Each rung's day by counting working days one after the other."""
    days = list(islice(working_days(quarter.ends, holidays(quarter)), 40))
    due = 19  # the twentieth, counted from nought
    offsets = {
        "remind-10": -10, "remind-5": -5, "remind-5-signer": -5, "remind-0": 0,
        "overdue-1": 1, "overdue-5": 5, "overdue-10": 10,
    }  # fmt: skip
    found = {"request": days[0], "notice": days[0]}
    return found | {rung: days[due + offset] for rung, offset in offsets.items()}


WHO = {"notice": SIGNER, "remind-5-signer": SIGNER, "overdue-5": SIGNER, "overdue-10": COMMISSIONER}


@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_each_rung_is_said_once_on_its_working_day_whatever_the_hour(quarter: Quarter) -> None:
    calendar = known(quarter)
    play = Played(calendar, POLICY.dates(quarter, calendar))
    last = play.dates.not_returned + timedelta(days=20)
    for now in hours(quarter.ends - timedelta(days=3), last):
        play.round(now)
    expected = {(day, WHO.get(rung, LEAD), rung) for rung, day in reckoned(quarter).items()}
    assert sorted(play.said) == sorted(expected)
    assert not [day for day, _, _ in play.said if day.weekday() > 4 or day in holidays(quarter)]


@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_the_deadline_is_one_second_to_midnight_in_london(quarter: Quarter) -> None:
    due = POLICY.dates(quarter, known(quarter)).due
    closes = end_of_day(due)
    assert closes.astimezone(LONDON).strftime("%H:%M:%S") == "23:59:59"
    assert london_date(closes) == due
    asked = Happened(at(quarter.ends, 9), "engine", Requested(due=due))
    for moment, state in (
        (closes, State.RECEIVED),
        (closes + timedelta(seconds=1), State.RECEIVED_LATE),
    ):
        signed = Happened(moment, "person:2", Signed(document="d" * 64))
        assert fold([asked, signed]).state(moment) is state


@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_after_an_outage_of_any_length_nobody_hears_more_than_they_would_have(
    quarter: Quarter,
) -> None:
    calendar = known(quarter)
    dates = POLICY.dates(quarter, calendar)
    unbroken = len(reckoned(quarter))
    for away in range(1, 40, 3):
        play = Played(calendar, dates)
        play.round(at(dates.opens, 9))
        day = dates.opens + timedelta(days=away)
        while day <= dates.not_returned + timedelta(days=20):
            play.round(at(day, 9))
            day += timedelta(days=1)
        assert len(play.said) <= unbroken
        assert len({(person, rung) for _, person, rung in play.said}) == len(play.said)


def test_the_test_reckons_the_holidays_that_govuk_lists_save_the_extra_ones() -> None:
    extra = {date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19),
             date(2023, 5, 8)}  # fmt: skip
    moved = {date(2020, 5, 4), date(2022, 5, 30)}  # taken away for VE Day and for the Jubilee
    ours = {day for year in range(2019, 2029) for day in bank_holidays(year)}
    assert (ours - moved) | extra == set(CALENDAR.holidays)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2025-26-Q4", ("2026-04-09", "2026-04-16", "2026-04-23", "2026-04-30", "2026-05-08")),
        ("2026-27-Q1", ("2026-07-07", "2026-07-14", "2026-07-21", "2026-07-28", "2026-08-04")),
        ("2026-27-Q2", ("2026-10-07", "2026-10-14", "2026-10-21", "2026-10-28", "2026-11-04")),
        ("2026-27-Q3", ("2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05")),
        ("2026-27-Q4", ("2027-04-07", "2027-04-14", "2027-04-21", "2027-04-28", "2027-05-06")),
        ("2027-28-Q4", ("2028-04-07", "2028-04-18", "2028-04-25", "2028-05-03", "2028-05-10")),
    ],
)
def test_the_fifth_to_the_twenty_fifth_working_day_are_the_published_ones(
    name: str, days: tuple[str, ...]
) -> None:
    ends = Quarter.parse(name).ends
    assert tuple(str(CALENDAR.shift(ends, n)) for n in (5, 10, 15, 20, 25)) == days


@pytest.mark.parametrize(
    ("ends", "twelfth"), [("2015-07-31", "2015-08-18"), ("2015-08-31", "2015-09-16")]
)
def test_the_twelfth_working_day_is_the_one_the_health_service_announced(
    ends: str, twelfth: str
) -> None:
    assert str(forecast(2015, 2015).shift(date.fromisoformat(ends), 12)) == twelfth


@pytest.mark.parametrize(
    ("day", "what"),
    [
        ("2026-12-28", "Boxing Day falls on a Saturday"),
        ("2027-12-27", "Christmas Day falls on a Saturday"),
        ("2027-12-28", "and Boxing Day after it"),
        ("2028-01-03", "New Year’s Day falls on a Saturday"),
        ("2024-04-01", "Easter Monday opens a quarter"),
    ],
)
def test_a_substitute_holiday_is_no_working_day(day: str, what: str) -> None:
    assert not CALENDAR.is_working_day(date.fromisoformat(day)), what


def test_a_leap_day_is_a_working_day_like_another() -> None:
    assert FORECAST.is_working_day(date(2028, 2, 29))
    assert CALENDAR.shift(date(2024, 2, 28), 1) == date(2024, 2, 29)


@pytest.mark.parametrize("short", [0, 5, 15, 30])
def test_with_no_list_to_the_end_of_the_ladder_nothing_is_opened_and_nobody_is_chased(
    short: int,
) -> None:
    quarter = Quarter.parse("2026-27-Q2")
    whole = POLICY.dates(quarter, CALENDAR)
    cut = replace(CALENDAR, horizon=whole.publishes - timedelta(days=short + 1))
    with pytest.raises(BeyondHorizon, match="bring the list up to date"):
        POLICY.dates(quarter, cut)
    blind = replace(CALENDAR, horizon=whole.opens + timedelta(days=3))
    play = Played(blind, whole)
    with pytest.raises(BeyondHorizon):
        play.round(at(whole.due, 9))
    assert play.said == []
