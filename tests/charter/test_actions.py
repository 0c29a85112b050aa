"""A promise keeps its first date for ever, and the open ones always add up."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from charter.actions import OPEN, Change, Promise, Slip, Tally, drafted, tally
from charter.quarters import Quarter

QUARTERS = ["2025-26-Q4", "2026-27-Q1", "2026-27-Q2", "2026-27-Q3"]
STATUSES = ["planned", "in_progress", "done", "not_doing"]


def promise(*changes: tuple[str, Any, str], first_due: str = "2026-09-30") -> Promise:
    """A promise with (quarter, status, due) for each time it was spoken of."""
    return Promise(
        "avon-1", "W4", "Fit a telephone", "Head of healthcare", None,
        date.fromisoformat(first_due),
        tuple(Change(q, None, s, date.fromisoformat(d), f"why {q}") for q, s, d in changes),
    )  # fmt: skip


def test_a_promise_stands_as_the_latest_quarter_left_it():
    moved = promise(
        ("2026-27-Q1", "planned", "2026-09-30"), ("2026-27-Q2", "in_progress", "2026-12-31")
    )
    assert (moved.status, moved.due, moved.is_open) == ("in_progress", date(2026, 12, 31), True)
    done = promise(("2026-27-Q1", "planned", "2026-09-30"), ("2026-27-Q2", "done", "2026-09-30"))
    assert (done.status, done.is_open) == ("done", False)


def test_a_promise_nobody_has_spoken_of_is_planned_for_its_first_date():
    new = promise()
    assert (new.status, new.due, new.slips) == ("planned", new.first_due, ())


def test_every_slip_is_kept_with_its_reason():
    twice = promise(
        ("2025-26-Q4", "planned", "2026-06-30"),
        ("2026-27-Q1", "in_progress", "2026-09-30"),
        ("2026-27-Q2", "in_progress", "2026-12-31"),
        first_due="2026-06-30",
    )
    assert twice.slips == (
        Slip(date(2026, 6, 30), date(2026, 9, 30), "why 2026-27-Q1"),
        Slip(date(2026, 9, 30), date(2026, 12, 31), "why 2026-27-Q2"),
    )


def test_a_date_brought_nearer_is_no_slip_but_moving_it_back_out_is():
    there_and_back = promise(
        ("2025-26-Q4", "planned", "2026-12-31"),
        ("2026-27-Q1", "planned", "2026-09-30"),
        ("2026-27-Q2", "planned", "2026-12-31"),
        first_due="2026-12-31",
    )
    assert [slip[:2] for slip in there_and_back.slips] == [(date(2026, 9, 30), date(2026, 12, 31))]


def test_the_date_on_a_finished_action_is_no_slip():
    late = promise(("2026-27-Q1", "planned", "2026-09-30"), ("2026-27-Q2", "done", "2026-11-30"))
    assert late.slips == ()


def test_of_two_returns_signed_for_a_quarter_the_later_says_how_it_stood():
    put_right = promise(
        ("2026-27-Q1", "planned", "2026-09-30"),
        ("2026-27-Q2", "planned", "2026-12-31"),
        ("2026-27-Q2", "done", "2026-09-30"),
    )
    assert (put_right.status, put_right.slips) == ("done", ())


def test_an_earlier_quarter_signed_late_does_not_undo_a_later_one():
    out_of_order = promise(
        ("2026-27-Q2", "done", "2026-09-30"), ("2026-27-Q1", "in_progress", "2026-09-30")
    )
    assert out_of_order.status == "done"


def test_a_quarter_s_actions_are_told_apart():
    q2 = Quarter.parse("2026-27-Q2")
    kept = promise(("2026-27-Q1", "planned", "2026-09-30"))
    closed = promise(
        ("2026-27-Q1", "planned", "2026-09-30"), ("2026-27-Q2", "not_doing", "2026-09-30")
    )
    new = promise(("2026-27-Q2", "planned", "2026-12-31"))
    at_once = promise(("2026-27-Q2", "done", "2026-12-31"))
    later = promise(("2026-27-Q3", "planned", "2026-12-31"))
    assert tally([kept, closed, new, at_once, later], q2) == Tally(
        brought_forward=2, new=2, closed=2, open=2
    )
    assert tally([], q2) == Tally(0, 0, 0, 0)


SAID = st.lists(
    st.tuples(st.sampled_from(QUARTERS), st.sampled_from(STATUSES), st.just("2026-09-30")),
    max_size=6,
)


@given(st.lists(SAID.map(lambda said: promise(*said)), max_size=8))
def test_open_is_always_brought_forward_plus_new_less_closed(promises):
    open_before = 0
    for name in QUARTERS:
        quarter = Quarter.parse(name)
        counted = tally(promises, quarter)
        assert counted.open == counted.brought_forward + counted.new - counted.closed
        assert counted.brought_forward == open_before
        assert counted.open == sum(p.was_open(quarter) for p in promises)
        assert min(counted.new, counted.closed) >= 0
        open_before = counted.open
    assert open_before == sum(p.is_open and bool(p.changes) for p in promises)


IDS = st.sampled_from(["a-1", "a-2", "a-3"])


@given(
    st.sets(IDS),
    st.dictionaries(IDS, st.sampled_from(STATUSES)),
    st.lists(st.sampled_from(STATUSES)),
)
def test_a_draft_always_adds_up_to_what_is_open_in_it(promised, known, unnumbered):
    said = [*known.items(), *((None, status) for status in unnumbered)]
    sums = drafted(promised, said)
    still = sum(status in OPEN for _, status in said) + len(promised - known.keys())
    assert sums.open == still == sums.brought_forward + sums.new - sums.closed


def test_what_nobody_has_spoken_of_yet_is_open_still():
    assert drafted({"a-1", "a-2"}, [("a-1", "done"), (None, "planned")]) == Tally(2, 1, 1, 2)
