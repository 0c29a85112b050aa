"""One sentence of the provider's own, to stand beside *not returned* on the families' page."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.alarm import kinds_of, likeness
from charter.reading import HELD
from charter.returns import State
from charter.words import STATE_WORDS
from portal.doors import NotForYou, SignedIn, Typed, Visit
from portal.forms import Faults
from portal.provider import rooms
from portal.provider.preview import view_of
from portal.provider.rooms import Closed, Room
from providers import asking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/returns/{return_id}/sentence")


def speaking_room(session: Session, visit: Visit, return_id: str) -> Room:
    """A return beside which a sentence may stand; NotForYou or Closed say why not."""
    room = rooms.enter(session, visit, return_id)
    if not room.can_prepare:
        raise NotForYou("only a lead, deputy or signing director of this service can add this")
    if why := asking.why_not_add_sentence(room.life, room.state):
        raise Closed(why, room.ref.id)
    return room


@router.get("", name="sentence_page")
def sentence_page(return_id: str, visit: SignedIn) -> Response:
    """The box, and how families would see it."""
    with visit.desk.database.reading() as session:
        room = speaking_room(session, visit, return_id)
    return draw(visit, room, room.life.sentence, Faults(), preview=bool(room.life.sentence))


@router.post("", name="add_sentence")
def add_sentence(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Keep the sentence, or show how it would look."""
    faults = Faults()
    words = form.words("words", faults)
    with visit.desk.database.writing() as session:
        room = speaking_room(session, visit, return_id)
        if not words and not room.life.sentence:
            faults.add("words", "write your sentence")
        if not faults and form.text("go") != "preview":
            try:
                asking.add_sentence(session, room.ref, words, visit.now, visit.visitor.person)
            except NotAllowed as error:
                faults.add("words", str(error))
    if faults or form.text("go") == "preview":
        return draw(visit, room, words, faults, preview=bool(words))
    return visit.go(room.path)


def draw(visit: Visit, room: Room, words: str, faults: Faults, *, preview: bool) -> Response:
    """The page with its box; 422 with faults."""
    with visit.desk.database.reading() as session:
        found = view_of(session, visit, room, None).looked_for(words)
    return rooms.show(
        visit,
        room,
        "provider/sentence.html",
        422 if faults else 200,
        words=words,
        preview=preview,
        word=STATE_WORDS[State.NOT_RETURNED],
        shown=HELD if found else words,
        held=likeness(kinds_of(found)),
        most=asking.LONGEST_SENTENCE,
        faults=faults,
    )
