"""The short path for a service that did not run: a reason, agreement where owed, the signer."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from providers import answering, asking, returns
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/not-running")


def basis_of(draft: DraftView) -> str:
    """What the form was made from: the whole document, since all of it is at stake."""
    return drafts.stamp(draft.document)


@router.get("", name="not_running_page")
def not_running_page(return_id: str, visit: SignedIn) -> Response:
    """Ask why the service did not run."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id)
        draft = drafts.draft_of(session, room)
    return draw(visit, room, draft, draft.document.nil_reason, Faults())


@router.post("", name="save_not_running")
def save_not_running(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Say that it did not run, or take that back."""
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id)
        draft = drafts.draft_of(session, room)
        reason = form.text("reason")
        if meanwhile := drafts.overtaken(session, form, draft, basis_of(draft)):
            return draw(visit, room, draft, reason, Faults(), meanwhile=meanwhile)
        document, faults = read(session, room, draft.document, form)
        if faults or document is None:
            return draw(visit, room, draft, reason, faults)
        drafts.save(session, visit, room, draft, document)
        asks = document.nil_return and needs_asking(room)
        if asks or not document.nil_return:
            person = visit.visitor.person
            asking.ask_not_running(session, room.ref, document.nil_reason, visit.now, person)
    return visit.go(f"{room.path}/check" if document.nil_return and not asks else room.path)


def needs_asking(room: Room) -> bool:
    """The register has the service running, and the commissioner has not agreed that it did not."""
    return bool(answering.why_not_nil(room.ref, room.life))


def read(
    session: Session, room: Room, document: ReturnDocument, form: Form
) -> tuple[ReturnDocument | None, Faults]:
    """The return of a service that did not run; or begun afresh, where it ran after all."""
    faults = Faults()
    if form.text("go") == "ran":
        return returns.template(session, room.ref), faults
    reason = form.text("reason")
    said, found = drafts.read(document, nil_return=True, nil_reason=reason, answers=[])
    if said is not None:
        found = drafts.problems_at(session, room, said, "nil_reason")
    for problem in found:
        faults.add("reason", problem.what)
    return said, faults


def draw(
    visit: Visit,
    room: Room,
    draft: DraftView,
    reason: str,
    faults: Faults,
    *,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with its one box; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        room,
        "provider/not_running.html",
        document=draft.document,
        needs_asking=needs_asking(room),
        answered=any(a.says_something and a.confirmed for a in draft.document.answers),
        reason=reason,
        basis=basis_of(draft),
        faults=faults,
        meanwhile=meanwhile,
    )
