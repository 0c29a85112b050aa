"""In what a cycle went otherwise than its plan, and what is needed to say why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from charter.cases import Reachable
from charter.quarters import london_date
from charter.steps import Happened, Reminded, Unsent


class Cause(StrEnum):
    """Why a letter's line came otherwise than planned."""

    RECEIVED = "received"
    EXTENDED = "extended"
    BOUNCED = "bounced"
    PAUSED = "paused"
    CONTACT_CHANGED = "contact changed"
    HANDED_OVER = "handed over to the signer"
    STARTED = "started"
    DUE_MOVED = "due date moved"
    LATE = "the round or the post was late"
    IN_THE_POST = "still in the post"
    FAIR_WARNING = "fair warning not over"
    HALTED = "bank holidays not known"
    NO_LONGER_OWED = "no longer owed"
    EVENT = "answers an event"
    CONFIRMED = "details confirmed, or a year old since"
    ASKED_LATER = "asked outside the plan"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Difference:
    """One line of the plan, or of what happened, that the other does not have; days of London."""

    subject: int
    rung: str
    person: int
    planned: date | None
    happened: date | None
    cause: Cause


@dataclass(frozen=True)
class Fate:
    """What became of a letter: `sent` on a London date, turned away, or neither yet."""

    sent: date | None = None
    refused: bool = False


@dataclass(frozen=True)
class Record:
    """What happened to one return, and how things stood around it.

    `people` gives the contact list and the office as they were at an instant, `paused` whether
    anything held the return then; `listed` are all who were ever on that list. `subject` is what
    the plan knows the return by.
    """

    subject: int
    history: Sequence[Happened]
    people: Callable[[datetime], tuple[Reachable, ...]]
    listed: frozenset[int]
    paused: Callable[[datetime], bool]


@dataclass
class Explained:
    """How a cycle went beside its plan, in lines of letters."""

    planned: int = 0
    as_planned: int = 0
    to_come: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Difference]:
        """The differences for which no cause was found."""
        return [d for d in self.differences if d.cause is Cause.UNEXPLAINED]

    @property
    def causes(self) -> dict[str, int]:
        """How many differences have each cause, the commonest first."""
        counts = {cause: 0 for cause in Cause}
        for difference in self.differences:
            counts[difference.cause] += 1
        ranked = sorted(counts.items(), key=lambda item: -item[1])
        return {cause.value: many for cause, many in ranked if many}


@dataclass(frozen=True)
class Said:
    """A rung that was put into a letter and stayed in it; `place` is that of its step."""

    rung: str
    person: int
    occasion: int
    at: datetime
    place: int
    letter: str

    @property
    def on(self) -> date:
        """The London date."""
        return london_date(self.at)


def said_in(history: Sequence[Happened]) -> list[Said]:
    """What was put into letters and stayed in, in order."""
    said: list[Said] = []
    for place, happened in enumerate(history):
        step = happened.step
        if isinstance(step, Reminded):
            said.append(
                Said(step.rung, step.person, step.occasion, happened.at, place, step.letter)
            )
        elif isinstance(step, Unsent):
            gone = (step.rung, step.person, step.occasion, step.letter)
            said = [s for s in said if (s.rung, s.person, s.occasion, s.letter) != gone]
    return said
