"""The files of a pack: a PDF drawn as its page is, a workbook that prints, and one long list."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pypdf
import pytest

from charter.packs import PackData, PackKind, Row, Section
from charter.quarters import Quarter
from portal.console import pack_files
from portal.console.packs import chart_of
from providers.packs import Kept
from tests.portal.test_packs import made, stood, table
from tests.support.cast import AVON, at
from tests.support.stage import Stage

__all__ = ["stood"]

NOON = "2026-11-20T12:00"


def file_of(pack: PackData, form: str) -> bytes:
    """The pack as a file of a kind, kept a moment ago."""
    kept = Kept(pack.kind, Quarter.parse(pack.quarter), pack.about, "0" * 64, at(NOON))
    return pack_files.content(pack, kept, form, "https://portal.example")


def with_rows(pack: PackData, name: str, rows: list[Row]) -> PackData:
    """The same pack with these rows in the tables of that name, and no other table."""
    one = table(pack, name).model_copy(update={"rows": tuple(rows)})
    return pack.model_copy(update={"sections": (Section(heading="One", tables=(one,)),)})


def test_the_pdf_draws_what_the_page_draws_before_the_table_of_the_same_figures(stood: Stage):
    pack = made(stood, PackKind.ASSURANCE)
    reader = pypdf.PdfReader(io.BytesIO(file_of(pack, "pdf")))
    words = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert "Partly met Not met Not applicable" in " ".join(words)
    drawn = [one for _, one in pack.tables if chart_of(one)]
    assert [one.id for one in drawn] == ["states", "commitments"]
    shown = " ".join(words)
    for one in drawn:
        after = shown.split(one.title, 1)[1]
        keys = " ".join(column.words for column in one.columns if column.colour)
        assert after.index(keys) < after.index(f"{one.columns[0].words} {keys}")
    told = [str(one.get_object().get("/Alt", "")) for one in elements(reader)]
    assert [one for one in told if one] == [
        f"{one.title}. A bar for each row. The same figures are in the table below."
        for one in drawn
    ]


def elements(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Every element of a tagged PDF's tree, in order."""
    ahead: list[Any] = [reader.root_object["/StructTreeRoot"]]
    while ahead:
        one = ahead.pop().get_object()
        if isinstance(one, list):
            ahead += reversed(one)
        elif isinstance(one, dict):
            yield one
            ahead.append(one.get("/K"))


def test_the_columns_of_a_pdf_are_as_wide_as_what_is_in_them(stood: Stage):
    asked = "Say how long you take to answer families, count it, and let us see the result. " * 2
    cells = (asked, "HMP/YOI Fernhollow", "Brook Care", "July to September 2026",
             "30 September 2026", "Partly accepted", asked)  # fmt: skip
    rows = [Row(cells=cells, returns=(number,)) for number in range(40)]
    pack = with_rows(made(stood, PackKind.ASSURANCE), "replies", rows)
    pages = pypdf.PdfReader(io.BytesIO(file_of(pack, "pdf"))).pages
    lines = "\n".join(page.extract_text() for page in pages).splitlines()
    assert sum("30 September 2026" in line for line in lines) == 40
    assert sum("Partly accepted" in line for line in lines) == 40
    assert len(pages) <= 4
    assert all("In its words" in page.extract_text() for page in pages)


def test_of_two_days_of_as_many_letters_the_wider_is_not_broken(stood: Stage):
    days = ("15 October 2026", "9 November 2026")
    rows = [
        Row(cells=("HMP A", "Q2", "Late", day, day, 0, "5 of 9", "B", "C", "D"), returns=(1,))
        for day in days
    ]
    pack = with_rows(made(stood, PackKind.TENDER, AVON.provider), "scores", rows)
    words = pypdf.PdfReader(io.BytesIO(file_of(pack, "pdf"))).pages[0].extract_text()
    assert [words.count(day) for day in days] == [2, 2]


@pytest.mark.parametrize("cell", ["x" * 3000, "word " * 800, ""])
def test_a_pdf_holds_whatever_was_written_and_loses_none_of_it(stood: Stage, cell: str):
    rows = [Row(cells=(cell,) * 7, returns=(1,))]
    pack = with_rows(made(stood, PackKind.ASSURANCE), "replies", rows)
    pages = pypdf.PdfReader(io.BytesIO(file_of(pack, "pdf"))).pages
    words = "".join(page.extract_text() for page in pages)
    counted = "x" if cell.startswith("x") else "word"
    assert words.count(counted) >= 7 * cell.count(counted)


def test_rows_of_one_name_are_told_apart_in_the_list(stood: Stage):
    pack = made(stood, PackKind.ASSURANCE)
    two = [Row(cells=("HMP A", "B", "C", one, "", "", 0, "", ""), returns=(7,)) for one in "de"]
    told = file_of(with_rows(pack, "actions", two), "csv").decode("utf-8-sig")
    found = [row for row in csv.DictReader(io.StringIO(told)) if row["figure"] == "Action"]
    assert [(row["line"], row["row"], row["value"]) for row in found] == [
        ("1", "HMP A", "d"), ("2", "HMP A", "e"),
    ]  # fmt: skip


def test_a_sheet_without_rows_says_so_and_every_sheet_fits_its_paper(stood: Stage):
    pack = made(stood, PackKind.CONTRACT)
    book = openpyxl.load_workbook(io.BytesIO(file_of(pack, "xlsx")))
    sheet = book.worksheets[1]
    assert sheet["A2"].value == "No return failed to come 3 quarters running."
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.print_title_rows == "$1:$1"
