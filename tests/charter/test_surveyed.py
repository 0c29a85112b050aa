"""A question put at prisons and in their region tells no reader of all pages what is left out."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charter import surveyed
from charter.beside import Beside
from charter.listening import Heard, Survey
from charter.summary import prison_page
from charter.views import SiteView
from tests.support.returned import ALDER, BIRCH, NEXT, Q2, WHOLE, document, view

ASKED = "Did somebody answer?"
DAY = date(2026, 9, 1)
SMALL = 3
LEAST = 5
HERE = {ALDER.code: ALDER, BIRCH.code: BIRCH, "": WHOLE}
Split = tuple[int, int]
Truth = Mapping[str, Split]
"""How many said yes and no, by a prison's code; with no code, of the whole region."""


def survey(site: str, split: Split, question: str = ASKED) -> Survey:
    base = sum(split)
    share = next(n for n in range(101) if round(n * base / 100) == split[0])
    return Survey(
        commitment="C4",
        question=question,
        share=share,
        base=base,
        method="Paper survey",
        asked_on=DAY,
        site_code=site,
    )


def beside(*truths: Truth, threshold: int = SMALL, least: int = LEAST) -> Beside:
    heard = tuple(
        Heard(
            region="SAMPLE",
            quarter=str(Q2),
            salt=str(n),
            surveys=tuple(survey(site, split) for site, split in truth.items()),
        )
        for n, truth in enumerate(truths)
    )
    return Beside(heard=heard, saved_on=DAY, threshold=threshold, least_base=least)


def read(site: SiteView, told: Beside) -> tuple[str, str] | None:
    """How many answered and how many said yes, as the page of a place has it."""
    owner = "NHS Sample" if site is WHOLE else "Avon Health"
    one = view(site, party=owner, doc=document(site=site.code), beside=told)
    families = prison_page(site, [one], NEXT).around.families
    if families is None or not families.questions:
        return None
    (question,) = families.questions
    return question.asked, question.yes


def shown(*truths: Truth) -> dict[str, tuple[int | None, int | None]]:
    """The numbers on the page of each place, None for one in words, as of the newest version."""
    found = {}
    for code, site in HERE.items():
        said = read(site, beside(*truths))
        if said is not None:
            asked, yes = (int(one) if one.isdigit() else None for one in said)
            found[code] = asked, yes
    return found


def test_a_prison_that_the_region_less_the_others_would_give_away_is_not_told() -> None:
    """Three of 20 said no at Alder; in the region all who said no were there."""
    one = {ALDER.code: (17, 3), "": (57, 3)}
    told = beside(one, threshold=8, least=10)
    assert read(ALDER, told) == ("20", told_little(8))
    assert read(WHOLE, told) == ("60", told_little(8))
    apart = beside({ALDER.code: (17, 3)}, threshold=8, least=10)
    assert read(ALDER, apart) == ("20", told_little(8))


def told_little(threshold: int) -> str:
    return f"fewer than {threshold}, or left out so that nobody can be picked out"


def test_the_same_question_is_known_by_its_words_and_not_by_its_points() -> None:
    same = [
        survey("ALD", (9, 9), one)
        for one in (ASKED, "did somebody answer", " Did Somebody, answer ?")
    ]
    assert len(surveyed.questions(same)) == 1
    assert len(surveyed.questions([*same, survey("ALD", (9, 9), "Did they ring?")])) == 2


def test_where_the_prisons_are_no_part_of_the_region_only_they_are_told() -> None:
    assert shown({ALDER.code: (9, 9), "": (8, 30)}) == {ALDER.code: (18, 9)}


def test_what_few_answered_at_one_prison_is_told_with_the_others_as_the_regions() -> None:
    told = shown({ALDER.code: (20, 20), BIRCH.code: (2, 2)})
    assert BIRCH.code not in told
    assert told[""] == (44, None) or told[ALDER.code][1] is None
    alone = shown({ALDER.code: (20, 20), BIRCH.code: (20, 20)})
    assert "" not in alone


def test_a_sum_of_other_prisons_is_not_told_after_an_older_one() -> None:
    first = {ALDER.code: (20, 20), BIRCH.code: (2, 2)}
    wider = {ALDER.code: (20, 20), BIRCH.code: (2, 2), "CED": (2, 1)}
    assert "" in shown(first)
    assert "" not in shown(first, wider)


def test_a_question_put_in_one_place_reads_as_it_always_did() -> None:
    assert shown({ALDER.code: (30, 18)}) == {ALDER.code: (48, 30)}
    assert shown({"": (30, 18)}) == {"": (48, 30)}


