"""What a provider reads beside each return and task: one table, and one rule for what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType

from charter.answers import Answer, Problem
from charter.quarters import london_date, say
from charter.returns import State
from portal.pages import due_words
from portal.provider.rooms import Room


class Task(Enum):
    """How far one part of a return has come."""

    NOT_STARTED = "not_started"
    TO_CONFIRM = "to_confirm"
    IN_PROGRESS = "in_progress"
    QUESTION = "question"
    ANSWERED = "answered"
    CANNOT_START = "cannot_start"
    OPTIONAL = "optional"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Status:
    """A task's status in words; without a colour it is plain text."""

    words: str
    colour: str = ""


TASK_WORDS: Mapping[Task, Status] = MappingProxyType(
    {
        Task.NOT_STARTED: Status("Not yet started", "blue"),
        Task.TO_CONFIRM: Status("To confirm", "blue"),
        Task.IN_PROGRESS: Status("In progress", "white"),
        Task.QUESTION: Status("Question to answer", "blue"),
        Task.ANSWERED: Status("Answered again"),
        Task.CANNOT_START: Status("Cannot start yet", "grey"),
        Task.OPTIONAL: Status("None yet"),
        Task.COMPLETED: Status("Completed"),
    }
)
"""The service manual's own words and colours; red is for errors, so no task is red."""


@dataclass(frozen=True)
class Next:
    """The next thing to do with a return: what the link says, and where it leads."""

    words: str
    path: str


def answer_task(answer: Answer, found: list[Problem]) -> Task:
    """How far one commitment's answer has come; `found` is what stands against it."""
    if not answer.says_something:
        return Task.NOT_STARTED
    if not answer.confirmed:
        return Task.TO_CONFIRM
    return Task.IN_PROGRESS if found else Task.COMPLETED


def next_step(room: Room) -> Next:
    """What this visitor should do next with the return, or where to read it."""
    life, here = room.life, room.path
    if life.released or (life.is_received and not life.questions):
        if room.can_reply() and not life.reply:
            return Next("Check the facts and reply", f"{here}/reply")
        return Next("Read the return", here)
    if life.handed_over and room.can_sign:
        return Next("Read and sign", f"{here}/sign")
    if not room.can_prepare:
        return Next("See how it stands", here)
    if life.handed_over:
        return Next("See who has to sign", here)
    if life.questions:
        return Next("Answer the commissioner", here)
    if life.sent_back:
        return Next("Mend and hand over again", here)
    return Next("Carry on" if life.started else "Start", here)


def timing(room: Room, today: date) -> str:
    """When it is due and how long that is, or when it came."""
    life = room.life
    if life.released:
        return f"No longer owed: {life.released}"
    if life.signed_at is not None:
        late = life.days_late(life.signed_at) if room.state is State.RECEIVED_LATE else 0
        said = f"Signed on {say(london_date(life.signed_at))}"
        return f"{said}, {late} {'day' if late == 1 else 'days'} late" if late else said
    if life.due is None:
        return "No date set"
    return f"Due {say(life.due)}, {due_words(life.due, today)}"
