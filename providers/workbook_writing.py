"""A return written as a workbook that a provider can fill in, the same bytes every time."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import xlsxwriter

from charter.answers import Answer, Evidence, ReturnDocument
from charter.commitments import CharterFile
from providers.workbook_cells import BASIS
from providers.workbook_figures import SHUT, measure_rows, spotlight_rows
from providers.workbook_readme import explained
from providers.workbook_sheets import (
    ACTIONS,
    ANSWERED,
    ANSWERS,
    COLUMNS,
    EVIDENCE,
    FIELDS,
    MEASURES,
    RATINGS,
    README,
    REPLIES,
    RETURN,
    SPOTLIGHT,
    STATUSES,
    STILL_RIGHT,
    WHERE_ASKED,
    YES_NO,
    Column,
    said_of,
)

ROWS_TO_FILL = 500
"""How many rows below the header offer their lists of words."""

_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1900, 3, 1)
"""Excel takes 1900 for a leap year; earlier days are written as text."""

_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 16, "text_wrap": True},
    "heading": {"bold": True, "font_size": 12, "text_wrap": True},
    "plain": {"text_wrap": True, "valign": "top"},
    "notice": {"text_wrap": True, "valign": "top", "bold": True, "bg_color": "#FFF4D6"},
    "header": {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#003D66",
        "font_color": "#FFFFFF",
        "border": 1,
    },
    "given": {
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#E4E8EA",
        "font_color": "#36454F",
        "border": 1,
        "border_color": "#9AA5AB",
        "num_format": "@",
    },
    "fill": {"text_wrap": True, "valign": "top", "num_format": "@"},
    "day": {"valign": "top", "align": "left", "num_format": "yyyy-mm-dd"},
    "number": {"valign": "top", "align": "left", "num_format": "0"},
    "look": {"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFF4D6"},
    "hint": {"text_wrap": True, "valign": "top", "italic": True, "font_color": "#4C6272"},
}

_WHOLE_NUMBER: Mapping[str, object] = {
    "validate": "integer",
    "criteria": ">=",
    "value": 0,
    "error_title": "Not a whole number",
    "error_message": "Write a whole number in figures, such as 12. Nought is 0.",
}

Cells = Mapping[str, Any]


def write(
    document: ReturnDocument,
    charter: CharterFile,
    asked: Mapping[str, str] = MappingProxyType({}),
    *,
    basis: str = "",
) -> bytes:
    """The document as an XLSX file; reading it back gives the same document.

    `asked` gives the words of families' requests by their ids, to be read beside the replies.
    `basis` names what it was made from; it travels as a property that no cell shows.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Return for {document.quarter}", "created": _MADE})
        if basis:
            book.set_custom_property(BASIS, basis, "text")
        looks = {name: book.add_format(dict(look)) for name, look in _LOOKS.items()}
        _readme(book.add_worksheet(README), looks, charter)
        _fields(book.add_worksheet(RETURN), looks, document)
        ids = _table(book, ANSWERS, looks, _answers(document, charter))
        for name, rows in (
            (EVIDENCE, list(_more_evidence(document))),
            (MEASURES, list(measure_rows(document, charter))),
            (SPOTLIGHT, list(spotlight_rows(document))),
            (ACTIONS, list(_actions(document))),
            (REPLIES, list(_replies(document, asked))),
        ):
            if rows or name not in WHERE_ASKED:
                _table(book, name, looks, rows, ids)
    return out.getvalue()


def _fields(sheet: Any, looks: Mapping[str, Any], document: ReturnDocument) -> None:  # noqa: ANN401
    given: dict[str, object] = {
        "provider": document.provider,
        "site": document.site,
        "quarter": document.quarter,
        "charter_version": document.charter_version,
        "nil_return": said_of(document.nil_return, YES_NO),
        "nil_reason": document.nil_reason,
    }
    for name, person in (
        ("prepared_by", document.prepared_by),
        ("signed_by", document.signed_by),
    ):
        if person:
            parts = {"name": person.name, "email": person.email, "role": person.role}
            given |= {f"{name}.{part}": text for part, text in parts.items()}
    for position, width in enumerate((34, 60, 60)):
        sheet.set_column(position, position, width)
    for position, text in enumerate(("What", "Fill in here", "How")):
        sheet.write_string(0, position, text, looks["header"])
    sheet.freeze_panes(1, 1)
    for row, field in enumerate(FIELDS, 1):
        sheet.write_string(row, 0, field.title, looks["given"])
        _cell(sheet, row, 1, given.get(field.key, ""), _look(field, looks))
        sheet.write_string(row, 2, field.hint, looks["hint"])
        if field.choices:
            sheet.data_validation(row, 1, row, 1, _list([word for word, _ in field.choices]))


