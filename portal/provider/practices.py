"""What other prisons did to keep a commitment, offered to one that kept it only partly."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.doors import NotHere, SignedIn
from portal.provider import rooms
from providers import practices

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}")


@router.get("/practices", name="practices_page")
def practices_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """At most three practices; each leads to the page of a new action that cites it."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id)
        if commitment_id not in room.charter.ids:
            raise NotHere
        offered = practices.offered(session, room.ref, commitment_id)
    return rooms.show(
        visit,
        room,
        "provider/practices.html",
        commitment=room.charter.find(commitment_id),
        offered=offered,
    )
