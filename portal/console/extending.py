"""More time for one return: a later date, the reason for the record, and words for families."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import rooms
from portal.console.exchange import TIME, overtaken, seen
from portal.console.rooms import Case
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from providers import checking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/returns/{return_id}/extend")
FIELDS = ("due", "reason", "public")


def enter(session: Session, visit: Visit, return_id: str) -> Case:
    """The return, for somebody who may give it more time; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    rooms.require(case.can_check, "the commissioner", "give more time")
    return case


@router.get("", name="extend_page")
def extend_page(return_id: str, visit: SignedIn) -> Response:
    """Ask until when, and why."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id)
    return draw(visit, case, asked_for(case), Faults())


def asked_for(case: Case) -> Form:
    """The form filled in as the provider asked; empty where it did not."""
    asked = case.life.extension_asked
    if asked is None:
        return Form({})
    day = {f"due-{part}": [typed] for part, typed in boxes(asked.until).items()}
    return Form({**day, "reason": [asked.reason]})


@router.post("", name="extend")
def extend(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Give more time."""
    faults = Faults()
    due = form.day("due", faults, what="the new due date")
    reason, public = form.words("reason", faults), form.words("public", faults)
    if not reason:
        faults.add("reason", "give the reason, for the record")
    if not public:
        faults.add("public", "write what families will read")
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id)
        if meanwhile := overtaken(session, case, TIME, form.text("seen")):
            return draw(visit, case, form, Faults(), meanwhile)
        if due is not None and not faults:
            try:
                checking.extend(
                    session, case.ref, due, reason, public, visit.now, visit.visitor.person
                )
            except NotAllowed as error:
                faults.add("due", str(error))
    if faults:
        return draw(visit, case, form, faults)
    return visit.go(f"{case.path}?did=extended")


def draw(visit: Visit, case: Case, form: Form, faults: Faults, meanwhile: str = "") -> Response:
    """The page with these boxes; 422 with faults, 409 where somebody decided meanwhile."""
    return rooms.show(
        visit,
        case,
        "console/extend.html",
        409 if meanwhile else 422 if faults else 200,
        due=form.typed_day("due") if form.has("due-day") else boxes(None),
        reason=form.text("reason"),
        public=form.text("public"),
        seen=seen(case, TIME),
        meanwhile=meanwhile,
        faults=faults.in_order(FIELDS),
    )
