"""A score is whole numbers with a receipt, and the receipt replays to the same bytes."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.policy import Policy
from charter.quarters import Quarter
from charter.scoring import Receipt, receipt_text, score, whole_percent
from charter.steps import Rating, RatingChanged
from tests.support.rules import CHARTER, POLICY, Q2, answer, charter_of, document, evidence

FULLY, PARTLY, NOT_MET, NA = Rating.FULLY, Rating.PARTLY, Rating.NOT_MET, Rating.NOT_APPLICABLE
SHA = "ab" * 32


def scored(charter, *ratings, changes=None, policy=POLICY, **more):
    """The receipt of a return with these ratings, the last standing for the rest."""
    return score(document(charter, *ratings, **more), SHA, charter, policy, Q2, changes or {})


def changed(commitment, rating, reason="The audit says otherwise."):
    return {commitment: RatingChanged(commitment=commitment, rating=rating, reason=reason)}


@pytest.mark.parametrize(
    ("applicable", "fully", "percent", "band"),
    [
        (9, 9, 100, "fully"),
        (9, 8, 89, "substantially"),
        (9, 7, 78, "partially"),
        (9, 6, 67, "not_compliant"),
        (8, 7, 88, "partially"),
        (8, 6, 75, "not_compliant"),
        (7, 6, 86, "partially"),
        (7, 5, 71, "not_compliant"),
        (6, 5, 83, "partially"),
    ],
)
def test_the_share_is_rounded_half_up_before_it_is_banded(applicable, fully, percent, band):
    of_nine = charter_of(9)
    partly = applicable - fully
    receipt = scored(of_nine, *[FULLY] * fully, *[PARTLY] * partly, NA)
    assert (receipt.applicable, receipt.fully, receipt.partly) == (applicable, fully, partly)
    assert receipt.not_applicable == 9 - applicable
    assert (receipt.percent, receipt.band) == (percent, band)


@pytest.mark.parametrize(
    ("count", "fully", "percent", "band"),
    [
        (1, 1, 100, "fully"),
        (3, 2, 67, "not_compliant"),
        (3, 3, 100, "fully"),
        (11, 10, 91, "substantially"),
        (11, 9, 82, "partially"),
        (8, 7, 88, "partially"),  # 87.5 exactly, and up
        (24, 21, 88, "partially"),
    ],
)
def test_a_charter_of_any_length_is_scored(count, fully, percent, band):
    ratings = [FULLY] * fully + [NOT_MET] * (count - fully)
    receipt = scored(charter_of(count), *ratings)
    assert len(receipt.lines) == receipt.applicable == count
    assert (receipt.percent, receipt.band) == (percent, band)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_whole_per_cent_is_the_nearest_one_with_a_half_rounded_up(share):
    part, whole = share
    percent = whole_percent(part, whole)
    assert type(percent) is int
    assert (2 * percent - 1) * whole <= 200 * part < (2 * percent + 1) * whole


def test_where_nothing_applies_nothing_is_assessed():
    receipt = scored(CHARTER, NA)
    assert (receipt.applicable, receipt.percent, receipt.band) == (0, None, "not_assessed")
    assert receipt.not_applicable == len(CHARTER.ids)
    assert all(line.not_applicable_because == "Two posts are vacant." for line in receipt.lines)
    assert "W4 is not applicable and is left out of the count: Two posts are vacant." in (
        receipt.rules
    )


def test_a_service_that_did_not_run_is_not_assessed():
    nil = document(CHARTER, answers=(), nil_return=True, nil_reason="The wing was closed.")
    receipt = score(nil, SHA, CHARTER, POLICY, Q2, {})
    assert (receipt.lines, receipt.applicable, receipt.band) == ((), 0, "not_assessed")
    assert receipt.rules[0].endswith("The wing was closed.")


def test_a_region_s_first_update_is_counted_but_in_no_band():
    doc = document(CHARTER)
    receipt = score(doc, SHA, CHARTER, POLICY, Q2, {}, baseline=True)
    assert (receipt.fully, receipt.percent, receipt.band) == (9, 100, "not_assessed")
    assert "first update" in receipt.rules[-1]


def test_an_essential_commitment_not_met_holds_the_band_at_the_cap():
    charter = charter_of(12, essential=frozenset({12}))
    receipt = scored(charter, *[FULLY] * 11, NOT_MET)
    assert (receipt.percent, receipt.band) == (92, "partially")
    assert receipt.rules[-1] == (
        "C12 is essential and is not met: the band is held at 'partially'."
    )


def test_the_cap_never_lifts_a_band_nor_binds_for_partly_met():
    charter = charter_of(12, essential=frozenset({12}))
    low = scored(charter, *[PARTLY] * 11, NOT_MET)
    assert low.band == "not_compliant"
    assert not any("held at" in rule for rule in low.rules)
    assert scored(charter, *[FULLY] * 11, PARTLY).band == "substantially"
    assert scored(charter_of(12), *[FULLY] * 11, NOT_MET).band == "substantially"


@pytest.mark.parametrize(
    ("dates", "band"),
    [
        ([], "fully"),
        ([date(2025, 9, 30)], "fully"),
        ([date(2025, 9, 29)], "partially"),
        ([date(2024, 1, 1), date(2026, 8, 1)], "fully"),
        ([date(2024, 1, 1), date(2025, 1, 1)], "partially"),
        ([date(2026, 10, 14)], "fully"),
    ],
)
def test_an_essential_commitment_called_fully_met_needs_its_newest_evidence_in_date(dates, band):
    charter = charter_of(3, essential=frozenset({2}))
    proof = tuple(evidence(day) for day in dates)
    answers = (answer("C1"), answer("C2", evidence=proof), answer("C3"))
    receipt = scored(charter, answers=answers)
    assert receipt.band == band
    assert any("newest evidence" in rule for rule in receipt.rules) is (band == "partially")


def test_old_evidence_binds_neither_other_commitments_nor_lower_ratings():
    charter = charter_of(3, essential=frozenset({2}))
    old = (evidence(date(2020, 1, 1)),)
    elsewhere = (answer("C1", evidence=old), answer("C2"), answer("C3"))
    assert scored(charter, answers=elsewhere).band == "fully"
    lower = changed("C2", PARTLY)
    answers = (answer("C1"), answer("C2", evidence=old), answer("C3"))
    assert not any("newest" in r for r in scored(charter, answers=answers, changes=lower).rules)


def test_the_commissioner_s_rating_counts_and_the_receipt_names_it_beside_the_provider_s():
    receipt = scored(CHARTER, changes=changed("W3", PARTLY))
    line = receipt.lines[2]
    assert (line.self_rating, line.rating) == (FULLY, PARTLY)
    assert line.changed_because == "The audit says otherwise."
    assert (receipt.fully, receipt.band) == (8, "substantially")
    assert receipt.rules[0] == (
        "W3: the provider's 'fully' counts as 'partly', changed by the commissioner: "
        "The audit says otherwise."
    )


def test_a_rating_may_be_changed_upwards_and_to_not_applicable():
    up = scored(CHARTER, *[FULLY] * 8, NOT_MET, changes=changed("W9", FULLY))
    assert up.band == "fully"
    away = scored(CHARTER, changes=changed("W1", NA, "There is no reception here."))
    assert (away.applicable, away.lines[0].not_applicable_because) == (
        8,
        "There is no reception here.",
    )


def test_a_change_to_the_rating_the_provider_now_gives_itself_leaves_no_trace():
    same = scored(CHARTER, changes=changed("W3", FULLY))
    assert same == scored(CHARTER)


def test_the_bands_and_the_cap_are_read_from_the_policy():
    of_halves = Policy(
        version="halves", bands=((50, "fully"), (0, "not_compliant")), cap="fully", rung=()
    )
    receipt = scored(charter_of(4), FULLY, FULLY, NOT_MET, policy=of_halves)
    assert (receipt.policy, receipt.percent, receipt.band) == ("halves", 50, "fully")


def test_a_receipt_replays_to_the_same_bytes_and_holds_no_fractions():
    changes = changed("W4", NA, "A café’s worth of reasons")
    first = receipt_text(scored(CHARTER, FULLY, PARTLY, changes=changes))
    again = receipt_text(scored(CHARTER, FULLY, PARTLY, changes=changes))
    assert first.encode() == again.encode()
    assert receipt_text(Receipt.model_validate_json(first)) == first

    def refuse(number: str) -> None:
        raise AssertionError(f"{number} is a fraction")

    kept = json.loads(first, parse_float=refuse)
    assert (kept["policy"], kept["charter"], kept["document"]) == ("2026.4", "working-0.1", SHA)
    assert kept["quarter"] == "2026-27-Q2"


@given(st.lists(st.sampled_from(Rating), min_size=1, max_size=12), st.data())
def test_the_counts_of_every_receipt_add_up_to_its_commitments(ratings, data):
    charter = charter_of(len(ratings))
    several = data.draw(st.dictionaries(st.sampled_from(charter.ids), st.sampled_from(Rating)))
    changes = {c: RatingChanged(commitment=c, rating=r, reason="R") for c, r in several.items()}
    receipt = scored(charter, *ratings, changes=changes)
    assert receipt.fully + receipt.partly + receipt.not_met == receipt.applicable
    assert receipt.applicable + receipt.not_applicable == len(charter.ids)
    assert (receipt.percent is None) is (receipt.applicable == 0)
    assert [line.rating for line in receipt.lines] == [
        several.get(c, r) for c, r in zip(charter.ids, ratings, strict=True)
    ]


def test_what_cannot_be_scored_is_refused_in_a_sentence():
    doc = document(CHARTER)
    with pytest.raises(ValueError, match="cannot be scored against test-3"):
        score(doc, SHA, charter_of(3), POLICY, Q2, {})
    with pytest.raises(ValueError, match="for 2026-27-Q3"):
        score(doc, SHA, CHARTER, POLICY, Quarter.parse("2026-27-Q3"), {})
    with pytest.raises(ValueError, match="leaves W1 unrated"):
        scored(CHARTER, answers=(answer("W1", None),))
    with pytest.raises(ValueError, match="leaves W1 unrated"):
        scored(CHARTER, answers=())
    with pytest.raises(ValueError, match="'W99', which this Charter does not have"):
        scored(CHARTER, changes=changed("W99", FULLY))
