"""The right of reply: the provider's own words, published beside its page exactly as written."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.doors import NotForYou, SignedIn, Typed, Visit
from portal.forms import Faults
from portal.provider import rooms
from portal.provider.rooms import Closed, Room
from portal.provider.showing import answers_shown
from providers import answering, returns
from providers.cycles import NotAllowed

router = APIRouter(prefix="/returns/{return_id}/reply")


def replying_room(session: Session, visit: Visit, return_id: str) -> Room:
    """A return that may be replied about now; Closed if it may not."""
    room = rooms.enter(session, visit, return_id)
    if not room.can_prepare:
        raise NotForYou("only a lead, deputy or signing director of this service can reply")
    if not room.can_reply():
        raise Closed("the time to reply is after the return is checked", room.ref.id)
    return room


@router.get("", name="reply_page")
def reply_page(return_id: str, visit: SignedIn) -> Response:
    """What was changed or said, and a box for the reply."""
    with visit.desk.database.reading() as session:
        room = replying_room(session, visit, return_id)
        return draw(session, visit, room, room.life.reply, Faults())


@router.post("", name="save_reply")
def save_reply(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Keep the reply."""
    faults = Faults()
    words = form.words("words", faults)
    with visit.desk.database.writing() as session:
        room = replying_room(session, visit, return_id)
        if not words and not room.life.reply:
            faults.add("words", "write your reply")
        if not faults:
            try:
                answering.reply(session, room.ref, words, visit.now, visit.visitor.person)
            except NotAllowed as error:
                faults.add("words", str(error))
        if faults:
            return draw(session, visit, room, words, faults)
    return visit.go(room.path)


def draw(session: Session, visit: Visit, room: Room, words: str, faults: Faults) -> Response:
    """The page with its one box."""
    document = returns.signed_document(session, room.ref)
    shown = answers_shown(room, document) if document else []
    return rooms.show(
        visit,
        room,
        "provider/reply.html",
        422 if faults else 200,
        changed=[answer for answer in shown if answer.changed_to],
        words=words,
        faults=faults,
    )
