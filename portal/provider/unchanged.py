"""What last quarter said, on one page: each answer is confirmed by its own tick, or opened."""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.words import RATING_WORDS, Word
from portal.doors import SignedIn, Typed, Visit
from portal.files import FileShown, files_shown
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.account import Shown, evidence_shown
from portal.provider.drafts import Overtaken
from portal.provider.onward import next_part, to_confirm
from portal.provider.rooms import Room
from portal.provider.sharing import share, with_note
from providers import answering
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/unchanged")


@dataclass(frozen=True)
class Row:
    """One answer that waits to be confirmed; with something `lacking` it has to be opened."""

    commitment: Commitment
    answer: Answer
    rating: Word | None
    evidence: list[Shown]
    lacking: str
    ticked: bool

    @property
    def tick(self) -> str:
        """The name of its tick."""
        return f"same-{self.commitment.id}"

    @property
    def basis(self) -> str:
        """What the tick was put to."""
        return drafts.stamp(self.answer)


@dataclass(frozen=True)
class Moved:
    """An answer that somebody confirmed or changed while the page was open."""

    commitment: Commitment
    answer: Answer


@dataclass(frozen=True)
class Waiting:
    """The answers that wait to be confirmed, read in one go."""

    room: Room
    draft: DraftView
    lacking: dict[str, str]
    files: dict[str, FileShown]

    def rows(self, ticked: Collection[str] = ()) -> list[Row]:
        """Every answer that waits, in the Charter's order."""
        rows = []
        for one in to_confirm(self.draft.document):
            commitment = self.room.charter.find(one)
            answer = self.draft.document.find(one) or Answer(commitment=one)
            rows.append(
                Row(
                    commitment=commitment,
                    answer=answer,
                    rating=RATING_WORDS[answer.rating] if answer.rating else None,
                    evidence=evidence_shown(self.room, commitment, answer),
                    lacking=self.lacking.get(one, ""),
                    ticked=one in ticked,
                )
            )
        return rows


def waiting_in(session: Session, room: Room) -> Waiting:
    """What waits in a return, and what would lack in an answer were it confirmed as it is."""
    draft = drafts.draft_of(session, room)
    waits = to_confirm(draft.document)
    found = answering.problems(session, room.ref, confirmed(draft.document, waits), complete=True)
    lacking = {}
    for one in waits:
        if here := drafts.within(found, f"answers[{one}]"):
            lacking[one] = here[0].what
    return Waiting(room, draft, lacking, files_shown(session, room.ref, room.path, draft.document))


def confirmed(document: ReturnDocument, ticked: Collection[str]) -> ReturnDocument:
    """The document with these answers looked at, and all others as they were."""
    looked_at = {"confirmed": True, "copied_from": ""}
    answers = tuple(
        one.model_copy(update=looked_at) if one.commitment in ticked else one
        for one in document.answers
    )
    return document.model_copy(update={"answers": answers})


@router.get("", name="unchanged_page")
def unchanged_page(return_id: str, visit: SignedIn) -> Response:
    """Every answer that waits, each with what it said."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id)
        waiting = waiting_in(session, room)
    return draw(visit, waiting)


@router.post("", name="confirm_unchanged")
def confirm_unchanged(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Confirm the answers that were ticked, and no other."""
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id)
        waiting = waiting_in(session, room)
        ticked = ticked_in(room, form)
        if moved := moved_since(waiting, ticked, form):
            meanwhile = drafts.last_saved(session, waiting.draft)
            still = ticked - {one.commitment.id for one in moved}
            return draw(visit, waiting, still, moved=moved, meanwhile=meanwhile)
        ticked -= waiting.lacking.keys()
        document = confirmed(waiting.draft.document, ticked)
        drafts.save(session, visit, room, waiting.draft, document)
        onward = room.path if form.text("go") == "later" else next_place(session, room, document)
        looked_at = [one for one in document.answers if one.commitment in ticked]
        shared = share(session, visit, room.ref, looked_at)
    return visit.go(with_note(onward, shared))


def ticked_in(room: Room, form: Form) -> set[str]:
    """The commitments whose tick was sent."""
    return {one for one in room.charter.ids if form.has(f"same-{one}")}


def moved_since(waiting: Waiting, ticked: Collection[str], form: Form) -> list[Moved]:
    """The ticked answers that no longer say what the page showed, or wait no longer."""
    moved = []
    for commitment in waiting.room.charter.commitments:
        answer = waiting.draft.document.find(commitment.id) or Answer(commitment=commitment.id)
        if commitment.id in ticked and form.text(f"basis-{commitment.id}") != drafts.stamp(answer):
            moved.append(Moved(commitment, answer))
    return moved


def next_place(session: Session, room: Room, document: ReturnDocument) -> str:
    """The first answer that was not ticked, on its own page; with none, the next part."""
    left = to_confirm(document)
    if left:
        return f"{room.path}/commitments/{left[0]}"
    return next_part(session, room, document, after="unchanged")


def draw(
    visit: Visit,
    waiting: Waiting,
    ticked: Collection[str] = (),
    *,
    moved: list[Moved] | None = None,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these ticks; 409 when somebody confirmed or changed an answer meanwhile."""
    return rooms.show(
        visit,
        waiting.room,
        "provider/unchanged.html",
        409 if meanwhile else 200,
        rows=waiting.rows(ticked),
        files=waiting.files,
        ratings=RATING_WORDS,
        moved=moved or [],
        meanwhile=meanwhile,
        faults=Faults(),
    )
