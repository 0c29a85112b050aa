"""Replies to what families asked: each is accepted, partly or declined, in words for them."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import RequestReply, ReturnDocument
from charter.plain_english import advice
from charter.words import REPLY_WORDS
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from portal.provider.saving import named, read_whole, save_part, then_of
from providers import cycles, returns
from providers.requests import Asked
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/replies")


@dataclass(frozen=True)
class Row:
    """One request with the boxes of its reply; `number` counts from 1.

    `few` says that so few families asked that it is told for the whole region.
    """

    number: int
    asked: Asked
    answer: str
    words: str
    few: bool

    @property
    def advice(self) -> tuple[str, ...]:
        """How the words could be easier to read, for whoever wrote them to take or leave."""
        return advice(self.words)


@dataclass(frozen=True)
class Requests:
    """The requests owed a reply, and what the draft says to them."""

    room: Room
    draft: DraftView
    asked: tuple[Asked, ...]
    few: frozenset[str]

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
            rows.append(Row(number, asked, answer, words, asked.id in self.few))
        return rows


def requests_for(session: Session, visit: Visit, return_id: str) -> Requests:
    """The requests of a return that is open to this visitor."""
    room = rooms.prepare(session, visit, return_id)
    owed = set(returns.requests_owed(session, room.ref))
    asked = tuple(one for one in returns.requests_for(session, room.ref) if one.id in owed)
    few = cycles.policy_of(session, room.ref.policy_version).fewest_people
    told = {one.id for one in asked if one.stands_at(room.ref.site, room.ref.party, few)}
    by_region = frozenset(one.id for one in asked if one.id not in told)
    return Requests(room, drafts.draft_of(session, room), asked, by_region)


@router.get("", name="replies_page")
def replies_page(return_id: str, visit: SignedIn) -> Response:
    """Every request that waits for this return's reply."""
    with visit.desk.database.reading() as session:
        sheet = requests_for(session, visit, return_id)
    then = visit.request.query_params.get("then", "")
    return draw(visit, sheet, sheet.rows(), Faults(), then=then)


@router.post("", name="save_replies")
def save_replies(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the replies."""

    def again(sheet: Requests, faults: Faults, meanwhile: Overtaken | None) -> Response:
        rows, then = sheet.rows(form), form.text("then")
        return draw(visit, sheet, rows, faults, then=then, meanwhile=meanwhile)

    return save_part(
        visit,
        form,
        lambda session: requests_for(session, visit, return_id),
        lambda session, sheet: read_rows(session, sheet, form),
        again,
        after="replies",
    )


def read_rows(
    session: Session, sheet: Requests, form: Form
) -> tuple[ReturnDocument | None, Faults]:
    """The return with these replies, or what is wrong with them; each fault names its request."""
    faults, rows = Faults(), sheet.rows(form)
    plain = [
        {"request": row.asked.id, "answer": row.answer or None, "words": row.words} for row in rows
    ]
    later = form.text("go") == "later"
    whole = drafts.read(sheet.draft.document, replies=plain)
    document, found = whole if later else read_whole(session, sheet, replies=plain)
    for row in rows:
        for problem in drafts.within(found, f"replies[{row.asked.id}]"):
            field = f"reply-{row.number}-{problem.where or 'answer'}"
            faults.add(field, named(row.asked.text, problem.what))
    return document, faults


def draw(
    visit: Visit,
    sheet: Requests,
    rows: list[Row],
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/replies.html",
        rows=rows,
        answers=[(kind, REPLY_WORDS[kind].console) for kind in ("accepted", "partly", "declined")],
        then=then_of(then),
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
