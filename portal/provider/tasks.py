"""One return's own page: what there is to do while it is open, and the record once it is signed."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Problem, ReturnDocument, changed
from charter.document import BroughtForward
from charter.words import STATE_WORDS
from portal.doors import SignedIn, Visit
from portal.provider import rooms
from portal.provider.drafts import draft_of, within
from portal.provider.rooms import Room
from portal.provider.showing import answers_shown, replies_shown
from portal.provider.words import TASK_WORDS, Status, Task, answer_task, timing
from providers import answering, returns

router = APIRouter()


@dataclass(frozen=True)
class TaskLine:
    """One line of the task list; without a path it cannot be opened."""

    name: str
    path: str
    status: Status
    hint: str = ""


@router.get("/returns/{return_id}", name="return_page")
def return_page(return_id: str, visit: SignedIn) -> Response:
    """The task list while the return is open to change, else what was signed."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        if room.closed:
            return record(session, visit, room)
        return task_list(session, visit, room)


def task_list(session: Session, visit: Visit, room: Room) -> Response:
    """Everything there is to do, with how far each part has come."""
    document = draft_of(session, room).document
    found = answering.problems(session, room.ref, document, complete=True)
    owed = returns.brought_forward(session, room.ref)
    signers = [p.name for p in answering.people(session, room.ref, visit.now) if p.role == "signer"]
    return rooms.show(
        visit,
        room,
        "provider/tasks.html",
        document=document,
        when=timing(room, room.today),
        commitments=[] if document.nil_return else commitment_lines(session, room, document, found),
        others=[] if document.nil_return else other_lines(room, document, owed, found),
        check=check_line(room, document, found),
        to_do=len({p.where.split("]")[0] for p in found}),
        signers=signers,
    )


def commitment_lines(
    session: Session, room: Room, document: ReturnDocument, found: list[Problem]
) -> list[TaskLine]:
    """One line for each commitment of the Charter in force."""
    signed = returns.signed_document(session, room.ref) if room.life.questions else None
    again = set(changed(document, signed)) if signed else set()
    lines = []
    for commitment in room.charter.commitments:
        answer = document.find(commitment.id)
        at = within(found, f"answers[{commitment.id}]")
        task = answer_task(answer, at) if answer else Task.NOT_STARTED
        if commitment.id in room.life.questions and not at:
            task = Task.ANSWERED if commitment.id in again else Task.QUESTION
        path = f"{room.path}/commitments/{commitment.id}"
        open_here = room.is_open(commitment.id) and room.can_prepare
        lines.append(TaskLine(commitment.short, path if open_here else "", TASK_WORDS[task]))
    return lines


def other_lines(
    room: Room, document: ReturnDocument, owed: BroughtForward, found: list[Problem]
) -> list[TaskLine]:
    """The promised actions, and the replies to families."""
    open_here = room.whole_is_open and room.can_prepare
    before = len(owed.actions)
    said = f"{before} brought forward, {max(0, len(document.actions) - before)} new"
    if not before and not document.actions:
        said = "Nothing brought forward"
    actions = Task.COMPLETED if document.actions else Task.OPTIONAL
    if any(p.where.startswith("actions[") for p in found):
        actions = Task.IN_PROGRESS
    lines = [
        TaskLine(
            "What you promised to do",
            f"{room.path}/actions" if open_here else "",
            TASK_WORDS[actions],
            said,
        )
    ]
    if owed.requests:
        answered = sum(1 for reply in document.replies if reply.answer)
        replies = Task.IN_PROGRESS if answered else Task.NOT_STARTED
        if not any(p.where.startswith("replies[") for p in found):
            replies = Task.COMPLETED
        path = f"{room.path}/replies" if open_here else ""
        many = len(owed.requests)
        hint = f"{many} request{'' if many == 1 else 's'} from families"
        lines.append(TaskLine("Replies to families", path, TASK_WORDS[replies], hint))
    return lines


def check_line(room: Room, document: ReturnDocument, found: list[Problem]) -> TaskLine:
    """The last task, which opens when nothing lacks any more."""
    if room.life.handed_over:
        task = Task.COMPLETED
    else:
        task = Task.CANNOT_START if found else Task.NOT_STARTED
    path = "" if found or not room.can_prepare else f"{room.path}/check"
    return TaskLine("Check your answers and hand over", path, TASK_WORDS[task])


def record(session: Session, visit: Visit, room: Room) -> Response:
    """What was signed, and what became of it, to read and not to change."""
    document = returns.signed_document(session, room.ref)
    return rooms.show(
        visit,
        room,
        "provider/record.html",
        document=document,
        word=STATE_WORDS[room.state],
        when=timing(room, room.today),
        answers=answers_shown(room, document) if document else [],
        replies=replies_shown(session, room, document) if document else [],
        can_reply=room.can_reply(),
    )
