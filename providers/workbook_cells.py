"""A workbook's sheets become rows of text by field, each cell with the place it stands at."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from providers.tabular import LARGEST, LARGEST_UNPACKED
from providers.workbook_sheets import COLUMNS, FIELDS, RETURN, WHERE_ASKED, Column

BASIS = "Charter basis"
"""The property of a workbook that names what it was made from."""
MOST_ROWS = 6_000
"""More rows than the largest return fills on any sheet."""
MOST_TAGS = 400_000
"""Ten times what the largest return's workbook has; each costs a reader up to half a kilobyte."""

_MOST_COLUMNS = 100
_EXCEL_ROWS = 1_048_576
_TOLD = 40


class BadWorkbook(ValueError):
    """The workbook cannot be taken; `problems` are sentences, by sheet and cell."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = len(problems) - _TOLD
        rest = [f"and {more} more like these"] if more > 0 else []
        super().__init__("\n".join([*problems[:_TOLD], *rest]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Row:
    """One row of a sheet: the text of its filled cells by field, and where each field stands."""

    cells: Mapping[str, str]
    places: Mapping[str, str]


@dataclass
class Reading:
    """What has been found so far: the problems, and where each part of the return stands."""

    problems: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def wrong(self, place: str, what: str) -> None:
        """Note a problem at a place."""
        self.problems.append(f"{place}: {what}")

    def note(self, name: str, row: Row) -> None:
        """Remember where the fields of one item of the return stand."""
        self.places[name] = next(iter(row.places.values()))
        self.places |= {f"{name}.{key}": place for key, place in row.places.items()}

    def choice(self, row: Row, column: Column) -> object:
        """What a chosen word stands for; None for none, and for one that is not in the list."""
        said = row.cells.get(column.key, "")
        if not said:
            return None
        for word, meant in column.choices:
            if said.casefold() in (word.casefold(), str(meant).casefold()):
                return meant
        what = f"'{said}' is not in the list; choose one of: {column.listed}"
        self.wrong(row.places[column.key], what)
        return None

    def number(self, row: Row, key: str) -> int | None:
        """The whole number in a cell; None for a blank one, and for what is no such number."""
        said = re.sub(r"[\s,]", "", row.cells.get(key, ""))
        if said.isascii() and said.isdecimal() and len(said) < 10:
            return int(said)
        if said:
            what = f"'{row.cells[key]}' is no whole number; write it in figures, such as 12"
            self.wrong(row.places[key], what)
        return None

    def chosen(self, row: Row, column: Column, what: str) -> object:
        """The same of a list that may not be left blank; `what` says what to do about it."""
        if column.key not in row.cells:
            self.wrong(row.places[column.key], f"{what}; choose one of: {column.listed}")
        return self.choice(row, column)


def opened(content: bytes) -> Any:  # noqa: ANN401 - openpyxl's own
    """The workbook, its size asked before anything in it is unpacked."""
    if len(content) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise BadWorkbook([f"the workbook has more than {most} MB, so it is no return"])
    mend = "save it again as .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
            if unpacked > LARGEST_UNPACKED:
                most = LARGEST_UNPACKED // 1024 // 1024
                raise BadWorkbook([f"the workbook unpacks to more than {most} MB; {mend}"])
            if sum(_tags(packed)) > MOST_TAGS:
                raise BadWorkbook(["this holds far more than a return; begin from its template"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except BadWorkbook:
        raise
    except Exception as error:  # openpyxl promises no one class of error for a damaged file
        what = f"this cannot be opened as a workbook; {mend}"
        raise BadWorkbook([what]) from error


def _tags(packed: zipfile.ZipFile) -> Iterator[int]:
    """How many tags there are, a piece at a time: none is kept, and none is understood."""
    for member in packed.infolist():
        with packed.open(member) as part:
            while piece := part.read(1_000_000):
                yield piece.count(b"<")


def basis_of(book: Any) -> str:  # noqa: ANN401
    """What the workbook says it was made from; empty where a program has dropped that."""
    found = (one.value for one in book.custom_doc_props.props if one.name == BASIS)
    return str(next(found, None) or "")


def sheets_of(book: Any, reading: Reading) -> dict[str, list[Row]]:  # noqa: ANN401
    """The rows of every sheet that is read, with each cell that cannot be taken noted."""
    named = {name.strip().casefold(): name for name in book.sheetnames}
    found: dict[str, list[Row]] = {}
    for name in (RETURN, *COLUMNS):
        if name.casefold() not in named and name in WHERE_ASKED:
            found[name] = []
            continue
        if name.casefold() not in named:
            reading.problems.append(
                f"there is no sheet called {name}; begin again from this quarter's template"
            )
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                rows = list(_filled(book[named[name.casefold()]], name, reading))
        except BadWorkbook:
            raise
        except Exception as error:
            what = f"the sheet {name} is damaged; save the workbook again as .xlsx"
            raise BadWorkbook([what]) from error
        shape = _lines if name == RETURN else _records
        found[name] = list(shape(name, rows, reading))
    return found


def _filled(sheet: Any, name: str, reading: Reading) -> Iterator[tuple[int, dict[int, str]]]:  # noqa: ANN401
    """The number of each row that holds anything, and its texts by column, counted from 1."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=_EXCEL_ROWS, max_col=_MOST_COLUMNS)
    left_out = None  # openpyxl gives one and the same row for all those a file leaves out
    for number, cells in enumerate(rows, 1):
        if cells is left_out:
            continue
        texts = {}
        for position, cell in enumerate(cells, 1):
            if cell.value is None:
                continue
            place = f"{name}!{get_column_letter(position)}{number}"
            if cell.data_type == "f":
                reading.wrong(place, "this is a formula; type what it shows")
            elif cell.data_type == "e":
                reading.wrong(place, f"this shows {cell.value}, a broken formula; type it again")
            elif text := _text(cell.value):
                texts[position] = text
        if texts and number > MOST_ROWS:
            raise BadWorkbook([f"the sheet {name} has more than {MOST_ROWS:,} rows"])
        if texts:
            yield number, texts
        else:
            left_out = cells


