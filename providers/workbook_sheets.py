"""The sheets of a return's workbook: what each is called, its columns, and the words to choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from charter.actions import TAGS
from charter.words import ACTION_WORDS, RATING_WORDS, REPLY_WORDS

README = "Read me"
RETURN = "Return"
ANSWERS = "Answers"
EVIDENCE = "More evidence"
MEASURES = "Measures"
SPOTLIGHT = "Spotlight"
ACTIONS = "Actions"
REPLIES = "Replies"

WHERE_ASKED = frozenset({MEASURES, SPOTLIGHT})
"""Sheets that a workbook has only where the Charter asks for what is on them."""

Kind = Literal["line", "words", "day", "number", "choice", "commitment"]
Choices = tuple[tuple[str, object], ...]
"""The words of a list, as they are offered, each with what it stands for."""

RATINGS: Choices = tuple((word.console, rating.value) for rating, word in RATING_WORDS.items())
STATUSES: Choices = tuple((word.console, status) for status, word in ACTION_WORDS.items())
ANSWERED: Choices = tuple((word.console, reply) for reply, word in REPLY_WORDS.items() if reply)
YES_NO: Choices = (("Yes", True), ("No", False))
PROGRESS: Choices = (("Yes", "yes"), ("No", "no"), ("By a date", "by"))
STILL_RIGHT: Choices = (*YES_NO, ("New", True))
"""`New` for an answer that was not carried forward; it stands as it is written, like `Yes`."""


def said_of(value: object, choices: Choices) -> str:
    """The first word of a list that stands for a value."""
    return next((word for word, meant in choices if meant == value), "")


@dataclass(frozen=True)
class Column:
    """One column: `key` is the field it fills (none: it is only to be read)."""

    key: str
    title: str
    width: int
    kind: Kind = "line"
    choices: Choices = ()
    hint: str = ""
    given: bool = False

    @property
    def listed(self) -> str:
        """The words to choose from, in a sentence."""
        return ", ".join(word for word, _ in self.choices)


_COPY = Column(
    "sha", "Evidence: our copy", 22, hint="Shows which file we keep. Leave it as it is.", given=True
)
COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        ANSWERS: (
            Column("commitment", "Commitment", 13, given=True),
            Column("", "What it says", 44, "words", given=True),
            Column("rating", "Rating", 16, "choice", RATINGS, "How far you kept it."),
            Column("reason", "Reason", 36, "words", hint="Needed unless it was fully met."),
            Column(
                "public_statement",
                "What families will read",
                44,
                "words",
                hint="A sentence or two in plain words. Name nobody.",
            ),
            Column(
                "narrative",
                "What you did",
                44,
                "words",
                hint="For your commissioner; it is not on families' pages.",
            ),
            Column("title", "Evidence: what it is", 28),
            Column("dated", "Evidence: its date", 13, "day", hint="As in 2026-09-30."),
            Column("link", "Evidence: web link", 28, hint="Begins with https://"),
            Column("file", "Evidence: file name", 22),
            Column(
                "confirmed",
                "Carried forward: still right?",
                17,
                "choice",
                STILL_RIGHT,
                "Yes once you have looked at it. New if nothing was carried forward.",
            ),
            Column("copied_from", "Copied from", 16, given=True),
            _COPY,
        ),
        EVIDENCE: (
            Column("commitment", "Commitment", 13, "commitment"),
            Column("title", "Evidence: what it is", 40),
            Column("dated", "Evidence: its date", 13, "day", hint="As in 2026-09-30."),
            Column("link", "Evidence: web link", 40, hint="Begins with https://"),
            Column("file", "Evidence: file name", 28),
            _COPY,
        ),
        MEASURES: (
            Column("measure", "Measure", 20, given=True),
            Column("part", "Part", 14, given=True),
            Column("", "What to give", 48, "words", given=True),
            Column("number", "Number", 12, "number", hint="A whole number. Nought is an answer."),
            Column(
                "collected_from",
                "Not collected yet: from when",
                16,
                "day",
                hint="Only if you do not count this yet, and only once. As in 2026-12-01.",
            ),
            Column("progress", "Is it so?", 13, "choice", PROGRESS),
            Column("by", "By when", 13, "day", hint="As in 2026-12-31."),
            Column(
                "reason", "If this changed a lot: why", 44, "words", hint="Since the last return."
            ),
        ),
        SPOTLIGHT: (
            Column("group", "This quarter looks at", 44, "words", given=True),
            Column(
                "words",
                "What you did for them, and what stands in the way",
                90,
                "words",
                hint="For your commissioner; it is not on families' pages.",
            ),
        ),
        ACTIONS: (
            Column("id", "Action", 30, given=True),
            Column("commitment", "Commitment", 13, "commitment"),
            Column("title", "What will be done", 44),
            Column("owner", "Who sees to it", 24, hint="A post, such as Head of Healthcare."),
            Column("due", "By when", 13, "day", hint="As in 2026-12-31."),
            Column("status", "How it stands", 14, "choice", STATUSES),
            Column(
                "reason",
                "Reason",
                44,
                "words",
                hint="Needed when it is not done, and when its date moves later.",
            ),
            Column("request", "Request it answers", 20),
            Column("changes_service", "Does it change a service?", 13, "choice", YES_NO),
            Column(
                "consulted",
                "If so: who was asked, and what that changed",
                44,
                "words",
                hint="Needed when it changes a service.",
            ),
            Column("practice", "Good practice it takes up", 20, given=True),
            Column("tags", "Wider work it is part of", 24, hint=f"Any of: {', '.join(TAGS)}."),
        ),
        REPLIES: (
            Column("request", "Request", 20, given=True),
            Column("", "What families asked", 60, "words", given=True),
            Column("answer", "Your answer", 18, "choice", ANSWERED),
            Column("words", "Your words to families", 70, "words", hint="Families read this."),
        ),
    }
)
"""The sheets that are tables, and their columns as they are written; they may be moved about."""

FIELDS = (
    Column("provider", "Provider", 0, given=True),
    Column("site", "Prison", 0, given=True),
    Column("quarter", "Quarter", 0, given=True),
    Column("charter_version", "Charter version", 0, given=True),
    Column(
        "nil_return",
        "Service did not run this quarter",
        0,
        "choice",
        YES_NO,
        "Yes only if the service was not open at all. If it ran, answer, even if little is new.",
    ),
    Column("nil_reason", "Why it did not run", 0, "words", hint="Families read this."),
    Column("prepared_by.name", "Prepared by: name", 0),
    Column("prepared_by.email", "Prepared by: e-mail", 0, hint="As in our contact list."),
    Column("prepared_by.role", "Prepared by: role", 0),
    Column("signed_by.name", "Signed by: name", 0, hint="Somebody else than who prepared it."),
    Column("signed_by.email", "Signed by: e-mail", 0, hint="As in our contact list."),
    Column("signed_by.role", "Signed by: role", 0),
)
"""The lines of the sheet Return: a name in column A, what is filled in in column B."""
