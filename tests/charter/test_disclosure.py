"""Numbers and dates that stand for one person are found in a text, and ordinary ones are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.disclosure import is_nhs_number, screen

WIDE = "".join(chr(0xFF10 + int(digit)) for digit in "9434765919")
"""The same digits as East Asian keyboards type them."""


@pytest.mark.parametrize("number", ["9434765919", "4010232137", "9000000009", "0000000000"])
def test_an_nhs_number_has_a_check_digit_that_fits(number):
    assert is_nhs_number(number)


@pytest.mark.parametrize(
    "number", ["9434765918", "943476591", "94347659190", "", "943476591X", WIDE]
)
def test_other_digits_are_no_nhs_number(number):
    assert not is_nhs_number(number)


@given(st.integers(0, 10**9 - 1), st.integers(0, 9), st.integers(0, 9))
def test_at_most_one_check_digit_fits_any_nine_digits(nine, one, other):
    fits = [d for d in (one, other) if is_nhs_number(f"{nine:09}{d}")]
    assert len(set(fits)) <= 1


@pytest.mark.parametrize(
    ("text", "kind", "excerpt"),
    [
        ("NHS no. 943 476 5919 rang", "NHS number", "943 476 5919"),
        ("see 9434765919.", "NHS number", "9434765919"),
        ("see 943-476-5919", "NHS number", "943-476-5919"),
        ("943\u00a0476\u00a05919", "NHS number", "943 476 5919"),
        ("943\u200b476\u200b5919", "NHS number", "9434765919"),
        (WIDE, "NHS number", "9434765919"),
        ("We met A1234BC in May", "prison number", "A1234BC"),
        ("we met a1234bc in May", "prison number", "a1234bc"),
        ("A 1234 BC", "prison number", "A 1234 BC"),
        ("(A1234BC)", "prison number", "A1234BC"),
        ("born 3/5/87", "date of birth", "3/5/87"),
        ("DOB: 03.05.1987", "date of birth", "03.05.1987"),
        ("his date of birth is 3 May 1987", "date of birth", "3 May 1987"),
        ("date of birth 030587 on it", "date of birth", "date of birth 030587"),
        ("DOB 3 5 1987", "date of birth", "DOB 3 5 1987"),
        ("D.O.B 03 May 87", "date of birth", "D.O.B 03 May 87"),
        ("3rd of May 1987", "date of birth", "3rd of May 1987"),
        ("May 3, 1987", "date of birth", "May 3, 1987"),
        ("1987-05-03", "date of birth", "1987-05-03"),
        ("her baby was born on 12 October 2026", "date of birth", "12 October 2026"),
    ],
)
def test_text_that_may_identify_a_person_is_held(text, kind, excerpt):
    assert [(f.kind, f.excerpt) for f in screen(text)] == [(kind, excerpt)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Call the Prisoners' Families Helpline on 0808 808 2003.",
        "Ring 020 7946 0958 or 01632 960 001.",
        "We meet families on 12 October 2026, and again on 03/11/2026.",
        "The audit of 2026-09-30 found 1234 calls answered.",
        "943 476 5918 is off by one.",
        "W3, ISO27001 and form AB1234CD are not people.",
        "In a 2024 audit we kept 8 of 9.",
    ],
)
def test_ordinary_words_are_let_through(text):
    assert screen(text) == []


def test_everything_found_in_a_text_is_listed():
    text = "A1234BC, born 3 May 1987, NHS number 943 476 5919"
    assert sorted(f.kind for f in screen(text)) == ["NHS number", "date of birth", "prison number"]
