"""CSV and Excel files become rows of text, or a list of what is wrong in them and its mend."""

import codecs
import csv
import difflib
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import openpyxl

LARGEST = 5 * 1024 * 1024
"""The most bytes a file may have; a national register is well under a fifth of it."""

LARGEST_UNPACKED = 60 * 1024 * 1024
"""The most bytes a workbook may unpack to, asked before anything is unpacked."""

MOST_ROWS = 50_000
_TO_GUARD = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"''*[=+\-@\t\r]")
_EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Problem:
    """What is wrong at a line (1 is the header, 0 the whole file) and column, with the mend."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else ""
        place += f", {self.column}" if self.column else ""
        return f"{place}: {self.what}" if place else self.what


@dataclass(frozen=True)
class Table:
    """The rows of a file by column name, each with its line; no rows where the header is wrong."""

    columns: frozenset[str] = frozenset()
    rows: tuple[tuple[int, dict[str, str]], ...] = ()
    problems: tuple[Problem, ...] = ()


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message says why, with the mend."""


def read_capped(path: Path) -> bytes:
    """A file's bytes; Unreadable if it is missing or larger than LARGEST, before it is read."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Unreadable(_too_large(path.name, size))
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreadable(f"{path} cannot be read ({reason}); check the path") from error


def read_table(
    content: bytes, name: str, required: Sequence[str], optional: Sequence[str] = ()
) -> Table:
    """Read a CSV (UTF-8) or XLSX whose first row names its columns, in any order.

    `name` is only for the messages. Every problem of the file's shape is in the answer.
    """
    try:
        lines = list(_lines(content, name))
    except Unreadable as error:
        return Table(problems=(Problem(0, "", str(error)),))
    if not lines:
        what = f"{name} is empty; its first row names the columns"
        return Table(problems=(Problem(0, "", what),))
    header = _trimmed(lines[0][1])
    columns = [re.sub(r"\s+", "_", cell.strip()).lower() for cell in header]
    problems = list(_header_problems(header, columns, required, optional))
    if problems:
        return Table(problems=tuple(problems))
    rows = []
    for line, cells in lines[1:]:
        cells = _trimmed(cells)
        if len(cells) > len(columns):
            what = (
                f"has {len(cells)} cells where the header has {len(columns)}; "
                "put a cell that holds a comma in double quotes"
            )
            problems.append(Problem(line, "", what))
        elif cells:
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            rows.append((line, dict(zip(columns, map(unguarded, padded), strict=True))))
    if not rows and not problems:
        what = f"{name} has a header and no rows; nothing was read from it"
        problems.append(Problem(0, "", what))
    return Table(frozenset(columns), tuple(rows), tuple(problems))


def guarded(cell: str) -> str:
    """The cell as a spreadsheet may hold it: an apostrophe keeps it from being a formula."""
    return f"'{cell}" if _TO_GUARD.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that `guarded` put there."""
    return cell[1:] if _GUARDED.match(cell) else cell


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV text with CRLF line ends, every cell guarded; `read_table` gives the same cells back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def odd_character(text: str) -> str:
    """The name of the first line break or control character in a text; empty if there is none."""
    for character in text:
        if character in "\r\n":
            return "a line break"
        if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            return f"the control character U+{ord(character):04X}"
    return ""


def _lines(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    if len(content) > LARGEST:
        raise Unreadable(_too_large(name, len(content)))
    if content.startswith(b"PK\x03\x04"):
        return _workbook_lines(content, name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(f"{name} is an old or locked Excel file; save it as .xlsx or CSV UTF-8")
    return _csv_lines(_decoded(content, name), name)


def _too_large(name: str, size: int) -> str:
    return (
        f"{name} has {size / 1024 / 1024:.1f} MB and the most is {LARGEST // 1024 // 1024} MB; "
        "check that it is the right file"
    )


def _decoded(content: bytes, name: str) -> str:
    mend = "save it as 'CSV UTF-8'"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(f"{name} is in UTF-16, not UTF-8; {mend}")
    if b"\0" in content:
        raise Unreadable(f"{name} holds zero bytes: it is UTF-16 or no text at all; {mend}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start : error.start + 1].decode("cp1252", "replace")
        raise Unreadable(
            f"{name} is not UTF-8: line {line} holds a byte that Latin-1 would read as '{found}'; "
            f"{mend}"
        ) from error


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                f"{name} breaks off in the row that begins on line {begins} ({error}); "
                "look for a double quote that is never closed"
            ) from error
        yield begins, cells
        begins = reader.line_num + 1


def _workbook_lines(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    mend = "save it again as .xlsx or CSV UTF-8"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise Unreadable(f"{name} unpacks to {unpacked // 1024 // 1024} MB; {mend}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                if line > MOST_ROWS:
                    raise Unreadable(f"{name} has more than {MOST_ROWS:,} rows; {mend}")
                yield line, [_as_text(cell) for cell in cells]
    except Unreadable:
        raise
    except Exception as error:  # openpyxl promises no one class of error for a damaged file
        raise Unreadable(f"{name} cannot be opened as a workbook ({error}); {mend}") from error


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _header_problems(
    header: list[str], columns: list[str], required: Sequence[str], optional: Sequence[str]
) -> Iterator[Problem]:
    for separator, said in _SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            what = f"the columns are parted by {said}; part them by commas"
            yield Problem(1, "", what)
            return
    known = [*required, *optional]
    missing = [column for column in required if column not in columns]
    for column in dict.fromkeys(columns):
        if not column:
            yield Problem(1, "", "a column has no name; name it or take it out")
        elif column not in known:
            near = difflib.get_close_matches(column, missing or known, n=1)
            mend = f"did you mean '{near[0]}'?" if near else "take it out"
            yield Problem(1, column, f"is no column of this file; {mend}")
        elif columns.count(column) > 1:
            yield Problem(1, column, "stands twice in the header; keep one")
    for column in missing:
        yield Problem(1, column, "is missing from the header; add it, even if its cells are blank")


def is_excel_error(cell: str) -> bool:
    """The cell holds what a broken formula shows."""
    return cell in _EXCEL_ERRORS
