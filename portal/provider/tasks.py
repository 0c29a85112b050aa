"""One return's own page: what there is to do while it is open, and the record once it is signed."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, Problem, ReturnDocument, changed
from charter.document import BroughtForward
from charter.measures import says_something, spotlight_of
from charter.words import STATE_WORDS
from portal.doors import SignedIn, Visit
from portal.files import files_shown
from portal.provider import rooms
from portal.provider.drafts import draft_of, within
from portal.provider.exchange import to_dispute, turns_told
from portal.provider.onward import to_confirm
from portal.provider.rooms import Room
from portal.provider.showing import answers_shown, cited_in, replies_shown
from portal.provider.words import TASK_WORDS, Status, Task, answer_task, timing
from providers import answering, handovers, returns

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
        unchanged=[] if document.nil_return else unchanged_line(room, document),
        commitments=[]
        if document.nil_return
        else commitment_lines(session, visit, room, document, found),
        others=[] if document.nil_return else other_lines(room, document, owed, found),
        check=check_line(room, document, found),
        to_do=len({part_of(problem) for problem in found}),
        signers=signers,
        left=len(handovers.waiting(session, room.ref.service_id)),
        turns=turns_told(session, visit, room),
        to_dispute=to_dispute(session, visit, room),
    )


def unchanged_line(room: Room, document: ReturnDocument) -> list[TaskLine]:
    """The answers that can be confirmed on one page, while there are any."""
    many = len(to_confirm(document))
    if not many or not room.whole_is_open:
        return []
    copied = any(one.copied_from for one in document.answers)
    source = "last quarter or another prison" if copied else "last quarter"
    name = f"{many} {'answer' if many == 1 else 'answers'} from {source} to confirm"
    path = f"{room.path}/unchanged" if room.can_prepare else ""
    return [TaskLine(name, path, TASK_WORDS[Task.NOT_STARTED], "What is unchanged, on one page")]


def part_of(problem: Problem) -> str:
    """The line of the task list that a problem belongs to: each commitment has its own."""
    if problem.where.startswith("answers["):
        return problem.where.partition("]")[0]
    return problem.where.partition("[")[0].partition(".")[0]


def commitment_lines(
    session: Session, visit: Visit, room: Room, document: ReturnDocument, found: list[Problem]
) -> list[TaskLine]:
    """One line for each commitment of the Charter in force."""
    signed = returns.signed_document(session, room.ref) if room.life.questions else None
    again = set(changed(document, signed)) if signed else set()
    lines = []
    for commitment in room.charter.commitments:
        answer = document.find(commitment.id) or Answer(commitment=commitment.id)
        task = answer_task(answer, within(found, f"answers[{commitment.id}]"))
        once = commitment.organisation_wide and rooms.has_several(visit)
        hints = ["Answered once for all your prisons"] if once else []
        if answer.says_something and not answer.confirmed:
            source = answer.copied_from and f"Copied from {answer.copied_from}"
            hints.append(f"{source or 'From last quarter'}, to confirm")
        if commitment.id in room.life.questions:
            answered = commitment.id in again and task is Task.COMPLETED
            hints.append("Answered again" if answered else "The commissioner asks about this")
            task = task if answered or task is not Task.COMPLETED else Task.NOT_STARTED
        path = f"{room.path}/commitments/{commitment.id}"
        open_here = room.is_open(commitment.id) and room.can_prepare
        hint = ". ".join(hints)
        lines.append(TaskLine(commitment.short, path if open_here else "", TASK_WORDS[task], hint))
    return lines


def other_lines(
    room: Room, document: ReturnDocument, owed: BroughtForward, found: list[Problem]
) -> list[TaskLine]:
    """The actions, and the replies to families."""
    open_here = room.whole_is_open and room.can_prepare
    before = len(owed.actions)
    said = f"{before} brought forward, {max(0, len(document.actions) - before)} new"
    if not before and not document.actions:
        said = "Nothing brought forward. You can add an action"
    begun = bool(document.actions) and document.actions != owed.actions
    actions = Task.IN_PROGRESS if begun else Task.NOT_STARTED
    if not within(found, "actions"):
        actions = Task.COMPLETED
    lines = [
        *figure_lines(room, document, found),
        TaskLine(
            "Your actions",
            f"{room.path}/actions" if open_here else "",
            TASK_WORDS[actions],
            said,
        ),
    ]
    if owed.requests:
        answered = sum(1 for reply in document.replies if reply.answer)
        replies = Task.IN_PROGRESS if answered else Task.NOT_STARTED
        if not within(found, "replies"):
            replies = Task.COMPLETED
        path = f"{room.path}/replies" if open_here else ""
        many = len(owed.requests)
        hint = f"{many} request{'' if many == 1 else 's'} from families"
        lines.append(TaskLine("Replies to families", path, TASK_WORDS[replies], hint))
    return lines


def figure_lines(room: Room, document: ReturnDocument, found: list[Problem]) -> list[TaskLine]:
    """The measures and the quarter's spotlight, where the Charter asks for them."""
    group, lines = spotlight_of(room.charter, room.ref.quarter), []
    if room.charter.measures:
        begun = any(says_something(one) for one in document.measures)
        lacks = any(p.where.startswith("measures[") for p in found)
        task = Task.COMPLETED if not lacks else Task.IN_PROGRESS if begun else Task.NOT_STARTED
        path = f"{room.path}/measures" if room.has_open_measures and room.can_prepare else ""
        lines.append(TaskLine("Measures", path, TASK_WORDS[task], "Numbers and progress"))
    if group:
        task = Task.COMPLETED if document.spotlight_words else Task.NOT_STARTED
        path = f"{room.path}/spotlight" if room.whole_is_open and room.can_prepare else ""
        lines.append(TaskLine("Spotlight on inequalities", path, TASK_WORDS[task], group))
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
        cited=cited_in(session, document) if document else {},
        can_reply=room.can_reply(),
        left=len(handovers.waiting(session, room.ref.service_id)),
        files=files_shown(session, room.ref, room.path, document) if document else {},
        turns=turns_told(session, visit, room),
        to_dispute=to_dispute(session, visit, room),
    )
