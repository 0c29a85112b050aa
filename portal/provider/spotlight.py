"""What was done this quarter for the one group of families that it looks at."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from charter.measures import spotlight_of
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from portal.provider.saving import read_whole, save_part, then_of
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/spotlight")


@dataclass(frozen=True)
class Sheet:
    """The group this quarter looks at, if there is one, and the return as it stands."""

    room: Room
    draft: DraftView
    group: str

    @property
    def basis(self) -> str:
        """What a form about this was made from."""
        return drafts.stamp(self.draft.document.spotlight)


def sheet_of(session: Session, visit: Visit, return_id: str) -> Sheet:
    """The spotlight of a return that is open to this visitor."""
    room = rooms.prepare(session, visit, return_id)
    group = spotlight_of(room.charter, room.ref.quarter)
    return Sheet(room, drafts.draft_of(session, room), group)


@router.get("", name="spotlight_page")
def spotlight_page(return_id: str, visit: SignedIn) -> Response:
    """One box about one group of families."""
    with visit.desk.database.reading() as session:
        sheet = sheet_of(session, visit, return_id)
    then = visit.request.query_params.get("then", "")
    return draw(visit, sheet, sheet.draft.document.spotlight_words, Faults(), then=then)


@router.post("", name="save_spotlight")
def save_spotlight(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save what is said of them."""

    def again(sheet: Sheet, faults: Faults, meanwhile: Overtaken | None) -> Response:
        words, then = form.text("words"), form.text("then")
        return draw(visit, sheet, words, faults, then=then, meanwhile=meanwhile)

    return save_part(
        visit,
        form,
        lambda session: sheet_of(session, visit, return_id),
        lambda session, sheet: read(session, sheet, form),
        again,
        after="spotlight",
    )


def read(session: Session, sheet: Sheet, form: Form) -> tuple[ReturnDocument | None, Faults]:
    """The return with these words, or what is wrong with them."""
    faults = Faults()
    said = {"group": sheet.group, "words": form.text("words")} if sheet.group else None
    later = form.text("go") == "later"
    whole = drafts.read(sheet.draft.document, spotlight=said)
    document, found = whole if later else read_whole(session, sheet, spotlight=said)
    for problem in drafts.within(found, "spotlight"):
        faults.add("words", problem.what)
    return document, faults


def draw(
    visit: Visit,
    sheet: Sheet,
    words: str,
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with its box; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/spotlight.html",
        sheet=sheet,
        words=words,
        basis=sheet.basis,
        then=then_of(then),
        faults=faults,
        meanwhile=meanwhile,
    )
