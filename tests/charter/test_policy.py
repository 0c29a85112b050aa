"""The shipped policy gives the programme's dates, and a policy that breaks the rules is refused."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.policy import Anchor, Dates, Role, read_policy
from charter.quarters import BeyondHorizon, Quarter
from tests.support.rules import CALENDAR, DATA, POLICY, POLICY_TEXT, Q2

LETTERS = {
    "request", "notice", "reminder", "overdue", "warning", "not_returned", "receipt", "question",
    "reply_window", "published", "unreachable", "refused", "name_contact", "answer", "moved",
    "promise_overdue", "promise_offered", "dispute", "decided",
    "confirm",
}  # fmt: skip


def test_the_dates_of_july_to_september_2026_are_the_announced_ones():
    assert POLICY.dates(Q2, CALENDAR) == Dates(
        requests_close=date(2026, 9, 16),
        opens=date(2026, 10, 1),
        due=date(2026, 10, 28),
        not_returned=date(2026, 11, 11),
        challenge_ends=date(2026, 11, 25),
        reply_ends=date(2026, 12, 2),
        publishes=date(2026, 12, 8),
    )


def test_the_ladder_of_july_to_september_2026_falls_on_the_announced_days():
    due = POLICY.dates(Q2, CALENDAR).due
    days = {
        rung.id: str(CALENDAR.shift(due, rung.offset))
        for rung in POLICY.rung
        if rung.anchor is Anchor.DUE
    }
    assert days == {
        "remind-10": "2026-10-14",
        "remind-5": "2026-10-21",
        "remind-5-signer": "2026-10-21",
        "remind-0": "2026-10-28",
        "overdue-1": "2026-10-29",
        "overdue-5": "2026-11-04",
        "overdue-10": "2026-11-11",
    }


def test_who_is_written_to_at_each_rung():
    lead, signer, both = (Role.LEAD,), (Role.SIGNER,), (Role.LEAD, Role.SIGNER)
    assert {rung.id: rung.to for rung in POLICY.rung} == {
        "published": both,
        "receipt": both,
        "confirm": both,
        "answer": lead,
        "moved": both,
        "decided": (*both, Role.COMMISSIONER),
        "promise-offered": lead,
        "promise-overdue-1": lead,
        "promise-overdue-10": signer,
        "notice": signer,
        "request": lead,
        "remind-10": lead,
        "remind-5": lead,
        "remind-5-signer": signer,
        "remind-0": lead,
        "facts": (*both, Role.LISTENING_PARTNER),
        "question": lead,
        "dispute": (Role.ARBITER,),
        "overdue-1": lead,
        "overdue-5": signer,
        "refused": (Role.COMMISSIONER,),
        "unreachable": (Role.COMMISSIONER,),
        "name-contact": (Role.COMMISSIONER,),
        "overdue-10": (Role.COMMISSIONER,),
    }
    assert {rung.letter for rung in POLICY.rung} == LETTERS
    assert [rung.id for rung in POLICY.rung if rung.only == "not_started"] == ["remind-5-signer"]
    assert [rung.id for rung in POLICY.rung if rung.warns] == ["overdue-5"]
    assert [rung.id for rung in POLICY.rung if rung.records_not_returned] == ["overdue-10"]


def test_news_ranks_below_what_is_asked_and_later_chasers_above_earlier_ones():
    asks = min(POLICY.rank("request"), POLICY.rank("notice"))
    news = ("receipt", "published", "confirm", "answer", "moved", "decided")
    assert max(POLICY.rank(rung) for rung in news) < asks
    assert POLICY.rank("unreachable") < POLICY.rank("name-contact")
    chasers = [rung.offset for rung in POLICY.rung if rung.anchor is Anchor.DUE]
    assert chasers == sorted(chasers)


def test_the_policy_of_older_cycles_still_reads_and_has_none_of_the_later_rungs():
    older = read_policy((DATA / "policy-2026.1.toml").read_text("utf-8"))
    later = [rung for rung in POLICY.rung if rung.id not in {known.id for known in older.rung}]
    assert [rung for rung in POLICY.rung if rung not in later] == list(older.rung)
    assert {rung.id for rung in later} == {
        "confirm", "answer", "moved", "refused", "name-contact", "promise-offered",
        "promise-overdue-1", "promise-overdue-10", "dispute", "decided",
    }  # fmt: skip
    others = {"version", "rung", "holds_alarm", "holds_particulars", "answer_days"}
    assert older.model_dump(exclude=others) == POLICY.model_dump(exclude=others)


def test_a_rung_is_found_by_its_id():
    assert POLICY.find("overdue-5").letter == "warning"
    with pytest.raises(KeyError, match="no rung 'knock'"):
        POLICY.find("knock")


def test_a_cycle_that_runs_past_the_known_holidays_has_no_dates():
    with pytest.raises(BeyondHorizon):
        POLICY.dates(Quarter.parse("2028-29-Q3"), CALENDAR)
    with pytest.raises(BeyondHorizon):
        POLICY.publication_day(date(2028, 12, 30), CALENDAR)


@pytest.mark.parametrize(
    ("earliest", "published"),
    [
        ("2026-12-07", "2026-12-08"),  # a Monday waits for Tuesday
        ("2026-12-11", "2026-12-15"),  # so does a Friday
        ("2027-03-25", "2027-03-30"),  # Maundy Thursday is the eve of a holiday
        ("2026-12-24", "2026-12-29"),  # Christmas Eve too; Monday 28 is a holiday
        ("2027-12-28", "2027-12-29"),  # Tuesday 28 is a holiday itself
        ("2026-12-30", "2026-12-30"),
        ("2026-12-31", "2027-01-05"),  # the eve of New Year's Day
    ],
)
def test_a_page_comes_out_midweek_and_never_on_the_eve_of_a_holiday(earliest, published):
    day = POLICY.publication_day(date.fromisoformat(earliest), CALENDAR)
    assert str(day) == published


@given(st.dates(date(2019, 1, 1), date(2028, 12, 1)))
def test_publication_day_is_always_one_people_can_plan_for(earliest):
    day = POLICY.publication_day(earliest, CALENDAR)
    assert day >= earliest
    assert day.weekday() in (1, 2, 3)
    assert CALENDAR.is_working_day(day)
    assert CALENDAR.is_working_day(date.fromordinal(day.toordinal() + 1))


@given(st.builds(Quarter, st.integers(2019, 2027), st.integers(1, 4)))
def test_every_cycle_runs_in_order(quarter):
    dates = POLICY.dates(quarter, CALENDAR)
    in_order = list(dates.model_dump().values())
    assert in_order == sorted(in_order)
    assert CALENDAR.between(quarter.ends, dates.due) == POLICY.due


def test_the_bands_and_the_numbers_of_law_are_those_of_the_file():
    assert POLICY.bands == (
        (100, "fully"), (89, "substantially"), (77, "partially"), (0, "not_compliant"),
    )  # fmt: skip
    assert (POLICY.cap, POLICY.fewest_people, POLICY.approvals) == ("partially", 8, 2)
    assert (POLICY.fair_warning, POLICY.least_notice, POLICY.least_days_served) == (5, 15, 28)


@dataclass
class Spoiled:
    """One change that makes the shipped file wrong, and the words that should say so."""

    was: str
    now: str
    words: str


@pytest.mark.parametrize(
    "spoiled",
    [
        Spoiled('version = "2026.4"', "version =", "cannot be read as TOML"),
        Spoiled("due = 20", 'due = "20"', "due: this is not a whole number"),
        Spoiled("due = 20", "due = 2.5", "due: this is not a whole number"),
        Spoiled("due = 20", "due = true", "due: this is not a whole number"),
        Spoiled("due = 20", "due = 0", "due: this is less than 1"),
        Spoiled("due = 20", "due = 41", "in that order"),
        Spoiled("due = 20", "dew = 20", "dew: nothing of this name belongs here"),
        Spoiled("publishes_on = [1, 2, 3]", "publishes_on = []", "on a weekday"),
        Spoiled("publishes_on = [1, 2, 3]", "publishes_on = [6]", "number 1: this is more than 4"),
        Spoiled("[89,", "[77,", "bands run from the highest floor"),
        Spoiled('[0, "not_compliant"]', '[1, "not_compliant"]', "down to 0"),
        Spoiled('cap = "partially"', 'cap = "gold"', "the cap 'gold' is no band"),
        Spoiled('id = "remind-5"', 'id = "remind-0"', "rung 'remind-0' stands twice"),
        Spoiled('id = "remind-5"', 'id = "Remind 5"', "number 13, id: this is not written the way"),
        Spoiled('anchor = "opened"', 'anchor = "moon"', "choose one of opened, due"),
        Spoiled("warns = true", "warns = false", "needs a rung that warns"),
        Spoiled("offset = 5", "offset = 6", "no sooner than 5 working days"),
        Spoiled("offset = 5", "offset = -5", "'overdue-5': a rung warns the signer, and after"),
        Spoiled("offset = 1\n", "offset = 0\n", "'promise-overdue-1': a promise is asked about"),
        Spoiled(
            'offset = 10\nto = ["commissioner"]',
            'offset = 0\nto = ["commissioner"]',
            "'overdue-10': 'not returned' is recorded after",
        ),
        Spoiled('to = ["lead", "signer"]', "to = []", "number 1, to: "),
        Spoiled('anchor = "answered"', 'anchor = "answered"\ngap = 2', "rung 'answer': a gap"),
        Spoiled(
            'anchor = "unreachable"',
            'only = "not_started"\nanchor = "unreachable"',
            "rungs that ask",
        ),
        Spoiled(
            'only = "not_started"', 'only = "unconfirmed"', "'unconfirmed' counts from 'opened'"
        ),
        Spoiled('only = "not_started"', 'only = "unreachable_for_long"', "from 'unreachable'"),
        Spoiled("fewest_people = 8", "fewest_people = 2", "fewest_people: this is less than 3"),
    ],
    ids=lambda spoiled: spoiled.now,
)
def test_a_policy_that_breaks_the_rules_is_refused_in_a_sentence(spoiled):
    assert spoiled.was in POLICY_TEXT
    with pytest.raises(ValueError, match=spoiled.words) as refused:
        read_policy(POLICY_TEXT.replace(spoiled.was, spoiled.now, 1))
    assert "policy" in str(refused.value)
    assert "\n" not in str(refused.value)
