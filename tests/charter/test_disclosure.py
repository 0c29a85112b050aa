"""Nobody can be counted or picked out from what is published."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.disclosure import Shown, is_nhs_number, say_count, screen, suppress
from tests.support.rules import POLICY

SMALL = POLICY.fewest_people
WIDE = "".join(chr(0xFF10 + int(digit)) for digit in "9434765919")
"""The same digits as East Asian keyboards type them."""


@pytest.mark.parametrize(
    ("people", "words"),
    [(0, "0"), (1, "fewer than 8"), (7, "fewer than 8"), (8, "8"), (73, "73")],
)
def test_a_count_of_people_is_said_in_words_below_the_threshold_and_nought_stays_nought(
    people, words
):
    assert say_count(people, SMALL) == words


def test_there_is_no_count_below_nought():
    with pytest.raises(ValueError, match="no count of people"):
        say_count(-1, SMALL)


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ([0, 9, 20], [0, 9, 20], 29),
        ([3, 9, 20], [None, 9, None], 32),
        ([3, 4, 20], [None, None, 20], 27),
        ([3, 0, 20], [None, 0, None], 23),
        ([1, 8], [None, None], 9),
        ([3, 2, 0], [None, None, None], None),
        ([1, 1, 20], [None, None, None], 22),  # two ones can be worked out from a two
        ([7, 7, 20], [None, None, None], 34),
        ([1, 50, 50], [None, None, None], 101),
        ([7], [None], None),
        ([8], [8], 8),
        ([0, 0], [0, 0], 0),
        ([], [], 0),
    ],
)
def test_a_small_part_takes_another_with_it_and_failing_that_all_of_them(counts, shown, total):
    names = "abcdefgh"[: len(counts)]
    assert suppress(dict(zip(names, counts, strict=True)), SMALL) == Shown(
        dict(zip(names, shown, strict=True)), total
    )


def _tables(parts: int, most: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in _tables(parts - 1, most - first):
            yield (first, *rest)


@pytest.mark.parametrize(
    ("parts", "threshold", "most"),
    [(1, 8, 20), (2, 3, 30), (2, 8, 40), (3, 3, 18), (3, 5, 20), (3, 8, 26), (4, 3, 12)],
)
def test_even_whoever_knows_the_rules_cannot_work_out_a_number_that_is_not_shown(
    parts, threshold, most
):
    """Every table there is, sorted by how it is shown: what is hidden is never the same in all."""
    looks = defaultdict(list)
    for table in _tables(parts, most):
        shown = suppress(dict(enumerate_names(table)), threshold)
        looks[tuple(shown.parts.values()), shown.total].append(table)
    for (cells, _), tables in looks.items():
        for place, cell in enumerate(cells):
            if cell is None:
                assert len({table[place] for table in tables}) > 1, tables


def enumerate_names(table):
    return ((f"prison {n}", count) for n, count in enumerate(table))


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(3, 12))
def test_what_is_shown_is_true_and_never_small(counts, threshold):
    table = dict(enumerate_names(counts))
    shown = suppress(table, threshold)
    assert shown.total in (None, sum(counts))
    for name, cell in shown.parts.items():
        assert cell is None or (cell == table[name] and (cell == 0 or cell >= threshold))
    hidden = [name for name, cell in shown.parts.items() if cell is None]
    assert len(hidden) != 1 or shown.total is None
    if not any(0 < count < threshold for count in counts):
        assert not hidden


def test_a_threshold_that_hides_nothing_and_a_count_below_nought_are_refused():
    for parts, threshold in (({"a": 3}, 2), ({"a": -1}, 8)):
        with pytest.raises(ValueError, match="threshold is at least 3"):
            suppress(parts, threshold)


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
