"""What in a received return a commissioner should look at before it is confirmed, in sentences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from charter.actions import OPEN
from charter.answers import changed
from charter.commitments import CharterFile
from charter.document import Answer, ReturnDocument
from charter.freshness import freshness
from charter.listening import Survey
from charter.policy import Policy
from charter.quarters import Quarter
from charter.returns import Life
from charter.steps import Rating
from charter.streaks import extensions_flagged, extensions_given
from charter.voices import on, part_ways


@dataclass(frozen=True)
class Looked:
    """A signed return with all that its flags rest on.

    `extended` says of each quarter of its service up to this one, oldest first, whether more time
    was given; `overdue` counts its open promises past their date; `surveys` may be of any prison.
    """

    document: ReturnDocument
    before: ReturnDocument | None
    life: Life
    charter: CharterFile
    policy: Policy
    quarter: Quarter
    site: str
    surveys: Sequence[Survey] = ()
    extended: Sequence[bool] = ()
    overdue: int = 0
    changed: tuple[str, ...] = field(init=False)
    """The commitments whose answer says something else than last quarter."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "changed", changed(self.document, self.before))

    @property
    def unchanged(self) -> bool:
        """Every answer says what it said last quarter."""
        return self.before is not None and not self.changed

    def rating(self, answer: Answer) -> Rating | None:
        """The rating in force: the commissioner's where it was changed."""
        change = self.life.changes.get(answer.commitment)
        return change.rating if change else answer.rating


def flags(looked: Looked) -> list[str]:
    """What to look at, the gravest first; empty where nothing stands out."""
    return [*_answers(looked), *_record(looked)]


def _answers(looked: Looked) -> Iterator[str]:
    """What the answers themselves give cause for."""
    answered = [(c, looked.document.find(c.id)) for c in looked.charter.commitments]
    given = [(c, answer, looked.rating(answer)) for c, answer in answered if answer]
    unmet = [c.short for c, _, rating in given if c.essential and rating is Rating.NOT_MET]
    apart = [c.short for c, answer, _ in given if _apart(looked, answer)]
    stale = [
        c.short
        for c, answer, rating in given
        if is_stale(answer, rating, c.evidence_months, looked.quarter)
    ]
    if looked.document.nil_return:
        yield "The service did not run this quarter"
    if unmet:
        yield f"Essential and not met: {_named(unmet)}"
    if apart:
        yield f"Families say otherwise: {_named(apart)}"
    if stale:
        yield f"Evidence past its age: {_named(stale)}"
    if any(counted.reason for counted in looked.document.measures):
        yield "A measure moved a lot, with a reason given"


def _apart(looked: Looked, answer: Answer) -> bool:
    """Families part ways with a rating that the commissioner has not changed."""
    if answer.commitment in looked.life.changes:
        return False
    voices = on(looked.surveys, answer.commitment, looked.policy, looked.site)
    return any(part_ways(answer.rating, said) for said in voices)


def _record(looked: Looked) -> Iterator[str]:
    """What its life, its promises and its earlier quarters give cause for."""
    life, policy = looked.life, looked.policy
    if looked.before is None:
        yield "First return: there is no quarter to compare it with"
    if life.open_disputes:
        yield f"Disputed, not decided yet: {_named(_shorts(looked, life.open_disputes))}"
    if life.changes:
        yield f"Rating changed: {_named(_shorts(looked, life.changes))}"
    if life.challenges and not life.questions:
        yield "Signed again after a question"
    if looked.overdue:
        many = "promise is" if looked.overdue == 1 else "promises are"
        yield f"{looked.overdue} {many} past the date"
    if extensions_flagged(looked.extended, policy.extensions_flagged, policy.extensions_within):
        given = extensions_given(looked.extended, policy.extensions_within)
        within = min(policy.extensions_within, len(looked.extended))
        yield f"More time was given in {given} of the last {within} quarters"


def is_stale(answer: Answer, rating: Rating | None, months: int, quarter: Quarter) -> bool:
    """Said to be met, in full or in part, on evidence whose newest piece is past its age."""
    newest = max((piece.dated for piece in answer.evidence), default=None)
    if newest is None or rating not in {Rating.FULLY, Rating.PARTLY}:
        return False
    return freshness(newest, months, quarter.ends) == "past"


def overdue(document: ReturnDocument, today: date) -> int:
    """How many of its promises are open, and past the day they are promised for."""
    return sum(line.status in OPEN and line.due < today for line in document.actions)


def _shorts(looked: Looked, commitments: Iterable[str]) -> list[str]:
    known = looked.charter.ids
    return [looked.charter.find(c).short if c in known else c for c in commitments]


def _named(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
