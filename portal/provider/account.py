"""What was done about one commitment, and the evidence: for the commissioner's team to read."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, Evidence
from charter.commitments import Commitment
from charter.freshness import age
from charter.steps import Rating
from charter.words import RATING_WORDS
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.commitment import Sheet, lacking, sheet_of
from portal.provider.drafts import Overtaken
from portal.provider.onward import next_part
from portal.provider.rooms import Room
from portal.provider.saving import then_of
from portal.provider.sharing import share, with_note
from providers import practices
from providers.practices import PracticeView

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}/account")
FIELD = "narrative"


@dataclass(frozen=True)
class Shown:
    """A piece of evidence; `number` is its place in the answer, from 1, `note` tells of its age."""

    number: int
    evidence: Evidence
    note: str


def evidence_shown(room: Room, commitment: Commitment, answer: Answer) -> list[Shown]:
    """The evidence of an answer, with what its age means for this quarter's return."""
    months, quarter = commitment.evidence_months, room.ref.quarter
    return [
        Shown(place, one, age(one.dated, months, quarter, room.today)[1])
        for place, one in enumerate(answer.evidence, 1)
    ]


def basis_of(sheet: Sheet) -> str:
    """What the page was made from."""
    answer = sheet.answer
    return drafts.stamp(
        Answer(commitment=answer.commitment, narrative=answer.narrative, evidence=answer.evidence)
    )


@router.get("", name="account_page")
def account_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The account and the list of evidence."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        then = visit.request.query_params.get("then", "")
        return draw(session, visit, sheet, sheet.answer.narrative, then=then)


@router.post("", name="save_account")
def save_account(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the account, with a piece of evidence fewer where one was taken out, and go on."""
    go, then = form.text("go"), form.text("then")
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, basis_of(sheet)):
            return draw(session, visit, sheet, form.text(FIELD), then=then, meanwhile=meanwhile)
        new, faults = read_account(session, sheet, form, complete=go in ("", "on"))
        if faults or new is None:
            return draw(session, visit, sheet, form.text(FIELD), faults, then=then)
        drafts.save(session, visit, room, sheet.draft, sheet.with_answer(new))
        onward = next_place(session, sheet, new, form)
        if go in ("", "on") or go.startswith("remove-"):
            onward = with_note(onward, share(session, visit, room.ref, (new,)))
    return visit.go(onward)


def read_account(
    session: Session, sheet: Sheet, form: Form, *, complete: bool
) -> tuple[Answer | None, Faults]:
    """The answer with this account and the evidence that is left, or what keeps it from that."""
    faults, go = Faults(), form.text("go")
    evidence = list(sheet.answer.evidence)
    if go.startswith("remove-"):
        del evidence[place_of(sheet, go) - 1]
    plain = sheet.answer.model_dump(mode="json") | {
        FIELD: form.text(FIELD),
        "evidence": [one.model_dump(mode="json") for one in evidence],
    }
    read, found = drafts.read(sheet.draft.document, answers=[plain])
    new = read.answers[0] if read else None
    if new is None:
        found = drafts.within(found, f"answers[{sheet.commitment.id}]")
    else:
        found = lacking(session, sheet, new) if complete else []
    for problem in found:
        place = problem.where.removeprefix("evidence[").partition("]")[0]
        if problem.where == FIELD:
            faults.add(FIELD, problem.what)
        elif problem.where.startswith("evidence["):
            faults.add(f"evidence-{place}", problem.what)
    return None if faults else new, faults


def place_of(sheet: Sheet, go: str) -> int:
    """The place of a piece of evidence, from a button's `remove-2`; NotHere if there is none."""
    place = number(go.partition("-")[2])
    if not 0 < place <= len(sheet.answer.evidence):
        raise NotHere
    return place


def next_place(session: Session, sheet: Sheet, new: Answer, form: Form) -> str:
    """Where saving leads: a piece of evidence, this page again, the return, or onward."""
    go, check = form.text("go"), form.text("then") == "check"
    more = "?then=check" if check else ""
    if go == "later":
        return sheet.room.path
    if go == "add":
        return f"{sheet.path}/evidence/new{more}"
    if go == "practices":
        return f"{sheet.path}/practices"
    if go.startswith("change-"):
        return f"{sheet.path}/evidence/{place_of(sheet, go)}{more}"
    if go.startswith("remove-"):
        return f"{sheet.path}/account{more}#evidence"
    if check:
        return f"{sheet.room.path}/check"
    after = f"commitments/{sheet.commitment.id}"
    return next_part(session, sheet.room, sheet.with_answer(new), after=after)


def offered_to(session: Session, sheet: Sheet) -> list[PracticeView]:
    """What other prisons did, where a commitment is partly met and an action can be added."""
    if sheet.answer.rating is not Rating.PARTLY or not sheet.room.whole_is_open:
        return []
    return practices.offered(session, sheet.room.ref, sheet.commitment.id)


def draw(
    session: Session,
    visit: Visit,
    sheet: Sheet,
    narrative: str,
    faults: Faults | None = None,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with this account; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/account.html",
        sheet=sheet,
        offered=offered_to(session, sheet),
        files=sheet.files,
        ratings=RATING_WORDS,
        narrative=narrative,
        evidence=evidence_shown(sheet.room, sheet.commitment, sheet.answer),
        basis=basis_of(sheet),
        faults=faults or Faults(),
        then=then_of(then),
        meanwhile=meanwhile,
    )