def _answers(document: ReturnDocument, charter: CharterFile) -> Iterator[Cells]:
    """A row for each answer, then one for each commitment of the Charter that has none yet."""
    says = {one.id: f"{one.short}\n{one.text}" for one in charter.commitments}
    for answer in document.answers:
        yield {
            "": says.get(answer.commitment, ""),
            "commitment": answer.commitment,
            "rating": said_of(answer.rating, RATINGS),
            "reason": answer.reason,
            "public_statement": answer.public_statement,
            "narrative": answer.narrative,
            "confirmed": _still_right(answer),
            "copied_from": answer.copied_from,
            **(_evidence(answer.evidence[0]) if answer.evidence else {}),
        }
    for commitment in charter.ids:
        if document.find(commitment) is None:
            yield {"commitment": commitment, "": says[commitment]}


def _still_right(answer: Answer) -> str:
    if answer.confirmed and not answer.says_something:
        return "New"
    return said_of(answer.confirmed, STILL_RIGHT)


def _evidence(evidence: Evidence) -> Cells:
    return {
        "title": evidence.title,
        "dated": evidence.dated,
        "link": evidence.link,
        "file": evidence.file,
        "sha": evidence.sha,
    }


def _more_evidence(document: ReturnDocument) -> Iterator[Cells]:
    """Each piece of evidence after an answer's first."""
    for answer in document.answers:
        for evidence in answer.evidence[1:]:
            yield {"commitment": answer.commitment, **_evidence(evidence)}


def _actions(document: ReturnDocument) -> Iterator[Cells]:
    for line in document.actions:
        yield {
            "id": line.id or "",
            "commitment": line.commitment,
            "title": line.title,
            "owner": line.owner,
            "due": line.due,
            "status": said_of(line.status, STATUSES),
            "reason": line.reason,
            "request": line.request or "",
            "changes_service": said_of(line.changes_service, YES_NO),
            "consulted": line.consulted,
            "practice": line.practice or "",
            "tags": ", ".join(line.tags),
        }


def _replies(document: ReturnDocument, asked: Mapping[str, str]) -> Iterator[Cells]:
    for reply in document.replies:
        yield {
            "request": reply.request,
            "": asked.get(reply.request, ""),
            "answer": said_of(reply.answer, ANSWERED),
            "words": reply.words,
        }


def _table(
    book: Any,  # noqa: ANN401 - the library ships no types
    name: str,
    looks: Mapping[str, Any],
    rows: Iterable[Cells],
    ids: str = "",
) -> str:
    """Write one sheet; the answer is where its first column stands, for lists on later sheets."""
    sheet, columns = book.add_worksheet(name), COLUMNS[name]
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, _look(column, looks))
        sheet.write_string(0, position, column.title, looks["header"])
        if rule := _rule(column, ids):
            sheet.data_validation(1, position, ROWS_TO_FILL, position, rule)
    last = 1
    for last, cells in enumerate(rows, 1):
        for position, column in enumerate(columns):
            waits = column.key == "confirmed" and cells.get("confirmed") == "No"
            look = looks["look"] if waits else _look(column, looks)
            if column.key in cells.get(SHUT, ()):
                look = looks["given"]
            _cell(sheet, last, position, cells.get(column.key, ""), look)
    return f"='{name}'!$A$2:$A${last + 1}"


def _look(column: Column, looks: Mapping[str, Any]) -> Any:  # noqa: ANN401
    known = {"day": "day", "number": "number"}
    return looks["given" if column.given else known.get(column.kind, "fill")]


def _cell(sheet: Any, row: int, position: int, value: object, look: Any) -> None:  # noqa: ANN401
    """Write text as text, whatever it looks like, a number as a number and a day as a day."""
    if isinstance(value, int):
        sheet.write_number(row, position, value, look)
    elif isinstance(value, date) and value >= _FIRST_DAY:
        sheet.write_datetime(row, position, value, look)
    elif value == "":
        sheet.write_blank(row, position, None, look)
    else:
        sheet.write_string(row, position, str(value), look)


def _rule(column: Column, ids: str) -> dict[str, object] | None:
    """What Excel offers or says beside a cell of this column."""
    told = {"input_title": column.title[:32], "input_message": column.hint} if column.hint else {}
    if column.kind == "choice":
        return {**_list([word for word, _ in column.choices]), **told}
    if column.kind == "number":
        return {**_WHOLE_NUMBER, **told}
    if column.kind == "commitment" and ids:
        return {**_list(ids), **told}
    return {"validate": "any", **told} if told else None


def _list(source: Sequence[str] | str) -> dict[str, object]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Not in the list",
        "error_message": "Choose one of the words in the list.",
    }


def _readme(sheet: Any, looks: Mapping[str, Any], charter: CharterFile) -> None:  # noqa: ANN401
    sheet.set_column(0, 0, 110)
    sheet.hide_gridlines(2)
    for row, (look, text) in enumerate(explained(charter)):
        sheet.write_string(row, 0, text, looks[look])
