"""A pack as a file to keep: a PDF, a workbook of several sheets, or one long list."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from textwrap import shorten

import xlsxwriter
from fastapi import APIRouter
from starlette.responses import Response
from xlsxwriter.worksheet import Worksheet

from charter.packs import FIGURES, PackData, PackTable, figures
from charter.quarters import Quarter, say
from notifications.exports import guarded, table
from notifications.speaking import SAME_FIGURES
from notifications.typeset import LONGEST_WORD, set_in_type
from portal.console import packs as pages
from portal.doors import NotHere, SignedIn
from providers.packs import Kept

router = APIRouter(prefix="/console/regions/{region}/packs")
TEMPLATE = Path(__file__).parent / "templates" / "pack.typ"
BOM = b"\xef\xbb\xbf"
"""With it Excel reads UTF-8."""
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""When every workbook says that it was made: the same pack is the same bytes."""
KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SHEET = re.compile(r"[\[\]:*?/\\']")
WIDEST = 60
"""Letters that a column of a workbook is wide at most."""
MEASURED = 40
"""The longest cells of a column of a PDF that are measured: of two as long, one may be wider."""


@router.get("/{quarter}/{kind}/{form}", name="pack_file")
def pack_file(region: str, quarter: str, kind: str, form: str, visit: SignedIn) -> Response:
    """The pack as it is kept; `form` is pdf, xlsx or csv."""
    if form not in KINDS:
        raise NotHere
    with visit.desk.database.reading() as session:
        _, kept, pack = pages.enter(session, visit, region, quarter, kind)
    about = re.sub(r"[^A-Za-z0-9]+", "-", f"-{pack.about}").rstrip("-").lower()
    name = f"{pack.kind}-{pack.region}-{pack.quarter}{about}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content(pack, kept, form, visit.desk.base_url), 200, headers, KINDS[form])


@lru_cache(maxsize=8)
def content(pack: PackData, kept: Kept, form: str, base_url: str) -> bytes:
    """The bytes of the file; the same for the same pack, so that it is set once."""
    if form == "csv":
        return BOM + table(FIGURES, figures(pack))
    if form == "xlsx":
        return workbook(pack)
    return set_in_type(TEMPLATE, plain(pack, kept, base_url), kept.frozen_at)


def stands(pack: PackData) -> str:
    """Since when a pack stands as it is, in a sentence."""
    if pack.frozen:
        return f"Frozen on {say(pack.stands_on)}; nothing later is in it."
    return f"As the record stood on {say(pack.stands_on)}."


def plain(pack: PackData, kept: Kept, base_url: str) -> dict[str, object]:
    """The pack as its PDF is set from it."""
    return {
        "title": pack.title,
        "caption": ", ".join(
            one
            for one in (
                pack.region_name,
                Quarter.parse(pack.quarter).in_words,
                pack.about_name,
            )
            if one
        ),
        "stands": stands(pack),
        "fingerprint": kept.document,
        "where": f"{base_url}/console/returns/",
        "notices": list(pack.notices),
        "foot": pack.foot,
        "sections": [
            {
                "heading": section.heading,
                "words": list(section.words),
                "tables": [_plain(one) for one in section.tables],
            }
            for section in pack.sections
        ],
    }


def _plain(one: PackTable) -> dict[str, object]:
    """A table with what its columns are measured by, and what is drawn over it."""
    heads = [*((column.words, column.number) for column in one.columns), ("From return", False)]
    rows = [[*map(str, row.cells), sources(row.returns)] for row in one.rows]
    return {
        "title": one.title,
        "nothing": one.nothing,
        "chart": _drawn(one),
        "columns": [
            {"words": words, "number": number} | measures(row[i] for row in rows)
            for i, (words, number) in enumerate(heads)
        ],
        "rows": rows,
    }


def measures(cells: Iterable[str]) -> dict[str, str | list[str]]:
    """What a column is measured by: its longest cells, one that three in four are no longer than,
    and its longest word, up to where one may be broken."""
    ordered = sorted(cells, key=len) or [""]
    words = (word for cell in ordered for word in cell.split())
    return {
        "longest": sorted(set(ordered), key=lambda cell: (-len(cell), cell))[:MEASURED],
        "usual": ordered[(len(ordered) - 1) * 3 // 4],
        "word": max(words, key=len, default="")[:LONGEST_WORD],
    }


def _drawn(one: PackTable) -> dict[str, object] | None:
    """The bars that the page draws over a table, as they are set in type."""
    chart = pages.chart_of(one)
    if chart is None:
        return None
    return {
        "alt": f"{chart.title}. {chart.said} {SAME_FIGURES}",
        "keys": [asdict(key) for key in chart.keys],
        "bars": [
            {"name": stack.label, "parts": [asdict(part) for part in chart.parts(stack)]}
            for stack in chart.stacks
        ],
    }


def sources(returns: tuple[int, ...]) -> str:
    """The returns that a row comes from, as far as they can be read on paper."""
    if len(returns) > 3:
        return f"{len(returns)} returns"
    return ", ".join(map(str, returns)) or "–"


def workbook(pack: PackData) -> bytes:
    """A sheet for each table, with a first one that says what they are; no cell is a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": pack.title, "created": MADE})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        plain_words = book.add_format({"valign": "top"})
        first = book.add_worksheet("About")
        first.set_column(0, 0, 90, wrap)
        for down, line in enumerate(about(pack)):
            first.write_string(down, 0, guarded(line), bold if down == 0 else wrap)
        for number, (_, one) in enumerate(pack.tables, 1):
            page = book.add_worksheet(named(number, one.title))
            heads = [*(column.words for column in one.columns), "Returns that it comes from"]
            for across, words in enumerate(heads):
                page.write_string(0, across, guarded(words), bold)
                page.set_column(across, across, width(one, across, words), wrap)
            for down, row in enumerate(one.rows, 1):
                for across, cell in enumerate(row.cells):
                    if isinstance(cell, int):
                        page.write_number(down, across, cell)
                    else:
                        page.write_string(down, across, guarded(cell))
                page.write_string(down, len(row.cells), " ".join(map(str, row.returns)))
            if not one.rows:
                page.write_string(1, 0, guarded(one.nothing), plain_words)
            for_paper(page)
            page.freeze_panes(1, 1)
            page.autofilter(0, 0, max(1, len(one.rows)), len(heads) - 1)
    return out.getvalue()


def named(number: int, title: str) -> str:
    """A sheet's name: its number and as many whole words of the title as a name may have."""
    words = SHEET.sub(" ", f"{number} {title.split(',')[0]}")
    return shorten(words, 31, placeholder="…")


def for_paper(page: Worksheet) -> None:
    """A sheet is printed as wide as its paper, A4 on its side, with its headings on every page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def width(one: PackTable, across: int, words: str) -> int:
    """How wide a column is, in letters."""
    if across == len(one.columns):
        return 24
    longest = max((len(str(row.cells[across])) for row in one.rows), default=0)
    return min(WIDEST, max(10, longest + 2, min(len(words) + 2, 24)))


def about(pack: PackData) -> Iterator[str]:
    """What a workbook says of itself, a line each."""
    yield pack.title
    yield f"{pack.region_name}, {Quarter.parse(pack.quarter).in_words}"
    if pack.about_name:
        yield pack.about_name
    yield stands(pack)
    yield from pack.notices
    for section in pack.sections:
        yield from section.words
    yield "The last column of each sheet has the numbers of the returns that a row comes from."
    if pack.foot:
        yield pack.foot
