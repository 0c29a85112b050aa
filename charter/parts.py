"""The rows that public pages are built of: each a fact, with what it rests on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from charter.policy import Frozen
from charter.returns import State
from charter.said import Saying
from charter.words import Colour, Shape, Word, counts_words

SEVEN = tuple(State)


class SumsDisagree(Exception):
    """The seven states do not add up to what was expected: no page may be made from them."""


class Source(Frozen):
    """What a fact rests on: the return, and the document, receipt, action or request behind it.

    `step` is the ledger entry of the newest step that it tells of; `record` the subject, in the
    ledger or the register, of what is no part of a return.
    """

    return_id: int = 0
    document: str = ""
    receipt: str = ""
    action: str = ""
    request: str = ""
    step: Annotated[int, Field(exclude_if=lambda seq: not seq)] = 0
    record: Annotated[str, Field(exclude_if=lambda subject: not subject)] = ""


class Tag(Frozen):
    """A status in words, colour and shape."""

    words: str
    colour: Colour
    shape: Shape

    @classmethod
    def of(cls, word: Word) -> Self:
        """The public side of a status."""
        return cls(words=word.public, colour=word.colour, shape=word.shape)


class Counts(Frozen):
    """Every return owed, under exactly one state."""

    expected: int
    not_started: int
    in_progress: int
    received: int
    received_late: int
    nil: int
    extended: int
    not_returned: int
    words: Saying

    @model_validator(mode="before")
    @classmethod
    def _worded(cls, data: Any) -> Any:  # noqa: ANN401
        """The words follow from the numbers, so that counts that were kept can be said anew."""
        if isinstance(data, Mapping):
            return {**data, "words": counts_words({one: data.get(one.value, 0) for one in SEVEN})}
        return data

    @classmethod
    def of(cls, states: Iterable[State], expected: int) -> Self:
        """The counts of these states; SumsDisagree unless there are `expected` of them."""
        seen = list(states)
        tally = {state.value: seen.count(state) for state in SEVEN}
        counts = cls.model_validate({"expected": expected, **tally})
        check_sum(counts.model_dump())
        return counts


def check_sum(counts: Mapping[str, object]) -> None:
    """SumsDisagree unless the seven states add up to `expected`."""
    total = sum(int(str(counts[state.value])) for state in SEVEN)
    if total != counts["expected"]:
        raise SumsDisagree(f"{counts['expected']} returns are owed, but the states add to {total}")


class Phone(Frozen):
    """A number to ring, as it is written and as a telephone dials it."""

    label: str
    number: str
    dials: str
    checked: date | None = None


class Notices(Frozen):
    """What a page owes its reader before anything else."""

    sample: bool
    working_wording: str
    charter: str
    official_url: str = ""
    first_update: bool = False


class Hold(Frozen):
    """Words that are not shown until a person has looked: where they stand, and why.

    `text` is their SHA-256, by which a person clears them. The `words` are never in a page's data.
    """

    where: str
    kinds: tuple[str, ...]
    source: Source
    text: Annotated[str, Field(exclude_if=lambda sha: not sha)] = ""
    words: Annotated[str, Field(exclude=True, repr=False)] = ""


class Tally(Frozen):
    """How many promises were kept, in numbers and in words."""

    kept: int
    partly: int
    not_kept: int
    not_applicable: int
    words: Saying


class Account(Frozen):
    """How one organisation's update stands: facts first, then what others made of it.

    `reply_faithful` says how the listening partner marked the right of `reply`. A page frozen
    before each reply had its mark has one for all of them, as `faithful` and `faithful_words`.
    """

    source: Source
    party_code: str
    party_name: str
    runs: Saying
    state: State
    tag: Tag
    unreachable: bool
    due: date | None
    received_on: date | None
    days_late: int | None
    facts: tuple[Saying, ...]
    own_words: str
    published: bool
    waits_for: tuple[str, ...]
    checked: bool | None
    checked_words: Saying
    withheld: str
    tally: Tally | None
    reply: str
    revision: int | None
    published_on: date | None
    revised_because: str
    withdrawn_on: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None
    withdrawn_because: Annotated[str, Field(exclude_if=lambda words: not words)] = ""
    reply_faithful: Annotated[Tag | None, Field(exclude_if=lambda tag: tag is None)] = None
    reply_faithful_words: Annotated[str, Field(exclude_if=lambda words: not words)] = ""
    first_published: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None


class Slip(Frozen):
    """A promised date that moved, and why."""

    was: date
    now: date
    because: str


class ActionRow(Frozen):
    """Something promised: when for at first, how it stands, and every slip.

    `handed` says from whom it was taken over, or who was to take it on and what came of that;
    `consulted` who was asked about a change of a service, and what that changed; `learnt` the good
    practice of another prison that it takes up.
    """

    source: Source
    party_name: str
    commitment: str
    title: str
    status: str
    tag: Tag
    is_new: bool
    first_promised: date
    due: date
    slips: tuple[Slip, ...]
    slipped_now: bool
    because: str
    date_passed: bool
    handed: Annotated[Saying, Field(exclude_if=lambda words: not words)] = ""
    handed_because: Annotated[str, Field(exclude_if=lambda words: not words)] = ""
    consulted: Annotated[str, Field(exclude_if=lambda words: not words)] = ""
    learnt: Annotated[str, Field(exclude_if=lambda words: not words)] = ""


class RequestRow(Frozen):
    """What families asked, what was replied, and what is being done about it.

    `faithful` says how the listening partner marked the reply, and `faithful_words` why. A
    `recommendation` is the partner's own; all others are requests of families.
    """

    source: Source
    party_name: str
    commitment: str
    asked: str
    heard_on: date
    heard_from: str
    answer: str
    tag: Tag
    words: str
    earlier: bool
    answer_due: Saying
    actions: tuple[ActionRow, ...]
    faithful: Annotated[Tag | None, Field(exclude_if=lambda tag: tag is None)] = None
    faithful_words: Annotated[str, Field(exclude_if=lambda words: not words)] = ""
    recommendation: Annotated[bool, Field(exclude_if=lambda is_one: not is_one)] = False


class AnswerRow(Frozen):
    """One organisation's answer on one commitment."""

    source: Source
    party_name: str
    rating: str
    tag: Tag
    statement: str
    because: str
    changed: Saying
    checked: str
    asked_again: Saying
    disputed: Annotated[Saying, Field(exclude_if=lambda words: not words)] = ""


class CommitmentRow(Frozen):
    """One commitment with every answer to it in this prison, never added together."""

    id: str
    short: str
    text: str
    answers: tuple[AnswerRow, ...]


Section = Literal["asked", "not-done", "next", "update"]


class News(Frozen):
    """One line of what changed, and the section of the page that tells the rest."""

    source: Source
    party_name: str
    words: Saying
    tag: Tag
    section: Section
