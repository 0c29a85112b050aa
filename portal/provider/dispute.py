"""A changed rating that the provider disputes: once, in time, and in words that families read."""

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.doors import NotForYou, NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from portal.provider import rooms
from portal.provider.rooms import Closed, Room
from portal.provider.showing import answers_shown
from providers import calendars, cycles, disputes, returns
from providers.cycles import NotAllowed

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}/dispute")


def disputing_room(
    session: Session, visit: Visit, return_id: str, commitment_id: str
) -> tuple[Room, date | None]:
    """A return whose rating may be disputed now, and the last day for it; Closed if it may not."""
    room = rooms.enter(session, visit, return_id)
    if commitment_id not in room.charter.ids:
        raise NotHere
    if not room.roles & disputes.DISPUTERS:
        raise NotForYou("only a lead or signing director of this service can dispute a rating")
    calendar = calendars.in_force(session, visit.desk.calendar)
    found = disputes.chances(session, room.ref, room.life, visit.now, calendar)
    chance = found.get(commitment_id)
    if chance is None or chance.why_not:
        raise Closed(disputes.why_not(chance), room.ref.id)
    return room, chance.until


@router.get("", name="dispute_rating_page")
def dispute_rating_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """What was changed and why, and a box for the reason against it."""
    with visit.desk.database.reading() as session:
        room, until = disputing_room(session, visit, return_id, commitment_id)
        return draw(session, visit, room, commitment_id, until, "", Faults())


@router.post("", name="dispute_rating")
def dispute_rating(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Put the dispute on record; it cannot be taken back or made again."""
    faults = Faults()
    words = form.words("words", faults)
    if not words:
        faults.add("words", "say why the changed rating is not right")
    with visit.desk.database.writing() as session:
        room, until = disputing_room(session, visit, return_id, commitment_id)
        if not faults:
            calendar = calendars.in_force(session, visit.desk.calendar)
            person = visit.visitor.person
            try:
                disputes.dispute(
                    session, room.ref, commitment_id, words, visit.now, person, calendar
                )
            except NotAllowed as error:
                faults.add("words", str(error))
        if faults:
            return draw(session, visit, room, commitment_id, until, words, faults)
    return visit.go(room.path)


def draw(
    session: Session,
    visit: Visit,
    room: Room,
    commitment_id: str,
    until: date | None,
    words: str,
    faults: Faults,
) -> Response:
    """The page with its one box."""
    document = returns.signed_document(session, room.ref)
    shown = answers_shown(room, document) if document else []
    return rooms.show(
        visit,
        room,
        "provider/dispute.html",
        item=next(one for one in shown if one.commitment.id == commitment_id),
        until=until,
        days=cycles.policy_of(session, room.ref.policy_version).dispute_days,
        words=words,
        faults=faults,
    )
