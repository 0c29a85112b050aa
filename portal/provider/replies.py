"""Replies to what families asked: each is accepted, partly or declined, in words for them."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import RequestReply, ReturnDocument
from charter.words import REPLY_WORDS
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from providers import returns
from providers.actions import Asked
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/replies")


@dataclass(frozen=True)
class Row:
    """One request with the boxes of its reply; `number` counts from 1."""

    number: int
    asked: Asked
    answer: str
    words: str


@dataclass(frozen=True)
class Requests:
    """The requests owed a reply, and what the draft says to them."""

    room: Room
    draft: DraftView
    asked: tuple[Asked, ...]

    @property
    def basis(self) -> str:
        """What a form about these replies was made from."""
        return drafts.stamp(self.draft.document.replies)

    def rows(self, form: Form | None = None) -> list[Row]:
        """Every request with its boxes, as they stand or as typed."""
        given = {reply.request: reply for reply in self.draft.document.replies}
        rows = []
        for number, asked in enumerate(self.asked, 1):
            reply = given.get(asked.id) or RequestReply(request=asked.id)
            answer, words = str(reply.answer or ""), reply.words
            if form:
                answer = form.text(f"reply-{number}-answer")
                words = form.text(f"reply-{number}-words")
            rows.append(Row(number, asked, answer, words))
        return rows


def requests_for(session: Session, visit: Visit, return_id: str) -> Requests:
    """The requests of a return that is open to this visitor."""
    room = rooms.prepare(session, visit, return_id)
    owed = set(returns.requests_owed(session, room.ref))
    asked = tuple(one for one in returns.requests_for(session, room.ref) if one.id in owed)
    return Requests(room, drafts.draft_of(session, room), asked)


@router.get("", name="replies_page")
def replies_page(return_id: str, visit: SignedIn) -> Response:
    """Every request that waits for this return's reply."""
    with visit.desk.database.reading() as session:
        sheet = requests_for(session, visit, return_id)
    return draw(visit, sheet, sheet.rows(), Faults())


@router.post("", name="save_replies")
def save_replies(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the replies."""
    with visit.desk.database.writing() as session:
        sheet = requests_for(session, visit, return_id)
        rows = sheet.rows(form)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, sheet.basis):
            return draw(visit, sheet, rows, Faults(), meanwhile=meanwhile)
        document, faults = read_rows(session, sheet, rows, later=form.text("go") == "later")
        if faults or document is None:
            return draw(visit, sheet, rows, faults)
        drafts.save(session, visit, sheet.room, sheet.draft, document)
    return visit.go(sheet.room.path)


def read_rows(
    session: Session, sheet: Requests, rows: list[Row], *, later: bool
) -> tuple[ReturnDocument | None, Faults]:
    """The return with these replies, or what is wrong with them."""
    faults = Faults()
    plain = [
        {"request": row.asked.id, "answer": row.answer or None, "words": row.words} for row in rows
    ]
    document, found = drafts.read(sheet.draft.document, replies=plain)
    for row in rows:
        place = f"replies[{row.asked.id}]"
        here = drafts.within(found, place)
        if document is not None and not later:
            here = drafts.problems_at(session, sheet.room, document, place)
        for problem in here:
            faults.add(f"reply-{row.number}-{problem.where or 'answer'}", problem.what)
    return document, faults


def draw(
    visit: Visit,
    sheet: Requests,
    rows: list[Row],
    faults: Faults,
    *,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/replies.html",
        409 if meanwhile else 422 if faults else 200,
        rows=rows,
        answers=[(kind, REPLY_WORDS[kind].console) for kind in ("accepted", "partly", "declined")],
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
