"""A table as a workbook of one sheet, every cell text: no first 0 is lost and no formula runs."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter

from providers.tabular import guarded

PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""What every workbook says of when it was made, so that the same rows give the same bytes."""


def sheet(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX file; `read_table` gives the same cells back. `name` has at most 31 characters."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **PLAIN}) as book:
        book.set_properties({"created": MADE})
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(columns) - 1, 22, text)
        page.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                page.write_string(number, place, guarded(cell), text)
    return out.getvalue()
