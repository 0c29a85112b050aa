"""Check your answers, hand the return over to the signer, and what happens next."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Problem, ReturnDocument
from portal.doors import SignedIn, Typed, Visit
from portal.files import files_shown
from portal.forms import Faults, Form
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.holds import cautions, holds, unlooked_at
from portal.provider.lacking import PARTS
from portal.provider.rooms import Room
from portal.provider.saving import named
from portal.provider.showing import answers_shown, cited_in, replies_shown
from providers import answering
from providers.answering import Incomplete

router = APIRouter(prefix="/returns/{return_id}")


def open_room(session: Session, visit: Visit, return_id: str) -> Room:
    """A return that can be handed over, after a question too."""
    room = rooms.enter(session, visit, return_id)
    part = next(iter(room.life.questions), "")
    return rooms.prepare(session, visit, return_id, part=part)


@router.get("/check", name="check_page")
def check_page(return_id: str, visit: SignedIn) -> Response:
    """Every answer on one page, each with a way back to change it."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, open_room(session, visit, return_id))


@router.post("/hand-over", name="hand_over")
def hand_over(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Freeze the return and pass it to the signer, if it says what the page showed.

    Refused until all that may name a patient has been mended, or looked at one by one.
    """
    with visit.desk.database.writing() as session:
        room = open_room(session, visit, return_id)
        draft = drafts.draft_of(session, room)
        basis = drafts.stamp(draft.document)
        if meanwhile := drafts.overtaken(session, form, draft, basis):
            return draw(session, visit, room, meanwhile=meanwhile)
        faults = Faults()
        unlooked_at(holds(room, draft.document, form), faults)
        if faults:
            lacks = answering.problems(session, room.ref, draft.document, complete=True)
            return draw(
                session,
                visit,
                room,
                faults=faults_of(room, draft.document, lacks, faults),
                form=form,
            )
        try:
            answering.hand_over(session, room.ref, draft.document, visit.now, visit.visitor.person)
        except Incomplete as error:
            faults = faults_of(room, draft.document, error.problems, Faults())
            return draw(session, visit, room, faults=faults, form=form)
    return visit.go(f"{room.path}/done")


def faults_of(
    room: Room, document: ReturnDocument, problems: list[Problem], faults: Faults
) -> Faults:
    """These faults, and what still lacks, each leading to its row of the check page."""
    asks = {measure.id: measure.asks for _, measure in room.charter.measures}
    titles = {line.id or str(n): line.title for n, line in enumerate(document.actions, 1)}
    for problem in problems:
        kind, _, rest = problem.where.partition("[")
        name = rest.partition("]")[0]
        if kind == "measures" and name in asks:
            if not faults.on(f"measure-{name}"):
                faults.add(f"measure-{name}", named(asks[name], problem.what))
        elif kind == "answers" and name in room.charter.ids:
            faults.add(f"row-{name}", f"{room.charter.find(name).short}: {problem.what}")
        elif kind == "actions" and titles.get(name):
            faults.add("row-actions", named(titles[name], problem.what))
        else:
            part = kind.partition(".")[0]
            place, before = (part, f"{PARTS[part]}: ") if part in PARTS else ("answers", "")
            faults.add(f"row-{place}", before + problem.what)
    return faults


def draw(
    session: Session,
    visit: Visit,
    room: Room,
    *,
    faults: Faults | None = None,
    form: Form | None = None,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The check page; 422 with faults, 409 when somebody saved meanwhile."""
    document = drafts.draft_of(session, room).document
    people = answering.people(session, room.ref, visit.now)
    return rooms.show(
        visit,
        room,
        "provider/check.html",
        document=document,
        answers=answers_shown(room, document),
        replies=replies_shown(session, room, document),
        cited=cited_in(session, document),
        files=files_shown(session, room.ref, room.path, document),
        holds=holds(room, document, form),
        cautions=cautions(room, document),
        signers=[p.name for p in people if p.role == "signer"],
        others=[
            p.name for p in people if p.role == "signer" and p.person_id != visit.visitor.person
        ],
        basis=drafts.stamp(document),
        faults=faults or Faults(),
        meanwhile=meanwhile,
    )


@router.get("/done", name="done_page")
def done_page(return_id: str, visit: SignedIn) -> Response:
    """What was just done, and what happens next and when."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        if not room.life.handed_over and not room.life.signed_at:
            return visit.go(room.path)
        people = answering.people(session, room.ref, visit.now)
    signers = [p.name for p in people if p.role == "signer"]
    return rooms.show(visit, room, "provider/done.html", signers=signers)