Cells = dict[tuple[int, str, int], int]
"""What a reader does not know: by version, place and yes (0) or no (1), how many."""


def cells(truths: Sequence[Truth]) -> Cells:
    """Every number behind the pages; in a region, of those asked at none of the prisons."""
    found: Cells = {}
    for n, truth in enumerate(truths):
        whole = truth.get("")
        for site, split in truth.items():
            for which in (0, 1):
                apart = sum(s[which] for place, s in truth.items() if place)
                found[n, site or "rest", which] = split[which] - (0 if site else apart)
        if whole and min(found[n, "rest", which] for which in (0, 1)) < 0:
            for which in (0, 1):
                del found[n, "rest", which]
    return found


def equations(truths: Sequence[Truth]) -> Iterator[list[tuple[int, str, int]]]:
    """The cells whose sum a page tells, of the newest version and of each before it."""
    every = cells(truths)
    for n in range(len(truths)):
        for place, (asked, yes) in shown(*truths[: n + 1]).items():
            parts = [c for c in every if c[0] == n and (not place or c[1] == place)]
            if asked is not None:
                yield parts
            if yes is not None:
                yield [c for c in parts if c[2] == 0]


def could_be(truths: Sequence[Truth], most: int = 2) -> list[Cells]:
    """Other numbers that all pages would fit; what stayed the same between versions moves alike."""
    every, known = cells(truths), list(equations(truths))
    stayed = {
        (1, place, which): (0, place, which)
        for _, place, which in every
        if place != "rest"
        and len(truths) > 1
        and truths[0].get(place) == truths[1].get(place)
        and (1, place, which) in every
    }
    free = [cell for cell in every if cell not in stayed]
    found: list[Cells] = []

    def go(i: int, moved: dict[tuple[int, str, int], int]) -> None:
        if i == len(free):
            whole = moved | {cell: moved[of] for cell, of in stayed.items()}
            if all(sum(whole[cell] for cell in parts) == 0 for parts in known):
                found.append({cell: every[cell] + whole[cell] for cell in every})
            return
        for by in range(-most, most + 1):
            if every[free[i]] + by >= 0:
                go(i + 1, {**moved, free[i]: by})

    go(0, {})
    return found


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_no_page_of_a_prison_and_its_region_tells_together_what_either_left_out(seed: int) -> None:
    """One version: the page of each prison, and that of the region, read side by side."""
    chance = random.Random(seed)
    truth: dict[str, Split] = {
        site: (chance.randint(1, 7), chance.randint(1, 7)) for site in (ALDER.code, BIRCH.code)
    }
    if chance.random() < 0.7:
        yes, no = (sum(split[w] for split in truth.values()) for w in (0, 1))
        truth[""] = (max(1, yes + chance.randint(-2, 6)), no + chance.randint(0, 6))
    nothing_told([truth])


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_nor_do_earlier_versions_with_them(seed: int) -> None:
    """Two versions, and a reader who is told which places stayed the same between them."""
    chance = random.Random(seed)
    first: dict[str, Split] = {ALDER.code: (chance.randint(1, 7), chance.randint(1, 7))}
    if chance.random() < 0.5:
        first[BIRCH.code] = (chance.randint(1, 5), chance.randint(1, 5))
    second = dict(first)
    if chance.random() < 0.5:
        second[BIRCH.code] = (chance.randint(1, 7), chance.randint(1, 7))
    if chance.random() < 0.5:
        yes, no = (sum(split[w] for split in second.values()) for w in (0, 1))
        second[""] = (yes + chance.randint(0, 4), no + chance.randint(0, 4))
    nothing_told([first, second], most=1)


def nothing_told(truths: Sequence[Truth], most: int = 2) -> None:
    """Every small number behind the pages could be another one."""
    could, every = could_be(truths, most), cells(truths)
    assert every in could
    for cell, count in every.items():
        if 0 < count < SMALL:
            assert len({one[cell] for one in could}) > 1, (cell, truths, could)


@pytest.mark.parametrize("places", [4, 50])
def test_a_question_put_in_a_whole_programme_is_done_while_one_waits(places: int) -> None:
    chance = random.Random(places)
    rows = {f"P{n}": (chance.randint(0, 30), chance.randint(1, 30)) for n in range(places)}
    most = 9 + max(sum(split[w] for split in rows.values()) for w in (0, 1))
    heard = beside({**rows, "": (most, most)}, threshold=8, least=10).heard
    told = surveyed.answers(heard, surveyed.questions(heard[0].surveys)[0], 10, 8)
    assert told is not None
    assert told.asked(None) == str(2 * most)
