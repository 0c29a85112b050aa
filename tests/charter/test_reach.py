"""A band that no share lands in is named with the arithmetic, for a Charter of any length."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.policy import Policy, read_policy
from charter.reach import missed_when_all_apply, unreached
from charter.scoring import whole_percent
from tests.support.rules import CHARTER, POLICY, POLICY_TEXT


def banded(*floors):
    """A policy with a band from each floor on; the cap is its lowest."""
    names = [f"band-{floor}" for floor in floors]
    bands = tuple(zip(floors, names, strict=True))
    return Policy(version="test", bands=bands, cap=names[-1], rung=())


def test_every_band_of_the_shipped_policy_can_be_reached_under_the_shipped_charter():
    assert unreached(POLICY, len(CHARTER.ids)) == []
    assert missed_when_all_apply(POLICY, len(CHARTER.ids)) == []


def test_a_band_between_two_shares_is_refused_with_the_arithmetic():
    [found] = unreached(banded(100, 90, 77, 0), 9)
    assert str(found) == (
        "no return can be in the band 'band-90' (90 to 99): where 1 to 9 commitments apply, "
        "the nearest shares are 89 (8 of 9) and 100 (9 of 9)"
    )
    assert unreached(banded(100, 90, 77, 0), 10) == []


def test_a_band_of_one_per_cent_and_a_charter_of_one_commitment_are_said_so():
    found = [str(one) for one in unreached(banded(100, 99, 0), 1)]
    assert found == [
        "no return can be in the band 'band-99' (99 per cent): where 1 commitment applies, "
        "the nearest shares are 0 (0 of 1) and 100 (1 of 1)"
    ]


def test_a_band_may_be_reached_only_where_some_commitments_do_not_apply():
    policy = banded(100, 56, 50, 0)
    assert unreached(policy, 9) == []
    assert [one.band for one in missed_when_all_apply(policy, 9)] == ["band-50"]


@given(
    floors=st.sets(st.integers(1, 100), min_size=1, max_size=5).map(
        lambda some: (*sorted(some, reverse=True), 0)
    ),
    count=st.integers(1, 14),
)
def test_exactly_the_bands_without_a_share_are_named(floors, count):
    policy = banded(*floors)
    shares = {whole_percent(k, n) for n, k in product(range(1, count + 1), repeat=2) if k <= n}
    shares.add(0)
    tops = (100, *(floor - 1 for floor in floors))
    empty = {
        f"band-{floor}"
        for floor, top in zip(floors, tops, strict=False)
        if not any(floor <= share <= top for share in shares)
    }
    assert {one.band for one in unreached(policy, count)} == empty


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('[100, "fully"]', '[101, "fully"]', "begins at 101 per cent, and no share is more"),
        ('[89, "substantially"]', '[89, "fully"]', "two bands have the same name"),
    ],
)
def test_a_policy_that_could_never_be_right_is_refused_as_it_is_read(was, now, says):
    with pytest.raises(ValueError, match=says):
        read_policy(POLICY_TEXT.replace(was, now))
