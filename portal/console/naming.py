"""Who is written to about one return, and naming a contact where nobody can be reached."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.policy import Role
from portal.console import rooms
from portal.console.rooms import Case
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form
from portal.provider.words import ROLE_WORDS
from providers import naming
from providers.cycles import Unknown
from providers.naming import Listed
from providers.stand_ins import Unsuitable

router = APIRouter(prefix="/console/returns/{return_id}/contacts")
FIELDS = ("role", "name", "email")
DID = {
    "named": "On the list. The next round writes to whoever is owed a letter now.",
    "ended": "Taken off the list. No letter goes to them from today on, and they cannot sign in.",
}


def enter(session: Session, visit: Visit, return_id: str) -> tuple[Case, list[Listed]]:
    """The return and its contact list, for its region's commissioner; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    rooms.require(case.can_check, "the commissioner", "change the contact list")
    return case, naming.listed(session, case.ref, visit.now)


@router.get("", name="contacts_page")
def contacts_page(return_id: str, visit: SignedIn) -> Response:
    """The contact list of the return's service, and a form to name somebody."""
    with visit.desk.database.reading() as session:
        case, listed = enter(session, visit, return_id)
    return draw(visit, case, listed, Form({}), Faults())


@router.post("", name="name_contact")
def name_contact(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Put somebody on the list."""
    faults = Faults()
    role = next((one for one in naming.ROLES if one.value == form.text("role")), None)
    name, email = form.words("name", faults), form.text("email")
    if role is None:
        faults.add("role", "choose what they are to this service")
    if not name:
        faults.add("name", "give the person’s name")
    if not email:
        faults.add("email", "give the person’s work email address")
    with visit.desk.database.writing() as session:
        case, listed = enter(session, visit, return_id)
        if role is not None and not faults:
            try:
                person = visit.visitor.person
                naming.name(session, case.ref, role, name, email, visit.now, person)
            except Unsuitable as error:
                faults.add(error.field, str(error))
    if faults:
        return draw(visit, case, listed, form, faults)
    return visit.go(f"{case.path}/contacts?did=named")


@router.post("/end", name="end_contact")
def end_contact(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Take somebody off the list; NotHere for somebody who is not on it."""
    with visit.desk.database.writing() as session:
        case, _ = enter(session, visit, return_id)
        if not form.text("go"):
            return visit.go(f"{case.path}/contacts")
        which = number(form.text("go"))
        try:
            naming.end(session, case.ref, which, visit.now, visit.visitor.person)
        except Unknown as error:
            raise NotHere from error
    return visit.go(f"{case.path}/contacts?did=ended")


def draw(visit: Visit, case: Case, listed: list[Listed], form: Form, faults: Faults) -> Response:
    """The page with these boxes; 422 with faults."""
    refused = {one.id: one.who.refused or one.who.person_id in case.life.refused for one in listed}
    return rooms.show(
        visit,
        case,
        "console/contacts.html",
        422 if faults else 200,
        listed=listed,
        refused=refused,
        roles=ROLE_WORDS,
        choices=[{"value": role.value, "text": ROLE_WORDS[Role(role)]} for role in naming.ROLES],
        role=form.text("role"),
        full_name=form.text("name"),
        email=form.text("email"),
        did="" if faults else DID.get(visit.request.query_params.get("did", ""), ""),
        faults=faults.in_order(FIELDS),
    )
