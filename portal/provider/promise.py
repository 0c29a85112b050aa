"""One new promise: made, changed or taken out again before the return is handed over."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ActionLine, ReturnDocument
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.actions import Promises, promises_for
from portal.provider.drafts import Overtaken

router = APIRouter(prefix="/returns/{return_id}/actions")
FIELDS = ("commitment", "title", "owner", "due")


@dataclass(frozen=True)
class Boxes:
    """The page's fields as they stand or were typed."""

    commitment: str
    title: str
    owner: str
    due: dict[str, str]

    @classmethod
    def of(cls, line: ActionLine | None) -> "Boxes":
        """A promise in its boxes, or empty ones."""
        if line is None:
            return cls("", "", "", boxes(None))
        return cls(line.commitment, line.title, line.owner, boxes(line.due))

    @classmethod
    def typed(cls, form: Form) -> "Boxes":
        """What was typed."""
        due = form.typed_day("due")
        return cls(form.text("commitment"), form.text("title"), form.text("owner"), due)


def line_at(sheet: Promises, place: str) -> ActionLine | None:
    """The new promise in that place, counted from 1; none for a fresh one; else NotHere."""
    if place == "new":
        return None
    found = dict(sheet.new()).get(number(place))
    if found is None:
        raise NotHere
    return found


@router.get("/{place}", name="promise_page")
def promise_page(return_id: str, place: str, visit: SignedIn) -> Response:
    """The page of one new promise; `new` for one more."""
    with visit.desk.database.reading() as session:
        sheet = promises_for(session, visit, return_id)
        line = line_at(sheet, place)
    return draw(visit, sheet, line, Boxes.of(line), Faults())


@router.post("/{place}", name="save_promise")
def save_promise(return_id: str, place: str, visit: SignedIn, form: Typed) -> Response:
    """Save the promise, or take it out."""
    typed = Boxes.typed(form)
    with visit.desk.database.writing() as session:
        sheet = promises_for(session, visit, return_id)
        meanwhile = drafts.overtaken(session, form, sheet.draft, sheet.basis)
        if meanwhile:
            fresh = None if place == "new" else dict(sheet.new()).get(number(place))
            return draw(visit, sheet, fresh, typed, Faults(), meanwhile=meanwhile)
        line = line_at(sheet, place)
        document, faults = read_promise(session, sheet, place, line, form)
        if faults or document is None:
            return draw(visit, sheet, line, typed, faults)
        drafts.save(session, visit, sheet.room, sheet.draft, document)
    return visit.go(f"{sheet.room.path}/actions")


def read_promise(
    session: Session, sheet: Promises, place: str, line: ActionLine | None, form: Form
) -> tuple[ReturnDocument | None, Faults]:
    """The return with this promise put in, changed or left out, or what is wrong with it."""
    faults = Faults()
    plain = [one.model_dump(mode="json") for one in sheet.lines]
    at = len(plain) if line is None else number(place) - 1
    if line is not None and form.text("go") == "remove":
        del plain[at]
        return drafts.read(sheet.draft.document, actions=plain)[0], faults
    due = form.day("due", faults, what="the date it will be done by")
    if not form.text("commitment"):
        faults.add("commitment", "choose the commitment that this promise serves")
    if faults:
        return None, faults.in_order(FIELDS)
    said = {name: form.text(name) for name in ("commitment", "title", "owner")}
    kept = line.model_dump(mode="json") if line else {"id": None, "status": "planned"}
    plain[at:] = [kept | said | {"due": due}, *plain[at + 1 :]]
    document, found = drafts.read(sheet.draft.document, actions=plain)
    name = f"actions[{kept['id'] or at + 1}]"
    if document is not None:
        here = drafts.problems_at(session, sheet.room, document, name)
    else:
        here = drafts.within(found, name)
    for problem in here:
        faults.add(problem.where or "title", problem.what)
    return document, faults.in_order(FIELDS)


def draw(
    visit: Visit,
    sheet: Promises,
    line: ActionLine | None,
    typed: Boxes,
    faults: Faults,
    *,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/promise.html",
        409 if meanwhile else 422 if faults else 200,
        line=line,
        typed=typed,
        commitments=sheet.room.charter.commitments,
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
