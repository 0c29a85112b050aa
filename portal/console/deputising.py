"""Naming a deputy: whoever is on leave, or a commissioner, says who approves in their place."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from providers import deputies, staff
from providers.staff import STOOD_FOR, StaffRefused, StaffRole

router = APIRouter(prefix="/console/regions/{region}/team/deputies")
FIELDS = ("away", "deputy", "first", "last")


@dataclass(frozen=True)
class Choices:
    """Who may be away, and who may stand in, each by number."""

    away: dict[str, str]
    deputies: dict[str, str]


def enter(session: Session, visit: Visit, region: str) -> tuple[Room, Choices]:
    """A region in which the visitor may name a deputy; else NotHere or NotForYou."""
    room = regions.enter(session, visit, region)
    rooms.require(bool(room.roles & STOOD_FOR), "an approver or a commissioner", "name a deputy")
    today, team, me = london_date(visit.now), staff.listing(session, region), visit.visitor.person
    away = deputies.stood_for(team, today)
    if StaffRole.COMMISSIONER not in room.roles:
        away = [one for one in away if one.person_id == me]
    stand = [one for one in deputies.suitable(team, today) if one.person_id != me]
    return room, Choices(
        {str(one.person_id): one.name for one in away},
        {str(one.person_id): one.name for one in stand},
    )


@router.get("", name="deputy_page")
def deputy_page(region: str, visit: SignedIn) -> Response:
    """A form: who is away, who stands in, and on which days."""
    with visit.desk.database.reading() as session:
        room, choices = enter(session, visit, region)
    return draw(visit, room, choices, Form({}), Faults())


@router.post("", name="name_deputy")
def name_deputy(region: str, visit: SignedIn, form: Typed) -> Response:
    """Name a deputy."""
    faults, away, deputy = Faults(), form.text("away"), form.text("deputy")
    with visit.desk.database.writing() as session:
        room, choices = enter(session, visit, region)
        if away not in choices.away:
            faults.add("away", "choose who is away")
        if deputy not in choices.deputies:
            faults.add("deputy", "choose who approves in their place")
        first = form.day("first", faults, what="the first day")
        last = form.day("last", faults, what="the last day")
        if not faults and first and last:
            try:
                deputies.name(
                    session,
                    region,
                    deputy=int(deputy),
                    stands_for=int(away),
                    first=first,
                    last=last,
                    now=visit.now,
                    person=visit.visitor.person,
                )
            except StaffRefused as error:
                faults.add("first" if "day" in str(error) else "deputy", str(error))
    if faults:
        return draw(visit, room, choices, form, faults)
    return visit.go(f"{room.path}/team?did=named")


def draw(visit: Visit, room: Room, choices: Choices, form: Form, faults: Faults) -> Response:
    """The form with these boxes; 422 with faults."""
    only = next(iter(choices.away)) if len(choices.away) == 1 else ""
    return regions.show(
        visit,
        room,
        "console/deputy.html",
        422 if faults else 200,
        here="/team",
        choices=choices,
        away=form.text("away") or only,
        deputy=form.text("deputy"),
        first=form.typed_day("first"),
        last=form.typed_day("last"),
        longest=deputies.LONGEST.days,
        faults=faults.in_order(FIELDS),
    )
