"""The one fold over a return's steps, exhaustively matched: how it stands after each of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from charter.returns import Dispute, Life
from charter.review import Disputed, DisputeDecided, HoldCleared, Judged, Withdrawn
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
        case Disputed(commitment=commitment, reason=reason):
            over = life.changes.get(commitment)
            disputes = {**life.disputes, commitment: Dispute(at, reason, over)}
            return replace(life, disputes=disputes, approved_by=())
    assert_never(step)


def _checked(life: Life, step: CheckingStep, at: datetime) -> Life:  # noqa: C901 - a case a step
    match step:
        case Challenged(commitment=commitment, question=question):
            return replace(
                life,
                questions={**life.questions, commitment: question},
                challenges=life.challenges + 1,
                asked_at=at,
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
        case Judged(about="") as judged:
            return replace(life, judged=judged, approved_by=())
        case Judged(about=about) as judged:
            return replace(life, marks={**life.marks, about: judged}, approved_by=())
        case Approved(person=person):
            others = tuple(other for other in life.approved_by if other != person)
            return replace(life, approved_by=(*others, person))
        case Published(revision=revision, page=page):
            return replace(
                life,
                revision=revision,
                page=page,
                published_at=at,
                revising="",
                withdrawn="",
                withdrawn_at=None,
                approved_by=(),
            )
        case Revised(reason=reason):
            return replace(life, revising=reason, approved_by=())
        case Withdrawn(reason=reason):
            return replace(life, withdrawn=reason, withdrawn_at=at, approved_by=())
        case HoldCleared(text=text):
            return replace(life, cleared=life.cleared | {text}, approved_by=())
        case DisputeDecided() as decided:
            return _decided(life, decided, at)
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


def _decided(life: Life, step: DisputeDecided, at: datetime) -> Life:
    """The changed rating stands, or falls back to the provider's own; nothing if undisputed."""
    standing = life.disputes.get(step.commitment)
    if standing is None:
        return life
    dispute = replace(standing, upheld=step.upheld, why=step.reason, decided_at=at)
    changes = {c: change for c, change in life.changes.items() if c != step.commitment}
    return replace(
        life,
        disputes={**life.disputes, step.commitment: dispute},
        changes=life.changes if step.upheld else changes,
        receipt=life.receipt if step.upheld else "",
        approved_by=(),
    )
