"""Packs as plain data: what a region's team takes to a seminar, a board or a tender, with sources.

A pack is a fixed order of sections, a section of tables, a table of rows. Every row names the
returns that its figures come from, so that each can be followed to what was signed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from charter.policy import Frozen, Policy
from charter.quarters import Calendar, Quarter
from charter.words import Colour

Cell = str | int


class PackKind(StrEnum):
    """The packs there are."""

    ASSURANCE = "assurance"
    SEMINAR = "seminar"
    TENDER = "tender"
    CONTRACT = "contract"


PACK_WORDS: Mapping[PackKind, str] = MappingProxyType(
    {
        PackKind.ASSURANCE: "Quarterly assurance report",
        PackKind.SEMINAR: "Seminar pack",
        PackKind.TENDER: "Tender evidence pack",
        PackKind.CONTRACT: "Contract review list",
    }
)
DUTY = (
    "Made for the commissioner’s duty to involve the public and their carers and representatives "
    "in commissioning: section 13Q of the National Health Service Act 2006."
)
"""What stands at the foot of a tender pack."""
FEWEST_QUARTERS = 4
"""A tender pack of fewer says so."""


class Column(Frozen):
    """A column of a table; a number's has the colour that it is drawn in, where it is drawn."""

    words: str
    number: bool = False
    colour: Colour | None = None


class Row(Frozen):
    """One row: its cells in the order of the columns, and the returns that they come from."""

    cells: tuple[Cell, ...]
    returns: tuple[int, ...] = ()


class PackTable(Frozen):
    """A table, empty where there is nothing to tell: then `nothing` says so.

    `drawn` is how it is drawn besides: each row as a bar of its coloured columns.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    nothing: str = "None."
    drawn: Literal["", "stacked"] = ""


class Section(Frozen):
    """Tables under a heading, with words before them."""

    heading: str
    words: tuple[str, ...] = ()
    tables: tuple[PackTable, ...] = ()


class PackData(Frozen):
    """A whole pack; `stands_on` is the London date it is true of, `frozen` that it stays so.

    `about` names the provider that it is of, where it is of one.
    """

    kind: PackKind
    title: str
    region: str
    region_name: str
    quarter: str
    about: str = ""
    about_name: str = ""
    stands_on: date
    frozen: bool = False
    notices: tuple[str, ...] = ()
    sections: tuple[Section, ...]
    foot: str = ""

    @property
    def tables(self) -> Iterator[tuple[Section, PackTable]]:
        """Every table with its section, in order."""
        for section in self.sections:
            for table in section.tables:
                yield section, table


FIGURES = (
    "pack", "region", "quarter", "section", "table", "line", "row", "figure", "value", "return_ids",
)  # fmt: skip
"""The columns of a pack as one long list; `line` tells rows of one name apart, from 1."""


def figures(pack: PackData) -> Iterator[dict[str, Cell]]:
    """Every cell of a pack on a line of its own, with what it is and the returns it comes from."""
    for section, table in pack.tables:
        for line, row in enumerate(table.rows, 1):
            for column, cell in zip(table.columns[1:], row.cells[1:], strict=True):
                yield {
                    "pack": pack.title,
                    "region": pack.region,
                    "quarter": pack.quarter,
                    "section": section.heading,
                    "table": table.title,
                    "line": line,
                    "row": row.cells[0],
                    "figure": column.words,
                    "value": cell,
                    "return_ids": " ".join(map(str, row.returns)),
                }


def frozen_from(policy: Policy, due: date, calendar: Calendar) -> date:
    """The London date on which a quarter's seminar pack is frozen."""
    return calendar.shift(due, policy.seminar_from - policy.due - policy.pack_frozen)


def newest(quarters: Iterable[Quarter], most: int) -> list[Quarter]:
    """The newest of these quarters, oldest first."""
    return sorted(set(quarters))[-most:]
