"""An administrator lets a colleague set up a first second factor, by 8 figures told by voice."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import regions
from portal.console.regions import Room
from portal.console.register_said import WHO
from portal.console.team import enter, one_of
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.people import name_of
from portal.signin import onetime
from providers import second_factors
from providers.cycles import NotAllowed
from providers.staff import StaffView

router = APIRouter(prefix="/console/regions/{region}/team/{member}/telephone")


@router.get("", name="letting_in_page")
def letting_in_page(region: str, member: str, visit: SignedIn) -> Response:
    """What is needed to set one up, and the figures, to whoever was given them, while they last."""
    with visit.desk.database.reading() as session:
        room, view = enter_for(session, visit, region, member)
        return draw(session, visit, room, view)


@router.post("", name="let_in")
def let_in(region: str, member: str, visit: SignedIn, _form: Typed) -> Response:
    """Give the administrator figures to tell; those given before open nothing any more."""
    with visit.desk.database.writing() as session:
        room, view = enter_for(session, visit, region, member)
        try:
            second_factors.allow(session, view.person_id, visit.now, visit.by)
        except NotAllowed as error:
            return draw(session, visit, room, view, str(error))
    return visit.go(f"{room.path}/team/{view.id}/telephone")


def enter_for(session: Session, visit: Visit, region: str, member: str) -> tuple[Room, StaffView]:
    """The region and the member, for its administrators; NotHere where no code is asked for."""
    room = enter(session, visit, region)
    if visit.desk.oidc is not None:
        raise NotHere
    return room, one_of(session, visit, room, number(member))


def draw(
    session: Session, visit: Visit, room: Room, view: StaffView, refused: str = ""
) -> Response:
    """The page; 409 where they cannot be let in."""
    found = second_factors.allowed(session, view.person_id, visit.now)
    mine = found is not None and found.by == visit.by
    return regions.show(
        visit,
        room,
        "console/letting_in.html",
        409 if refused else 200,
        here="/team",
        view=view,
        own=view.person_id == visit.visitor.person,
        has_one=second_factors.of(session, view.person_id) is not None,
        allowed=found,
        by=WHO.get(found.by) or name_of(session, found.by) if found else "",
        figures=onetime.told_code(visit.desk.secret_key, view.person_id, found.entry)
        if found and mine
        else "",
        refused=refused,
    )
