"""A quarter's opening moved to a later day, for a reason, and moved back before it comes."""

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import regions, rooms
from portal.console.planning import Planned, enter
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.people import name_of
from providers import cycles, moves
from providers.moves import MoveRefused, Overtaken

router = APIRouter(prefix="/console/regions/{region}/schedule/{quarter}/move")


@router.get("", name="move_page")
def move_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """The day on which the quarter opens, and boxes for another."""
    with visit.desk.database.reading() as session:
        here = steered(session, visit, region, quarter)
        return draw(session, visit, here, Form({}), Faults())


@router.post("", name="move_opening")
def move_opening(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Move the opening; 409 where the quarter has begun meanwhile, or another moved it first."""
    faults = Faults()
    opens = form.day("opens", faults, what="the day on which it is to open")
    reason = form.words("reason", faults)
    if not reason:
        faults.add("reason", "give the reason, for the record")
    with visit.desk.database.writing() as session:
        here = steered(session, visit, region, quarter)
        if form.text("seen") != seen(here):
            return draw(session, visit, here, form, Faults(), overtaken=True)
        if opens and not faults:
            try:
                move(session, visit, here, opens, reason)
            except MoveRefused as error:
                faults.add("opens", str(error))
            except Overtaken:
                return draw(session, visit, here, form, Faults(), overtaken=True)
        if faults:
            return draw(session, visit, here, form, faults)
    return visit.go(here.path)


@router.post("/back", name="move_back")
def move_back(region: str, quarter: str, visit: SignedIn, _form: Typed) -> Response:
    """Let the quarter open on its own day again; twice is the same as once."""
    with visit.desk.database.writing() as session:
        here = steered(session, visit, region, quarter)
        try:
            moves.undo(session, here.room.code, here.one.quarter, visit.now, visit.by)
        except Overtaken:
            return draw(session, visit, here, Form({}), Faults(), overtaken=True)
    return visit.go(here.path)


def steered(session: Session, visit: Visit, region: str, quarter: str) -> Planned:
    """A quarter whose dates are known, for the region's commissioner; NotForYou for others."""
    here = enter(session, visit, region, quarter)
    rooms.require(here.can_steer, "the commissioner", "move an opening")
    if here.one.dates is None:
        raise NotHere
    return here


def move(session: Session, visit: Visit, here: Planned, opens: date, reason: str) -> None:
    """Move it by the rules in force."""
    region = cycles.region_of(session, here.room.code)
    policy = cycles.policy_of(session, region.policy_version)
    moves.move(
        session, region, here.one.quarter, opens, reason, policy, here.calendar, visit.now, visit.by
    )


def seen(here: Planned) -> str:
    """The day on which the quarter opens, as the form was made from it."""
    return str(here.one.dates.opens) if here.one.dates else ""


def draw(
    session: Session,
    visit: Visit,
    here: Planned,
    form: Form,
    faults: Faults,
    *,
    overtaken: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults, 409 where it stands otherwise by now."""
    moved = here.one.moved
    return regions.show(
        visit,
        here.room,
        "console/move.html",
        409 if overtaken else 422 if faults else 200,
        here="-",
        planned=here,
        one=here.one,
        seen=seen(here),
        who=name_of(session, moved.by) if moved else "",
        opens=form.typed_day("opens"),
        reason=form.text("reason"),
        overtaken=overtaken,
        faults=faults.in_order(("opens", "reason")),
    )
