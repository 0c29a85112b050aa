"""One commitment to a page: what it asks, what was said last quarter, and this quarter's answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, Problem, ReturnDocument
from charter.commitments import Commitment
from charter.words import RATING_WORDS
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.files import FileShown, files_shown
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.elsewhere import sources_of
from portal.provider.onward import next_part
from portal.provider.preview import Preview, preview_of
from portal.provider.rooms import Room
from portal.provider.saving import then_of
from portal.provider.sharing import share, with_note
from providers import cycles, returns
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}")
TEXTS = ("reason", "public_statement")
FIELDS = ("rating", *TEXTS, "confirmed")


@dataclass(frozen=True)
class Boxes:
    """The page's fields as they stand or were typed."""

    rating: str
    reason: str
    public_statement: str
    confirmed: bool

    @classmethod
    def of(cls, answer: Answer) -> "Boxes":
        """An answer in its boxes; what was carried forward waits for its tick."""
        return cls(answer.rating or "", answer.reason, answer.public_statement, confirmed=False)

    @classmethod
    def typed(cls, form: Form) -> "Boxes":
        """What was typed."""
        return cls(
            form.text("rating"),
            form.text("reason"),
            form.text("public_statement"),
            confirmed=form.has("confirmed"),
        )


@dataclass(frozen=True)
class Sheet:
    """Everything one commitment's pages are made from, read in one go.

    `before` is last quarter's answer, where the commitment was put in the same words; `files`
    are those that the draft names, by SHA-256.
    """

    room: Room
    commitment: Commitment
    draft: DraftView
    answer: Answer
    before: Answer | None
    files: Mapping[str, FileShown]

    @property
    def path(self) -> str:
        """Where the commitment's page is."""
        return f"{self.room.path}/commitments/{self.commitment.id}"

    @property
    def question(self) -> str:
        """What the commissioner asks about it; empty when nothing is open."""
        return self.room.life.questions.get(self.commitment.id, "")

    @property
    def basis(self) -> str:
        """What the commitment's own page was made from; its account has a page of its own."""
        return drafts.stamp(self.answer.model_copy(update={"narrative": "", "evidence": ()}))

    def with_answer(self, new: Answer) -> ReturnDocument:
        """The return with this answer, in the Charter's order."""
        given = {one.commitment: one for one in self.draft.document.answers}
        given[new.commitment] = new
        order = [one for one in self.room.charter.ids if one in given]
        strangers = [one for one in given if one not in self.room.charter.ids]
        answers = tuple(given[one] for one in (*order, *strangers))
        return self.draft.document.model_copy(update={"answers": answers})


def sheet_of(session: Session, room: Room, commitment_id: str) -> Sheet:
    """The commitment with this quarter's answer and last quarter's; NotHere if there is no such."""
    if commitment_id not in room.charter.ids:
        raise NotHere
    commitment = room.charter.find(commitment_id)
    draft = drafts.draft_of(session, room)
    return Sheet(
        room=room,
        commitment=commitment,
        draft=draft,
        answer=draft.document.find(commitment_id) or Answer(commitment=commitment_id),
        before=last_answer(session, room, commitment),
        files=files_shown(session, room.ref, room.path, draft.document),
    )


def last_answer(session: Session, room: Room, commitment: Commitment) -> Answer | None:
    """What was signed last quarter, if it answered the same words."""
    earlier = returns.previous(session, room.ref)
    signed = returns.signed_document(session, earlier) if earlier else None
    if signed is None:
        return None
    asked = cycles.charter_of(session, signed.charter_version)
    if commitment.id not in asked.ids or asked.find(commitment.id).text != commitment.text:
        return None
    return signed.find(commitment.id)


