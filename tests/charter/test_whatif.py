"""What would better a band is the least that would, held against trying every other way."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.scoring import score
from charter.steps import Rating
from charter.whatif import better_band
from tests.support.rules import POLICY, Q2, charter_of, document, evidence

FULLY, PARTLY, NOT_MET, NA = Rating.FULLY, Rating.PARTLY, Rating.NOT_MET, Rating.NOT_APPLICABLE
OLD, NEW = evidence(date(2024, 1, 1)), evidence(date(2026, 9, 1))
SHA = "ab" * 32
RANK = ["fully", "substantially", "partially", "not_compliant"]


def made(charter, ratings, stale):
    """A return with these ratings, on old evidence where `stale` says so."""
    doc = document(charter, *ratings)
    answers = tuple(
        one.model_copy(update={"evidence": (OLD if old else NEW,)})
        for one, old in zip(doc.answers, stale, strict=True)
    )
    return doc.model_copy(update={"answers": answers})


def band(charter, ratings, stale):
    doc = made(charter, ratings, stale)
    return score(doc, SHA, charter, POLICY, Q2, {}).band


def better(charter, ratings, stale):
    doc = made(charter, ratings, stale)
    receipt = score(doc, SHA, charter, POLICY, Q2, {})
    return better_band(receipt, doc, charter, POLICY, Q2)


def fewest(charter, ratings, stale):
    """The fewest commitments to change for a better band, found by trying all changes."""
    now = RANK.index(band(charter, ratings, stale))
    choices = []
    for rating, old in zip(ratings, stale, strict=True):
        ways = [(rating, old)]
        if rating in (PARTLY, NOT_MET):
            ways += [(FULLY, False), (PARTLY, old)]
        if rating is FULLY and old:
            ways.append((FULLY, False))
        choices.append(ways)
    best = None
    for way in product(*choices):
        before = zip(ratings, stale, strict=True)
        changed = sum(new != old for new, old in zip(way, before, strict=True))
        better_now = RANK.index(band(charter, *zip(*way, strict=True))) < now
        if better_now and (best is None or changed < best):
            best = changed
    return best


@given(
    st.lists(
        st.tuples(st.sampled_from([FULLY, PARTLY, NOT_MET, NA]), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    st.frozensets(st.integers(1, 5)),
)
def test_no_other_way_to_a_better_band_needs_fewer_changes(given_answers, essential):
    ratings, stale = zip(*given_answers, strict=True)
    charter = charter_of(len(ratings), essential=essential)
    found = better(charter, ratings, stale)
    if all(rating is NA for rating in ratings):
        assert found is None
    else:
        assert (found.changes if found else None) == fewest(charter, ratings, stale)


def test_one_more_of_nine_is_a_band_better():
    found = better(charter_of(9), [FULLY] * 7 + [PARTLY] * 2, [False] * 9)
    assert found is not None
    assert (found.band, found.more, found.fully, found.applicable, found.percent) == (
        "substantially", 1, 8, 9, 89,
    )  # fmt: skip


def test_what_holds_the_band_is_named():
    charter = charter_of(9, essential=frozenset({1, 9}))
    found = better(charter, [FULLY] * 8 + [NOT_MET], [True] + [False] * 8)
    assert found is not None
    assert (found.band, found.more) == ("substantially", 0)
    assert [one.id for one in found.not_met] == ["C9"]
    assert found.stale == ((charter.find("C1"), date(2024, 1, 1)),)


@pytest.mark.parametrize("ratings", [[FULLY] * 9, [NA] * 9])
def test_the_highest_band_and_no_band_have_none_better(ratings):
    assert better(charter_of(9), ratings, [False] * 9) is None


def test_the_first_update_has_no_band_to_better():
    charter = charter_of(3)
    doc = document(charter, PARTLY)
    receipt = score(doc, SHA, charter, POLICY, Q2, {}, baseline=True)
    assert better_band(receipt, doc, charter, POLICY, Q2) is None
