"""The words of the sample region are plain, all different, and name nobody and nothing real."""

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from charter.checking import REASON_OWED
from charter.disclosure import screen
from charter.quarters import Quarter
from flows.sample import past, present, texts
from flows.sample.story import story
from flows.wiring import shipped
from providers import register

SERVICES = [
    *past.AVON,
    *past.BROOK,
    past.COPPERDALE,
    *past.CLYDE,
    past.TEAM,
    ("avon", "brindlebeck"),
]
QUARTERS = [Quarter.parse(name) for name in (past.FIRST, past.SECOND, present.QUARTER)]
COMMITMENTS = [f"W{number}" for number in range(1, 10)]
MOST_WORDS = 20
"""To a sentence."""


def strings(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a book, with the name of its place."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from strings(value, f"{key}.{name}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from strings(value, f"{key}[{number}]")
    elif isinstance(data, str):
        yield key, data


def all_texts() -> list[tuple[str, str]]:
    books = ["avon", "brook", "clyde", "team", "requests", "actions", "figures", "practices"]
    books.append("listening")
    told = [pair for name in books for pair in strings(texts.book(name), name)]
    spoken = [(name, value) for name, value in vars(present).items() if isinstance(value, str)]
    return told + [(name, value) for name, value in spoken if name.isupper() and " " in value]


def own_files() -> list[tuple[str, str]]:
    """Everything of the sample region that ships with the product, as text."""
    folder = resources.files("flows").joinpath("sample")
    found = [(f.name, f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.is_file()]
    return [*found, ("sample-register.csv", shipped("sample-register.csv"))]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+", text) if part]


def test_no_sentence_has_more_than_twenty_words() -> None:
    long = [
        (place, sentence)
        for place, text in all_texts()
        for sentence in sentences(text)
        if len(sentence.split()) > MOST_WORDS
    ]
    assert not long


def test_no_paragraph_for_families_has_more_than_three_sentences() -> None:
    said = [(place, text) for place, text in all_texts() if place.endswith((".said", ".words"))]
    assert said
    assert not [(place, text) for place, text in said if len(sentences(text)) > 3]


@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_no_two_services_say_the_same_and_every_reason_owed_is_given(quarter: Quarter) -> None:
    said: dict[tuple[str, ...], tuple[str, str]] = {}
    for party, site in SERVICES:
        answers = [texts.answer(party, site, quarter, one) for one in COMMITMENTS]
        assert all(a.reason for a in answers if a.rating in REASON_OWED), (party, site)
        page = tuple(a.public_statement for a in answers)
        assert page not in said
        said[page] = (party, site)
        assert len(set(page)) == len(COMMITMENTS)


def test_only_what_is_answered_for_a_whole_organisation_is_said_twice() -> None:
    quarter = QUARTERS[0]
    for commitment in COMMITMENTS[:7]:
        told = [texts.answer(p, s, quarter, commitment).public_statement for p, s in SERVICES]
        assert len(set(told)) == len(told), commitment


def test_no_text_would_be_held_back_for_a_person_to_look_at() -> None:
    assert not [place for place, text in all_texts() if screen(text)]


def test_no_real_prison_or_provider_is_named() -> None:
    rows = register.check(shipped("register.csv").encode(), "register.csv").rows
    real = {row.site_name for row in rows} | {row.provider_name for row in rows}
    names = {re.sub(r"^HMP(/YOI)? ", "", name) for name in real if name}
    assert {"Belmarsh", "Oxleas", "CNWL"} <= names
    for file, text in own_files():
        found = [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]
        assert not found, file


def test_every_address_is_at_an_example_domain() -> None:
    address = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
    domains = {found for _, text in own_files() for found in address.findall(text)}
    assert "avon.example" in domains
    assert all(domain.endswith(".example") for domain in domains)


def test_every_promise_in_the_book_is_made_in_the_story() -> None:
    made = {
        (party, site, line.title)
        for quarter in QUARTERS
        for party, site in SERVICES
        for line in texts.new_actions(party, site, quarter)
    }
    book = texts.book("actions")["action"]
    assert {(one["by"], one["site"], one["title"]) for one in book} == made
    assert len(book) == len(made)


def test_every_wave_of_requests_is_heard_before_somebody_enters_it() -> None:
    waves = {told["wave"] for told in texts.book("requests").values()}
    assert waves == set(texts.WAVES)
    entered = [act.at.date() for act in story() if "requests" in act.says or "request" in act.says]
    assert all(any(heard < day for day in entered) for heard in texts.WAVES.values())
