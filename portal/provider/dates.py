"""How a return's due date came about, for the people who have to keep it."""

from fastapi import APIRouter
from starlette.responses import Response

from charter.quarters import london_date
from portal.counting import counted, events
from portal.doors import NotHere, SignedIn
from portal.provider import rooms
from providers import calendars, proving

router = APIRouter(prefix="/returns/{return_id}/dates")


@router.get("", name="dates_page")
def dates_page(return_id: str, visit: SignedIn) -> Response:
    """Each day counted, the bank holidays with their source, and all that moved the date."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        calendar = calendars.in_force(session, visit.desk.calendar)
        proof = proving.proofs(session, [room.ref], calendar, visit.now).get(room.ref.id)
    if proof is None:
        raise NotHere
    return rooms.show(
        visit,
        room,
        "provider/dates.html",
        proof=proof,
        over=proof.due < london_date(visit.now),
        rows=counted(proof.days, {proof.counted: "The date it comes to"}),
        events=events(proof),
    )
