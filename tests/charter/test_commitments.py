"""The Charter is a file: the shipped one is plain and owns up to its wording."""

import re

import pytest

from charter.commitments import MOST_FIELDS, read_charter
from charter.quarters import Quarter
from tests.support.counting import SHIPPED as COUNTED
from tests.support.counting import SHIPPED_TEXT as COUNTED_TEXT
from tests.support.rules import CHARTER, CHARTER_TEXT, charter_of


def test_the_shipped_charter_says_that_its_wording_is_working():
    assert CHARTER.is_working
    assert CHARTER.version == "working-0.1"
    assert "working wording" in CHARTER.notice
    assert CHARTER.official_url.startswith("https://www.england.nhs.uk/london/")


def test_the_shipped_charter_has_its_nine_commitments_three_of_them_essential():
    assert CHARTER.ids == tuple(f"W{n}" for n in range(1, 10))
    assert [c.id for c in CHARTER.commitments if c.essential] == ["W2", "W5", "W9"]
    assert [c.id for c in CHARTER.commitments if c.organisation_wide] == ["W8", "W9"]
    assert all(c.means and c.evidence_months in (6, 12) for c in CHARTER.commitments)


def test_every_commitment_is_written_in_short_sentences_and_short_paragraphs():
    for commitment in CHARTER.commitments:
        assert len(commitment.short) <= 40
        for paragraph in (commitment.text, commitment.means, CHARTER.notice):
            sentences = re.split(r"(?<=[.?!])\s+", paragraph)
            assert len(sentences) <= 3, paragraph
            assert all(len(s.split()) <= 20 for s in sentences), paragraph


@pytest.mark.parametrize("count", [1, 3, 11])
def test_a_charter_may_have_any_number_of_commitments(count):
    charter = charter_of(count)
    assert len(charter.ids) == count
    assert charter.find(f"C{count}").short == f"No. {count}"
    assert not charter.is_working


def test_an_unknown_commitment_is_named():
    with pytest.raises(KeyError, match="no commitment 'W99'"):
        CHARTER.find("W99")


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ('id = "W2"', 'id = "W1"', "two commitments have the id 'W1'; give each an id of its own"),
        ('id = "W2"', "id = W2", "cannot be read as TOML"),
        ('id = "W2"', 'id = "W 2"', "commitments, number 2, id: this is not written the way"),
        ('id = "W2"\n', "", "commitments, number 2, id: this is missing; fill it in"),
        ("essential = true", 'essential = "yes"', "essential: this is neither true nor false"),
        ("evidence_months = 6", "evidence_months = 0", "evidence_months: this is less than 1"),
        ('"working"', '"draft"', "wording_status: choose one of working or official"),
        ('notice = "This', '# notice = "This', "working wording needs a notice"),
        ('short = "Get consent right"', 'short = ""', "short: this is empty; fill it in"),
    ],
)
def test_a_broken_charter_file_is_refused_in_a_sentence(was, now, words):
    assert was in CHARTER_TEXT
    with pytest.raises(ValueError, match=words) as refused:
        read_charter(CHARTER_TEXT.replace(was, now, 1))
    assert str(refused.value).startswith("the Charter file")
    assert "\n" not in str(refused.value)


def test_a_charter_without_commitments_is_refused():
    header = CHARTER_TEXT.partition("[[commitments]]")[0]
    for none in ("", "commitments = []\n"):
        with pytest.raises(ValueError, match=r"commitments: (this is missing|there is none)"):
            read_charter(header + none)


def test_the_official_text_goes_in_as_data_and_needs_no_notice():
    official = CHARTER_TEXT.replace('"working"', '"official"').replace("notice =", "# notice =")
    assert not read_charter(official).is_working


def test_the_version_with_figures_has_the_same_words_and_is_asked_of_those_who_adopted_it():
    plain = [one.model_copy(update={"measures": ()}) for one in COUNTED.commitments]
    assert tuple(plain) == CHARTER.commitments
    assert (COUNTED.notice, COUNTED.wording_status) == (CHARTER.notice, CHARTER.wording_status)
    assert (COUNTED.only_where_adopted, CHARTER.only_where_adopted) == (True, False)
    assert {one.kind for _, one in COUNTED.measures} == {"count", "progress"}
    assert all(len(one.measures) <= 3 for one in COUNTED.commitments)


def test_the_spotlight_goes_round_five_groups_and_begins_again():
    spotlight = COUNTED.spotlight
    assert spotlight is not None
    quarter, seen = Quarter.parse(spotlight.starts), []
    assert spotlight.group(quarter.previous()) == ""
    for _ in range(6):
        seen.append(spotlight.group(quarter))
        quarter = quarter.next()
    assert len(set(seen)) == 5
    assert seen[5] == seen[0] == "racialised communities"


MEASURES = "\n[[commitments.measures]]\n"


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ('id = "sharing-agreement"', 'id = "staff-trained"', "two measures have the id 'staff-"),
        ('whole = "New arrivals"\n', "", "'arrivals-asked' counts: name its whole, and its parts"),
        ('kind = "progress"', 'kind = "progress"\nwhole = "x"', "it has no whole or parts"),
        ('{ id = "late"', '{ id = "in-time"', "'enquiries-in-time' has two parts of one id"),
        ('"2026-27-Q1"', '"2026"', "spotlight"),
        (
            MEASURES + 'id = "arrivals',
            "".join(f'{MEASURES}id = "m{n}"\nasks = "x"\nkind = "progress"\n' for n in range(3))
            + MEASURES
            + 'id = "arrivals',
            "commitments, number 1, measures: there are more than 3",
        ),
    ],
)
def test_a_charter_file_with_broken_measures_is_refused_in_a_sentence(was, now, words):
    assert was in COUNTED_TEXT
    with pytest.raises(ValueError, match=words):
        read_charter(COUNTED_TEXT.replace(was, now, 1))


def test_a_first_return_never_requires_more_than_sixty_fields():
    assert (CHARTER.fields, COUNTED.fields) == (18, 34)
    most = charter_of(MOST_FIELDS // 2)
    assert most.fields == MOST_FIELDS
    with pytest.raises(ValueError, match="would require 62 fields, more than 60: take out"):
        charter_of(MOST_FIELDS // 2 + 1)
