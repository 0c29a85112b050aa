"""A return's figures on one page, by commitment, each beside what the last return counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import MeasureAnswer, Problem, ReturnDocument
from charter.commitments import Commitment, Measure
from charter.measures import figures
from charter.quarters import say
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from portal.provider.saving import named, read_whole, save_part, then_of
from providers import returns
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/measures")


@dataclass(frozen=True)
class Box:
    """One number to fill in: its field, what it is, what is in it, and what it was last time."""

    field: str
    part: str
    label: str
    value: str
    last: str


@dataclass(frozen=True)
class Row:
    """One measure with its boxes, as they stand or as typed; `name` begins each field's own."""

    name: str
    commitment: Commitment
    measure: Measure
    numbers: tuple[Box, ...]
    start: dict[str, str]
    progress: str
    by: dict[str, str]
    reason: str
    last: MeasureAnswer | None

    @property
    def fields(self) -> list[str]:
        """The ids of the fields, in the order they stand on the page."""
        others = [f"{self.name}-{field}" for field in ("progress", "by", "reason", "from")]
        return [*(box.field for box in self.numbers), *others]

    @property
    def last_words(self) -> str:
        """What the last return answered, where that was no number; else empty."""
        if self.last is None or self.last.whole is not None:
            return ""
        shown = figures(self.measure, self.last)[0]
        return shown.value if self.last.progress else f"{shown.name}. {shown.value}"

    @property
    def may_wait(self) -> bool:
        """Not collected yet can be said once; what was said already is shown to be mended."""
        return any(self.start.values()) or self.last is None or self.last.collected_from is None


@dataclass(frozen=True)
class Sheet:
    """The figures that a visitor may fill in, and what the last return counted."""

    room: Room
    draft: DraftView
    last: tuple[MeasureAnswer, ...]

    @property
    def basis(self) -> str:
        """What a form about these figures was made from."""
        return drafts.stamp(self.draft.document.measures)

    def rows(self, form: Form | None = None) -> list[Row]:
        """Every measure that is open, with its boxes."""
        last = {one.measure: one for one in self.last}
        return [
            _row(f"measure-{number}", commitment, measure, self._given(measure), last, form)
            for number, (commitment, measure) in enumerate(self.room.charter.measures, 1)
            if self.room.is_open(commitment.id)
        ]

    def _given(self, measure: Measure) -> MeasureAnswer:
        return self.draft.document.measure(measure.id) or MeasureAnswer(measure=measure.id)


def _row(
    name: str,
    commitment: Commitment,
    measure: Measure,
    given: MeasureAnswer,
    last: dict[str, MeasureAnswer],
    form: Form | None,
) -> Row:
    before = last.get(measure.id)
    return Row(
        name=name,
        commitment=commitment,
        measure=measure,
        numbers=tuple(_numbers(name, measure, given, before, form)),
        start=form.typed_day(f"{name}-from") if form else boxes(given.collected_from),
        progress=form.text(f"{name}-progress") if form else given.progress or "",
        by=form.typed_day(f"{name}-by") if form else boxes(given.by),
        reason=form.text(f"{name}-reason") if form else given.reason,
        last=before,
    )


def _numbers(
    name: str,
    measure: Measure,
    given: MeasureAnswer,
    before: MeasureAnswer | None,
    form: Form | None,
) -> Iterator[Box]:
    """The boxes of a count: the whole, then its parts."""
    if measure.kind == "progress":
        return
    was = before.parts if before else {}
    wanted = [("", measure.whole, given.whole, before.whole if before else None)]
    wanted += [(p.id, p.words, given.parts.get(p.id), was.get(p.id)) for p in measure.parts]
    for number, (part, label, value, last) in enumerate(wanted):
        field = f"{name}-part-{number}" if part else f"{name}-whole"
        typed = form.text(field) if form else _shown(value)
        yield Box(field, part, label, typed, "" if last is None else f"{last:,}")


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)


def sheet_of(session: Session, visit: Visit, return_id: str) -> Sheet:
    """The figures of a return that is open to this visitor, or of what the commissioner asked."""
    room = rooms.enter(session, visit, return_id)
    asked = [one.id for one, _ in room.charter.measures if one.id in room.life.questions]
    room = rooms.prepare(session, visit, return_id, part=asked[0] if asked else "")
    before = returns.brought_forward(session, room.ref).measures
    return Sheet(room, drafts.draft_of(session, room), before)


