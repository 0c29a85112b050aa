"""A filled-in workbook read as plain data, or everything wrong with it by sheet and cell."""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from charter.answers import parse
from providers.workbook_cells import BadWorkbook, Reading, Row, basis_of, opened, sheets_of
from providers.workbook_figures import read_measures, read_spotlight
from providers.workbook_sheets import (
    ACTIONS,
    ANSWERS,
    COLUMNS,
    EVIDENCE,
    FIELDS,
    MEASURES,
    REPLIES,
    RETURN,
    SPOTLIGHT,
    Column,
)

_TEXTS = ("reason", "public_statement", "narrative")
_EVIDENCE = ("title", "dated", "link", "file", "sha")


def _column(columns: Sequence[Column], key: str) -> Column:
    return next(column for column in columns if column.key == key)


_NIL = _column(FIELDS, "nil_return")
_RATING = _column(COLUMNS[ANSWERS], "rating")
_STILL_RIGHT = _column(COLUMNS[ANSWERS], "confirmed")
_STATUS = _column(COLUMNS[ACTIONS], "status")
_CHANGES = _column(COLUMNS[ACTIONS], "changes_service")
_ANSWER = _column(COLUMNS[REPLIES], "answer")


@dataclass(frozen=True)
class Filled:
    """A filled-in workbook: its data, the cell of each place in them, and what it was made from."""

    data: dict[str, Any]
    places: Mapping[str, str]
    basis: str


def read(content: bytes) -> dict[str, Any]:
    """The data of a filled-in workbook, fit for `charter.answers.parse`.

    BadWorkbook names all that is wrong with it. Formulas are not worked out: each is a problem.
    """
    return read_placed(content).data


def read_placed(content: bytes) -> Filled:
    """The same, with the cells that the data came from."""
    reading = Reading()
    with closing(opened(content)) as book:
        sheets, basis = sheets_of(book, reading), basis_of(book)
    if reading.problems:
        raise BadWorkbook(reading.problems)
    data = _return(reading, sheets[RETURN][0])
    data["answers"] = _answers(reading, sheets[ANSWERS], sheets[EVIDENCE])
    data["measures"] = read_measures(reading, sheets[MEASURES])
    data["spotlight"] = read_spotlight(reading, sheets[SPOTLIGHT])
    data["actions"] = [_action(reading, *one) for one in enumerate(sheets[ACTIONS], 1)]
    data["replies"] = [_reply(reading, *one) for one in enumerate(sheets[REPLIES], 1)]
    told = {problem.partition(": ")[0] for problem in reading.problems}
    for problem in parse(data)[1]:
        place = reading.places.get(problem.where, problem.where)
        if place not in told:
            reading.problems.append(f"{place}: {problem.what}" if place else problem.what)
    if reading.problems:
        raise BadWorkbook(reading.problems)
    return Filled(data, reading.places, basis)


def _texts(row: Row, *keys: str) -> dict[str, str]:
    return {key: row.cells.get(key, "") for key in keys}


def _return(reading: Reading, row: Row) -> dict[str, Any]:
    """The heading of the return, and its people."""
    reading.places |= row.places
    data: dict[str, Any] = _texts(
        row, "charter_version", "quarter", "provider", "site", "nil_reason"
    )
    data["nil_return"] = bool(reading.chosen(row, _NIL, "say whether the service ran"))
    for who in ("prepared_by", "signed_by"):
        parts = {part: row.cells.get(f"{who}.{part}", "") for part in ("name", "email", "role")}
        data[who] = parts if any(parts.values()) else None
    return data


def _answers(reading: Reading, rows: Sequence[Row], further: Sequence[Row]) -> list[dict[str, Any]]:
    """The answers, each with all its evidence; a row with nothing filled in is no answer."""
    answers: list[dict[str, Any]] = []
    listed: dict[str, tuple[str, list[Mapping[str, str]]]] = {}
    for row in rows:
        if not row.cells.keys() - {"commitment"}:
            continue
        name = row.cells.get("commitment", "")
        place = f"answers[{name or len(answers) + 1}]"
        reading.note(place, row)
        evidence: list[Mapping[str, str]] = []
        _take_evidence(reading, place, evidence, row)
        listed.setdefault(name, (place, evidence))
        still = reading.chosen(row, _STILL_RIGHT, "say whether this has been looked at")
        answers.append(
            {
                "commitment": name,
                "rating": reading.choice(row, _RATING),
                **_texts(row, *_TEXTS),
                "evidence": evidence,
                "confirmed": bool(still),
                "copied_from": row.cells.get("copied_from", ""),
            }
        )
    for row in further:
        name = row.cells.get("commitment", "")
        if name in listed:
            _take_evidence(reading, *listed[name], row)
        else:
            what = f"there is no answer on '{name}' for this evidence; choose its commitment"
            reading.wrong(row.places["commitment"], what)
    return answers


def _take_evidence(
    reading: Reading, place: str, evidence: list[Mapping[str, str]], row: Row
) -> None:
    """Add a row's evidence, where it has any, to an answer's."""
    found = {key: row.cells[key] for key in _EVIDENCE if key in row.cells}
    if found:
        evidence.append({"title": "", **found})
        name = f"{place}.evidence[{len(evidence)}]"
        reading.places |= {f"{name}.{key}": row.places[key] for key in _EVIDENCE}


def _action(reading: Reading, number: int, row: Row) -> dict[str, Any]:
    reading.note(f"actions[{row.cells.get('id') or number}]", row)
    return {
        "id": row.cells.get("id"),
        **_texts(row, "commitment", "title", "owner", "reason", "consulted"),
        **({"due": row.cells["due"]} if "due" in row.cells else {}),
        "status": reading.chosen(row, _STATUS, "say how this stands"),
        "request": row.cells.get("request"),
        "changes_service": bool(reading.choice(row, _CHANGES)),
        "practice": row.cells.get("practice"),
        "tags": re.split(r"[\s,;]+", row.cells["tags"]) if "tags" in row.cells else [],
    }


def _reply(reading: Reading, number: int, row: Row) -> dict[str, Any]:
    reading.note(f"replies[{row.cells.get('request') or number}]", row)
    return {**_texts(row, "request", "words"), "answer": reading.choice(row, _ANSWER)}