def _text(value: object) -> str:
    """A cell's value as it would be typed; Excel's own mark of a line break is taken out."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").strip()


def _lines(
    name: str, rows: Sequence[tuple[int, dict[int, str]]], reading: Reading
) -> Iterator[Row]:
    """The sheet Return as one row: names stand in column A, what was filled in in column B."""
    keys = {line.title.casefold(): line.key for line in FIELDS}
    cells: dict[str, str] = {}
    places: dict[str, str] = {}
    for number, texts in rows[1:]:
        key = keys.get(texts.get(1, "").casefold())
        if key is None or key in places:
            what = "twice here" if key else "no line of this sheet"
            reading.wrong(f"{name}!A{number}", f"'{texts.get(1, '')}' is {what}; take it out")
            continue
        places[key] = f"{name}!B{number}"
        if 2 in texts:
            cells[key] = texts[2]
    for line in FIELDS:
        if line.key not in places:
            reading.wrong(name, f"the line '{line.title}' is gone; put it back in column A")
    yield Row(cells, places)


def _records(
    name: str, rows: Sequence[tuple[int, dict[int, str]]], reading: Reading
) -> Iterator[Row]:
    """A table's rows, its columns known by their names in row 1 wherever they stand."""
    header = rows[0][1] if rows and rows[0][0] == 1 else {}
    known = {column.title.casefold(): column for column in COLUMNS[name]}
    columns: dict[int, Column] = {}
    for position, title in header.items():
        column = known.pop(title.casefold(), None)
        if column is None:
            place = f"{name}!{get_column_letter(position)}1"
            reading.wrong(
                place, f"'{title}' is no column of this sheet, or a second one; delete it"
            )
        else:
            columns[position] = column
    for column in known.values():
        reading.wrong(f"{name}!1:1", f"the column '{column.title}' is gone; put its name back")
    if known:
        return
    for number, texts in rows[1:]:
        places = {c.key: f"{name}!{get_column_letter(p)}{number}" for p, c in columns.items()}
        for position in texts.keys() - columns.keys() - header.keys():
            place = f"{name}!{get_column_letter(position)}{number}"
            reading.wrong(place, "this stands under no column name; move it or delete it")
        cells = {columns[p].key: text for p, text in texts.items() if p in columns}
        cells.pop("", None)
        if cells:
            yield Row(cells, places)
