"""A possible name, a few people and a death are held; ordinary words of a return are not."""

import pytest

from charter.alarm import DEATH, FEW, kinds_of, likeness, looked_for, words_in
from charter.naming import NAME
from charter.policy import read_policy
from tests.flows.test_sample_texts import all_texts
from tests.support.rules import DATA

HERE = words_in("HMP Alder Hill", "Avon Health", "NHS Sample")


def kinds(text: str, few: int = 8) -> tuple[str, ...]:
    return kinds_of(looked_for(text, HERE, few))


@pytest.mark.parametrize(
    "text",
    [
        "Dr Shah rings back.",
        "Mrs. O’Neill leads this.",
        "Nurse Adeyemi keeps a list.",
        "Élodie Brun rang.",
        "We wrote to his mother Joan.",
        "A patient called Adam was moved.",
        "We spoke with Adam Smith about it.",
        "Yesterday Mary-Ann Jones rang.",
        "This came from, say, Adam’s wing.",
        "Dr\u200b Shah rings back.",
        "MOHAMMED ALI was not called.",
        "pls ring mrs davies on tuesday",
        "Patient initials J.S. were on the letter.",
    ],
)
def test_a_possible_name_is_held(text: str):
    assert kinds(text) == (NAME,)


@pytest.mark.parametrize(
    "text",
    [
        "Two families told us.",
        "We met 3 older men on the wing.",
        "There were seven complaints.",
        "One woman asked for it.",
        "We rang 7 carers.",
    ],
)
def test_a_count_of_people_under_eight_is_held(text: str):
    assert kinds(text) == (FEW,)


@pytest.mark.parametrize(
    "text",
    [
        "A man died in May.",
        "An inquest is open.",
        "We review each self-harm report.",
        "He tried to hang himself.",
        "An attempt on his own life led to a review.",
    ],
)
def test_a_death_and_self_harm_are_held(text: str):
    assert kinds(text) == (DEATH,)


@pytest.mark.parametrize(
    "text",
    [
        "The Listening Partner met Avon Health at HMP Alder Hill.",
        "The Head of Healthcare and the Family Forum agreed on Monday.",
        "We ring families back within 2 working days.",
        "1 in 6 families asked; one family in five asked too.",
        "8 families came, and 12 men.",
        "No family asked, and 0 complaints came.",
        "The deadline was 3 October 2026, at 3 prisons.",
        "Two posts in the team were empty.",
        "Gypsy, Roma and Traveller families, and Muslim families.",
        "It took 5 weeks. Families heard in 3 days.",
        "NHS ENGLAND has agreed, and FAMILY LINK WORKER is a post.",
        "We check the initial GP note and hung a poster up.",
    ],
)
def test_ordinary_words_are_not_held(text: str):
    assert kinds(text) == ()


def test_a_policy_that_looks_for_no_people_holds_numbers_and_births_alone():
    assert kinds("Dr Shah told two families of a death.", few=0) == ()
    assert kinds("His number is A1234BC.", few=0) == ("prison number",)
    assert kinds("Dr Shah, A1234BC.") == (NAME, "prison number")


PARTICULAR = "He is in cell 12, has cancer, and can be rung on 07700 900123 at 4 Mill Road."


def test_cells_numbers_addresses_and_illnesses_are_held_only_where_the_policy_says_so():
    before = kinds_of(looked_for(f"{PARTICULAR} His mother Joan rang.", HERE, 8, particulars=False))
    assert before == (NAME,)
    assert kinds(PARTICULAR) == ("address", "cell or wing", "named condition", "phone number")


def test_no_shipped_policy_before_2026_4_holds_what_was_looked_for_only_since():
    shipped = [read_policy(file.read_text("utf-8")) for file in sorted(DATA.glob("policy-*.toml"))]
    assert {one.version for one in shipped if one.holds_particulars} == {"2026.4"}


def test_what_was_found_is_told_in_plain_words():
    assert likeness(("phone number", NAME, FEW)) == (
        "a person’s name, a phone number and a small number of people"
    )
    assert (likeness((FEW,)), likeness(())) == ("a small number of people", "")


def test_the_threshold_is_the_policys():
    assert kinds("Nine families came.", few=10) == (FEW,)
    assert kinds("Nine families came.", few=9) == ()


def test_almost_nothing_that_the_sample_region_says_is_held():
    known = words_in("Larkmoor Brindlebeck Willowfen Fernhollow Copperdale Alderwick")
    held = [text for _, text in all_texts() if looked_for(text, known, 8)]
    assert len(held) < len(all_texts()) / 100
