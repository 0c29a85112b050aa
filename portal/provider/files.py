"""A file of a return's evidence, for the provider that gave it."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from portal.doors import NotHere, SignedIn, number
from portal.files import attachment
from portal.provider import drafts, rooms
from portal.provider.rooms import Room
from providers import evidence, returns
from providers.evidence import NotOpen

router = APIRouter(prefix="/returns/{return_id}/files")


@router.get("/{file_id}", name="provider_file")
def provider_file(return_id: str, file_id: str, visit: SignedIn) -> Response:
    """The file itself, to be kept; a page that says why where it does not open."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        file = evidence.find(session, room.ref, number(file_id), documents_of(session, room))
    if file is None:
        raise NotHere
    try:
        return attachment(file, evidence.open_file(visit.desk.cabinet, file))
    except NotOpen as error:
        back = f"{room.path}"
        return rooms.show(visit, room, "shared/file.html", 409, file=file, why=error, back=back)


def documents_of(session: Session, room: Room) -> list[ReturnDocument]:
    """All that a return says to its own people: as drafted, as handed over, as signed."""
    frozen = {1: room.life.handed_over, 2: room.life.document}
    said = returns.signed_documents(session, frozen)
    return [drafts.draft_of(session, room).document, *said.values()]
