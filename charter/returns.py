"""How a return stands: one fold over its steps, and the seven states it is counted under."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from charter.quarters import london_date
from charter.steps import (
    AnsweringStep,
    Approved,
    AskingStep,
    BecameReachable,
    BecameUnreachable,
    Challenged,
    CheckingStep,
    Confirmed,
    DueMoved,
    Extended,
    ExtensionAsked,
    ExtensionDeclined,
    HandedOver,
    Happened,
    Judged,
    NotRunningAgreed,
    NotRunningAsked,
    NotRunningDeclined,
    Published,
    RatingChanged,
    RecordedNotReturned,
    Refused,
    Released,
    Reminded,
    Replied,
    Requested,
    Revised,
    Scored,
    SentBack,
    SentenceAdded,
    Signed,
    Skipped,
    Started,
    Unsent,
)


class State(StrEnum):
    """The one state a return is counted under, in the order they are tried."""

    NIL = "nil"
    RECEIVED = "received"
    RECEIVED_LATE = "received_late"
    EXTENDED = "extended"
    NOT_RETURNED = "not_returned"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"


@dataclass(frozen=True)
class Life:
    """How a return stands after its steps; what was never said is empty."""

    requested_at: datetime | None = None
    first_due: date | None = None
    due: date | None = None
    due_why: str = ""
    extended: Extended | None = None
    extension_asked: ExtensionAsked | None = None
    extension_declined: str = ""
    extension_answers: int = 0
    holidays_moved: int = 0
    not_running_asked: str = ""
    not_running_agreed: bool = False
    not_running_declined: str = ""
    sentence: str = ""
    released: str = ""
    started: bool = False
    handed_over: str = ""
    handed_over_by: str = ""
    sent_back: str = ""
    document: str = ""
    nil: bool = False
    first_signed_at: datetime | None = None
    first_signed_due: date | None = None
    signed_at: datetime | None = None
    signed_by: str = ""
    not_returned_at: datetime | None = None
    unreachable: bool = False
    times_unreachable: int = 0
    said: frozenset[tuple[str, int, int]] = frozenset()
    refused: frozenset[int] = frozenset()
    questions: dict[str, str] = field(default_factory=dict)
    challenges: int = 0
    changes: dict[str, RatingChanged] = field(default_factory=dict)
    confirmed_at: datetime | None = None
    receipt: str = ""
    reply: str = ""
    judged: Judged | None = None
    approved_by: tuple[int, ...] = ()
    revision: int = 0
    published_at: datetime | None = None
    page: str = ""
    revising: str = ""

    @property
    def is_received(self) -> bool:
        """Received means signed, once and for all."""
        return self.first_signed_at is not None

    @property
    def is_settled(self) -> bool:
        """Published as it now stands, or owed no longer: nothing more is to come of it."""
        return bool(self.released or (self.revision and not self.revising))

    @property
    def waits_for_signer(self) -> bool:
        """A frozen document lies with the signer."""
        return bool(self.handed_over)

    def cut_off(self) -> "Life":
        """The same life once nobody on the contact list can be reached."""
        return replace(self, unreachable=True, times_unreachable=self.times_unreachable + 1)

    def state(self, now: datetime) -> State:
        """The first of the seven states that fits at `now`."""
        if self.first_signed_at is not None:
            if self.nil:
                return State.NIL
            due = self.first_signed_due
            late = due is not None and london_date(self.first_signed_at) > due
            return State.RECEIVED_LATE if late else State.RECEIVED
        if self.extended and london_date(now) <= self.extended.due:
            return State.EXTENDED
        if self.not_returned_at is not None:
            return State.NOT_RETURNED
        return State.IN_PROGRESS if self.started else State.NOT_STARTED

    def days_late(self, now: datetime) -> int:
        """Calendar days past the due date in force, at signing or at `now`; never below nought."""
        due = self.first_signed_due if self.is_received else self.due
        if due is None:
            return 0
        return max(0, (london_date(self.first_signed_at or now) - due).days)


def fold(steps: Iterable[Happened]) -> Life:
    """How a return stands after these steps, taken in the order they were recorded."""
    life = Life()
    for happened in steps:
        life = after(life, happened)
    return life


def after(life: Life, happened: Happened) -> Life:
    """How a return stands once one more step is taken."""
    step = happened.step
    if isinstance(step, AskingStep):
        return _asked(life, step, happened.at)
    if isinstance(step, AnsweringStep):
        return _answered(life, step, happened.at, happened.by)
    return _checked(life, step, happened.at)


def _asked(life: Life, step: AskingStep, at: datetime) -> Life:  # noqa: C901 - a case a step
    match step:
        case Requested(due=due, why=why):
            return replace(life, requested_at=at, first_due=due, due=due, due_why=why, released="")
        case Released(reason=reason):
            return replace(life, released=reason)
        case Reminded(rung=rung, person=person, occasion=occasion):
            return replace(life, said=life.said | {(rung, person, occasion)})
        case Skipped(rung=rung, person=person, occasion=occasion):
            return replace(life, said=life.said | {(rung, person, occasion)})
        case Unsent(rung=rung, person=person, occasion=occasion):
            return replace(life, said=life.said - {(rung, person, occasion)})
        case Refused(person=person):
            return replace(life, refused=life.refused | {person})
        case BecameUnreachable():
            return life.cut_off()
        case BecameReachable():
            return replace(life, unreachable=False)
        case DueMoved(due=due, why=why, cause=cause):
            moved = life.holidays_moved + (cause == "holiday")
            given = life.extended if cause == "holiday" else None
            extended = given.model_copy(update={"due": due}) if given else life.extended
            return replace(life, due=due, due_why=why, holidays_moved=moved, extended=extended)
        case Extended(due=due) as extended:
            return replace(
                life,
                due=due,
                extended=extended,
                extension_asked=None,
                extension_declined="",
                extension_answers=life.extension_answers + (life.extension_asked is not None),
                not_returned_at=None,
            )
        case RecordedNotReturned():
            return replace(life, not_returned_at=at)
    assert_never(step)


def _answered(life: Life, step: AnsweringStep, at: datetime, by: str) -> Life:
    match step:
        case Started():
            return replace(life, started=True)
        case HandedOver(document=document):
            return replace(
                life,
                started=True,
                handed_over=document,
                handed_over_by=by,
                sent_back="",
            )
        case SentBack(reason=reason):
            return replace(life, handed_over="", sent_back=reason)
        case Signed(document=document, nil=nil):
            return replace(
                life,
                started=True,
                handed_over="",
                sent_back="",
                document=document,
                nil=nil,
                first_signed_at=life.first_signed_at or at,
                first_signed_due=life.first_signed_due if life.is_received else life.due,
                signed_at=at,
                signed_by=by,
                questions={},
                confirmed_at=None,
                receipt="",
                approved_by=(),
            )
        case Replied(words=words):
            return replace(life, reply=words, approved_by=())
        case ExtensionAsked() as asked:
            return replace(life, extension_asked=asked, extension_declined="")
        case NotRunningAsked(reason=reason):
            agreed = life.not_running_agreed and bool(reason)
            return replace(
                life,
                not_running_asked=reason,
                not_running_agreed=agreed,
                not_running_declined="",
            )
        case SentenceAdded(words=words):
            return replace(life, sentence=words, approved_by=())
    assert_never(step)


def _checked(life: Life, step: CheckingStep, at: datetime) -> Life:  # noqa: C901 - a case a step
    match step:
        case Challenged(commitment=commitment, question=question):
            return replace(
                life,
                questions={**life.questions, commitment: question},
                challenges=life.challenges + 1,
                confirmed_at=None,
                approved_by=(),
            )
        case RatingChanged(commitment=commitment) as change:
            return replace(
                life,
                changes={**life.changes, commitment: change},
                confirmed_at=None,
                receipt="",
                approved_by=(),
            )
        case Confirmed():
            return replace(life, confirmed_at=at)
        case Scored(receipt=receipt):
            return replace(life, receipt=receipt)
        case Judged() as judged:
            return replace(life, judged=judged, approved_by=())
        case Approved(person=person):
            others = tuple(other for other in life.approved_by if other != person)
            return replace(life, approved_by=(*others, person))
        case Published(revision=revision, page=page):
            return replace(
                life, revision=revision, page=page, published_at=at, revising="", approved_by=()
            )
        case Revised(reason=reason):
            return replace(life, revising=reason, approved_by=())
        case ExtensionDeclined(reason=reason):
            return replace(
                life,
                extension_asked=None,
                extension_declined=reason,
                extension_answers=life.extension_answers + 1,
            )
        case NotRunningAgreed():
            return replace(life, not_running_agreed=True, not_running_declined="")
        case NotRunningDeclined(reason=reason):
            return replace(
                life, not_running_asked="", not_running_agreed=False, not_running_declined=reason
            )
    assert_never(step)
