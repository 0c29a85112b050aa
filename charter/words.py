"""One table from each status to the words people read, its colour and its shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from charter.returns import State
from charter.said import Said
from charter.steps import Rating

Colour = Literal["green", "yellow", "orange", "blue", "grey", "purple", "white"]
Shape = Literal["full", "half", "empty", "cross", "dash", "clock"]


@dataclass(frozen=True)
class Word:
    """How a status is said to families and to staff; colour is never the only sign of it."""

    public: str
    console: str
    colour: Colour
    shape: Shape

    @property
    def tag(self) -> str:
        """The class that colours a tag of the design system."""
        return f"nhsuk-tag--{self.colour}"


STATE_WORDS: Mapping[State, Word] = MappingProxyType(
    {
        State.NIL: Word("Service not running", "Service not running", "grey", "dash"),
        State.RECEIVED: Word("Sent on time", "Received", "green", "full"),
        State.RECEIVED_LATE: Word("Sent late", "Received late", "yellow", "full"),
        State.EXTENDED: Word("Given more time", "Extended", "blue", "clock"),
        State.NOT_RETURNED: Word("Not returned", "Not returned", "orange", "cross"),
        State.IN_PROGRESS: Word("Started, not sent", "In progress", "blue", "half"),
        State.NOT_STARTED: Word("Not started", "Not started", "grey", "empty"),
    }
)
"""The seven states a return is counted under, in the order they are counted."""

RATING_WORDS: Mapping[Rating, Word] = MappingProxyType(
    {
        Rating.FULLY: Word("Kept", "Fully met", "green", "full"),
        Rating.PARTLY: Word("Partly kept", "Partly met", "yellow", "half"),
        Rating.NOT_MET: Word("Not kept", "Not met", "orange", "cross"),
        Rating.NOT_APPLICABLE: Word("Does not apply here", "Not applicable", "grey", "dash"),
    }
)

ACTION_WORDS: Mapping[str, Word] = MappingProxyType(
    {
        "planned": Word("Planned", "Planned", "grey", "empty"),
        "in_progress": Word("Under way", "In progress", "blue", "half"),
        "done": Word("Done", "Done", "green", "full"),
        "not_doing": Word("Not done", "Not done", "orange", "cross"),
    }
)

REPLY_WORDS: Mapping[str | None, Word] = MappingProxyType(
    {
        "accepted": Word("They said yes", "Accepted", "green", "full"),
        "partly": Word("They said yes to part of this", "Partly accepted", "yellow", "half"),
        "declined": Word("They said no", "Declined", "orange", "cross"),
        None: Word("No reply yet", "No reply", "grey", "empty"),
    }
)

FAITHFUL_WORDS: Mapping[bool | None, Word] = MappingProxyType(
    {
        True: Word("Faithful to what families said", "Faithful", "green", "full"),
        False: Word("Not faithful to what families said", "Not faithful", "orange", "cross"),
        None: Word("Not checked with families", "Not checked", "grey", "empty"),
    }
)

BAND_WORDS: Mapping[str, Word] = MappingProxyType(
    {
        "fully": Word("", "Fully compliant", "green", "full"),
        "substantially": Word("", "Substantially compliant", "green", "half"),
        "partially": Word("", "Partially compliant", "yellow", "half"),
        "not_compliant": Word("", "Not compliant", "orange", "cross"),
        "not_assessed": Word("", "Not assessed", "grey", "dash"),
    }
)
"""Bands are for the console: they have no public words, so a page that tries shows nothing."""


LETTER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "request": "Request",
        "notice": "Notice",
        "reminder": "Reminder",
        "overdue": "Overdue letter",
        "warning": "Warning",
        "not_returned": "Recorded as not returned",
        "receipt": "Receipt",
        "question": "Question",
        "reply_window": "Ready to check",
        "published": "Published",
        "unreachable": "Contact list failing",
        "refused": "Address refused",
        "name_contact": "Name a contact",
        "answer": "Answer about more time",
        "moved": "New due date",
        "confirm": "Are your details right?",
        "promise_overdue": "Overdue promise",
        "promise_offered": "Promise to take on",
        "dispute": "Rating to decide",
        "decided": "Dispute decided",
    }
)
"""What each kind of letter is called, wherever letters are listed, planned or looked back on."""


def letter_words(kind: str) -> str:
    """What a kind of letter is called; one that only some policy knows, by its own name."""
    return LETTER_WORDS.get(kind, kind.replace("_", " ").capitalize())


def kept_words(kept: int, partly: int, not_kept: int, not_applicable: int = 0) -> str:
    """`kept 5, partly kept 3, not kept 1`, as families read a tally of ratings."""
    if kept + partly + not_kept == 0:
        return Said("none of these promises apply here")
    said = Said(
        "kept {kept}, partly kept {partly}, not kept {not_kept}",
        kept=kept,
        partly=partly,
        not_kept=not_kept,
    )
    if not not_applicable:
        return said
    return Said.counted(
        "{kept}; {n} does not apply here",
        "{kept}; {n} do not apply here",
        n=not_applicable,
        kept=said,
    )


def tally_words(tally: Mapping[str, int]) -> str:
    """The same from the numbers that a page's data have."""
    numbers = (tally[name] for name in ("kept", "partly", "not_kept", "not_applicable"))
    return kept_words(*numbers)


def counts_words(counts: Mapping[State, int]) -> str:
    """`9 sent on time, 1 not returned`: the states that were used, in their fixed order."""
    said = tuple(
        Said(COUNTED[state], n=counts[state]) for state in STATE_WORDS if counts.get(state)
    )
    return Said("{states}", states=said) if said else ""


COUNTED: Mapping[State, str] = MappingProxyType(
    {
        State.NIL: Said("{n} service not running"),
        State.RECEIVED: Said("{n} sent on time"),
        State.RECEIVED_LATE: Said("{n} sent late"),
        State.EXTENDED: Said("{n} given more time"),
        State.NOT_RETURNED: Said("{n} not returned"),
        State.IN_PROGRESS: Said("{n} started, not sent"),
        State.NOT_STARTED: Said("{n} not started"),
    }
)
"""How many returns stand in each state, as a list of all seven says it."""
