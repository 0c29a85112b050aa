"""How many quarters running a return has not come, and when that is for contract review."""

from collections.abc import Sequence

from charter.returns import State


def quarters_missed(states: Sequence[State]) -> int:
    """How many quarters up to the newest, without a break, were recorded as not returned.

    `states` are one service's, oldest quarter first, the region's baseline quarter left out.
    """
    missed = 0
    for state in reversed(states):
        if state is not State.NOT_RETURNED:
            break
        missed += 1
    return missed


def for_contract_review(states: Sequence[State], streak: int) -> bool:
    """Whether a person is to look at the contract; the engine itself sends no contract notice."""
    return quarters_missed(states) >= streak
