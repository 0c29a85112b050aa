"""A return counts for the last letter before it came, and few returns are said to be few."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from charter.quarters import Quarter, at
from charter.rungs import BEFORE, FEWEST, Told, rung_words, which_works
from tests.support.rules import POLICY, Q2

LADDER = POLICY.rung
CHASERS = [rung.id for rung in LADDER if rung.is_chaser]


def told(received: datetime | None = None, **said: datetime) -> Told:
    return Told(Q2, {rung.replace("_", "-"): when for rung, when in said.items()}, received)


def rows(*returns: Told) -> dict[str, tuple[int, int]]:
    return {row.rung: (row.reached, row.received) for row in which_works(returns, LADDER)[0].rungs}


ASKED = at(date(2026, 10, 1), 10)
REMINDED = at(date(2026, 10, 14), 10)


def test_a_return_counts_for_the_last_letter_before_it_came():
    both = {"request": ASKED, "remind_10": REMINDED}
    counted = rows(
        told(at(date(2026, 10, 13), 9), request=ASKED),
        told(at(date(2026, 10, 14), 9), **both),
        told(at(date(2026, 10, 14), 11), **both),
        told(None, **both),
    )
    assert counted["request"] == (4, 2)
    assert counted["remind-10"] == (3, 1)
    assert counted["overdue-1"] == (0, 0)
    assert BEFORE not in counted


def test_of_two_letters_on_one_day_the_higher_counts():
    same = {"notice": at(date(2026, 10, 1), 11), "request": ASKED}
    counted = rows(told(at(date(2026, 10, 6), 9), **same))
    assert (counted["notice"][1], counted["request"][1]) == (0, 1)


def test_a_return_that_came_before_any_letter_is_said_to_have_done_so():
    counted = rows(told(ASKED, request=REMINDED), told(ASKED, receipt=ASKED))
    assert counted[BEFORE] == (0, 2)
    assert counted["request"] == (1, 0)


def test_the_usual_wait_is_the_middle_one_and_is_not_given_for_few():
    days = [date(2026, 10, d) for d in (1, 2, 4, 9, 12)]
    assert len(days) == FEWEST
    whole = which_works([told(at(d, 12), request=ASKED) for d in days], LADDER)[0]
    few = which_works([told(at(d, 12), request=ASKED) for d in days[1:]], LADDER)[0]
    request = next(row for row in whole.rungs if row.rung == "request")
    assert request.days == (0, 1, 3, 8, 11)
    assert request.usual == 3.0
    assert all(row.usual is None for row in few.rungs)


def test_quarters_stand_apart_the_newest_first_after_all_together():
    quarters = [Quarter(2026, 1), Quarter(2026, 2), Quarter(2026, 1)]
    found = which_works([Told(q, {}, None) for q in quarters], LADDER)
    assert [(one.quarter, one.expected) for one in found] == [
        (None, 3),
        (Quarter(2026, 2), 1),
        (Quarter(2026, 1), 2),
    ]
    assert which_works([], LADDER) == []


MOMENTS = st.integers(0, 90_000).map(lambda minutes: ASKED + timedelta(minutes=minutes))


@given(
    st.lists(
        st.builds(
            Told,
            st.sampled_from([Q2, Q2.next()]),
            st.dictionaries(st.sampled_from([*CHASERS, "receipt", "old-rung"]), MOMENTS),
            st.none() | MOMENTS,
        )
    )
)
def test_what_the_rungs_brought_adds_up_to_what_came(returns):
    for one in which_works(returns, LADDER):
        here = [r for r in returns if one.quarter in (None, r.quarter)]
        assert one.expected == len(here)
        assert one.received == sum(row.received for row in one.rungs)
        assert one.received == sum(r.received is not None for r in here)
        assert all(days >= 0 for row in one.rungs for days in row.days)


def test_each_rung_is_told_by_its_letter_its_reader_and_its_day():
    words = {rung.id: rung_words(rung) for rung in LADDER}
    assert words["request"] == "Request to the lead, at the opening"
    assert words["remind-0"] == "Reminder to the lead, on the due date"
    assert words["overdue-1"] == "Overdue letter to the lead, 1 working day after the due date"
    assert words["remind-5-signer"] == (
        "Reminder to the signing director, 5 working days before the due date"
    )