@router.get("", name="commitment_page")
def commitment_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The page of one commitment, with a preview where one was asked for."""
    asked = visit.request.query_params
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        preview = None
        if "preview" in asked:
            preview = preview_of(session, visit, room, sheet.draft.document, sheet.commitment)
        copies = bool(sources_of(session, visit, room, sheet.commitment))
    then, typed = asked.get("then", ""), Boxes.of(sheet.answer)
    return draw(visit, sheet, typed, Faults(), then=then, preview=preview, copies=copies)


@router.post("", name="save_commitment")
def save_commitment(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save the answer and go on; with something wrong, the page again as it was typed."""
    typed, draft = Boxes.typed(form), form.text("go") in ("later", "preview", "account")
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        then = form.text("then")
        if meanwhile := drafts.overtaken(session, form, sheet.draft, sheet.basis):
            return draw(visit, sheet, typed, Faults(), then=then, meanwhile=meanwhile)
        new, faults = read_answer(session, sheet, typed, complete=not draft)
        if faults or new is None:
            return draw(visit, sheet, typed, faults, then=then)
        drafts.save(session, visit, room, sheet.draft, sheet.with_answer(new))
        onward = next_place(session, sheet, new, form)
        if not draft:
            onward = with_note(onward, share(session, visit, room.ref, (new,)))
    return visit.go(onward)


def read_answer(
    session: Session, sheet: Sheet, typed: Boxes, *, complete: bool
) -> tuple[Answer | None, Faults]:
    """The answer with what was typed on this page, or the faults that keep it from being saved.

    One that was carried forward or copied counts as looked at once it is ticked or changed.
    """
    faults, place = Faults(), f"answers[{sheet.commitment.id}]"
    typed_over = {
        "rating": typed.rating or None,
        "confirmed": True,
        "copied_from": "",
        **{name: getattr(typed, name) for name in TEXTS},
    }
    plain = sheet.answer.model_dump(mode="json") | typed_over
    read, found = drafts.read(sheet.draft.document, answers=[plain])
    new = read.answers[0] if read else None
    if new is None:
        found = drafts.within(found, place)
    else:
        new = sheet.answer if is_untouched(sheet.answer, new) and not typed.confirmed else new
        found = lacking(session, sheet, new) if complete else []
    for problem in found:
        if not problem.where.startswith("evidence"):
            faults.add(problem.where or "rating", problem.what)
    return None if faults else new, faults.in_order(FIELDS)


def is_untouched(answer: Answer, new: Answer) -> bool:
    """Whether an answer that waits to be confirmed was sent back saying the very same."""
    waiting = {"confirmed": False, "copied_from": answer.copied_from}
    return not answer.confirmed and new.model_copy(update=waiting) == answer


def lacking(session: Session, sheet: Sheet, new: Answer) -> list[Problem]:
    """What still stands against this answer, named from there on."""
    place = f"answers[{sheet.commitment.id}]"
    return drafts.problems_at(session, sheet.room, sheet.with_answer(new), place)


def next_place(session: Session, sheet: Sheet, new: Answer, form: Form) -> str:
    """Where saving leads: the return, this page with its preview, the account, or onward."""
    go, check = form.text("go"), form.text("then") == "check"
    if go == "later":
        return sheet.room.path
    if go == "preview":
        return f"{sheet.path}?preview=yes{'&then=check' if check else ''}#preview"
    if go == "account" or is_account_due(session, sheet, new, only_if_changed_now=check):
        return f"{sheet.path}/account{'?then=check' if check else ''}"
    if check:
        return f"{sheet.room.path}/check"
    after = f"commitments/{sheet.commitment.id}"
    return next_part(session, sheet.room, sheet.with_answer(new), after=after)


def is_account_due(
    session: Session, sheet: Sheet, new: Answer, *, only_if_changed_now: bool
) -> bool:
    """What was done and its evidence are asked for where a rating is new, or in question."""
    if sheet.question:
        return True
    before = sheet.answer if only_if_changed_now else sheet.before
    if before is None or before.rating is not new.rating:
        return True
    return any(one.where.startswith("evidence") for one in lacking(session, sheet, new))


def draw(
    visit: Visit,
    sheet: Sheet,
    typed: Boxes,
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
    preview: Preview | None = None,
    copies: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/commitment.html",
        sheet=sheet,
        files=sheet.files,
        number=sheet.room.charter.ids.index(sheet.commitment.id) + 1,
        of=len(sheet.room.charter.ids),
        ratings=RATING_WORDS,
        typed=typed,
        faults=faults,
        then=then_of(then),
        meanwhile=meanwhile,
        preview=preview,
        copies=copies,
    )
