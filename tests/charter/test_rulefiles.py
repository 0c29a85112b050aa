"""Every fault of a file of rules is told with its line, its field and the mend."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.commitments import CharterFile
from charter.policy import Policy
from charter.rulefiles import Unreadable, lines_of, read
from tests.support.rules import CHARTER, CHARTER_TEXT, POLICY, POLICY_TEXT


def test_what_is_shipped_reads_as_it_does_elsewhere():
    assert read(Policy, POLICY_TEXT) == POLICY
    assert read(CharterFile, CHARTER_TEXT) == CHARTER


def line_with(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_every_fault_is_told_at_its_line():
    spoiled = (
        POLICY_TEXT.replace("\ndue = 20\n", '\ndue = "soon"\n')
        .replace('id = "remind-5"\n', 'id = "Remind 5"\n')
        .replace("[89, ", "[89.5, ")
    )
    with pytest.raises(Unreadable) as refused:
        read(Policy, spoiled)
    told = [(one.line, one.field.rpartition(", ")[2]) for one in refused.value.faults]
    assert told == [
        (line_with(spoiled, "due = "), "due"),
        (line_with(spoiled, "bands = ["), "number 1"),
        (line_with(spoiled, 'id = "Remind 5"'), "id"),
    ]
    assert str(refused.value).startswith(f"line {told[0][0]}, due: this is not a whole number; ")


def test_what_is_missing_is_told_at_the_head_of_what_lacks_it():
    at = line_with(POLICY_TEXT, 'letter = "receipt"')
    lines = POLICY_TEXT.splitlines()
    del lines[at - 1]
    with pytest.raises(Unreadable) as refused:
        read(Policy, "\n".join(lines))
    (one,) = refused.value.faults
    assert (lines[one.line - 1], one.field) == ("[[rung]]", "rung, number 2, letter")
    assert lines[one.line] == 'id = "receipt"'


def test_what_is_wrong_with_the_whole_has_no_line():
    with pytest.raises(Unreadable) as refused:
        read(Policy, POLICY_TEXT.replace("\nopens = 1\n", "\nopens = 99\n"))
    (one,) = refused.value.faults
    assert (one.line, one.field) == (0, "")
    assert "in that order" in one.what


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('version = "1"\ndue = \n', 2, "this cannot be read as TOML"),
        ("due = 1\ndue = 2\n", 2, "cannot be read as TOML"),
        ("x = " + "[" * 3000, 0, "brackets in brackets"),
        ("due = 10:00:00", 0, "not text, numbers or lists"),
    ],
)
def test_what_is_no_toml_is_told_where_it_stops(text: str, line: int, why: str):
    with pytest.raises(Unreadable) as refused:
        read(Policy, text)
    (one,) = refused.value.faults
    assert (one.line, why in one.what) == (line, True), one


def test_tables_in_tables_are_counted_within_the_one_they_stand_in():
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\n[[a]]\n[[a.b]]\nx = 2\n[c]\ny = 3\n"
    assert lines_of(text) == {
        ("a", 0): 1,
        ("a", 0, "b", 0): 2,
        ("a", 0, "b", 0, "x"): 3,
        ("a", 0, "b", 1): 4,
        ("a", 1): 5,
        ("a", 1, "b", 0): 6,
        ("a", 1, "b", 0, "x"): 7,
        ("c",): 8,
        ("c", "y"): 9,
    }


@given(st.text(max_size=200))
def test_no_text_at_all_is_answered_otherwise(text: str):
    with pytest.raises(Unreadable):
        read(Policy, text)
