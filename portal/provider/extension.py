"""Asking the commissioner for more time: until when, and why."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.doors import NotForYou, SignedIn, Typed, Visit
from portal.forms import Faults, boxes
from portal.provider import rooms
from portal.provider.rooms import Closed, Room
from providers import asking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/returns/{return_id}/extension")
FIELDS = ("until", "reason")


def asking_room(session: Session, visit: Visit, return_id: str) -> Room:
    """A return for which more time may be asked; NotForYou or Closed say why not."""
    room = rooms.enter(session, visit, return_id)
    if not room.can_prepare:
        raise NotForYou("only a lead, deputy or signing director of this service can ask for time")
    if why := asking.why_not_ask_for_time(room.life, room.today):
        raise Closed(why, room.ref.id)
    return room


@router.get("", name="extension_page")
def extension_page(return_id: str, visit: SignedIn) -> Response:
    """Ask until when, and why."""
    with visit.desk.database.reading() as session:
        room = asking_room(session, visit, return_id)
    asked = room.life.extension_asked
    return draw(
        visit, room, boxes(asked.until if asked else None), asked.reason if asked else "", Faults()
    )


@router.post("", name="ask_for_time")
def ask_for_time(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Send the request to the commissioner's page."""
    faults = Faults()
    until = form.day("until", faults, what="the day you ask for")
    reason = form.words("reason", faults)
    if not reason:
        faults.add("reason", "say why you need more time")
    with visit.desk.database.writing() as session:
        room = asking_room(session, visit, return_id)
        if until is not None and not faults:
            try:
                asking.ask_for_time(
                    session, room.ref, until, reason, visit.now, visit.visitor.person
                )
            except NotAllowed as error:
                faults.add("until", str(error))
    if faults:
        return draw(visit, room, form.typed_day("until"), reason, faults)
    return visit.go(room.path)


def draw(visit: Visit, room: Room, until: dict[str, str], reason: str, faults: Faults) -> Response:
    """The page with its boxes; 422 with faults."""
    return rooms.show(
        visit,
        room,
        "provider/extension.html",
        422 if faults else 200,
        until=until,
        reason=reason,
        faults=faults.in_order(FIELDS),
    )
