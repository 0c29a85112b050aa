"""Everything the product writes for families is in plain English: a failure here fails the build.

What others write is advised on and never refused, so the words of the cast on these pages are
plain as well, and all that is drawn can be read as one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from charter.plain_english import KNOWN, advice
from charter.words import (
    ACTION_WORDS,
    FAITHFUL_WORDS,
    RATING_WORDS,
    REPLY_WORDS,
    STATE_WORDS,
    kept_words,
)
from tests.support.drawn import render
from tests.support.pages import parse, words
from tests.support.published import pages

BLOCKS = {"p", "li", "dd", "dt", "h1", "h2", "h3", "h4", "caption", "th", "td", "summary", "title"}
BLOCKS |= {"figcaption", "label", "legend", "address", "desc"}
ALLOWED = KNOWN | {"AA", "AAAA"}
"""AA is the name of a level of accessibility, and said to be one; AAAA is a link in tests."""
SHORT = re.compile(r"/text\.txt$")
LETTERS = sorted((Path(__file__).parent / "golden").glob("*.html"))


def blocks(tree: Element) -> Iterator[str]:
    """The text of each innermost paragraph, heading, item or cell of a page."""
    for element in tree.iter():
        inner = (one.tag in BLOCKS for one in element.iter() if one is not element)
        if element.tag in BLOCKS and not any(inner):
            yield words(element)


@lru_cache(maxsize=1)
def drawn() -> dict[str, str]:
    """Every page and text for families by its address."""
    files = render(pages())
    return {path: data.decode() for path, data in files.items() if path.endswith((".html", ".txt"))}


def test_every_page_for_families_is_in_plain_english() -> None:
    found = {
        (mend, text)
        for path, html in drawn().items()
        if path.endswith(".html")
        for text in blocks(parse(html)[0])
        for mend in advice(text, ALLOWED)
    }
    assert not found


def test_every_text_to_read_aloud_or_pass_on_is_in_plain_english() -> None:
    """A message has one paragraph by its nature, so only its sentences count there."""
    texts = {path: text for path, text in drawn().items() if path.endswith(".txt")}
    assert any(path.endswith("/script.txt") for path in texts)
    found = {(path, mend) for path, text in texts.items() for mend in advice(text, ALLOWED)}
    assert not {(p, mend) for p, mend in found if not (SHORT.search(p) and "paragraph" in mend)}


def test_every_status_is_in_plain_english() -> None:
    tables = (STATE_WORDS, RATING_WORDS, ACTION_WORDS, REPLY_WORDS, FAITHFUL_WORDS)
    said = [word.public for table in tables for word in table.values()]
    said += [kept_words(5, 3, 1, 2), kept_words(0, 0, 0)]
    assert not [mend for text in said for mend in advice(text)]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda path: path.stem)
def test_every_letter_is_in_plain_english(letter: Path) -> None:
    tree = parse(letter.read_text(encoding="utf-8"))[0]
    assert not [(mend, text) for text in blocks(tree) for mend in advice(text, ALLOWED)]
