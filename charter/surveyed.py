"""A question put to families at prisons and in their region: all its answers are made safe at once.

Whoever reads every page, every table and every earlier revision adds and subtracts in vain.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from charter.listening import Heard, Survey
from charter.suppression import Cell, Shown, publish_counts

YES, NO = "yes", "no"
WHOLE = None
"""The place of the answers of a whole region."""
REST = "elsewhere"
"""The place of those asked in the whole region and at none of the prisons; no page tells of it."""
Counts = dict[Cell, int]


@dataclass(frozen=True)
class Answers:
    """A question as it stands in the newest version: every place by its label, with its survey.

    `of_region` is its survey in the whole region, or the newest at a prison where `summed` over
    all of them; None where the region's answers are not told.
    """

    shown: Shown
    at_prisons: Mapping[str, Survey]
    of_region: Survey | None
    summed: bool

    def asked(self, place: str | None) -> str:
        """How many answered there, in safe words."""
        return self.shown.words((place, None))

    def yes(self, place: str | None) -> str:
        """How many of them said yes, in safe words."""
        return self.shown.words((place, YES))

    @property
    def people(self) -> int:
        """How many answered at all prisons, which decides whether their sum is told."""
        return sum(one.base for one in self.at_prisons.values())


def questions(surveys: Iterable[Survey]) -> list[str]:
    """Each question once, as it is compared: with no regard to capitals and points."""
    return list(dict.fromkeys(_plain(one) for one in surveys))


def answers(versions: Iterable[Heard], question: str, least: int, threshold: int) -> Answers | None:
    """A question over all versions of what was heard; None where the newest does not have it.

    Answers of the whole region stand in one table with those at its prisons, which are parts of it.
    Where they cannot be, because more said yes or no at the prisons, those at prisons are told and
    the region's are not. Where the region was not asked, and fewer than `least` answered at one of
    several prisons, their sum is the region's. It is not where an older version told another sum.
    """
    told = tuple(tuple(sorted(_rows(one, question), key=_label)) for one in versions)
    return _answers(told, least, threshold) if told and told[-1] else None


def _rows(heard: Heard, question: str) -> Iterator[Survey]:
    """The surveys with this question: of each place and day one, of the region only the newest."""
    found = {_label(one): one for one in heard.surveys if _plain(one) == question}
    whole = [one for one in found.values() if not one.site_code]
    yield from (one for one in found.values() if one.site_code)
    yield from sorted(whole, key=lambda one: one.asked_on)[-1:]


def _plain(one: Survey) -> str:
    return " ".join(re.sub(r"\W+", " ", one.question.casefold()).split())


def _label(one: Survey) -> str:
    return f"{one.site_code} {one.asked_on.isoformat()}"


@lru_cache(maxsize=512)  # every page of a region asks for the same
def _answers(versions: tuple[tuple[Survey, ...], ...], least: int, threshold: int) -> Answers:
    before: list[Mapping[Cell, int | None]] = []
    sums: set[frozenset[str]] = set()
    had_whole, kind, shown = False, "", Shown({}, threshold)
    then: tuple[Survey, ...] = ()
    for rows in versions:
        if rows == then or not rows:
            then = rows
            continue
        then = rows
        at_prisons = {_label(one): one for one in rows if one.site_code}
        whole = next((one for one in rows if not one.site_code), None)
        kind = _kind(at_prisons, whole, least, sums, had_whole=had_whole)
        shown = Shown(_published(at_prisons, whole, kind, threshold, before), threshold)
        before.append(shown.counts)
        sums |= {frozenset(at_prisons)} if kind == "sum" else set()
        had_whole = had_whole or kind in {"alone", "parts"}
    at_prisons = {_label(one): one for one in versions[-1] if one.site_code}
    whole = next((one for one in versions[-1] if not one.site_code), None)
    newest = max(versions[-1], key=lambda one: one.asked_on)
    of_region = {"sum": newest, "parts": whole, "alone": whole}.get(kind)
    return Answers(shown, at_prisons, of_region, summed=kind == "sum")


def _kind(
    at_prisons: Mapping[str, Survey],
    whole: Survey | None,
    least: int,
    sums: set[frozenset[str]],
    *,
    had_whole: bool,
) -> str:
    """How a version's answers belong together: `alone`, as `parts`, as a `sum`, or `apart`.

    A region's number may change its meaning once it was told only if nobody can subtract the two.
    """
    if whole and not sums:
        if not at_prisons:
            return "alone"
        left = [all_in - sum(some) for all_in, some in _beside(at_prisons, whole)]
        return "parts" if min(left) >= 0 else "apart"
    few = any(one.base < least for one in at_prisons.values())
    same = sums <= {frozenset(at_prisons)} and not had_whole and not whole
    return "sum" if few and same and len(at_prisons) > 1 else "apart"


def _beside(at_prisons: Mapping[str, Survey], whole: Survey) -> Iterator[tuple[int, list[int]]]:
    """For yes and for no: how many in the whole region, and how many at each prison."""
    for which in (0, 1):
        yield _split(whole)[which], [_split(one)[which] for one in at_prisons.values()]


def _split(one: Survey) -> tuple[int, int]:
    yes = round(one.share * one.base / 100)
    return yes, one.base - yes


def _published(
    at_prisons: Mapping[str, Survey],
    whole: Survey | None,
    kind: str,
    threshold: int,
    before: Sequence[Mapping[Cell, int | None]],
) -> dict[Cell, int | None]:
    """What may be shown of one version, beside all that stood before."""
    places: dict[str | None, tuple[int, int]] = {k: _split(s) for k, s in at_prisons.items()}
    if whole and kind == "parts":
        yes, no = (all_in - sum(some) for all_in, some in _beside(at_prisons, whole))
        places[REST] = yes, no
    if kind in {"parts", "sum"}:
        yes, no = (sum(split[which] for split in places.values()) for which in (0, 1))
        places[WHOLE] = yes, no
        table = {cell: n for place, split in places.items() for cell, n in _cells(place, split)}
        return publish_counts(table, threshold, before).counts
    if whole and kind == "alone":
        places[WHOLE] = _split(whole)
    found: dict[Cell, int | None] = {}
    for place, split in places.items():  # nobody is told a sum of these, so each is a table
        table = {cell[1:]: n for cell, n in _cells(place, split)}
        earlier = [{c[1:]: n for c, n in old.items() if c[0] == place} for old in before]
        safe = publish_counts(table, threshold, [old for old in earlier if old])
        found |= {(place, *cell): n for cell, n in safe.counts.items()}
    return found


def _cells(place: str | None, split: tuple[int, int]) -> Iterator[tuple[Cell, int]]:
    yes, no = split
    yield from (((place, YES), yes), ((place, NO), no), ((place, None), yes + no))
