"""A due date is proved day by day, and moves later with a new bank holiday, never earlier."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.folding import fold
from charter.proof import (
    Day,
    Rule,
    Standstill,
    count,
    dates_moved,
    later,
    prove,
    rule_of,
    why_moved,
)
from charter.quarters import BeyondHorizon, Calendar, Quarter, at
from charter.steps import DueMoved, Extended, Happened, Released, Requested, Signed, Started
from tests.support.rules import CALENDAR, POLICY, Q2

DATES = POLICY.dates(Q2, CALENDAR)
OPENED = Requested(due=DATES.due)
NEW = date(2026, 10, 26)
LATER = replace(
    CALENDAR, holidays={**CALENDAR.holidays, NEW: "Coronation"}, version="2026-10-12", source="GOV"
)


def lived(*steps, first=OPENED, opened=date(2026, 10, 1)):
    taken = [Happened(at(opened, 9), "engine", first)]
    return taken + [Happened(at(day, 10), "person:1", step) for day, step in steps]


def proved(steps, *, calendar=CALENDAR, pauses=(), today=date(2026, 10, 12), opening=CALENDAR):
    return prove(steps, fold(steps), POLICY, Q2, calendar, opening, pauses, today)


def moves(steps, calendar, *, today=date(2026, 10, 12), before=CALENDAR):
    rule = rule_of(steps, POLICY, Q2, CALENDAR)
    return later(fold(steps), rule, calendar, before, today)


def test_every_day_to_the_due_date_is_counted_or_passed_over_with_the_reason():
    days = proved(lived()).days
    assert [day.on for day in days] == [date(2026, 10, n) for n in range(1, 29)]
    assert [day.number for day in days if day.number] == list(range(1, 21))
    assert days[2] == Day(date(2026, 10, 3), 0)
    assert days[2].why == "Saturday"
    assert days[-1] == Day(DATES.due, 20)


def test_a_holiday_in_the_count_is_named():
    proof = proved(lived(first=Requested(due=date(2026, 10, 29))), calendar=LATER)
    assert [(day.on, day.why) for day in proof.holidays] == [(NEW, "Coronation")]
    assert proof.days[-1].number == 20
    assert proof.notes == ()
    assert proof.source == "GOV"


@pytest.mark.parametrize(
    ("quarter", "due", "passed"),
    [
        ("2025-26-Q4", "2026-04-30", ["2026-04-03", "2026-04-06"]),
        ("2026-27-Q3", "2027-01-29", ["2027-01-01"]),
        ("2027-28-Q4", "2028-05-03", ["2028-04-14", "2028-04-17", "2028-05-01"]),
    ],
)
def test_the_count_is_the_known_one_across_easter_and_new_year(quarter, due, passed):
    which = Quarter.parse(quarter)
    rule = Rule(which.ends, POLICY.due, "the quarter ended")
    assert str(rule.on(CALENDAR)) == due
    days = count(which.ends, rule.on(CALENDAR), CALENDAR)
    assert [str(day.on) for day in days if day.holiday] == passed
    assert days[-1].number == 20


def test_a_day_beyond_the_list_is_not_counted():
    with pytest.raises(BeyondHorizon):
        count(date(2028, 12, 20), date(2029, 1, 10), CALENDAR)
    short = replace(CALENDAR, horizon=date(2026, 10, 20))
    proof = proved(lived(), calendar=short)
    assert proof.days == ()
    assert "known from 2019-01-01 to 2026-10-20" in proof.notes[0]
    assert "What would follow after that is not done" in proof.notes[-1]
    assert [str(on) for _, on in proof.follows] == []


def test_what_follows_the_due_date_is_said_until_the_list_ends():
    follows = [(words, str(on)) for words, on in proved(lived()).follows]
    assert follows[0] == ("Reminder to the lead, 10 working days before the due date", "2026-10-14")
    assert follows[-1] == (
        "Recorded as not returned and told to the commissioner, 10 working days after the due date",
        "2026-11-11",
    )
    short = proved(lived(), calendar=replace(CALENDAR, horizon=date(2026, 11, 6)))
    assert len(short.follows) == len(follows) - 1
    assert len(short.notes) == 1


def test_a_new_holiday_moves_an_open_date_later_by_one_and_says_which():
    assert moves(lived(), LATER) == date(2026, 10, 29)
    assert moves(lived(), CALENDAR) is None
    why = why_moved(CALENDAR, LATER, Q2.ends, date(2026, 10, 29))
    assert why == "there is a new bank holiday on 26 October 2026 (Coronation)"
    two = replace(LATER, holidays={**LATER.holidays, date(2026, 10, 27): "Jubilee"})
    assert moves(lived(), two) == date(2026, 10, 30)
    assert why_moved(CALENDAR, two, Q2.ends, date(2026, 10, 30)) == (
        "there are new bank holidays on 26 October 2026 (Coronation) and 27 October 2026 (Jubilee)"
    )
    assert "brought up to date" in why_moved(None, LATER, Q2.ends, date(2026, 10, 29))


def test_what_has_moved_does_not_move_again():
    moved = DueMoved(due=date(2026, 10, 29), why="a bank holiday was added", cause="holiday")
    assert moves(lived((date(2026, 10, 12), moved)), LATER) is None


def test_a_holiday_taken_out_moves_nothing_earlier_and_the_proof_says_so():
    fewer = replace(CALENDAR, holidays={})
    late = Requested(due=date(2026, 10, 29))
    assert moves(lived(first=late), fewer) is None
    assert "a due date never moves earlier" in proved(lived(first=late), calendar=fewer).notes[0]


@pytest.mark.parametrize(
    ("last", "today"),
    [
        (Signed(document="a"), date(2026, 10, 12)),
        (Released(reason="ended"), date(2026, 10, 12)),
        (Started(), date(2026, 10, 29)),
    ],
)
def test_a_return_that_came_left_or_is_late_keeps_its_date(last, today):
    steps = lived((date(2026, 10, 6), last))
    assert moves(steps, LATER, today=today) is None
    assert moves(lived(), LATER, today=DATES.due) == date(2026, 10, 29)


def test_a_date_of_its_own_is_counted_anew_from_the_day_it_was_asked_for():
    asked = date(2026, 10, 15)
    own = CALENDAR.shift(asked, 15)
    steps = lived(first=Requested(due=own, why="asked late"), opened=asked)
    assert rule_of(steps, POLICY, Q2, CALENDAR) == Rule(asked, 15, "it was asked for")
    assert moves(steps, LATER, today=asked) == own + timedelta(days=1)
    long = lived(first=Requested(due=CALENDAR.shift(asked, 20), why="it ended"), opened=asked)
    assert rule_of(long, POLICY, Q2, CALENDAR).working_days == 20
    assert rule_of(long, POLICY, Q2, None).working_days == 15


def test_a_date_that_moved_for_full_notice_is_counted_from_the_day_it_moved():
    day = date(2026, 10, 20)
    due = CALENDAR.shift(day, 15)
    steps = lived((day, DueMoved(due=due, why="full notice")))
    assert rule_of(steps, POLICY, Q2, CALENDAR).since == day
    assert moves(steps, LATER, today=day) == due + timedelta(days=1)


def test_an_extension_is_a_date_somebody_set_and_stays_unless_it_became_a_holiday():
    more = Extended(due=date(2026, 11, 11), reason="ill", public="Illness.")
    steps = lived((date(2026, 10, 12), more))
    assert moves(steps, LATER) is None
    onto = Extended(due=NEW + timedelta(days=3), reason="ill", public="Illness.")
    on_it = replace(CALENDAR, holidays={**CALENDAR.holidays, onto.due: "Coronation"})
    assert moves(lived((date(2026, 10, 12), onto)), on_it) == date(2026, 10, 30)
    passed = replace(LATER, holidays={**LATER.holidays, date(2026, 10, 27): "J"})
    assert moves(lived((date(2026, 10, 12), onto)), passed) == date(2026, 10, 30)


def test_an_extended_return_that_moved_is_extended_to_the_new_date():
    more = Extended(due=date(2026, 11, 11), reason="ill", public="Illness.")
    moved = DueMoved(due=date(2026, 11, 12), why="a bank holiday was added", cause="holiday")
    life = fold(lived((date(2026, 10, 12), more), (date(2026, 10, 13), moved)))
    assert life.state(at(date(2026, 11, 12), 12)) == "extended"
    assert life.state(at(date(2026, 11, 13), 0)) == "not_started"


def test_the_proof_tells_what_set_the_date_and_what_stood_still():
    more = Extended(due=date(2026, 11, 11), reason="ill", public="Illness.")
    moved = DueMoved(due=date(2026, 10, 29), why="a bank holiday was added", cause="holiday")
    paused = Standstill("this provider", date(2026, 10, 5), date(2026, 10, 7))
    steps = lived((date(2026, 10, 12), moved), (date(2026, 10, 13), more))
    proof = proved(steps, calendar=LATER, pauses=[paused])
    assert [(c.cause, str(c.due)) for c in proof.changes] == [
        ("asked", "2026-10-28"),
        ("holiday", "2026-10-29"),
        ("extension", "2026-11-11"),
    ]
    assert (proof.due, proof.counted) == (date(2026, 11, 11), date(2026, 10, 29))
    assert proof.pauses == (paused,)
    assert proof.notes == ()


def test_a_received_return_is_proved_by_the_date_it_was_received_under():
    signed = (date(2026, 10, 20), Signed(document="a"))
    steps = lived(
        signed, (date(2026, 10, 21), Extended(due=date(2026, 12, 1), reason="", public=""))
    )
    proof = proved(steps, calendar=LATER)
    assert proof.due == DATES.due
    assert proof.follows == ()
    assert "a date that has passed does not move" in proof.notes[0]
    assert "the next round moves it to 29 October 2026" in proved(lived(), calendar=LATER).notes[0]


def test_nothing_is_proved_of_what_was_never_asked_for():
    assert prove([], fold([]), POLICY, Q2, CALENDAR, None, [], date(2026, 10, 1)) is None


def test_the_dates_still_to_come_move_and_those_that_were_stay():
    counted = POLICY.dates(Q2, LATER)
    moved = dates_moved(DATES, counted, date(2026, 10, 12))
    assert moved == counted
    after_due = dates_moved(DATES, counted, date(2026, 10, 29))
    assert (after_due.due, after_due.not_returned) == (DATES.due, counted.not_returned)
    assert dates_moved(counted, DATES, date(2026, 10, 12)) == counted


DAYS = st.dates(date(2026, 9, 1), date(2026, 12, 31)).filter(lambda day: day.weekday() < 5)


@given(st.sets(DAYS, max_size=6), st.dates(date(2026, 9, 1), date(2026, 12, 20)))
def test_whatever_is_added_no_date_moves_earlier_and_the_order_is_kept(new, today):
    calendar: Calendar = replace(
        CALENDAR, holidays={**CALENDAR.holidays, **dict.fromkeys(new, "x")}
    )
    moved = dates_moved(DATES, POLICY.dates(Q2, calendar), today)
    before, after = DATES.model_dump(), moved.model_dump()
    assert all(after[name] >= before[name] for name in before)
    assert all(after[name] == day for name, day in before.items() if day < today)
    assert list(after.values()) == sorted(after.values())
    due = moves(lived(), calendar, today=today)
    in_count = [d for d in new if Q2.ends < d <= DATES.due and d not in CALENDAR.holidays]
    assert (due is not None) == (bool(in_count) and today <= DATES.due)
    assert due is None or due == moved.due
