"""Files that people really send: from Excel, from Windows, from the wrong folder."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import tabular
from providers.tabular import (
    LARGEST,
    Table,
    Unreadable,
    guarded,
    read_capped,
    read_table,
    unguarded,
    write_csv,
)

COLUMNS = ("name", "day")
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).map(str.strip)


def read(content: bytes) -> Table:
    """A file with two columns."""
    return read_table(content, "people.csv", COLUMNS, ("note",))


def said(content: bytes) -> str:
    """Every problem of a file, one a line."""
    return "\n".join(map(str, read(content).problems))


def workbook(*rows: tuple[object, ...]) -> bytes:
    """An XLSX with these rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with Excel's mark"])
def test_utf8_is_read_with_or_without_excels_mark(mark: bytes) -> None:
    found = read(mark + "name,day\r\nZoë,2026-07-01\r\n".encode())
    assert found.rows == ((2, {"name": "Zoë", "day": "2026-07-01"}),)
    assert found.problems == ()


def test_columns_may_stand_in_any_order_and_case() -> None:
    found = read(b"Day , NAME\n2026-07-01,Ada\n")
    assert found.rows == ((2, {"day": "2026-07-01", "name": "Ada"}),)


def test_blank_rows_are_passed_over_and_lines_still_count() -> None:
    found = read(b"name,day\n\n,\nAda,2026-07-01\n")
    assert [line for line, _ in found.rows] == [4]


def test_a_row_that_runs_over_lines_is_known_by_its_first() -> None:
    found = read(b'name,day\n"Ada\nWinter",x\nBea,y\n')
    assert [line for line, _ in found.rows] == [2, 4]


def test_a_short_row_is_blank_to_its_end() -> None:
    assert read(b"name,day\nAda\n").rows == ((2, {"name": "Ada", "day": ""}),)


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    found = read(
        workbook(
            ("name", "day", "note"), (1234.0, datetime.combine(date(2026, 7, 1), time()), None)
        )
    )
    assert found.rows == ((2, {"name": "1234", "day": "2026-07-01", "note": ""}),)
    found = read(workbook(("name", "day"), ("Ada", date(2026, 7, 1))))
    assert found.rows[0][1]["day"] == "2026-07-01"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"name,day\n", "has a header and no rows"),
        (b"name,day\n,\n", "has a header and no rows"),
        ("name,day\nZoë,x\n".encode("latin-1"), "is not UTF-8: line 2 holds a byte"),
        ("name,day\nZoë,x\n".encode("latin-1"), "'CSV UTF-8'"),
        ("name,day\nAda,x\n".encode("utf-16"), "is in UTF-16"),
        ("name,day\nAda,x\n".encode("utf-16-le"), "UTF-16 or no text at all"),
        (b"name,day\n" + b"x" * LARGEST, "and the most is 5 MB"),
        (b"name;day\nAda;x\n", "parted by semicolons"),
        (b"name\tday\nAda\tx\n", "parted by tabs"),
        (b'name,day\n"Ada,x\n', "a double quote that is never closed"),
        (b"name,day\nAda,x,y,z\n", "line 2: has 4 cells where the header has 2"),
        (b"PK\x03\x04 and no more", "cannot be opened as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old or locked Excel file"),
        (b"nmae,day\nAda,x\n", "line 1, nmae: is no column of this file; did you mean 'name'?"),
        (b"name,date\nAda,x\n", "line 1, day: is missing from the header"),
        (b"name,day,zzz\nAda,x,y\n", "line 1, zzz: is no column of this file; take it out"),
        (b"name,day,day\nAda,x,y\n", "line 1, day: stands twice"),
        (b"name,,day\nAda,x,y\n", "line 1: a column has no name"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_how_to_mend_it(content: bytes, words: str) -> None:
    assert words in said(content)
    assert "cells where" in words or read(content).rows == ()


def test_a_workbook_that_would_unpack_to_far_too_much_is_never_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sheet.xml", b"0" * (tabular.LARGEST_UNPACKED + 1))
    assert "unpacks to 60 MB" in said(out.getvalue())


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(Unreadable, match=r"register.csv has 50.0 MB and the most is 5 MB"):
        read_capped(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read \\(No such file or directory\\)"):
        read_capped(tmp_path / "register.csv")


@pytest.mark.parametrize("cell", ["=1+1", "+44 20", "-1", "@sum", "'=1", "''@x"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["Ada", "'tis", "", "o'=clock", "020 7946 0100"])
def test_a_harmless_cell_is_left_alone(cell: str) -> None:
    assert guarded(cell) == cell == unguarded(cell)


@given(st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1))
def test_what_is_written_reads_back_the_same(rows: list[tuple[str, str]]) -> None:
    found = read(write_csv(COLUMNS, rows).encode())
    assert found.problems == ()
    assert [tuple(cells.values())[:2] for _, cells in found.rows] == rows
