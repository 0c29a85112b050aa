"""Copies of a return to keep: a page to print, a PDF, the document itself, and a workbook."""

import re

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from charter.answers import PersonNamed, ReturnDocument
from charter.steps import Happened
from portal.doors import SignedIn
from portal.provider import drafts, rooms
from portal.provider.paper import kept, laid_out
from portal.provider.pdf import as_pdf
from portal.provider.rooms import Room
from providers import returns, workbook
from providers.register import people

router = APIRouter(prefix="/returns/{return_id}")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/copy", name="copy_page")
def copy_page(return_id: str, visit: SignedIn) -> Response:
    """The whole return on one page, for printing."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        paper = laid_out(session, room, kept(session, room, visit.now))
    return rooms.show(visit, room, "provider/copy.html", paper=paper)


@router.get("/copy.pdf", name="copy_pdf")
def copy_pdf(return_id: str, visit: SignedIn) -> Response:
    """The same as a PDF."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        found = kept(session, room, visit.now)
        paper = laid_out(session, room, found)
    kind = "return" if found.signed else "draft"
    return as_file(as_pdf(paper, found.stands_at), "application/pdf", room, f"{kind}.pdf")


@router.get("/copy.json", name="copy_json")
def copy_json(return_id: str, visit: SignedIn) -> Response:
    """The document that the copy is of, with the people who prepared and signed it."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        found = kept(session, room, visit.now)
        named = found.document.model_copy(
            update={
                "prepared_by": _person(session, found.handed, ""),
                "signed_by": _person(session, found.signed, "Signing director"),
            }
        )
    return _document(named, room, "return" if found.signed else "draft")


@router.get("/draft.json", name="draft_json")
def draft_json(return_id: str, visit: SignedIn) -> Response:
    """The return as it was saved last, whether or not it can still be handed over."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        document = drafts.draft_of(session, room).document
    return _document(document, room, "draft")


@router.get("/return.xlsx", name="return_workbook")
def return_workbook(return_id: str, visit: SignedIn) -> Response:
    """The workbook with this return's answers in it, to be filled in and handed back."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        document = drafts.draft_of(session, room).document
        asked = {one.id: one.text for one in returns.requests_for(session, room.ref)}
    made = workbook.write(document, room.charter, asked, basis=drafts.stamp(document))
    return as_file(made, WORKBOOK, room, "return.xlsx")


def _person(session: Session, step: Happened | None, role: str) -> PersonNamed | None:
    """Who took a step, as a document names people."""
    kind, _, number = step.by.partition(":") if step else ("", "", "")
    found = people(session, [int(number)]) if kind == "person" else {}
    return next((PersonNamed(name=p.name, email=p.email, role=role) for p in found.values()), None)


def _document(document: ReturnDocument, room: Room, kind: str) -> Response:
    answer = JSONResponse(document.model_dump(mode="json"))
    answer.headers["content-disposition"] = _attached(room, f"{kind}.json")
    return answer


def as_file(content: bytes, kind: str, room: Room, name: str) -> Response:
    """A file to keep, never to be opened in the page's place."""
    headers = {"content-disposition": _attached(room, name)}
    return Response(content, media_type=kind, headers=headers)


def _attached(room: Room, name: str) -> str:
    """A header that names the file by prison and quarter, in letters no system minds."""
    place = re.sub(r"[^A-Za-z0-9]+", "-", f"{room.ref.site} {room.ref.line}").strip("-").lower()
    return f'attachment; filename="{place}-{room.ref.quarter}-{name}"'
