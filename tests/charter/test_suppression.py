"""No table of counts of people tells a count that was left out of it, however it is looked at."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charter.suppression import Cell, may_name_prison, publish_counts, with_totals
from tests.support.rules import POLICY

SMALL = POLICY.fewest_people
Counts = Mapping[Cell, int]
Published = Mapping[Cell, int | None]


def test_what_fewer_families_said_than_the_threshold_is_told_by_region() -> None:
    assert [may_name_prison(n, SMALL) for n in (0, 7, 8)] == [False, False, True]


def table(*parts: int) -> dict[Cell, int]:
    return with_totals({(f"part {n}",): count for n, count in enumerate(parts)})


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ([0, 9, 20], [0, 9, 20], 29),
        ([3, 9, 20], [None, None, 20], 32),
        ([20, 9, 3], [None, 9, None], 32),
        ([3, 4, 20], [None, None, None], 27),
        ([3, 0, 20], [None, 0, None], 23),
        ([4, 5, 30], [None, None, 30], 39),
        ([3, 2, 0], [None, None, None], None),
        ([7, 7, 20], [None, None, 20], 34),
        ([7], [None], None),
        ([8], [8], 8),
        ([0, 0], [0, 0], 0),
    ],
)
def test_a_small_part_takes_another_with_it_and_failing_that_all_of_them(
    counts: list[int], shown: list[int | None], total: int | None
) -> None:
    found = publish_counts(table(*counts), SMALL)
    assert [found.counts[(f"part {n}",)] for n in range(len(counts))] == shown
    assert found.counts[(None,)] == total


def test_what_is_small_and_what_is_left_out_with_it_read_the_same() -> None:
    shown = publish_counts(table(3, 9, 20), SMALL)
    assert shown.words(("part 2",)) == "20"
    words = "fewer than 8, or left out so that nobody can be picked out"
    assert [shown.words((f"part {n}",)) for n in (0, 1)] == [words, words]


def test_parts_that_overlap_and_have_no_total_are_shown_each_for_itself() -> None:
    counts: dict[Cell, int] = {("medicines",): 40, ("waiting",): 3, ("moves",): 0}
    assert publish_counts(counts, SMALL).counts == {**counts, ("waiting",): None}


def test_tables_that_share_their_totals_are_made_safe_together() -> None:
    by_kind: dict[Cell, int] = {("calls", None): 3, ("talks", None): 40, ("forms", None): 30}
    by_prison: dict[Cell, int] = {(None, "Alder"): 33, (None, "Birch"): 40}
    shown = publish_counts({**by_kind, **by_prison, (None, None): 73}, SMALL).counts
    assert [shown[cell] for cell in by_prison] == [33, 40]
    assert [shown[cell] for cell in by_kind].count(None) == 2


def test_of_regions_by_commitments_a_small_cell_takes_no_whole_row_with_it() -> None:
    parts: dict[Cell, int] = {
        (f"r{row}", f"c{column}"): 20 + row + column for row in range(3) for column in range(4)
    }
    shown = publish_counts(with_totals({**parts, ("r1", "c1"): 3}), SMALL).counts
    hidden = [cell for cell, count in shown.items() if count is None]
    assert len(hidden) == 4
    assert not any(None in cell for cell in hidden)


def test_a_year_so_far_does_not_tell_what_an_earlier_quarter_left_out() -> None:
    first: dict[Cell, int] = {("calls", "Q1"): 3, ("talks", "Q1"): 40}
    before = publish_counts(with_totals(first), SMALL).counts
    second: dict[Cell, int] = {("calls", "Q2"): 12, ("talks", "Q2"): 30}
    after = publish_counts(with_totals({**first, **second}), SMALL, [before]).counts
    assert after["calls", "Q1"] is None
    assert after["calls", "Q2"] is None or after["calls", None] is None


def test_what_stood_in_public_before_protects_nothing_now() -> None:
    before = publish_counts(table(9, 20, 30), SMALL).counts
    after = publish_counts(table(3, 20, 30), SMALL, [before]).counts
    assert after == {("part 0",): None, ("part 1",): 20, ("part 2",): 30, (None,): None}


def test_what_was_left_out_once_is_left_out_again() -> None:
    before = publish_counts(table(3, 20, 30), SMALL).counts
    after = publish_counts(table(12, 20, 30), SMALL, [before]).counts
    assert [after[(f"part {n}",)] for n in range(3)] == [None, None, 30]


@pytest.mark.parametrize(
    ("counts", "threshold", "words"),
    [
        (table(3), 2, "threshold is at least 3"),
        ({("a",): -1}, 8, "nought or more"),
        ({("a",): 9, ("b",): 9, (None,): 17}, 8, "add up to 18"),
        ({("a",): 9, ("a", "b"): 9}, 8, "same number of labels"),
    ],
)
def test_a_table_that_cannot_be_true_is_refused(
    counts: dict[Cell, int], threshold: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        publish_counts(counts, threshold)


def bottoms(shape: tuple[int, ...]) -> list[Cell]:
    return list(product(*([f"{axis}{n}" for n in range(size)] for axis, size in enumerate(shape))))


def tables(parts: int, most: int) -> Iterator[tuple[int, ...]]:
    """Every table of so many parts that adds up to no more."""
    if parts == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in tables(parts - 1, most - first):
            yield (first, *rest)


@pytest.mark.parametrize(
    ("shape", "threshold", "most"),
    [((1,), 8, 20), ((2,), 3, 20), ((2,), 8, 40), ((3,), 3, 14), ((3,), 5, 18), ((2, 2), 3, 8)],
)
def test_even_whoever_knows_the_rules_cannot_work_out_a_number_that_is_not_shown(
    shape: tuple[int, ...], threshold: int, most: int
) -> None:
    """Every table there is, sorted by how it is shown: what is left out is never one number."""
    cells, looks = bottoms(shape), defaultdict(list)
    for counts in tables(len(cells), most):
        whole = with_totals(dict(zip(cells, counts, strict=True)))
        looks[tuple(publish_counts(whole, threshold).counts.items())].append(whole)
    tried = 0
    for shown, alike in looks.items():
        if max(sum(one[cell] for cell in cells) for one in alike) + threshold > most:
            continue  # tables that look the same may lie beyond those tried here
        for cell, count in shown:
            if count is None:
                tried += 1
                assert len({one[cell] for one in alike}) > 1, (dict(shown), alike)
    assert tried


def fitting(cells: list[Cell], shown: Published, most: int) -> list[dict[Cell, int]]:
    """Every table that could stand behind what is shown."""
    ranges = [range(most) if (n := shown[cell]) is None else [n] for cell in cells]
    found = (with_totals(dict(zip(cells, counts, strict=True))) for counts in product(*ranges))
    return [one for one in found if all(n is None or one[cell] == n for cell, n in shown.items())]


@given(st.integers(0, 10**6), st.sampled_from([((2,), 5), ((3,), 3), ((2, 2), 3)]))
@settings(max_examples=25, deadline=None)
def test_a_table_with_its_totals_leaves_every_small_number_possible(
    seed: int, kind: tuple[tuple[int, ...], int]
) -> None:
    shape, threshold = kind
    chance, cells = random.Random(seed), bottoms(shape)
    counts = with_totals({cell: chance.choice([0, 1, 2, 3, 5, 8]) for cell in cells})
    shown = publish_counts(counts, threshold).counts
    assert all(n in (None, counts[cell]) for cell, n in shown.items())
    assert not any(n is not None and 0 < n < threshold for n in shown.values())
    if not any(0 < n < threshold for n in counts.values()):
        assert None not in shown.values()
    if list(shown.values()).count(None) < len(shown):
        could = fitting(cells, shown, 17)
        for cell, n in shown.items():
            values = {one[cell] for one in could}
            assert n is not None or len(values) > 1
            if n is None and 0 < counts[cell] < threshold:
                assert set(range(1, threshold)) <= values


@given(st.integers(0, 10**6), st.sampled_from([(2, 3), (2, 4), (3, 3)]))
@settings(max_examples=60, deadline=None)
def test_a_table_and_its_revisions_tell_nothing_together_that_either_left_out(
    seed: int, kind: tuple[int, int]
) -> None:
    """Even to a reader who is told which counts stayed as they were between the two."""
    (parts, threshold), chance, most = kind, random.Random(seed), 8
    cells = bottoms((parts,))
    first = {cell: chance.randint(0, most - threshold) for cell in cells}
    second = {cell: max(0, n + chance.choice([0, 0, -2, 1, 3])) for cell, n in first.items()}
    truths = [with_totals(one) for one in (first, second)]
    before = publish_counts(truths[0], threshold).counts
    after = publish_counts(truths[1], threshold, [before]).counts
    same = [cell for cell, n in truths[0].items() if truths[1][cell] == n]
    old, new = fitting(cells, before, most + 4), fitting(cells, after, most + 4)
    by_same = defaultdict(list)
    for one in new:
        by_same[tuple(one[cell] for cell in same)].append(one)
    pairs = [(a, b) for a in old for b in by_same[tuple(a[cell] for cell in same)]]
    assert pairs
    for cell in truths[0]:
        if before[cell] is None:
            assert len({a[cell] for a, _ in pairs}) > 1
        stood = before[cell] is not None and cell in same
        if after[cell] is None and not stood:
            assert len({b[cell] for _, b in pairs}) > 1


def test_a_table_of_a_whole_programme_is_done_while_one_waits() -> None:
    chance = random.Random(6)
    parts = {cell: chance.choice([0, 3, 9, 20, 60]) for cell in bottoms((10, 9))}
    shown = publish_counts(with_totals(parts), SMALL).counts
    hidden = [cell for cell, n in shown.items() if n is None]
    assert 0 < len(hidden) < len(shown) / 2