@router.get("", name="measures_page")
def measures_page(return_id: str, visit: SignedIn) -> Response:
    """Every measure with its boxes."""
    with visit.desk.database.reading() as session:
        sheet = sheet_of(session, visit, return_id)
    then = visit.request.query_params.get("then", "")
    return draw(visit, sheet, sheet.rows(), Faults(), then=then)


@router.post("", name="save_measures")
def save_measures(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the figures."""

    def again(sheet: Sheet, faults: Faults, meanwhile: Overtaken | None) -> Response:
        rows, then = sheet.rows(form), form.text("then")
        return draw(visit, sheet, rows, faults, then=then, meanwhile=meanwhile)

    return save_part(
        visit,
        form,
        lambda session: sheet_of(session, visit, return_id),
        lambda session, sheet: read_rows(session, sheet, form),
        again,
        after="measures",
    )


def read_rows(session: Session, sheet: Sheet, form: Form) -> tuple[ReturnDocument | None, Faults]:
    """The return with these figures, or what is wrong with them."""
    faults, rows = Faults(), sheet.rows(form)
    typed = {row.measure.id: _plain(row, form, faults) for row in rows}
    shut = [one.model_dump(mode="json") for one in sheet.draft.document.measures]
    given = {one["measure"]: one for one in shut} | typed
    plain = [given[one.id] for _, one in sheet.room.charter.measures if one.id in given]
    later = form.text("go") == "later"
    whole = drafts.read(sheet.draft.document, measures=plain)
    document, found = whole if later else read_whole(session, sheet, measures=plain)
    for row in rows:
        for problem in drafts.within(found, f"measures[{row.measure.id}]"):
            field = _field(row, problem)
            if not faults.on(field):
                faults.add(field, named(_called(row, field), problem.what))
    return document, faults.in_order([field for row in rows for field in row.fields])


def _plain(row: Row, form: Form, faults: Faults) -> dict[str, object]:
    """A measure as it was typed, as plain data; what cannot be read is left out, with a fault."""
    numbers = {box.part: _number(row, box, faults) for box in row.numbers}
    whole = numbers.pop("", None)
    return {
        "measure": row.measure.id,
        "whole": whole,
        "parts": {part: number for part, number in numbers.items() if number is not None},
        "collected_from": _day(form, f"{row.name}-from", faults, "the date you will count from"),
        "progress": row.progress or None,
        "by": _day(form, f"{row.name}-by", faults, "the date by which it will be so"),
        "reason": row.reason,
    }


def _number(row: Row, box: Box, faults: Faults) -> int | None:
    text = "".join(box.value.replace(",", "").split())
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    if text:
        what = "write a whole number in figures, such as 12; nought is 0"
        faults.add(box.field, named(_called(row, box.field), what))
    return None


def _day(form: Form, name: str, faults: Faults, what: str) -> object:
    typed = form.any_of(*(f"{name}-{part}" for part in ("day", "month", "year")))
    return form.day(name, faults, what=what) if typed else None


def _field(row: Row, problem: Problem) -> str:
    """The id of the field that a problem's place means."""
    by_part = {f"parts.{box.part}": box.field for box in row.numbers}
    if problem.where in by_part:
        return by_part[problem.where]
    field = {"collected_from": "from"}.get(problem.where, problem.where)
    return f"{row.name}-{field}" if f"{row.name}-{field}" in row.fields else row.fields[0]


def _called(row: Row, field: str) -> str:
    """What a field is called in an error: a number by its own name, the rest by the measure's."""
    box = next((box for box in row.numbers if box.field == field), None)
    if box is None:
        return row.measure.asks
    return f"{row.measure.whole}: {box.label.lower()}" if box.part else box.label


def draw(
    visit: Visit,
    sheet: Sheet,
    rows: list[Row],
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    ends = sheet.room.ref.quarter.ends
    return rooms.show(
        visit,
        sheet.room,
        "provider/measures.html",
        document=sheet.draft.document,
        groups=[list(group) for _, group in groupby(rows, key=lambda row: row.commitment)],
        ends=say(ends),
        latest=say(ends.replace(year=ends.year + 1)),
        basis=sheet.basis,
        then=then_of(then),
        faults=faults,
        meanwhile=meanwhile,
    )
