"""The people of a return: who is on its contact list, who stands in, and naming somebody."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.policy import Role
from charter.quarters import london_date
from portal.doors import NotForYou, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form
from portal.people import name_of
from portal.provider import rooms
from portal.provider.rooms import Closed, Room
from portal.provider.words import ROLE_WORDS
from providers import contacts, stand_ins
from providers.contacts import ContactView
from providers.cycles import NotAllowed
from providers.stand_ins import MOST_DAYS, StandInView, Unsuitable

router = APIRouter(prefix="/returns/{return_id}/people")
FIELDS = ("role", "name", "email", "first", "last")


@dataclass(frozen=True)
class People:
    """Who acts for this return's service, and in which roles the visitor may name somebody."""

    room: Room
    listed: list[ContactView]
    standing: list[tuple[StandInView, str]]
    may_name: tuple[Role, ...]


def people_of(session: Session, visit: Visit, return_id: str) -> People:
    """The people of a return that is the visitor's to see."""
    room = rooms.enter(session, visit, return_id)
    here, today = room.ref.service_id, london_date(visit.now)
    current = stand_ins.current(session, room.ref, visit.now)
    return People(
        room=room,
        listed=contacts.listed_contacts(session, [here], today)[here],
        standing=[(one, name_of(session, one.named_by)) for one in current],
        may_name=stand_ins.may_name(session, room.ref, visit.now, visit.visitor.person),
    )


@router.get("", name="people_page")
def people_page(return_id: str, visit: SignedIn) -> Response:
    """The contact list, who stands in, and a form for those who may name somebody."""
    with visit.desk.database.reading() as session:
        found = people_of(session, visit, return_id)
    return draw(visit, found, Form({}), Faults())


@router.post("", name="name_stand_in")
def name_stand_in(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Name somebody to stand in for the days given."""
    faults = Faults()
    first = form.day("first", faults, what="the first day")
    last = form.day("last", faults, what="the last day")
    name, email = form.words("name", faults), form.text("email")
    if not name:
        faults.add("name", "give the person's name")
    if not email:
        faults.add("email", "give the person's email address")
    with visit.desk.database.writing() as session:
        found = naming(session, visit, return_id)
        role = role_of(found, form)
        if role is None:
            faults.add("role", "choose what they stand in as")
        if role and first and last and not faults:
            here, person = found.room.ref, visit.visitor.person
            try:
                stand_ins.name(session, here, role, name, email, first, last, visit.now, person)
            except Unsuitable as error:
                faults.add(error.field, str(error))
    if faults:
        return draw(visit, found, form, faults)
    return visit.go(f"{found.room.path}/people")


@router.post("/{stand_in}/end", name="end_stand_in")
def end_stand_in(return_id: str, stand_in: str, visit: SignedIn, form: Typed) -> Response:
    """End it at once."""
    with visit.desk.database.writing() as session:
        found = naming(session, visit, return_id)
        here, which = found.room.ref, number(stand_in)
        try:
            stand_ins.end(session, here, which, visit.now, visit.visitor.person)
        except NotAllowed as error:
            raise Closed(str(error), here.id) from error
    return visit.go(f"{found.room.path}/people")


def naming(session: Session, visit: Visit, return_id: str) -> People:
    """The people of a return, for somebody who may name who stands in; else NotForYou."""
    found = people_of(session, visit, return_id)
    if not found.may_name:
        raise NotForYou(
            "only a lead, deputy or signing director on the contact list can name who stands in"
        )
    return found


def role_of(found: People, form: Form) -> Role | None:
    """The role chosen among those the visitor may name; the only one needs no choosing."""
    if len(found.may_name) == 1:
        return found.may_name[0]
    return next((role for role in found.may_name if role.value == form.text("role")), None)


def draw(visit: Visit, found: People, form: Form, faults: Faults) -> Response:
    """The page with these boxes; 422 with faults."""
    return rooms.show(
        visit,
        found.room,
        "provider/people.html",
        422 if faults else 200,
        people=found,
        roles=ROLE_WORDS,
        most=MOST_DAYS,
        role=form.text("role"),
        full_name=form.text("name"),
        email=form.text("email"),
        first=form.typed_day("first"),
        last=form.typed_day("last"),
        faults=faults.in_order(FIELDS),
    )
