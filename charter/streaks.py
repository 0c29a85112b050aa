"""How often a return has not come or was given more time, and when a person is to look at it."""

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


def extensions_given(extended: Sequence[bool], within: int) -> int:
    """In how many of the newest `within` quarters one service was given more time.

    `extended` is oldest quarter first; several extensions in a quarter count as one.
    """
    return sum(extended[-within:])


def extensions_flagged(extended: Sequence[bool], most: int, within: int) -> bool:
    """Whether a person is to ask why more time is needed again and again."""
    return extensions_given(extended, within) >= most
