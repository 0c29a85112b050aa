"""One commitment to a page: what it asks, what was said last quarter, and this quarter's answer."""

from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.words import RATING_WORDS
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from portal.provider.words import Task, answer_task
from providers import answering, returns
from providers.returns import DraftView

router = APIRouter()
MOST_EVIDENCE = 20
TEXTS = ("reason", "public_statement", "narrative")


@dataclass(frozen=True)
class EvidenceRow:
    """One piece of evidence as it stands in its boxes; `number` counts from 1."""

    number: int
    title: str = ""
    link: str = ""
    dated: dict[str, str] = field(default_factory=lambda: boxes(None))

    @property
    def is_blank(self) -> bool:
        """Nothing has been typed into it."""
        return not (self.title or self.link or any(self.dated.values()))


@dataclass(frozen=True)
class Boxes:
    """The page's fields as they stand or were typed."""

    rating: str
    reason: str
    public_statement: str
    narrative: str
    evidence: tuple[EvidenceRow, ...]
    confirmed: bool

    @classmethod
    def of(cls, answer: Answer, *, more: bool = False) -> "Boxes":
        """An answer in its boxes; an empty row of evidence where there is none, or for more."""
        rows = [
            EvidenceRow(number, one.title, one.link, boxes(one.dated))
            for number, one in enumerate(answer.evidence, 1)
        ]
        if more or not rows:
            rows.append(EvidenceRow(len(rows) + 1))
        return cls(
            rating=answer.rating or "",
            reason=answer.reason,
            public_statement=answer.public_statement,
            narrative=answer.narrative,
            evidence=tuple(rows),
            confirmed=False,
        )

    @classmethod
    def typed(cls, form: Form) -> "Boxes":
        """What was typed, every row of evidence in its place."""
        rows = []
        for number in range(1, MOST_EVIDENCE + 1):
            name = f"evidence-{number}"
            if not form.has(f"{name}-title"):
                break
            typed = form.typed_day(f"{name}-dated")
            row = EvidenceRow(number, form.text(f"{name}-title"), form.text(f"{name}-link"), typed)
            rows.append(row)
        return cls(
            rating=form.text("rating"),
            reason=form.text("reason"),
            public_statement=form.text("public_statement"),
            narrative=form.text("narrative"),
            evidence=tuple(rows),
            confirmed=form.has("confirmed"),
        )

    @property
    def fields(self) -> list[str]:
        """The ids of the fields, in the order they stand on the page."""
        rows = [
            f"evidence-{row.number}-{part}"
            for row in self.evidence
            for part in ("title", "dated", "link")
        ]
        return ["rating", *TEXTS, *rows, "confirmed"]


@dataclass(frozen=True)
class Sheet:
    """Everything one commitment's page is made from, read in one go."""

    room: Room
    commitment: Commitment
    draft: DraftView
    answer: Answer
    before: Answer | None


def sheet_of(session: Session, room: Room, commitment_id: str) -> Sheet:
    """The commitment with this quarter's answer and last quarter's; NotHere if there is no such."""
    if commitment_id not in room.charter.ids:
        raise NotHere
    draft = drafts.draft_of(session, room)
    earlier = returns.previous(session, room.ref)
    signed = returns.signed_document(session, earlier) if earlier else None
    return Sheet(
        room=room,
        commitment=room.charter.find(commitment_id),
        draft=draft,
        answer=draft.document.find(commitment_id) or Answer(commitment=commitment_id),
        before=signed.find(commitment_id) if signed else None,
    )


@router.get("/returns/{return_id}/commitments/{commitment_id}", name="commitment_page")
def commitment_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The page of one commitment."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
    asked = visit.request.query_params
    typed = Boxes.of(sheet.answer, more="more" in asked)
    return draw(visit, sheet, typed, Faults(), then=asked.get("then", ""))


