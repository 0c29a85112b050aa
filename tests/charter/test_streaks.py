"""Three quarters running, and only running, are for contract review; so is time given too often."""

import pytest

from charter.returns import State
from charter.streaks import (
    extensions_flagged,
    extensions_given,
    for_contract_review,
    quarters_missed,
)

CAME, LATE, MISSED = State.RECEIVED, State.RECEIVED_LATE, State.NOT_RETURNED


@pytest.mark.parametrize(
    ("states", "missed"),
    [
        ([], 0),
        ([MISSED], 1),
        ([CAME, MISSED, MISSED], 2),
        ([MISSED, MISSED, MISSED, LATE], 0),
        ([MISSED, CAME, MISSED], 1),
    ],
)
def test_a_streak_is_counted_back_from_the_newest_quarter(states: list[State], missed: int) -> None:
    assert quarters_missed(states) == missed


def test_the_policy_says_how_many_make_a_review() -> None:
    assert not for_contract_review([MISSED, MISSED], 3)
    assert for_contract_review([CAME, MISSED, MISSED, MISSED], 3)


@pytest.mark.parametrize(
    ("extended", "flagged"),
    [
        ([], False),
        ([True, True], False),
        ([True, True, True], True),
        ([True, False, True, True], True),
        ([True, True, False, False, True], False),
        ([True, False, False, True, True, False], False),
    ],
)
def test_more_time_in_three_of_the_last_four_quarters_is_flagged(
    extended: list[bool], flagged: bool
) -> None:
    assert extensions_flagged(extended, 3, 4) is flagged


def test_only_the_newest_quarters_count_however_long_the_record() -> None:
    assert extensions_given([True] * 9, 4) == 4
