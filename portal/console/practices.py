"""The region's register of good practice: what worked where, and who has taken it up."""

from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import regions, rooms
from portal.console.listening import turned
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit
from providers import checking, cycles, practices, uptake
from providers.cycles import Unknown
from providers.practices import PracticeView
from providers.uptake import TakenUp

router = APIRouter(prefix="/console/regions/{region}/practices")


@router.get("", name="practices_page")
def practices_page(region: str, visit: SignedIn) -> Response:
    """Everything shared from the region's prisons, the newest first."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, regions.enter(session, visit, region))


@router.post("/end", name="end_practice")
def end_practice(region: str, visit: SignedIn, form: Typed) -> Response:
    """Offer a practice no longer; whoever took it up keeps their action."""
    with visit.desk.database.writing() as session:
        room = regions.enter(session, visit, region)
        allowed = bool(room.roles & checking.CHECKERS)
        rooms.require(allowed, "the commissioner", "withdraw a practice")
        if not form.text("go"):
            return visit.go(f"{room.path}/practices")
        try:
            person = visit.visitor.person
            practices.withdraw_in(session, region, form.key("go"), visit.now, person)
        except Unknown as error:
            raise NotHere from error
    return visit.go(f"{room.path}/practices?did=withdrawn")


def draw(session: Session, visit: Visit, room: Room) -> Response:
    """The page, each practice with the prisons that took it up."""
    charter = cycles.rules_for(session, cycles.region_of(session, room.code)).charter
    short = {c.id: f"{c.id}: {c.short}" for c in charter.commitments}
    asked = visit.request.query_params
    ever = practices.in_region(session, room.code)
    used = sorted({one.commitment for one in ever})
    about = asked.get("commitment", "") if asked.get("commitment") in used else ""
    left = [one for one in ever if about in ("", one.commitment)]
    shown, pages = turned(
        left, visit, f"{room.path}/practices", f"commitment={quote(about)}&" if about else ""
    )
    taken = uptake.taken_up(session) if shown else {}
    told: list[tuple[PracticeView, TakenUp, str]] = [
        (one, taken.get(one.id, TakenUp()), short.get(one.commitment, one.commitment))
        for one in shown
    ]
    return regions.show(
        visit,
        room,
        "console/practices.html",
        here="/practices",
        told=told,
        pages=pages,
        about=about,
        choices=[(which, short.get(which, which)) for which in used],
        can_withdraw=bool(room.roles & checking.CHECKERS),
        did="Withdrawn. It is offered no longer; actions that took it up stay as they are."
        if asked.get("did") == "withdrawn"
        else "",
    )
