"""The Charter is a file: the shipped one is plain and owns up to its wording."""

import re

import pytest

from charter.commitments import read_charter
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
