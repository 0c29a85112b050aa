"""The document a provider fills in: answers, promises and replies, as plain checked data."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from charter.actions import TAGS, ActionStatus, ActionTag, Tally, drafted
from charter.ledger import canonical, digest
from charter.policy import Frozen
from charter.steps import Rating

_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _words(text: str) -> str:
    """The text with one kind of line end and no space around it; refused if it cannot be stored."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _UNSHOWABLE.search(text):
        raise ValueError("this holds a character that cannot be shown; type it again")
    return text


def _line(text: str) -> str:
    text = _words(text)
    if len(text.splitlines()) > 1:
        raise ValueError("this is more than one line; keep it to one")
    return text


def _link(text: str) -> str:
    if text and not text.lower().startswith(("https://", "http://")):
        raise ValueError("this is not a web address; begin it with https://")
    return text


def _tagged(tags: tuple[ActionTag, ...]) -> tuple[ActionTag, ...]:
    """Each tag once, in the order they are offered."""
    return tuple(tag for tag in TAGS if tag in tags)


def _given(parts: object) -> object:
    """The parts without those left blank; anything else as it is, to be refused."""
    if not isinstance(parts, dict):
        return parts
    return {name: number for name, number in parts.items() if number is not None}


Words = Annotated[str, Field(max_length=5000), AfterValidator(_words)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_line)]
Link = Annotated[Line, AfterValidator(_link)]
Tags = Annotated[tuple[ActionTag, ...], AfterValidator(_tagged)]
Number = Annotated[int, Field(ge=0, le=1_000_000)]
Parts = Annotated[
    dict[Line, Number],
    BeforeValidator(_given, json_schema_input_type=dict[Line, Number | None]),
]


class Lean(Frozen):
    """Data whose `later` fields leave no trace while they are empty.

    They came after the first release; so documents from before them keep their fingerprints.
    """

    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_empty(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = plain(self)
        return {name: value for name, value in said.items() if value or name not in self.later}


class Evidence(Lean):
    """What shows that an answer is so, and the day it dates from: a web link or a file.

    `file` is the file's name; `sha` its SHA-256 in hex, where we keep the file itself.
    """

    later = frozenset({"sha"})
    title: Line
    dated: date
    link: Link = ""
    file: Line = ""
    sha: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class Answer(Lean):
    """What is said of one commitment; not `confirmed` while carried forward and not looked at.

    `copied_from` names the prison it was copied from, until it is confirmed.
    """

    later = frozenset({"copied_from"})
    commitment: Line
    rating: Rating | None = None
    reason: Words = ""
    narrative: Words = ""
    public_statement: Words = ""
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()
    confirmed: bool = True
    copied_from: Line = ""

    @property
    def says_something(self) -> bool:
        """Anything at all has been filled in."""
        return bool(
            self.rating or self.reason or self.narrative or self.public_statement or self.evidence
        )


class MeasureAnswer(Frozen):
    """What is counted for one measure, or how far it has come; nothing typed is None.

    A count gives its `whole` and its `parts`, or the date from which it will be collected. A
    progress gives `yes`, `no` or `by` with a date. `reason` says why a large change is right.
    """

    measure: Line
    whole: Number | None = None
    parts: Parts = Field(default_factory=dict)
    collected_from: date | None = None
    progress: Literal["yes", "no", "by"] | None = None
    by: date | None = None
    reason: Words = ""


class SpotlightAnswer(Frozen):
    """What was done this quarter for the families it looks at, and what still stands in the way."""

    group: Line
    words: Words = ""


class ActionLine(Lean):
    """A promise as this return puts it; a new one has no id until the return is frozen.

    One that `changes_service` says in `consulted` who was asked, and what that changed; one that
    takes up a good practice cites it as `practice`; `tags` name the wider work it is part of.
    """

    later = frozenset({"changes_service", "consulted", "practice", "tags"})
    id: Line | None = None
    commitment: Line
    title: Line
    owner: Line
    due: date
    status: ActionStatus = "planned"
    reason: Words = ""
    request: Line | None = None
    changes_service: bool = False
    consulted: Words = ""
    practice: Line | None = None
    tags: Tags = ()


class RequestReply(Frozen):
    """The answer to one thing families asked for."""

    request: Line
    answer: Literal["accepted", "partly", "declined"] | None = None
    words: Words = ""


class PersonNamed(Frozen):
    """Somebody named in a document from a file."""

    name: Line
    email: Line
    role: Line = ""


class ReturnDocument(Lean):
    """One return; who prepared and signed it are steps in its life and no part of its content."""

    later = frozenset({"measures", "spotlight"})
    charter_version: Line
    quarter: Line
    provider: Line
    site: Line
    nil_return: bool = False
    nil_reason: Words = ""
    answers: Annotated[tuple[Answer, ...], Field(max_length=100)] = ()
    actions: Annotated[tuple[ActionLine, ...], Field(max_length=500)] = ()
    replies: Annotated[tuple[RequestReply, ...], Field(max_length=500)] = ()
    measures: Annotated[tuple[MeasureAnswer, ...], Field(max_length=100)] = ()
    spotlight: SpotlightAnswer | None = None
    prepared_by: PersonNamed | None = None
    signed_by: PersonNamed | None = None

    def find(self, commitment_id: str) -> Answer | None:
        """The answer on a commitment, if there is one."""
        return next((a for a in self.answers if a.commitment == commitment_id), None)

    def measure(self, measure_id: str) -> MeasureAnswer | None:
        """What is answered to a measure, if anything is."""
        return next((m for m in self.measures if m.measure == measure_id), None)

    @property
    def spotlight_words(self) -> str:
        """What is said of the families the quarter looks at; empty while nothing is."""
        return self.spotlight.words if self.spotlight else ""

    def content(self) -> dict[str, Any]:
        """What is signed, as plain data: everything but the people."""
        return self.model_dump(mode="json", exclude={"prepared_by", "signed_by"})

    def content_text(self) -> str:
        """The content in its one canonical form, as it is kept."""
        return canonical(self.content())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content's canonical text, in hex."""
        return digest(self.content_text())

    @property
    def sums(self) -> Tally:
        """How its actions add up; those of other returns' making are brought forward."""
        lines = [(line.id, line.status) for line in self.actions]
        promised = {i for i, _ in lines if i and not i.startswith(self.action_stem)}
        return drafted(promised, lines)

    @property
    def action_stem(self) -> str:
        """What the ids of actions first promised in this return begin with."""
        return f"{self.provider}-{self.site}-{self.quarter}-".lower()


class BroughtForward(Frozen):
    """What a return answers for: open actions as last promised, requests owed, figures last given.

    `measures` are those of the last signed return of a quarter in which the service ran.
    """

    actions: tuple[ActionLine, ...] = ()
    requests: tuple[str, ...] = ()
    measures: tuple[MeasureAnswer, ...] = ()
