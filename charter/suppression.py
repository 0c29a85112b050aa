"""Counts of people as the public may read them: none is small, and none can be worked out.

Counts of organisations, prisons and commitments are not counts of people, and never pass here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from charter.said import Said

KNOWING = 24
"""Up to so many counts, a table is tried against readers who know the rules: it takes time."""

Cell = tuple[str | None, ...]
"""Where a count stands, a label to each axis; None is the total of that axis.

`("london", "medicines")` is one cell of regions by themes, `("london", None)` all themes there.
"""


def may_name_prison(families: int, threshold: int) -> bool:
    """Whether something may be told of one prison; what fewer families said is told by region."""
    return families >= threshold


@dataclass(frozen=True)
class Shown:
    """A table as the public may read it; None is a count that is not shown."""

    counts: dict[Cell, int | None]
    threshold: int

    def words(self, cell: Cell) -> str:
        """The count, or words that are the same for a small one and one left out with it.

        KeyError for a cell that is not there.
        """
        count = self.counts[cell]
        if count is not None:
            return str(count)
        return Said(
            "fewer than {n}, or left out so that nobody can be picked out", n=self.threshold
        )


def with_totals(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """The same cells with every total of theirs, over one axis and over several."""
    found: dict[Cell, int] = {}
    for cell, count in counts.items():
        for place in product(*((label, None) for label in cell)):
            found[place] = found.get(place, 0) + count
    return found


def publish_counts(
    counts: Mapping[Cell, int],
    threshold: int,
    earlier: Iterable[Mapping[Cell, int | None]] = (),
) -> Shown:
    """What may be shown of a table of counts of people, with the totals that stand in it.

    Put all that shares people and totals into one call: several tables are one table with more
    axes, and quarters are an axis where a total over quarters is published. Leave totals out
    where the parts overlap (one family, two themes): parts without a total are shown each for
    itself. `with_totals` adds every total. `earlier` are the `Shown.counts` of all that was
    published before of the same table: older revisions, and older quarters with the same cells.

        publish_counts(with_totals({("calls",): 3, ("interviews",): 9, ("surveys",): 40}), 8)

    shows the surveys and the total. It leaves out the calls, and the interviews with them, since
    the total would tell. From what is shown, each small count may still be any number from 1 to
    the threshold, and any other that is left out may be two numbers at least. In a table of up
    to KNOWING counts two numbers are left also to a reader who knows these rules. What was left
    out once is left out again, and what stands in public already protects nothing. If that cannot
    be done, only the total of all is shown, or nothing.

    ValueError for a threshold under 3, counts below nought, and totals that do not add up.
    """
    table = _Table(counts, threshold, tuple(earlier))
    hidden = table.pattern()
    large = len(counts) > KNOWING
    if hidden is None or not (large or table.is_hard_to_guess(hidden)):
        return Shown(table.nearly_nothing(), threshold)
    shown = {cell: None if cell in hidden else count for cell, count in counts.items()}
    return Shown(shown, threshold)


Move = tuple[tuple[Cell, int], ...]
"""Cells with 1 or -1: so many people more and fewer, after which every total still adds up."""


class _Table:
    """A table with its totals, and what is public of it."""

    def __init__(
        self,
        counts: Mapping[Cell, int],
        threshold: int,
        earlier: tuple[Mapping[Cell, int | None], ...],
    ) -> None:
        if threshold < 3 or any(count < 0 for count in counts.values()):
            raise ValueError("counts of people are nought or more, and the threshold is at least 3")
        self.counts, self.threshold, self.earlier = dict(counts), threshold, earlier
        self.order = sorted(counts, key=lambda cell: [(part is None, part or "") for part in cell])
        if len({len(cell) for cell in counts}) > 1:
            raise ValueError("every count of a table has the same number of labels")
        self.labels = [list(dict.fromkeys(axis)) for axis in zip(*self.order, strict=True)]
        self.steps = [step for n in range(1, threshold + 1) for step in (n, -n)]
        self.lined = self._lined()
        self.small = {cell for cell, count in counts.items() if 0 < count < threshold}
        self.left_out = [{cell for cell, count in old.items() if count is None} for old in earlier]
        self.sticky = {cell for old in self.left_out for cell in old if cell in self.counts}
        self.known = {
            cell
            for old in earlier
            for cell, count in old.items()
            if count is not None and self.counts.get(cell) == count
        }

    def _lined(self) -> set[tuple[Cell, int]]:
        """Every cell with each axis along which it is a total, or part of one."""
        found: set[tuple[Cell, int]] = set()
        sums: dict[tuple[Cell, int], int] = {}
        for cell in self.order:
            for axis, label in enumerate(cell):
                total = (*cell[:axis], None, *cell[axis + 1 :])
                if label is not None and total in self.counts:
                    found |= {(cell, axis), (total, axis)}
                    sums[total, axis] = sums.get((total, axis), 0) + self.counts[cell]
        for (total, _), people in sums.items():
            if people != self.counts[total]:
                raise ValueError(f"the parts of {total} add up to {people}, not to its total")
        return found

    def pattern(self) -> frozenset[Cell] | None:
        """The cells left out: small ones, and others until none can be worked out; None: no way."""
        hidden = self.small | self.sticky
        if (None,) * len(self.labels) in self.small:
            return None
        for cell in self.order:
            if cell in hidden and cell not in self.known:
                move = next(self._moves(cell, hidden), None)
                if move is None:
                    return None
                hidden = hidden | {corner for corner, _ in move}
        return frozenset(hidden)

    def _moves(self, cell: Cell, hidden: Iterable[Cell]) -> Iterator[Move]:
        """The moves that make a cell safe, those first that leave out the fewest totals."""
        gone = set(hidden)

        def cost(move: Move) -> tuple[int, int]:
            new = [corner for corner, _ in move if corner not in gone]
            return sum(None in corner for corner in new), len(new)

        yield from sorted((m for m in self._cubes(cell) if self._is_enough(m)), key=cost)

    def _cubes(self, cell: Cell) -> Iterator[Move]:
        """Every move of a cell with one other label, or none, along each axis."""
        choices = [
            [(label,), *((label, other) for other in self.labels[axis] if other != label)]
            for axis, label in enumerate(cell)
        ]
        for pairs in product(*choices):
            move = tuple(_corners(pairs))
            if self._is_free(move, pairs):
                yield move

    def _is_free(self, move: Move, pairs: tuple[tuple[str | None, ...], ...]) -> bool:
        """Whether all its corners can move, and every total still adds up when they do.

        Corners left out before move together or not at all: their sum may have been public.
        """
        alone = [axis for axis, pair in enumerate(pairs) if len(pair) == 1]
        corners = {corner for corner, _ in move}
        return all(
            corner in self.counts
            and (self.counts[corner] > 0 or corner in self.sticky)
            and corner not in self.known
            and not any((corner, axis) in self.lined for axis in alone)
            for corner in corners
        ) and all(corners <= old or not corners & old for old in self.left_out)

    def _is_enough(self, move: Move) -> bool:
        """A small count may be one person or not small at all; another, one more or fewer."""
        first = move[0][0]
        if first in self.small:
            count = self.counts[first]
            return self._fits(move, 1 - count) and self._fits(move, self.threshold - count)
        return self._fits(move, 1) or self._fits(move, -1)

    def _fits(self, move: Move, people: int) -> bool:
        """Whether so many people can move: a nought is shown, so nobody falls to one."""
        return all(
            self.counts[cell] + sign * people >= (cell not in self.sticky) for cell, sign in move
        )

    def is_hard_to_guess(self, hidden: frozenset[Cell], depth: int = 2) -> bool:
        """Whether some other table would be shown in the same way, for each cell left out."""
        unsure = set(hidden) - self.known
        while unsure:
            cell = min(unsure, key=self.order.index)
            moved = next(self._alike(cell, hidden, depth), None)
            if moved is None:
                return False
            unsure -= {corner for corner, _ in moved}
        return True

    def _alike(self, cell: Cell, hidden: frozenset[Cell], depth: int) -> Iterator[Move]:
        for move in self._cubes(cell):
            if not {corner for corner, _ in move} <= hidden:
                continue
            for people in self.steps:
                if self._fits(move, people):
                    other = _Table(self._moved(move, people), self.threshold, self.earlier)
                    if other.pattern() == hidden and (
                        depth == 1 or other.is_hard_to_guess(hidden, depth - 1)
                    ):
                        yield move

    def _moved(self, move: Move, people: int) -> dict[Cell, int]:
        return {**self.counts, **{c: self.counts[c] + sign * people for c, sign in move}}

    def nearly_nothing(self) -> dict[Cell, int | None]:
        """The total of all, if it is not small and tells nothing; otherwise no count."""
        shown: dict[Cell, int | None] = dict.fromkeys(self.counts)
        whole: Cell = (None,) * len(self.labels)
        parts = set(self.counts) - self.known - {whole}
        if (
            self.counts.get(whole, 0) > max(self.threshold - 1, len(self.counts))
            and whole not in self.sticky
            and all(any(self._is_open(m, whole) for m in self._cubes(cell)) for cell in parts)
        ):
            shown[whole] = self.counts[whole]
        return shown

    def _is_open(self, move: Move, whole: Cell) -> bool:
        """Whether a move leaves the total of all as it is, and no count goes below nought."""
        falls = {sign for corner, sign in move if self.counts[corner] == 0}
        return len(falls) < 2 and all(corner != whole for corner, _ in move)


def _corners(pairs: tuple[tuple[str | None, ...], ...]) -> Iterator[tuple[Cell, int]]:
    """The cells that a move touches, its own first: a part and its total rise together."""
    for at in product(*(range(len(pair)) for pair in pairs)):
        sign = 1
        for pair, taken in zip(pairs, at, strict=True):
            if taken and None not in pair:
                sign = -sign
        yield tuple(pair[taken] for pair, taken in zip(pairs, at, strict=True)), sign
