"""What was changed or taken down after it came out: the list that families can read of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from charter.pages import PrisonPage
from charter.parts import Hold, Notices, Source
from charter.policy import Frozen
from charter.said import Telling

KEY = "corrections"
AT_ONCE = 50
"""Corrections that one page holds; of more, it names the newest and where the others stand."""
NEWEST = 20
A_PART = 100
"""Corrections on one page of a year; they are filled from the oldest, so that few change later."""


@dataclass(frozen=True)
class Correction:
    """A later edition of an update, or the taking down of one; `step` is its ledger entry."""

    revision: int
    on: date
    because: str
    taken_down: bool
    step: int


class CorrectionRow(Frozen):
    """One correction as it is listed; `revision` is the edition that came out, or was taken down.

    `because` is the reason that families read: nothing while the prison's words are not shown.
    """

    source: Source
    region_name: str
    site_name: str
    page: str
    quarter_words: str
    party_name: str
    kind: Literal["changed", "taken_down"]
    revision: int
    on: date
    because: str


class YearPart(Frozen):
    """Some of a year's corrections: the page they stand on, and its first and last day."""

    page: str
    first: date
    last: date


class CorrectionsPage(Telling):
    """Corrections, the newest first, or those of a part of one year.

    `contact` says in a sentence whom to tell of a mistake. Where `parts` are named, they hold all.
    """

    kind: Literal["corrections"] = "corrections"
    key: str
    notices: Notices
    contact: str
    rows: tuple[CorrectionRow, ...]
    holds: tuple[Hold, ...]
    parts: Annotated[tuple[YearPart, ...], Field(exclude_if=lambda parts: not parts)] = ()
    year: Annotated[str, Field(exclude_if=lambda year: not year)] = ""


def row_of(
    page: PrisonPage, party: str, source: Source, one: Correction, because: str
) -> CorrectionRow:
    """A correction of one update on a page, with its reason as families may read it."""
    return CorrectionRow(
        source=source,
        region_name=page.region_name,
        site_name=page.site_name,
        page=page.key,
        quarter_words=page.quarter_words,
        party_name=party,
        kind="taken_down" if one.taken_down else "changed",
        revision=one.revision,
        on=one.on,
        because=because,
    )


def corrections_pages(
    rows: Iterable[CorrectionRow], holds: Collection[Hold], notices: Notices, contact: str
) -> Iterator[CorrectionsPage]:
    """The page of corrections, with a page for each part of a year where they are many."""
    told = sorted(rows, key=lambda r: (r.on, r.page, r.party_name, r.revision, r.kind))

    def page(
        key: str, some: Sequence[CorrectionRow], parts: Sequence[YearPart] = (), year: str = ""
    ) -> CorrectionsPage:
        known = {row.source for row in some}
        return CorrectionsPage(
            key=key,
            notices=notices,
            contact=contact,
            rows=tuple(reversed(some)),
            holds=tuple(hold for hold in holds if hold.source in known),
            parts=tuple(parts),
            year=year,
        )

    if len(told) <= AT_ONCE:
        yield page(KEY, told)
        return
    parts = []
    for year, group in groupby(told, key=lambda row: row.on.year):
        these = list(group)
        for number, begin in enumerate(range(0, len(these), A_PART), start=1):
            some = these[begin : begin + A_PART]
            key = f"{KEY}/{year}" if number == 1 else f"{KEY}/{year}-{number}"
            yield page(key, some, year=str(year))
            parts.append(YearPart(page=key, first=some[0].on, last=some[-1].on))
    yield page(KEY, told[-NEWEST:], parts[::-1])
