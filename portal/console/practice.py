"""The commissioner shares what keeps a commitment at one prison, so that others can take it up."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.concerns import staff_name
from portal.console import rooms
from portal.console.case import compared, documents_of
from portal.console.exchange import latest
from portal.console.rooms import Case
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form
from providers import practices, uptake
from providers.contacts import contacts_of
from providers.cycles import NotAllowed, Unknown
from providers.practices import Telling
from providers.uptake import TakenUp

router = APIRouter(prefix="/console/returns/{return_id}/practice/{commitment_id}")
DID = {
    "shared": "Shared. Other prisons that keep this commitment only partly are offered it.",
    "withdrawn": "Withdrawn. It is offered no longer; actions that took it up stay as they are.",
}
CHECKED = ("challenged", "confirmed", "dispute_decided", "rating_changed", "signed")
"""The steps after which a return may be less to hold up to others than was shown."""
BLANK = Telling("", "", "", "")


def enter(session: Session, visit: Visit, return_id: str, commitment_id: str) -> Case:
    """The return with that commitment, for somebody who may check it; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    if commitment_id not in case.charter.ids:
        raise NotHere
    rooms.require(case.can_check, "the commissioner", "share good practice")
    return case


def typed(form: Form, faults: Faults) -> Telling:
    """What was typed, with a fault where it cannot be shared so."""
    words = {field: form.words(field, faults) for field in practices.NAMES}
    told = Telling(**words)
    for problem in told.problems():
        if not faults.on(problem.where):
            faults.add(problem.where, problem.what)
    return told


def named(session: Session, case: Case, told: Telling, form: Form, faults: Faults) -> None:
    """A fault where a member of staff seems to be named, unless somebody says that none is."""
    if form.has("nobody_named"):
        return
    staff = contacts_of(session, [case.ref.service_id], case.today)[case.ref.service_id]
    for field in practices.NAMES:
        if name := staff_name(getattr(told, field), [one.name for one in staff]):
            faults.add(field, f"“{name}” looks like somebody’s name. Take it out, or tick the box "
                       "below that nobody is named")  # fmt: skip


@router.get("", name="practice_page")
def practice_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The answer, the boxes for what others should know, and all that was shared before."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id, commitment_id)
        return draw(session, visit, case, commitment_id)


@router.post("", name="share_practice")
def share_practice(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Share it in the commissioner's own words."""
    faults = Faults()
    told = typed(form, faults)
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, commitment_id)
        named(session, case, told, form, faults)
        if refused := practices.why_not_shared(session, case.ref, case.life, commitment_id):
            return draw(session, visit, case, commitment_id, told, refused=refused)
        if not faults:
            person = visit.visitor.person
            try:
                practices.share(session, case.ref, commitment_id, told, visit.now, person)
            except NotAllowed as error:
                return draw(session, visit, case, commitment_id, told, refused=str(error))
        if faults:
            return draw(session, visit, case, commitment_id, told, faults)
    return visit.go(f"{case.path}/practice/{commitment_id}?did=shared")


@router.post("/withdraw", name="withdraw_practice")
def withdraw_practice(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Offer a practice of this prison no longer."""
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, commitment_id)
        try:
            practices.withdraw(
                session,
                here=case.ref,
                practice=form.key("practice"),
                now=visit.now,
                person=visit.visitor.person,
            )
        except Unknown as error:
            return draw(session, visit, case, commitment_id, refused=str(error))
    return visit.go(f"{case.path}/practice/{commitment_id}?did=withdrawn")


def draw(
    session: Session,
    visit: Visit,
    case: Case,
    commitment_id: str,
    told: Telling = BLANK,
    faults: Faults | None = None,
    *,
    refused: str = "",
) -> Response:
    """The page with these boxes; 422 with faults, 409 when it could not be shared."""
    document, _ = documents_of(session, case)
    item = next(c for c in compared(case, document, None) if c.commitment.id == commitment_id)
    counts = uptake.taken_up(session)
    ever = practices.shared(session, case.ref, commitment_id)
    return rooms.show(
        visit,
        case,
        "console/practice.html",
        409 if refused else 422 if faults else 200,
        item=item,
        why_not=practices.why_not_shared(session, case.ref, case.life, commitment_id),
        told=told,
        practices=[(one, counts.get(one.id, TakenUp())) for one in ever],
        did="" if faults or refused else DID.get(visit.request.query_params.get("did", ""), ""),
        refused=refused,
        since=latest(session, case, lambda one: one.step.kind in CHECKED) if refused else "",
        faults=faults or Faults(),
    )
