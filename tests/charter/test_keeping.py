"""What became of a promise, by its dates and its provider's last word, and how they add up."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.actions import ActionStatus
from charter.keeping import OUTCOME_WORDS, Kept, Outcome, kept, outcome

DUE = date(2026, 11, 16)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "latest", "told_on", "today", "became"),
    [
        ("planned", DUE, DUE, DUE, Outcome.OPEN),
        ("in_progress", DUE, DUE, DUE + DAY, Outcome.OVERDUE),
        ("done", DUE, DUE + 90 * DAY, DUE + 99 * DAY, Outcome.KEPT),
        ("done", DUE + DAY, DUE, DUE, Outcome.LATE),
        ("not_doing", DUE, DUE, DUE, Outcome.WITHDRAWN),
        ("not_doing", DUE, DUE + DAY, DUE + DAY, Outcome.NOT_DONE),
    ],
)
def test_a_promise_became_what_its_last_word_and_its_dates_say(
    status: str, latest: date, told_on: date, today: date, became: Outcome
):
    assert outcome(status, DUE, DUE, latest, told_on, today) is became


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(st.sampled_from(get_args(ActionStatus)), DAYS, DAYS, DAYS, DAYS, DAYS)
def test_every_promise_has_one_outcome_and_words_for_it(
    status: str, due: date, first: date, latest: date, told_on: date, today: date
):
    assert outcome(status, due, first, latest, told_on, today) in OUTCOME_WORDS


def test_the_rate_is_of_promises_whose_first_date_has_come_and_of_none_withdrawn():
    past, ahead = DUE - DAY, DUE + DAY
    promises = [
        (Outcome.KEPT, ahead),
        (Outcome.KEPT, past),
        (Outcome.LATE, past),
        (Outcome.NOT_DONE, past),
        (Outcome.OVERDUE, past),
        (Outcome.OPEN, past),
        (Outcome.OPEN, ahead),
        (Outcome.OPEN, DUE),
        (Outcome.WITHDRAWN, past),
    ]
    assert kept(promises, DUE) == Kept(2, 6)


@pytest.mark.parametrize(
    ("on_time", "of", "rate"), [(0, 0, None), (1, 8, 13), (1, 3, 33), (2, 2, 100)]
)
def test_the_rate_is_rounded_half_up(on_time: int, of: int, rate: int | None):
    assert Kept(on_time, of).rate == rate
