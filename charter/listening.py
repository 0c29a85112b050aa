"""What a listening partner heard from families in a quarter, in counts and its own words."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from charter.document import Line as AnyLine
from charter.document import Words
from charter.policy import Frozen
from charter.quarters import Quarter
from charter.said import Said

Line = Annotated[AnyLine, Field(min_length=1)]
People = Annotated[int, Field(ge=0, le=100_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
MOST = 60
"""Survey questions, events or lines of words in one quarter: a record and no archive."""

ActivityKind = Literal[
    "interview", "paper_survey", "online_survey", "call", "visits_hall", "message", "other"
]
Theme = Literal[
    "information",
    "consent",
    "reaching",
    "waiting",
    "medicines",
    "mental_health",
    "safety",
    "attitudes",
    "moves",
    "other",
]
EventKind = Literal["coffee_morning", "forum", "workshop", "visits_hall", "online", "other"]
Attendance = Literal["none", "under_8", "8_to_15", "16_to_30", "over_30"]

ACTIVITIES: dict[str, str] = {
    "interview": Said("Interviews"),
    "paper_survey": Said("Paper surveys"),
    "online_survey": Said("Online surveys"),
    "call": Said("Telephone calls with families"),
    "visits_hall": Said("Talks in visits halls"),
    "message": Said("Letters and messages"),
    "other": Said("Other ways"),
}
"""How families were listened to, as screens name it, in their order."""
THEMES: dict[str, str] = {
    "information": Said("Knowing how healthcare works here"),
    "consent": Said("Consent and what can be shared"),
    "reaching": Said("Getting through to the team"),
    "waiting": Said("Waiting for an appointment"),
    "medicines": Said("Medicines"),
    "mental_health": Said("Mental health"),
    "safety": Said("Worries about safety"),
    "attitudes": Said("How staff treat families"),
    "moves": Said("Moves between prisons, and release"),
    "other": Said("Anything else"),
}
"""What families spoke of, as screens name it; one conversation may count under several."""
EVENTS: dict[str, str] = {
    "coffee_morning": Said("Coffee morning"),
    "forum": Said("Family forum"),
    "workshop": Said("Workshop"),
    "visits_hall": Said("Stand in a visits hall"),
    "online": Said("Online meeting"),
    "other": Said("Other event"),
}
ATTENDANCE: dict[str, str] = {
    "none": Said("Nobody came"),
    "under_8": Said("Fewer than 8 people"),
    "8_to_15": Said("8 to 15 people"),
    "16_to_30": Said("16 to 30 people"),
    "over_30": Said("More than 30 people"),
}
"""How many came, in bands: a small number of people could tell who they were."""


class Survey(Frozen):
    """One question put to families: the whole per cent who said that it was so, and of how many.

    `site_code` is empty where the question was put in the whole region.
    """

    commitment: str
    question: Line
    share: Percent
    base: Annotated[int, Field(ge=1, le=100_000)]
    method: Line
    asked_on: date
    site_code: str = ""


class Event(Frozen):
    """A gathering with families, at a prison or (no code) elsewhere; attendance in a band."""

    kind: EventKind
    held_on: date
    attendance: Attendance
    site_code: str = ""


class Voice(Frozen):
    """What families valued beside what worried them, a line each, and the shares of either kind.

    `positive` and `negative` are whole per cents of `base` conversations; the words that say what
    counts as either are kept with them.
    """

    valued: Annotated[tuple[Line, ...], Field(max_length=MOST)] = ()
    worried: Annotated[tuple[Line, ...], Field(max_length=MOST)] = ()
    positive: Percent | None = None
    negative: Percent | None = None
    base: Annotated[int, Field(ge=1, le=100_000)] | None = None
    definition: Words = ""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        shares = [share for share in (self.positive, self.negative) if share is not None]
        if sum(shares) > 100:
            raise ValueError("the two shares come to more than 100 per cent")
        if shares and not (self.base and self.definition):
            raise ValueError("a share needs the number it is of, and what counts as either kind")
        return self


class Report(Frozen):
    """The Listening Report of the quarter, by its own name; nothing of it is kept here."""

    reference: AnyLine = ""
    dated: date | None = None


class Spotlight(Frozen):
    """What was heard in the region from the families whom this quarter looks at; never counts."""

    group: AnyLine = ""
    words: Words = ""


class Safeguarding(Frozen):
    """How many worries about safety were passed on in the region, and how many answered in time.

    Totals of a region and nothing else: no case, no prison and no words.
    """

    escalated: People | None = None
    in_time: People | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.escalated is None) != (self.in_time is None):
            raise ValueError("give both numbers, or neither")
        if (self.in_time or 0) > (self.escalated or 0):
            raise ValueError("no more can be answered in time than were passed on")
        return self


class Heard(Frozen):
    """All that a listening partner says of one region and quarter; a part not said is empty.

    `salt` makes its SHA-256 one that nobody can guess.
    """

    region: str
    quarter: str
    salt: str
    activities: dict[ActivityKind, People] = Field(default_factory=dict)
    themes: dict[Theme, People] = Field(default_factory=dict)
    surveys: Annotated[tuple[Survey, ...], Field(max_length=MOST)] = ()
    voice: Voice = Voice()
    spotlight: Spotlight = Spotlight()
    events: Annotated[tuple[Event, ...], Field(max_length=MOST)] = ()
    report: Report = Report()
    safeguarding: Safeguarding = Safeguarding()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        Quarter.parse(self.quarter)
        return self


PARTS: dict[str, str] = {
    "activities": "How families were listened to",
    "themes": "What they spoke of",
    "surveys": "Survey questions",
    "voice": "What they valued, what worried them",
    "spotlight": "The spotlight",
    "events": "Meetings with families",
    "report": "The Listening Report",
    "safeguarding": "Worries about safety, in totals",
}
"""Each part of what was heard, by its field, as its page is called."""


@dataclass(frozen=True)
class Calls:
    """Calls made in a quarter to one prison's line for families; `minutes` waited in all."""

    made: int = 0
    answered: int = 0
    minutes: int = 0

    @property
    def in_words(self) -> str:
        """`2 of 3 calls answered, 14 minutes waited in all`."""
        if not self.made:
            return "No call made"
        calls = "call" if self.made == 1 else "calls"
        minutes = "minute" if self.minutes == 1 else "minutes"
        return (
            f"{self.answered} of {self.made} {calls} answered, {self.minutes} {minutes} "
            "waited in all"
        )
