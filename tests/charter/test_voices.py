"""What families say stands beside a rating, and is never made part of it."""

from datetime import date

import pytest

from charter.listening import Survey
from charter.policy import Policy, read_policy
from charter.steps import Rating
from charter.voices import TOO_FEW, heard, on, part_ways, reads_as, suggestion
from tests.support.rules import POLICY_TEXT

POLICY: Policy = read_policy(POLICY_TEXT)


def survey(share: int = 20, base: int = 48, site: str = "AVB", commitment: str = "W4") -> Survey:
    return Survey(
        commitment=commitment,
        question="Did somebody ring you back?",
        share=share,
        base=base,
        method="Tokens in the visits hall",
        asked_on=date(2026, 8, 12),
        site_code=site,
    )


@pytest.mark.parametrize(
    ("share", "rating"),
    [
        (100, Rating.FULLY),
        (75, Rating.FULLY),
        (74, Rating.PARTLY),
        (50, Rating.PARTLY),
        (49, Rating.NOT_MET),
        (0, Rating.NOT_MET),
    ],
)
def test_a_share_of_families_reads_as_a_rating_from_the_policys_own_numbers(share, rating):
    assert reads_as(share, POLICY) is rating


@pytest.mark.parametrize(("base", "rating"), [(10, Rating.NOT_MET), (9, None), (1, None)])
def test_fewer_people_than_the_policy_names_say_nothing(base, rating):
    said = heard(survey(base=base), POLICY, "AVB")
    assert said.rating is rating
    assert (said.words == TOO_FEW) is (rating is None)
    if rating is None:
        assert str(base) not in said.words


def test_what_families_say_is_told_with_its_number_its_method_and_its_day():
    said = heard(survey(), POLICY, "AVB")
    assert said.words == "20 per cent of 48 people said so"
    assert said.source == "Tokens in the visits hall, 12 August 2026"
    assert heard(survey(site=""), POLICY, "AVB").source.endswith(", in the whole region")


@pytest.mark.parametrize(
    ("own", "share", "apart"),
    [
        (Rating.FULLY, 49, True),
        (Rating.FULLY, 50, False),
        (Rating.PARTLY, 0, False),
        (Rating.PARTLY, 100, False),
        (Rating.NOT_MET, 75, True),
        (Rating.NOT_MET, 74, False),
        (Rating.NOT_APPLICABLE, 0, False),
        (None, 0, False),
    ],
)
def test_two_steps_between_what_is_claimed_and_what_is_heard_suggest_a_question(own, share, apart):
    said = heard(survey(share), POLICY, "AVB")
    assert part_ways(own, said) is apart
    assert bool(suggestion(own, [said])) is apart


def test_a_suggestion_says_both_sides_and_decides_nothing():
    said = suggestion(Rating.FULLY, [heard(survey(), POLICY, "AVB")])
    assert said == (
        "The provider says that this is met in full, and 20 per cent of 48 people answered “Did "
        "somebody ring you back?” with yes. Consider asking how the two fit together."
    )


def test_what_the_whole_region_said_and_what_too_few_said_suggest_nothing_of_one_prison():
    assert not suggestion(Rating.FULLY, [heard(survey(site=""), POLICY, "AVB")])
    assert not suggestion(Rating.FULLY, [heard(survey(base=9), POLICY, "AVB")])


def test_only_what_was_said_of_the_commitment_is_shown_and_the_prisons_own_first():
    surveys = [survey(site=""), survey(), survey(commitment="W5"), survey(site="BRB")]
    assert [one.here for one in on(surveys, "W4", POLICY, "AVB")] == [True, False]
    assert on(surveys, "W9", POLICY, "AVB") == []
