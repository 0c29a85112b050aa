"""Every change of a region's register, newest first, in sentences."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.console import register_room as door
from portal.console.register_said import said_of
from portal.doors import SignedIn, number
from providers import register_history

router = APIRouter(prefix="/console/regions/{region}/register/history")
DID = {"imported": "Imported. The newest line says what changed."}


@router.get("", name="register_history")
def history(region: str, visit: SignedIn) -> Response:
    """A page of changes; `before` is the number of an entry, for the older ones."""
    query = visit.request.query_params
    before = number(query["before"]) if query.get("before") else 0
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        found = register_history.history(session, room.code, before=before)
    path = f"{door.path_of(room)}/history"
    more = len(found) == register_history.PAGE
    return door.show(
        visit,
        room,
        "console/register_history.html",
        tab="/history",
        changes=[said_of(entry, room.code) for entry in found],
        older=f"{path}?before={found[-1].seq}" if more else "",
        newest=path if before else "",
        did=DID.get(query.get("did", ""), ""),
    )
