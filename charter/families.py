"""What stands on a page beside an update, as data: what families said, and what others did."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from charter.parts import Source, Tag
from charter.policy import Frozen
from charter.said import Saying


class Question(Frozen):
    """A question put to families: how many were asked, and how many said yes, in safe words."""

    commitment: str
    question: str
    asked_on: date
    method: str
    asked: Saying
    yes: Saying


class Way(Frozen):
    """How families were listened to, or what they spoke of, and how often, in safe words."""

    how: str
    often: Saying


class Meeting(Frozen):
    """A meeting with families, and how many came, in a band."""

    what: str
    held_on: date
    came: str


class Shares(Frozen):
    """How many of the conversations were all good, and all bad; `means` says what counts as so."""

    asked: Saying
    good: Saying
    bad: Saying
    means: str


class Safety(Frozen):
    """Worries about safety in a region: how many were passed on, how many answered in time."""

    passed_on: Saying
    in_time: Saying


class Families(Frozen):
    """What families said in a quarter: here, and in the whole region.

    `heard` is how many times families were listened to in the region, in safe words.
    """

    source: Source
    saved_on: date
    valued: tuple[str, ...]
    worried: tuple[str, ...]
    heard: Saying
    ways: tuple[Way, ...]
    themes: tuple[Way, ...]
    questions: tuple[Question, ...]
    meetings: tuple[Meeting, ...]
    shares: Shares | None
    report: str
    report_dated: date | None
    group: str
    spotlight: str
    safety: Safety | None


class PassedRow(Frozen):
    """What was passed on to the prison itself, and when."""

    source: Source
    asked: str
    heard_on: date
    to_whom: str
    passed_on: date


class PracticeRow(Frozen):
    """Good practice from here that others may take up."""

    source: Source
    title: str
    happened: str
    party_name: str


class AlsoRow(Frozen):
    """Who runs healthcare here beside those who owe an update, and why they owe none."""

    source: Source
    party_name: str
    since: date
    until: date | None
    why: Literal["unsigned", "short", "later"]


class CallsRow(Frozen):
    """How many calls to the line for families were answered, and the minutes waited in all."""

    source: Source
    made: int
    answered: int
    minutes: int


class FewReply(Frozen):
    """What one organisation, not named, replied to what few families asked for."""

    answer: str
    tag: Tag
    words: str
    faithful: Tag
    faithful_words: str


class FewRow(Frozen):
    """What few families asked for somewhere in the region: at which prison is never told.

    `commitment` is empty where it was `passed_on` to the prison itself, which owes no reply.
    """

    source: Source
    commitment: str
    asked: str
    heard: Saying
    passed_on: bool
    recommendation: bool
    replies: tuple[FewReply, ...]


class Around(Frozen):
    """All that a page tells beside the updates; a part that says nothing leaves no trace."""

    families: Annotated[Families | None, Field(exclude_if=lambda one: one is None)] = None
    calls: Annotated[CallsRow | None, Field(exclude_if=lambda one: one is None)] = None
    passed: Annotated[tuple[PassedRow, ...], Field(exclude_if=lambda rows: not rows)] = ()
    practices: Annotated[tuple[PracticeRow, ...], Field(exclude_if=lambda rows: not rows)] = ()
    few: Annotated[tuple[FewRow, ...], Field(exclude_if=lambda rows: not rows)] = ()
    also: Annotated[tuple[AlsoRow, ...], Field(exclude_if=lambda rows: not rows)] = ()
