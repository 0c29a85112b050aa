"""Who is written to, when, and when not: the ladder asked one day at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from charter.chasing import Case, Owed, Reachable, owed
from charter.holidays import read_holidays
from charter.policy import Dates, Policy, Role, read_policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, at, london_date
from charter.returns import Life, fold
from charter.steps import (
    BecameUnreachable,
    Challenged,
    Confirmed,
    Extended,
    HandedOver,
    Happened,
    RecordedNotReturned,
    Refused,
    Reminded,
    Requested,
    Signed,
    Skipped,
    Started,
    Step,
)
from flows.wiring import shipped

QUARTER = Quarter.parse("2026-27-Q2")
LEAD, DEPUTY, SIGNER, MANAGER, COMMISSIONER = 1, 2, 3, 4, 5
PEOPLE = (
    Reachable(LEAD, Role.LEAD),
    Reachable(DEPUTY, Role.DEPUTY),
    Reachable(SIGNER, Role.SIGNER),
    Reachable(MANAGER, Role.CONTRACT_MANAGER),
    Reachable(COMMISSIONER, Role.COMMISSIONER),
)
Said = tuple[str, int, str]


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return read_holidays(shipped("bank-holidays-england-and-wales.json"))


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_policy(shipped("policy-2026.2.toml"))


@pytest.fixture(scope="module")
def dates(policy: Policy, calendar: Calendar) -> Dates:
    return policy.dates(QUARTER, calendar)


class Play:
    """One return played day by day, with the letters it brings about."""

    def __init__(self, policy: Policy, calendar: Calendar, dates: Dates) -> None:
        self.policy, self.calendar, self.dates = policy, calendar, dates
        self.people: tuple[Reachable, ...] = PEOPLE
        self.steps: list[Happened] = []
        self.told: dict[str, date] = {}
        self.said: list[Said] = []
        self.take(at(dates.opens, 8), Requested(due=dates.due))

    @property
    def life(self) -> Life:
        return fold(self.steps)

    def take(self, when: datetime, *steps: Step, by: str = "engine") -> None:
        self.steps += [Happened(when, by, step) for step in steps]

    def ask(self, day: date) -> Owed:
        refused = self.life.refused
        case = Case(
            life=self.life,
            people=tuple(replace(p, refused=p.person in refused) for p in self.people),
            told=self.told,
            challenge_ends=self.dates.challenge_ends,
        )
        return owed(case, self.policy, self.calendar, at(day, 9))

    def round(self, day: date, *, delivered: bool = True) -> None:
        due = self.ask(day)
        for skip in due.skips:
            step = Skipped(
                rung=skip.rung, person=skip.person, reason=skip.reason, occasion=skip.occasion
            )
            self.take(at(day, 9), step)
        if due.not_returned:
            self.take(at(day, 9), RecordedNotReturned())
        if due.unreachable:
            self.take(at(day, 9), BecameUnreachable())
        for ask in due.asks:
            self.said.append((day.isoformat(), ask.person, ask.rung))
            self.take(
                at(day, 9),
                Reminded(rung=ask.rung, person=ask.person, letter="l", occasion=ask.occasion),
            )
            if delivered:
                self.told.setdefault(ask.rung, day)

    def days(self, first: date, last: date) -> Iterable[date]:
        while first <= last:
            yield first
            first += timedelta(days=1)

    def through(self, first: str, last: str) -> list[Said]:
        before = len(self.said)
        for day in self.days(date.fromisoformat(first), date.fromisoformat(last)):
            self.round(day)
        return self.said[before:]

    def skipped(self) -> list[tuple[str, int]]:
        return [(h.step.rung, h.step.person) for h in self.steps if isinstance(h.step, Skipped)]


@pytest.fixture
def play(policy: Policy, calendar: Calendar, dates: Dates) -> Play:
    return Play(policy, calendar, dates)


def test_who_never_answers_hears_each_rung_once_on_its_day_and_no_more(play: Play) -> None:
    assert play.through("2026-10-01", "2026-12-31") == [
        ("2026-10-01", SIGNER, "notice"),
        ("2026-10-01", LEAD, "request"),
        ("2026-10-14", LEAD, "remind-10"),
        ("2026-10-21", LEAD, "remind-5"),
        ("2026-10-21", SIGNER, "remind-5-signer"),
        ("2026-10-28", LEAD, "remind-0"),
        ("2026-10-29", LEAD, "overdue-1"),
        ("2026-11-04", SIGNER, "overdue-5"),
        ("2026-11-11", COMMISSIONER, "overdue-10"),
    ]
    recorded = [h.at for h in play.steps if isinstance(h.step, RecordedNotReturned)]
    assert [london_date(moment) for moment in recorded] == [date(2026, 11, 11)]
    assert play.skipped() == []


def test_after_an_outage_each_person_hears_the_highest_rung_once_and_the_rest_is_skipped(
    play: Play,
) -> None:
    play.round(date(2026, 10, 1))
    said = play.through("2026-10-22", "2026-10-22")
    assert said == [
        ("2026-10-22", LEAD, "remind-5"),
        ("2026-10-22", SIGNER, "remind-5-signer"),
    ]
    assert play.skipped() == [("remind-10", LEAD)]
    assert play.through("2026-10-23", "2026-10-27") == []


def test_a_reminder_is_never_sent_once_the_due_date_has_passed(play: Play) -> None:
    play.round(date(2026, 10, 1))
    said = play.through("2026-10-30", "2026-10-30")
    assert said == [("2026-10-30", LEAD, "overdue-1")]
    assert set(play.skipped()) == {
        ("remind-10", LEAD),
        ("remind-5", LEAD),
        ("remind-5-signer", SIGNER),
        ("remind-0", LEAD),
    }


def test_not_returned_waits_five_working_days_from_the_day_the_signer_was_told(play: Play) -> None:
    play.round(date(2026, 10, 1))
    assert play.through("2026-11-10", "2026-11-13") == [
        ("2026-11-10", LEAD, "overdue-1"),
        ("2026-11-10", SIGNER, "overdue-5"),
    ]
    assert play.life.not_returned_at is None
    play.through("2026-11-16", "2026-11-16")
    assert play.life.not_returned_at is None
    assert play.through("2026-11-17", "2026-11-17") == [("2026-11-17", COMMISSIONER, "overdue-10")]
    assert play.life.not_returned_at is not None


def test_a_warning_that_was_never_handed_over_warns_nobody(play: Play) -> None:
    for day in play.days(date(2026, 10, 1), date(2026, 12, 31)):
        play.round(day, delivered=False)
    assert play.life.not_returned_at is None
    assert not [s for s in play.said if s[2] == "overdue-10"]


def test_nothing_goes_out_on_a_weekend_or_a_bank_holiday(
    policy: Policy, calendar: Calendar
) -> None:
    quarter = Quarter.parse("2025-26-Q4")
    easter = Play(policy, calendar, policy.dates(quarter, calendar))
    easter.through("2026-04-01", "2026-06-30")
    days = {date.fromisoformat(day) for day, _, _ in easter.said}
    assert days
    assert all(calendar.is_working_day(day) for day in days)


def test_after_hand_over_the_signer_is_chased_and_not_the_lead(play: Play) -> None:
    play.through("2026-10-01", "2026-10-15")
    play.take(at(date(2026, 10, 16), 12), Started(), HandedOver(document="d"), by="person:1")
    said = play.through("2026-10-17", "2026-11-10")
    assert {person for _, person, _ in said} == {SIGNER}
    assert ("2026-10-29", SIGNER, "overdue-1") in said


def test_the_signer_is_left_alone_before_the_due_date_once_the_return_is_started(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-15")
    play.take(at(date(2026, 10, 16), 12), Started())
    assert ("2026-10-21", SIGNER, "remind-5-signer") not in play.through("2026-10-17", "2026-10-28")


def test_receipt_stops_the_chase_and_is_acknowledged_once_to_lead_and_signer(play: Play) -> None:
    play.through("2026-10-01", "2026-10-15")
    play.take(at(date(2026, 10, 16), 12), Signed(document="d"), by="person:3")
    assert play.through("2026-10-16", "2026-11-24") == [
        ("2026-10-16", LEAD, "receipt"),
        ("2026-10-16", SIGNER, "receipt"),
    ]


def test_a_new_lead_is_spared_old_news_but_not_what_is_still_asked(play: Play) -> None:
    play.through("2026-10-01", "2026-10-15")
    play.take(at(date(2026, 10, 16), 12), Signed(document="d"), by="person:3")
    play.through("2026-10-16", "2026-10-19")
    follower = Reachable(6, Role.LEAD)
    play.people = (follower, *PEOPLE[1:])
    assert play.through("2026-10-20", "2026-10-30") == []
    play.take(at(date(2026, 11, 2), 12), Challenged(commitment="W1", question="Who?"))
    assert play.through("2026-11-03", "2026-11-04") == [("2026-11-03", 6, "question")]


def test_a_new_lead_before_the_return_is_in_is_asked_for_it(play: Play) -> None:
    play.through("2026-10-01", "2026-10-14")
    play.people = (Reachable(6, Role.LEAD), *PEOPLE[1:])
    assert ("2026-10-15", 6, "remind-10") in play.through("2026-10-15", "2026-10-15")


def test_every_question_is_put_once_and_a_second_one_again(play: Play) -> None:
    play.take(at(date(2026, 10, 2), 12), Signed(document="d"))
    play.through("2026-10-02", "2026-11-12")
    play.take(at(date(2026, 11, 12), 12), Challenged(commitment="W1", question="Who?"))
    assert play.through("2026-11-13", "2026-11-16") == [("2026-11-13", LEAD, "question")]
    play.take(at(date(2026, 11, 16), 12), Challenged(commitment="W2", question="When?"))
    assert play.through("2026-11-17", "2026-11-18") == [("2026-11-17", LEAD, "question")]


def test_lead_and_signer_are_asked_to_check_facts_once_the_return_is_confirmed(play: Play) -> None:
    play.take(at(date(2026, 10, 2), 12), Signed(document="d"))
    play.through("2026-10-02", "2026-11-12")
    play.take(at(date(2026, 11, 12), 12), Confirmed())
    assert play.through("2026-11-13", "2026-11-20") == [
        ("2026-11-13", LEAD, "facts"),
        ("2026-11-13", SIGNER, "facts"),
    ]


def test_what_nobody_confirmed_is_sent_for_checking_when_the_time_for_it_has_ended(
    play: Play,
) -> None:
    play.take(at(date(2026, 10, 2), 12), Signed(document="d"))
    said = play.through("2026-10-02", "2026-12-01")
    assert ("2026-11-26", LEAD, "facts") in said
    assert [day for day, _, rung in said if rung == "facts"] == ["2026-11-26", "2026-11-26"]


def test_an_extension_moves_the_rungs_not_yet_said_and_repeats_none(play: Play) -> None:
    play.through("2026-10-01", "2026-10-29")
    play.take(at(date(2026, 10, 30), 12), Extended(due=date(2026, 11, 11), reason="r", public="p"))
    said = play.through("2026-10-31", "2026-12-31")
    assert said == [
        ("2026-11-18", SIGNER, "overdue-5"),
        ("2026-11-25", COMMISSIONER, "overdue-10"),
    ]


def test_a_refused_address_passes_the_current_rung_to_the_next_person(play: Play) -> None:
    play.through("2026-10-01", "2026-10-01")
    play.take(at(date(2026, 10, 1), 10), Refused(person=LEAD, letter="l"))
    assert play.through("2026-10-02", "2026-10-14") == [
        ("2026-10-02", DEPUTY, "request"),
        ("2026-10-14", DEPUTY, "remind-10"),
    ]


def test_who_first_hears_late_has_their_full_notice(play: Play) -> None:
    play.through("2026-10-01", "2026-10-14")
    play.take(at(date(2026, 10, 14), 10), Refused(person=LEAD, letter="l"))
    moved = play.ask(date(2026, 10, 15)).due_moves
    assert moved == date(2026, 11, 5)
    assert play.calendar.between(date(2026, 10, 15), moved) == play.policy.least_notice


def test_when_every_address_refuses_the_return_is_unreachable_and_the_commissioner_is_told(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-01")
    for person in (LEAD, DEPUTY, SIGNER, MANAGER):
        play.take(at(date(2026, 10, 1), 10), Refused(person=person, letter="l"))
    said = play.through("2026-10-02", "2026-12-31")
    assert play.life.unreachable
    assert said == [("2026-10-05", COMMISSIONER, "unreachable")]
    assert play.life.not_returned_at is None


def test_somebody_who_is_lead_and_signer_hears_the_higher_of_two_rungs(play: Play) -> None:
    play.people = (Reachable(LEAD, Role.LEAD), Reachable(LEAD, Role.SIGNER))
    assert play.through("2026-10-01", "2026-10-01") == [("2026-10-01", LEAD, "request")]
    assert play.skipped() == [("notice", LEAD)]


def test_a_paused_return_is_owed_nothing(play: Play) -> None:
    case = Case(play.life, PEOPLE, {}, play.dates.challenge_ends, paused=True)
    assert owed(case, play.policy, play.calendar, at(date(2026, 10, 1), 9)) == Owed()


def test_chasing_halts_unless_the_bank_holidays_are_known_to_the_end_of_the_ladder(
    policy: Policy, calendar: Calendar, dates: Dates
) -> None:
    with pytest.raises(BeyondHorizon):
        Play(policy, replace(calendar, horizon=date(2026, 11, 10)), dates).round(dates.opens)
    Play(policy, replace(calendar, horizon=date(2026, 11, 11)), dates).round(dates.opens)


@pytest.mark.parametrize("first", ["2026-10-01", "2026-10-09", "2026-10-30", "2026-11-05"])
def test_a_longer_outage_never_brings_more_letters(
    policy: Policy, calendar: Calendar, dates: Dates, first: str
) -> None:
    counts = []
    for gap in (0, 1, 3, 7, 21):
        play = Play(policy, calendar, dates)
        play.through("2026-10-01", first)
        resumes = date.fromisoformat(first) + timedelta(days=1 + gap)
        play.through(resumes.isoformat(), "2027-01-15")
        counts.append(len(play.said))
    assert counts == sorted(counts, reverse=True)
