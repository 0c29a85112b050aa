"""Three quarters running, and only running, are for contract review."""

import pytest

from charter.returns import State
from charter.streaks import for_contract_review, quarters_missed

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
