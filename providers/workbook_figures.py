"""The sheets of figures and of the quarter's spotlight: their rows written, and read back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charter.answers import MeasureAnswer, ReturnDocument
from charter.commitments import CharterFile, Measure
from providers.workbook_cells import Reading, Row
from providers.workbook_sheets import COLUMNS, MEASURES, PROGRESS, said_of

SHUT = "shut"
"""In a row to be written: the fields that are not to be filled in there."""
_PROGRESS = next(column for column in COLUMNS[MEASURES] if column.key == "progress")
_OF_THE_WHOLE = frozenset({"collected_from", "progress", "by", "reason"})


def measure_rows(document: ReturnDocument, charter: CharterFile) -> Iterator[Mapping[str, object]]:
    """A row for each measure, followed by one for each of its parts; those not given come last."""
    known = {measure.id: measure for _, measure in charter.measures}
    for given in document.measures:
        yield from _rows(given, known.pop(given.measure, None))
    if not document.nil_return:
        for measure in known.values():
            yield from _rows(MeasureAnswer(measure=measure.id), measure)


def _rows(given: MeasureAnswer, measure: Measure | None) -> Iterator[Mapping[str, object]]:
    says = {part.id: part.words for part in measure.parts} if measure else {}
    shut = {"count": {"progress", "by"}, "progress": {"number", "collected_from", "reason"}}
    yield {
        "measure": given.measure,
        "": "\n".join(filter(None, (measure.asks, measure.whole))) if measure else "",
        "number": "" if given.whole is None else given.whole,
        "collected_from": given.collected_from or "",
        "progress": said_of(given.progress, PROGRESS),
        "by": given.by or "",
        "reason": given.reason,
        SHUT: shut[measure.kind] if measure else (),
    }
    for part in [*says, *(part for part in given.parts if part not in says)]:
        yield {
            "measure": given.measure,
            "part": part,
            "": says.get(part, ""),
            "number": given.parts.get(part, ""),
            SHUT: _OF_THE_WHOLE,
        }


def read_measures(reading: Reading, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The figures, each measure's rows put together wherever they stand."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, part = row.cells.get("measure", ""), row.cells.get("part", "")
        place = f"measures[{name}]"
        if not name:
            reading.wrong(row.places["measure"], "say which measure this row is of")
            continue
        one = found.setdefault(name, {"measure": name, "parts": {}})
        if part:
            _part(reading, one, part, row, f"{place}.parts.{part}")
        elif "whole" in one:
            reading.wrong(row.places["measure"], "this measure is here twice; keep one row of it")
        else:
            reading.note(place, row)
            reading.places[f"{place}.whole"] = row.places["number"]
            one |= {
                "whole": reading.number(row, "number"),
                "collected_from": row.cells.get("collected_from"),
                "progress": reading.choice(row, _PROGRESS),
                "by": row.cells.get("by"),
                "reason": row.cells.get("reason", ""),
            }
    return list(found.values())


def _part(reading: Reading, one: dict[str, Any], part: str, row: Row, place: str) -> None:
    """Take in the number of one part; its row holds nothing else."""
    for key in sorted(_OF_THE_WHOLE & row.cells.keys()):
        reading.wrong(row.places[key], "this belongs in the measure's own row; move it there")
    if place in reading.places:
        reading.wrong(row.places["part"], "this part is here twice; keep one row of it")
    reading.places[place] = row.places["number"]
    number = reading.number(row, "number")
    if number is not None:
        one["parts"][part] = number


def spotlight_rows(document: ReturnDocument) -> Iterator[Mapping[str, object]]:
    """One row, where the quarter looks at a group."""
    if document.spotlight is not None:
        yield {"group": document.spotlight.group, "words": document.spotlight.words}


def read_spotlight(reading: Reading, rows: Sequence[Row]) -> dict[str, str] | None:
    """What is said of the group; nothing where there is no row."""
    for row in rows[1:]:
        reading.wrong(row.places["group"], "there is one group a quarter; take this row out")
    if not rows:
        return None
    reading.note("spotlight", rows[0])
    return {key: rows[0].cells.get(key, "") for key in ("group", "words")}
