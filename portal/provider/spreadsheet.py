"""A return filled in as a spreadsheet: fetched, handed back, and taken in whole or not at all."""

import json
import re
from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Problem, ReturnDocument, parse
from charter.quarters import Quarter
from portal.doors import SignedIn, TypedWithFile, Visit
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.lacking import lacks
from portal.provider.paper import Difference, differences
from portal.provider.rooms import Room
from providers import answering, workbook
from providers.tabular import LARGEST
from providers.workbook import BadWorkbook
from providers.workbook_sheets import COLUMNS, RETURN

router = APIRouter(prefix="/returns/{return_id}/spreadsheet")
SHOWN = 40
"""How many problems a page lists; whoever has more mends these first."""
PLACE = re.compile(rf"({'|'.join((RETURN, *COLUMNS))})(?:!([A-Z0-9:]+))?: (.+)", re.DOTALL)


@dataclass(frozen=True)
class CellProblem:
    """Something to mend in a workbook: on which sheet, in which cell, and the sentence."""

    sheet: str
    cell: str
    what: str


@dataclass
class Arrived:
    """What was sent: the document, or why there is none; `basis` names what it was made from."""

    document: ReturnDocument | None = None
    basis: str = ""
    places: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    cells: list[CellProblem] = field(default_factory=list)


@router.get("", name="spreadsheet_page")
def spreadsheet_page(return_id: str, visit: SignedIn) -> Response:
    """Where the spreadsheet is fetched, and handed back."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id)
        return draw(session, visit, room, Arrived())


@router.post("", name="spreadsheet")
def take(return_id: str, visit: SignedIn, form: TypedWithFile) -> Response:
    """Put what the spreadsheet says in the place of the draft; or say, by cell, why not."""
    with visit.desk.database.reading() as session:
        rooms.prepare(session, visit, return_id)
    arrived = opened(form)
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id)
        document = checked(session, room, arrived)
        if document is None:
            return draw(session, visit, room, arrived)
        draft = drafts.draft_of(session, room)
        stands = drafts.stamp(draft.document)
        if stands not in (arrived.basis, drafts.stamp(document)):
            meanwhile = drafts.last_saved(session, draft)
            return draw(session, visit, room, arrived, meanwhile=meanwhile)
        drafts.save(session, visit, room, draft, document)
    return visit.go(f"{room.path}/spreadsheet/taken")


@router.get("/taken", name="spreadsheet_taken")
def taken(return_id: str, visit: SignedIn) -> Response:
    """It has been taken in: what still lacks, or that nothing does."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id)
        document = drafts.draft_of(session, room).document
        found = answering.problems(session, room.ref, document, complete=True)
    return rooms.show(visit, room, "provider/spreadsheet_taken.html", lacks=lacks(room, found))


def opened(form: Form) -> Arrived:
    """What a form brought: a workbook, or the document of one that was overtaken before."""
    if form.has("document"):
        return _again(form)
    file = form.file("file")
    if form.cut_off or (file and len(file.data) > LARGEST):
        return Arrived(fault=f"The file must be smaller than {LARGEST // 1024 // 1024} MB")
    if file is None or not file.data:
        return Arrived(fault="Choose the spreadsheet that you filled in")
    if not file.data.startswith(b"PK\x03\x04"):
        return Arrived(fault=_other_kind(file.data))
    try:
        filled = workbook.read_placed(file.data)
    except BadWorkbook as error:
        return Arrived(fault=NOT_TAKEN, cells=[in_cell(problem) for problem in error.problems])
    document, problems = parse(filled.data)
    cells = [in_cell(str(problem)) for problem in problems]
    basis = filled.basis or form.text("basis")
    return Arrived(document, basis, dict(filled.places), NOT_TAKEN if cells else "", cells)


NOT_TAKEN = "The spreadsheet has mistakes: mend them there, save it, and upload it again"


def _other_kind(content: bytes) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "This is an older Excel file, or one with a password; save it as .xlsx without one"
    return "This is not a spreadsheet; choose the .xlsx file that you downloaded here"


def _again(form: Form) -> Arrived:
    """The document that a page of ours carried, checked as anything that comes from outside."""
    try:
        document, problems = parse(json.loads(form.text("document")))
    except (ValueError, RecursionError):
        document, problems = None, []
    fault = "" if document else "The spreadsheet was lost on the way; choose it again"
    return Arrived(document, form.text("basis"), {}, fault, [in_cell(str(p)) for p in problems])


def checked(session: Session, room: Room, arrived: Arrived) -> ReturnDocument | None:
    """The document fit to be this return's draft; else none, with the reasons noted."""
    if arrived.document is None or arrived.fault:
        return None
    document = arrived.document.model_copy(update={"prepared_by": None, "signed_by": None})
    if strange := of_another(room, document):
        arrived.fault = strange
        return None
    for problem in answering.problems(session, room.ref, document, complete=False):
        place = arrived.places.get(problem.where, "")
        arrived.cells.append(in_cell(str(Problem(place, problem.what)) if place else str(problem)))
    arrived.fault = NOT_TAKEN if arrived.cells else ""
    return None if arrived.cells else document


def of_another(room: Room, document: ReturnDocument) -> str:
    """A sentence if the file was made for another return, naming both; empty if it was not."""
    ref = room.ref
    said = (document.provider, document.site, document.quarter)
    if said == (ref.party, ref.site, str(ref.quarter)):
        return ""
    return (
        f"This file is {document.provider}’s for {document.site}, {_in_words(document.quarter)}; "
        f"here goes {ref.party}’s for {ref.site}, {ref.quarter.in_words}"
    )


def _in_words(quarter: str) -> str:
    try:
        return Quarter.parse(quarter).in_words
    except ValueError:
        return f"‘{quarter}’"


def in_cell(problem: str) -> CellProblem:
    """A problem by its sheet and cell, as far as it names them."""
    found = PLACE.fullmatch(problem)
    sheet, cell, what = found.groups() if found else ("", "", problem)
    return CellProblem(sheet or "", cell or "", what[:1].upper() + what[1:])


def draw(
    session: Session,
    visit: Visit,
    room: Room,
    arrived: Arrived,
    *,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page: 422 with what is wrong, 409 with what would be overwritten."""
    now = drafts.draft_of(session, room).document
    faults = Faults()
    if arrived.fault:
        faults.add("file", arrived.fault)
    changes: list[Difference] = []
    if meanwhile and arrived.document:
        changes = differences(session, room, now, arrived.document)
    return rooms.show(
        visit,
        room,
        "provider/spreadsheet.html",
        basis=drafts.stamp(now),
        faults=faults,
        cells=arrived.cells[:SHOWN],
        more=max(0, len(arrived.cells) - SHOWN),
        meanwhile=meanwhile,
        changes=changes,
        document=arrived.document.content_text() if meanwhile and arrived.document else "",
        largest=LARGEST // 1024 // 1024,
    )
