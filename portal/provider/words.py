"""What a provider reads beside each return and task: one table, and one rule for what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType

from charter.answers import Answer, Problem
from charter.policy import Role
from charter.quarters import london_date, say
from charter.returns import State
from portal.pages import due_words
from portal.provider.rooms import Room


class Task(Enum):
    """How far one part of a return has come."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    CANNOT_START = "cannot_start"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Status:
    """A task's status in words; without a colour it is plain text."""

    words: str
    colour: str = ""


TASK_WORDS: Mapping[Task, Status] = MappingProxyType(
    {
        Task.NOT_STARTED: Status("Not yet started", "blue"),
        Task.IN_PROGRESS: Status("In progress", "white"),
        Task.CANNOT_START: Status("Cannot start yet", "grey"),
        Task.COMPLETED: Status("Completed"),
    }
)
"""The service manual's own words and colours; red is for errors, so no task is red."""


ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.LEAD: "Lead",
        Role.DEPUTY: "Deputy",
        Role.SIGNER: "Signing director",
        Role.CONTRACT_MANAGER: "Contract manager",
        Role.COMMISSIONER: "Commissioner",
        Role.LISTENING_PARTNER: "Listening partner",
    }
)
"""What each role of a contact list is called."""


@dataclass(frozen=True)
class Next:
    """The next thing to do with a return: what the link says, and where it leads."""

    words: str
    path: str


def answer_task(answer: Answer, found: list[Problem]) -> Task:
    """How far one commitment's answer has come; `found` is what stands against it.

    What came from last quarter or another prison is not started before it is looked at.
    """
    if not (answer.says_something and answer.confirmed):
        return Task.NOT_STARTED
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
    return _asked_whether_it_ran(room) or Next("Carry on" if life.started else "Start", here)


def _asked_whether_it_ran(room: Room) -> Next | None:
    """What is next where the commissioner was asked to agree that the service did not run."""
    life, here = room.life, room.path
    if life.not_running_agreed:
        return Next("Check and hand over", f"{here}/check")
    if life.not_running_declined:
        return Next("Read the commissioner’s answer", here)
    return Next("Wait for the commissioner to agree", here) if life.not_running_asked else None


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
