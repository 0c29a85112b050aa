"""A page that would be too big is cut to its budget, and what was cut stands whole beside it."""

import random
import string
from copy import deepcopy

import pytest

from notifications.fitting import shortened
from notifications.sitecheck import BUDGET, wire_size
from tests.support.drawn import drawn
from tests.support.published import pages

ALDER = "prisons/ALD/2026-27-Q2"


def babble(length: int, seed: int) -> str:
    """Words that do not compress."""
    dice = random.Random(seed)
    letters = string.ascii_letters + string.digits + "   . "
    return "".join(dice.choices(letters, k=length)).strip() + "."


@pytest.fixture(scope="module")
def long() -> dict[str, str]:
    """What a provider wrote at length, by the commitment it is about."""
    return {f"C{n}": babble(40_000 if n == 1 else 5000, n) for n in range(1, 10)}


def test_long_answers_are_cut_and_keep_no_page_back(long: dict[str, str]) -> None:
    data = deepcopy(dict(pages()))
    for row in data[ALDER]["commitments"]:
        row["answers"][0]["statement"] = long[row["id"]]
    for commitment, words in long.items():
        for region in data[f"commitments/{commitment}"]["regions"]:
            for row in region["rows"]:
                row["answer"] and row["answer"].update(statement=words)
    files, done = drawn(data)
    assert done.faults == []
    sheet = wire_size(files["style.css"])
    assert all(
        wire_size(content) + sheet <= BUDGET
        for path, content in files.items()
        if path.endswith(".html")
    )
    page = files[f"{ALDER}.html"].decode()
    link = '<a href="2026-27-Q2-in-full.txt">2026-27-Q2-in-full.txt</a>'
    assert f"The rest is in the file {link}, beside this page." in page
    assert page.count("2026-27-Q2-in-full.txt") == 2 * page.count(link)
    whole = files[f"{ALDER}-in-full.txt"].decode()
    assert all(words in whole for words in long.values())
    assert "Their page has all of their words." in files["commitments/C1.html"].decode()


def test_more_promises_than_a_page_holds_keep_no_page_back() -> None:
    data = deepcopy(dict(pages()))
    one = data[ALDER]["actions"][0]
    data[ALDER]["actions"] = [
        {**one, "title": babble(300, n), "source": {**one["source"], "action": f"a{n}"}}
        for n in range(500)
    ]
    files, done = drawn(data)
    assert done.faults == []
    assert files["data/actions.csv"].count(b"\r\n") > 500


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("One. Two and three.", 10, "One."),
        ("One two three", 8, "One two …"),
        ("Onetwothree", 4, "Onet …"),
        ("“One!” he said.", 12, "“One!”"),
    ],
)
def test_words_are_cut_at_a_sentence_or_else_at_a_word(text: str, limit: int, shown: str) -> None:
    assert shortened(text, limit) == shown
