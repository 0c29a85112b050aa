"""The signing director reads the frozen return, and signs it or sends it back with a reason."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from portal.doors import NotForYou, SignedIn, Typed, Visit
from portal.files import files_shown
from portal.forms import Faults
from portal.people import name_of
from portal.provider import rooms
from portal.provider.rooms import Closed, Room
from portal.provider.showing import answers_shown, cited_in, replies_shown
from providers import answering, documents
from providers.cycles import NotAllowed

router = APIRouter(prefix="/returns/{return_id}")


def waiting_room(session: Session, visit: Visit, return_id: str) -> Room:
    """A return that waits for this visitor's signature; Closed if nothing waits."""
    room = rooms.enter(session, visit, return_id)
    if not room.can_sign:
        raise NotForYou("only a signing director of this service can sign this")
    if not room.life.handed_over:
        raise Closed("nothing is waiting for a signature", room.ref.id)
    return room


@router.get("/sign", name="sign_page")
def sign_page(return_id: str, visit: SignedIn) -> Response:
    """The frozen return with its fingerprint."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, waiting_room(session, visit, return_id))


@router.post("/sign", name="sign")
def sign(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Sign exactly the return that the page showed."""
    with visit.desk.database.writing() as session:
        if signed_already(session, visit, return_id, form.text("sha")):
            return visit.go(f"/returns/{return_id}/done")
        room = waiting_room(session, visit, return_id)
        try:
            answering.sign(session, room.ref, form.text("sha"), visit.now, visit.visitor.person)
        except NotAllowed as error:
            return draw(session, visit, room, status=409, refused=str(error))
    return visit.go(f"{room.path}/done")


def signed_already(session: Session, visit: Visit, return_id: str, sha: str) -> bool:
    """Whether this visitor has just signed this very text: a second press of the button."""
    life = rooms.enter(session, visit, return_id).life
    return life.document == sha and life.signed_by == visit.by and not life.handed_over


@router.post("/send-back", name="send_back")
def send_back(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Hand it back to its preparer, saying why."""
    faults = Faults()
    reason = form.words("reason", faults)
    if not reason:
        faults.add("reason", "say why it goes back, so that it can be put right")
    with visit.desk.database.writing() as session:
        room = waiting_room(session, visit, return_id)
        if faults:
            return draw(session, visit, room, status=422, faults=faults, reason=reason)
        answering.send_back(session, room.ref, reason, visit.now, visit.visitor.person)
    return visit.go(room.path)


def draw(
    session: Session,
    visit: Visit,
    room: Room,
    *,
    status: int = 200,
    faults: Faults | None = None,
    reason: str = "",
    refused: str = "",
) -> Response:
    """The signer's page."""
    sha = room.life.handed_over
    text = documents.fetch(session, [sha])[sha]
    document = ReturnDocument.model_validate_json(text)
    return rooms.show(
        visit,
        room,
        "provider/sign.html",
        status,
        document=document,
        answers=answers_shown(room, document),
        replies=replies_shown(session, room, document),
        cited=cited_in(session, document),
        files=files_shown(session, room.ref, room.path, document),
        preparer=name_of(session, room.life.handed_over_by),
        own=room.life.handed_over_by == visit.by,
        sha=sha,
        faults=faults or Faults(),
        reason=reason,
        refused=refused,
    )
