"""Who is written to, when, and when not: the ladder asked one day at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from charter.chasing import ASKED_LATE, NEXT_IN_LINE, Case, Owed, Reachable, owed, why_not
from charter.folding import fold
from charter.holidays import read_holidays
from charter.policy import Dates, Policy, Role, read_policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, at, london_date
from charter.returns import Life
from charter.steps import (
    BecameReachable,
    BecameUnreachable,
    Challenged,
    Confirmed,
    DueMoved,
    Extended,
    ExtensionAsked,
    ExtensionDeclined,
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
    return read_policy(shipped("policy-2026.4.toml"))


@pytest.fixture(scope="module")
def dates(policy: Policy, calendar: Calendar) -> Dates:
    return policy.dates(QUARTER, calendar)


class Play:
    """One return played day by day, with the letters it brings about."""

    def __init__(self, policy: Policy, calendar: Calendar, dates: Dates) -> None:
        self.policy, self.calendar, self.dates = policy, calendar, dates
        self.people: tuple[Reachable, ...] = PEOPLE
        self.paused = False
        self.asked_on: dict[int, date] = {}
        self.unconfirmed: frozenset[int] = frozenset()
        self.quarters_unreachable = 0
        self.steps: list[Happened] = []
        self.told: dict[str, date] = {}
        self.said: list[Said] = []
        self.take(at(dates.opens, 8), Requested(due=dates.due))

    @property
    def life(self) -> Life:
        return fold(self.steps)

    def take(self, when: datetime, *steps: Step, by: str = "engine") -> None:
        self.steps += [Happened(when, by, step) for step in steps]

    @property
    def case(self) -> Case:
        refused = self.life.refused
        return Case(
            life=self.life,
            people=tuple(replace(p, refused=p.person in refused) for p in self.people),
            told=self.told,
            challenge_ends=self.dates.challenge_ends,
            paused=self.paused,
            asked_on=self.asked_on,
            unconfirmed=self.unconfirmed,
            quarters_unreachable=self.quarters_unreachable,
        )

    def ask(self, day: date) -> Owed:
        return owed(self.case, self.policy, self.calendar, at(day, 9))

    def why_not(self, rung: str, person: int, day: str) -> str | None:
        now = at(date.fromisoformat(day), 10)
        return why_not(self.policy.find(rung), self.case, person, now, self.policy)

    def round(self, day: date, *, delivered: bool = True) -> None:
        due = self.ask(day)
        if due.due_moves:
            self.take(at(day, 9), DueMoved(due=due.due_moves, why=due.due_why))
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
            if self.policy.find(ask.rung).is_chaser:
                self.asked_on[ask.person] = day
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

    def recorded(self) -> list[date]:
        """The London date on which it was recorded as not returned, if that stands."""
        moment = self.life.not_returned_at
        return [london_date(moment)] if moment else []

    def skips(self) -> list[Skipped]:
        return [happened.step for happened in self.steps if isinstance(happened.step, Skipped)]

    def skipped(self) -> list[tuple[str, int]]:
        return [(step.rung, step.person) for step in self.skips()]


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
    assert [step.reason for step in play.skips()] == ["'remind-5' says more"]
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
    assert {step.reason for step in play.skips()} == {"the due date has passed"}


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
        ("2026-10-02", COMMISSIONER, "refused"),
        ("2026-10-02", DEPUTY, "request"),
        ("2026-10-14", DEPUTY, "remind-10"),
    ]


def test_each_address_that_refuses_is_told_of_once_and_not_after_the_list_is_mended(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-01")
    play.take(at(date(2026, 10, 1), 10), Refused(person=LEAD, letter="l"))
    play.through("2026-10-02", "2026-10-05")
    play.take(at(date(2026, 10, 5), 10), Refused(person=DEPUTY, letter="l"))
    again = [said for said in play.through("2026-10-06", "2026-10-09") if said[2] == "refused"]
    assert again == [("2026-10-06", COMMISSIONER, "refused")]
    play.take(at(date(2026, 10, 9), 10), Refused(person=SIGNER, letter="l"))
    mended = tuple(p for p in PEOPLE if p.person not in (LEAD, DEPUTY, SIGNER))
    play.people = (Reachable(6, Role.LEAD), Reachable(7, Role.SIGNER), *mended)
    assert [s for s in play.through("2026-10-12", "2026-10-13") if s[2] == "refused"] == []


def test_who_first_hears_late_has_their_full_notice(play: Play) -> None:
    play.through("2026-10-01", "2026-10-14")
    play.take(at(date(2026, 10, 14), 10), Refused(person=LEAD, letter="l"))
    due = play.ask(date(2026, 10, 15))
    moved = due.due_moves
    assert moved == date(2026, 11, 5)
    assert due.due_why == NEXT_IN_LINE
    assert play.calendar.between(date(2026, 10, 15), moved) == play.policy.least_notice


def test_when_every_address_refuses_the_return_is_unreachable_and_the_commissioner_is_told(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-01")
    for person in (LEAD, DEPUTY, SIGNER, MANAGER):
        play.take(at(date(2026, 10, 1), 10), Refused(person=person, letter="l"))
    said = play.through("2026-10-02", "2026-12-31")
    assert play.life.unreachable
    assert said == [("2026-10-02", COMMISSIONER, "unreachable")]
    assert play.life.not_returned_at is None


def test_a_list_that_fails_again_after_it_was_mended_is_told_of_again(play: Play) -> None:
    play.people = (Reachable(COMMISSIONER, Role.COMMISSIONER),)
    assert play.through("2026-10-01", "2026-10-02") == [("2026-10-01", COMMISSIONER, "unreachable")]
    play.take(at(date(2026, 10, 2), 12), BecameReachable())
    assert play.through("2026-10-05", "2026-10-06") == [("2026-10-05", COMMISSIONER, "unreachable")]


def test_after_two_quarters_with_nobody_to_reach_the_commissioner_is_to_name_a_contact(
    play: Play,
) -> None:
    play.people, play.quarters_unreachable = (Reachable(COMMISSIONER, Role.COMMISSIONER),), 1
    assert play.through("2026-10-01", "2026-10-02") == [("2026-10-01", COMMISSIONER, "unreachable")]
    play.quarters_unreachable = 2
    assert play.through("2026-10-05", "2026-10-09") == [
        ("2026-10-05", COMMISSIONER, "name-contact")
    ]


def test_of_two_letters_about_a_failing_list_the_commissioner_gets_the_one_that_says_more(
    play: Play,
) -> None:
    play.people, play.quarters_unreachable = (Reachable(COMMISSIONER, Role.COMMISSIONER),), 2
    assert play.through("2026-10-01", "2026-10-02") == [
        ("2026-10-01", COMMISSIONER, "name-contact")
    ]
    assert play.skipped() == [("unreachable", COMMISSIONER)]


def test_somebody_who_is_lead_and_signer_hears_the_higher_of_two_rungs(play: Play) -> None:
    play.people = (Reachable(LEAD, Role.LEAD), Reachable(LEAD, Role.SIGNER))
    assert play.through("2026-10-01", "2026-10-01") == [("2026-10-01", LEAD, "request")]
    assert play.skipped() == [("notice", LEAD)]


def test_a_paused_return_is_owed_nothing_and_goes_on_from_how_it_then_stands(play: Play) -> None:
    play.through("2026-10-01", "2026-10-01")
    play.paused = True
    assert play.ask(date(2026, 10, 14)) == Owed()
    assert play.why_not("remind-10", LEAD, "2026-10-14") == "paused"
    play.paused = False
    assert play.through("2026-10-22", "2026-10-22") == [
        ("2026-10-22", LEAD, "remind-5"),
        ("2026-10-22", SIGNER, "remind-5-signer"),
    ]
    assert play.skipped() == [("remind-10", LEAD)]


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


def test_whoever_is_first_asked_late_has_their_full_notice_and_is_told_why(play: Play) -> None:
    play.paused = True
    play.through("2026-10-01", "2026-10-15")
    play.paused = False
    due = play.ask(date(2026, 10, 16))
    assert (due.due_moves, due.due_why) == (date(2026, 11, 6), ASKED_LATE)
    said = play.through("2026-10-16", "2026-10-22")
    assert said == [("2026-10-16", SIGNER, "notice"), ("2026-10-16", LEAD, "request")]
    assert play.ask(date(2026, 10, 23)).due_moves is None


def test_what_was_recorded_as_not_returned_gets_no_later_date_from_a_bounce(play: Play) -> None:
    play.through("2026-10-01", "2026-11-11")
    assert play.life.not_returned_at is not None
    play.take(at(date(2026, 11, 11), 10), Refused(person=LEAD, letter="l"))
    assert play.ask(date(2026, 11, 12)).due_moves is None


def test_the_due_date_stays_when_enough_notice_is_left(play: Play) -> None:
    play.paused = True
    play.through("2026-10-01", "2026-10-06")
    play.paused = False
    assert play.calendar.shift(date(2026, 10, 7), play.policy.least_notice) == play.life.due
    assert play.ask(date(2026, 10, 7)).due_moves is None


GAPPED = {"remind-5": 5, "remind-0": 5, "overdue-1": 3}


@pytest.fixture
def gapped(policy: Policy, calendar: Calendar, dates: Dates) -> Play:
    """The ladder with some working days between two letters to the same person."""
    rungs = tuple(r.model_copy(update={"gap": GAPPED.get(r.id, 0)}) for r in policy.rung)
    return Play(policy.model_copy(update={"rung": rungs}), calendar, dates)


def test_a_rung_waits_for_its_gap_and_then_says_the_highest_once(gapped: Play) -> None:
    gapped.round(date(2026, 10, 1))
    gapped.round(date(2026, 10, 19))
    leads = [said for said in gapped.through("2026-10-20", "2026-11-03") if said[1] == LEAD]
    assert leads == [("2026-10-26", LEAD, "remind-5"), ("2026-10-29", LEAD, "overdue-1")]
    assert gapped.skipped() == [("remind-0", LEAD)]


def test_nothing_lower_is_said_in_place_of_a_rung_that_waits_for_its_gap(gapped: Play) -> None:
    gapped.round(date(2026, 10, 1))
    gapped.asked_on[LEAD] = date(2026, 10, 20)
    due = gapped.ask(date(2026, 10, 21))
    assert LEAD not in {ask.person for ask in due.asks}
    assert LEAD not in {skip.person for skip in due.skips}


def test_a_gap_binds_nobody_who_was_not_asked(gapped: Play) -> None:
    gapped.through("2026-10-01", "2026-10-20")
    gapped.people = (Reachable(6, Role.LEAD), *PEOPLE[1:])
    assert ("2026-10-21", 6, "remind-5") in gapped.through("2026-10-21", "2026-10-21")


STARTED, PASSED = (Started(),), (Started(), HandedOver(document="d"))


@pytest.mark.parametrize(
    ("steps", "before_due", "after_due"),
    [
        ((), {LEAD, SIGNER}, {LEAD, SIGNER}),
        (STARTED, {LEAD}, {LEAD, SIGNER}),
        (PASSED, {SIGNER}, {SIGNER}),
    ],
    ids=["not started", "started, not finished", "waiting for the signer"],
)
def test_each_standing_goes_to_the_right_one_of_lead_and_signer(
    play: Play, steps: tuple[Step, ...], before_due: set[int], after_due: set[int]
) -> None:
    play.through("2026-10-01", "2026-10-13")
    play.take(at(date(2026, 10, 13), 12), *steps, by="person:1")
    assert {person for _, person, _ in play.through("2026-10-14", "2026-10-28")} == before_due
    assert {person for _, person, _ in play.through("2026-10-29", "2026-11-10")} == after_due


def test_what_waits_for_a_signer_nobody_can_reach_goes_back_to_the_lead(play: Play) -> None:
    play.through("2026-10-01", "2026-10-13")
    play.people = (PEOPLE[0], PEOPLE[-1])
    play.take(at(date(2026, 10, 13), 12), *PASSED, by="person:1")
    assert play.through("2026-10-14", "2026-10-14") == [("2026-10-14", LEAD, "remind-10")]


@pytest.mark.parametrize(
    ("given", "until", "then"),
    [
        (
            "2026-10-22",
            "2026-11-11",
            [
                ("2026-11-11", LEAD, "remind-0"),
                ("2026-11-12", LEAD, "overdue-1"),
                ("2026-11-18", SIGNER, "overdue-5"),
                ("2026-11-25", COMMISSIONER, "overdue-10"),
            ],
        ),
        (
            "2026-11-05",
            "2026-11-18",
            [("2026-12-02", COMMISSIONER, "overdue-10")],
        ),
        ("2026-11-12", "2026-11-18", []),
    ],
    ids=["before the due date", "once the signer was warned", "once it was not returned"],
)
def test_when_an_extension_runs_out_the_ladder_goes_on_where_it_stood(
    play: Play, given: str, until: str, then: list[Said]
) -> None:
    play.through("2026-10-01", given)
    end = date.fromisoformat(until)
    play.take(at(date.fromisoformat(given), 12), Extended(due=end, reason="r", public="p"))
    assert play.recorded() == []
    after = (date.fromisoformat(given) + timedelta(days=1)).isoformat()
    assert play.through(after, "2026-12-31") == then
    assert play.recorded() == [play.calendar.shift(end, 10)]


def test_the_signer_is_told_before_an_extension_ends_that_nothing_was_started(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-19")
    play.take(at(date(2026, 10, 19), 12), Extended(due=date(2026, 11, 11), reason="r", public="p"))
    said = play.through("2026-10-20", "2026-11-11")
    assert said == [
        ("2026-11-04", LEAD, "remind-5"),
        ("2026-11-04", SIGNER, "remind-5-signer"),
        ("2026-11-11", LEAD, "remind-0"),
    ]
    play.take(at(date(2026, 11, 4), 12), Started())
    assert play.why_not("remind-5-signer", SIGNER, "2026-11-04") == "it has been started"


def test_a_letter_planned_before_an_extension_is_stopped_by_it(play: Play) -> None:
    play.through("2026-10-01", "2026-10-29")
    assert play.why_not("overdue-1", LEAD, "2026-10-29") is None
    end = date(2026, 11, 11)
    play.take(at(date(2026, 10, 29), 9, 30), Extended(due=end, reason="r", public="p"))
    assert play.why_not("overdue-1", LEAD, "2026-10-29") == "extended"


def test_a_letter_planned_for_somebody_who_has_left_is_stopped(play: Play) -> None:
    play.through("2026-10-01", "2026-10-14")
    play.people = (Reachable(6, Role.LEAD), *PEOPLE[1:])
    why = play.why_not("remind-10", LEAD, "2026-10-14")
    assert why == "somebody else is to be written to now"


MORE = ExtensionAsked(until=date(2026, 11, 11), reason="Our lead is ill.")
NO = ExtensionDeclined(reason="Two weeks are enough.")


def test_an_answer_is_told_once_and_a_second_answer_again(play: Play) -> None:
    play.through("2026-10-01", "2026-10-06")
    play.take(at(date(2026, 10, 6), 12), MORE, NO)
    assert play.through("2026-10-07", "2026-10-09") == [("2026-10-07", LEAD, "answer")]
    play.take(at(date(2026, 10, 9), 12), MORE, Extended(due=MORE.until, reason="r", public="p"))
    assert play.through("2026-10-12", "2026-10-13") == [("2026-10-12", LEAD, "answer")]


def test_an_answer_waits_while_more_time_is_asked_for_again_and_ends_with_the_return(
    play: Play,
) -> None:
    play.through("2026-10-01", "2026-10-06")
    play.take(at(date(2026, 10, 6), 12), MORE, NO, MORE)
    assert play.through("2026-10-07", "2026-10-08") == []
    play.take(at(date(2026, 10, 8), 12), NO)
    assert play.why_not("answer", LEAD, "2026-10-09") is None
    play.take(at(date(2026, 10, 9), 9), Signed(document="d"), by="person:3")
    assert play.why_not("answer", LEAD, "2026-10-09") == "received"


def test_a_due_date_moved_by_a_holiday_is_told_to_lead_and_signer_once(play: Play) -> None:
    play.through("2026-10-01", "2026-10-06")
    later = DueMoved(due=date(2026, 10, 29), why="a day of mourning", cause="holiday")
    play.take(at(date(2026, 10, 6), 12), later)
    assert play.through("2026-10-07", "2026-10-09") == [
        ("2026-10-07", LEAD, "moved"),
        ("2026-10-07", SIGNER, "moved"),
    ]


def test_who_has_not_confirmed_for_a_year_is_asked_once_a_quarter_while_a_return_is_owed(
    play: Play,
) -> None:
    play.unconfirmed = frozenset({LEAD})
    first = play.through("2026-10-01", "2026-10-13")
    assert [said for said in first if said[2] == "confirm"] == [("2026-10-01", LEAD, "confirm")]
    play.unconfirmed = frozenset({LEAD, SIGNER})
    assert play.through("2026-10-14", "2026-10-14") == [
        ("2026-10-14", SIGNER, "confirm"),
        ("2026-10-14", LEAD, "remind-10"),
    ]
    assert play.why_not("confirm", DEPUTY, "2026-10-14") == "somebody else is to be written to now"
    play.unconfirmed = frozenset()
    assert play.why_not("confirm", LEAD, "2026-10-14") == "the details have been confirmed"


def test_nobody_is_asked_to_confirm_once_the_return_is_in(play: Play) -> None:
    play.take(at(date(2026, 10, 2), 8), Signed(document="d"), by="person:3")
    play.unconfirmed = frozenset({LEAD, SIGNER})
    assert {rung for _, _, rung in play.through("2026-10-02", "2026-10-09")} == {"receipt"}
