"""Advice on plain English is right about sentences, abbreviations, and the exceptions to both."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.plain_english import KNOWN, LONGEST, advice, sentences

LONG = "We " + "really " * 19 + "try."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "We ring back, e.g. on Mondays. It works.",
            ["We ring back, e.g. on Mondays.", "It works."],
        ),
        ("Ask, i.e. ring us. We answer.", ["Ask, i.e. ring us.", "We answer."]),
        ("See Dr. Brown at St. Mary’s. She knows.", ["See Dr. Brown at St. Mary’s.", "She knows."]),
        ("We open at 3.30pm on weekdays. Come in.", ["We open at 3.30pm on weekdays.", "Come in."]),
        ("It costs £2.50 a day. We pay.", ["It costs £2.50 a day.", "We pay."]),
        ("We open at 9 a.m. on Monday.", ["We open at 9 a.m. on Monday."]),
        ("We close at 5 p.m. Ring before.", ["We close at 5 p.m.", "Ring before."]),
        ("Bring cards, letters, etc. to reception.", ["Bring cards, letters, etc. to reception."]),
        (
            "Bring cards, letters, etc. We keep them.",
            ["Bring cards, letters, etc.", "We keep them."],
        ),
        ("Ask A. Smith (no. 4). Thank you.", ["Ask A. Smith (no. 4).", "Thank you."]),
        ("“We listen.” They do.", ["“We listen.”", "They do."]),
        ("We listen. (Most days.) They do.", ["We listen.", "(Most days.)", "They do."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("We plan... and we do. Yes.", ["We plan... and we do.", "Yes."]),
        (
            "The 2nd visit was in 2026. 40 families came.",
            ["The 2nd visit was in 2026.", "40 families came."],
        ),
        ("", []),
        ("  \n ", []),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, parts: list[str]):
    assert list(sentences(text)) == parts


def test_twenty_words_are_well_and_one_more_is_too_many():
    assert LONGEST == 20
    assert advice(LONG.replace("really ", "", 1)) == ()
    assert advice(LONG) == (
        "One sentence has 21 words, and more than 20 are hard to follow. "
        "Try to split the one that begins “We really really really really really …”.",
    )


def test_each_long_sentence_is_named_and_short_ones_are_not():
    found = advice(f"{LONG} Short. {LONG}")
    assert len(found) == 2


def test_a_dash_on_its_own_is_no_word_and_a_hyphen_makes_one_of_two():
    assert advice(LONG.replace("really ", "well-kept ", 1).replace("really ", "– ", 1)) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The PPV visits on Fridays.", ["PPV"]),
        ("We sent 2 PPVs.", ["PPV"]),
        ("The CQC came, then CQC left with the RAG.", ["CQC", "RAG"]),
        ("Ask the prisoner patient voice (PPV). The PPV visits.", []),
        ("The PPV (a prisoner who speaks for patients) visits.", []),
        ("The PPV (RAG) visits.", ["PPV"]),
        ("The NHS and each GP in HMP Northbank, a YOI in the UK, run A&E.", []),
        ("GPs visit daily.", []),
        ("I went with Ash. A nurse came too.", []),
        ("McDonald and iPhone and COVIDsafe", []),
    ],
)
def test_an_abbreviation_that_nobody_explained_is_named_once(text: str, named: list[str]):
    assert advice(text) == tuple(
        f"Say what “{short}” stands for, or use other words." for short in named
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("We met three times.", "three"),
        ("About 14% of families came.", "14%"),
        ("It was 88.9 per cent.", "88.9 per cent"),
        ("Families waited 2.5 days.", "2.5"),
        ("We met on 6/8/2018.", "6/8/2018"),
        ("We met on 2018-08-06.", "2018-08-06"),
        ("We met on 6th August 2018.", "6th August"),
        ("We met on August 6, 2018.", "August 6"),
    ],
)
def test_a_number_or_date_that_is_hard_to_read_is_named(text: str, named: str):
    (mend,) = advice(text)
    assert f"“{named}”" in mend


@pytest.mark.parametrize(
    "text",
    [
        "Two people approve it. Three of us met 4 times.",
        "We met on 6 August 2018, from 3.30 pm to 4.45pm.",
        "It costs £2.50, and 1 in 7 people pay.",
        "One of us rings back.",
        "Ring 020 7946 0100 on weekdays",
        "In May 2026 we met.",
    ],
)
def test_figures_and_dates_written_as_they_should_be_are_left_alone(text: str):
    assert advice(text) == ()


def test_a_paragraph_of_four_sentences_is_too_long_and_a_new_one_mends_it():
    assert len(advice("We met. We spoke. We left. We wrote.")) == 1
    assert advice("We met. We spoke. We left.\nWe wrote.") == ()


def test_what_readers_know_can_be_said_by_whoever_asks():
    assert advice("The PPV visits.", known=KNOWN | {"PPV"}) == ()
    assert len(advice("The NHS visits.", known=())) == 1


def test_shouting_is_told_once_and_not_word_by_word():
    assert advice("WE RING EVERY FAMILY BACK.") == (
        "Write in small letters: words all in capitals are hard to read.",
    )


@given(st.text())
def test_no_word_is_lost_and_no_text_is_too_odd(text: str):
    advice(text)
    assert " ".join(" ".join(sentences(text)).split()) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "w" * 2000 + " " + " ".join(f"Q{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(600)),
        "(" * 5000,
        "." + '"' * 4999,
    ],
)
def test_no_text_that_fits_a_box_takes_long_to_read(text: str):
    began = time.process_time()
    advice(text)
    assert time.process_time() - began < 2