@router.post("/returns/{return_id}/commitments/{commitment_id}", name="save_commitment")
def save_commitment(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the answer and go on; with something wrong, the page again as it was typed."""
    typed, later = Boxes.typed(form), form.text("go") in ("later", "more")
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, drafts.stamp(sheet.answer)):
            return draw(visit, sheet, typed, Faults(), meanwhile=meanwhile)
        document, faults = read_answer(session, sheet, typed, form, complete=not later)
        if faults or document is None:
            return draw(visit, sheet, typed, faults, then=form.text("then"))
        drafts.save(session, visit, room, sheet.draft, document)
        onward = next_place(session, room, document, commitment_id, form)
    return visit.go(onward)


def read_answer(
    session: Session, sheet: Sheet, typed: Boxes, form: Form, *, complete: bool
) -> tuple[ReturnDocument | None, Faults]:
    """The whole return with this answer in it, or the faults that keep it from being saved."""
    faults = Faults()
    rows, evidence = read_evidence(typed, form, faults)
    plain = {
        "commitment": sheet.commitment.id,
        "rating": typed.rating or None,
        "evidence": evidence,
        **{name: getattr(typed, name) for name in TEXTS},
    }
    others = [a for a in sheet.draft.document.answers if a.commitment != sheet.commitment.id]
    place = f"answers[{sheet.commitment.id}]"
    document, found = drafts.read(
        sheet.draft.document,
        answers=[plain, *(a.model_dump(mode="json") for a in others)],
    )
    if document is None:
        found = drafts.within(found, place)
    else:
        document = put_back(sheet, typed, document)
        if complete:
            found = drafts.problems_at(session, sheet.room, document, place)
    for problem in found:
        faults.add(field_of(problem.where, rows), problem.what)
    return document, faults.in_order(typed.fields)


def read_evidence(
    typed: Boxes, form: Form, faults: Faults
) -> tuple[list[EvidenceRow], list[dict[str, object]]]:
    """The rows of evidence with a date that can be read, and the same as plain data."""
    rows, evidence = [], []
    for row in typed.evidence:
        if row.is_blank:
            continue
        day = form.day(f"evidence-{row.number}-dated", faults, what="the date of this evidence")
        if day is not None:
            rows.append(row)
            evidence.append({"title": row.title, "dated": day, "link": row.link})
    return rows, evidence


def put_back(sheet: Sheet, typed: Boxes, document: ReturnDocument) -> ReturnDocument:
    """The answers in the Charter's order; one carried forward counts once ticked or changed."""
    new = document.answers[0]
    carried = not sheet.answer.confirmed
    same = new.model_copy(update={"confirmed": False}) == sheet.answer
    if carried and same and not typed.confirmed:
        new = sheet.answer
    given = {answer.commitment: answer for answer in document.answers} | {new.commitment: new}
    order = [i for i in sheet.room.charter.ids if i in given]
    return document.model_copy(update={"answers": tuple(given[i] for i in order)})


def field_of(where: str, rows: list[EvidenceRow]) -> str:
    """The id of the field that a problem's place means."""
    if where.startswith("evidence["):
        position, _, part = where.removeprefix("evidence[").partition("].")
        if position.isdecimal() and 0 < int(position) <= len(rows):
            return f"evidence-{rows[int(position) - 1].number}-{part or 'title'}"
    return where or "rating"


def next_place(
    session: Session, room: Room, document: ReturnDocument, commitment_id: str, form: Form
) -> str:
    """Where saving leads: here for more evidence, back to the list, or the next one to answer."""
    if form.text("go") == "more":
        then = "&then=check" if form.text("then") == "check" else ""
        return f"{room.path}/commitments/{commitment_id}?more=1{then}#evidence"
    if form.text("go") == "later" or room.life.questions:
        return room.path
    if form.text("then") == "check":
        return f"{room.path}/check"
    ids = room.charter.ids
    found = answering.problems(session, room.ref, document, complete=True)
    for one in ids[ids.index(commitment_id) + 1 :]:
        answer = document.find(one) or Answer(commitment=one)
        if answer_task(answer, drafts.within(found, f"answers[{one}]")) is not Task.COMPLETED:
            return f"{room.path}/commitments/{one}"
    return room.path


def draw(
    visit: Visit,
    sheet: Sheet,
    typed: Boxes,
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    status = 409 if meanwhile else 422 if faults else 200
    return rooms.show(
        visit,
        sheet.room,
        "provider/commitment.html",
        status,
        commitment=sheet.commitment,
        number=sheet.room.charter.ids.index(sheet.commitment.id) + 1,
        of=len(sheet.room.charter.ids),
        answer=sheet.answer,
        before=sheet.before,
        ratings=RATING_WORDS,
        question=sheet.room.life.questions.get(sheet.commitment.id, ""),
        typed=typed,
        faults=faults,
        basis=drafts.stamp(sheet.answer),
        then=then if then == "check" else "",
        meanwhile=meanwhile,
    )
