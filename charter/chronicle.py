"""Each step in a return's life told as a sentence, for whoever reads its history."""

from typing import assert_never

from charter.faithful import RIGHT_OF_REPLY
from charter.quarters import say
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
    Step,
    Unsent,
)
from charter.words import RATING_WORDS


def happened(step: Step, *, to: str = "somebody", about: str = "", letter: str = "letter") -> str:
    """What a step did, in a sentence or two, quoting what was said.

    `to` names the person of a letter, `about` the commitment, and `letter` says what it told.
    """
    if isinstance(step, AskingStep):
        return _asking(step, to, letter)
    if isinstance(step, AnsweringStep):
        return _answering(step, about)
    return _checking(step, about)


def _asking(step: AskingStep, to: str, letter: str) -> str:  # noqa: C901 - a case a step
    match step:
        case Requested(due=due, why=why):
            return _because(f"The return was asked for, due on {say(due)}.", why)
        case Released(reason=reason):
            return _with("The return is owed no longer.", reason)
        case Reminded():
            return f"A letter to {to} spoke of this return: {letter}."
        case Skipped(reason=reason):
            return _because(f"A letter to {to} was passed over: {letter}.", reason)
        case Unsent(reason=reason):
            return _because(f"A letter to {to} did not go out after all: {letter}.", reason)
        case Refused():
            return f"The address of {to} turned a letter away."
        case BecameUnreachable():
            return "Nobody on the contact list could be reached."
        case BecameReachable():
            return "The contact list was put right."
        case DueMoved(due=due, why=why):
            return _because(f"The due date moved to {say(due)}.", why)
        case Extended(due=due, reason=reason):
            return _with(f"More time was given, until {say(due)}.", reason)
        case RecordedNotReturned():
            return "It was recorded as not returned."
    assert_never(step)


def _answering(step: AnsweringStep, about: str) -> str:  # noqa: C901 - a case a step
    match step:
        case Started():
            return "The return was started."
        case HandedOver():
            return "The return was handed over for signing."
        case SentBack(reason=reason):
            return _with("It was sent back, or taken back, before it was signed.", reason)
        case Signed(nil=nil):
            return "It was signed: the service did not run." if nil else "The return was signed."
        case Replied(words=words):
            return _with("A reply was written, to stand beside the page.", words)
        case ExtensionAsked(until=until, reason=reason):
            return _with(f"More time was asked for, until {say(until)}.", reason)
        case NotRunningAsked(reason=reason) if reason:
            return _with(
                "The commissioner was asked to agree that the service did not run.", reason
            )
        case NotRunningAsked():
            return "It was taken back that the service did not run."
        case SentenceAdded(words=words) if words:
            return _with("A sentence was set beside “not returned”.", words)
        case SentenceAdded():
            return "The sentence beside “not returned” was taken back."
        case Disputed(reason=reason):
            return _with(f"The changed rating of {about} was disputed.", reason)
    assert_never(step)


def _checking(step: CheckingStep, about: str) -> str:  # noqa: C901 - a case a step
    match step:
        case Challenged(question=question):
            return _with(f"A question was asked about {about}.", question)
        case RatingChanged(rating=rating, reason=reason):
            said = RATING_WORDS[rating].console.lower()
            return _with(f"The rating of {about} was changed to {said}.", reason)
        case Confirmed():
            return "The return was confirmed."
        case Scored():
            return "Its score was recorded."
        case Judged(faithful=faithful, reason=reason, about=request):
            found = "faithful" if faithful else "not faithful"
            return _with(f"{_marked(request)} judged {found}.", reason)
        case Approved():
            return "Its page was approved for publication."
        case Published(revision=1):
            return "Its page was published."
        case Published(revision=revision):
            return f"Its page was published again, as revision {revision}."
        case Revised(reason=reason):
            return _with("Its page was opened for a revision.", reason)
        case ExtensionDeclined(reason=reason):
            return _with("No more time was given.", reason)
        case NotRunningAgreed(reason=reason):
            return _with("It was agreed that the service did not run.", reason)
        case NotRunningDeclined(reason=reason):
            return _with("It was not agreed that the service did not run.", reason)
        case DisputeDecided(upheld=upheld, reason=reason):
            stands = "changed rating" if upheld else "provider’s own rating"
            return _with(f"The dispute about {about} was decided: the {stands} stands.", reason)
        case HoldCleared(reason=reason):
            return _with("A held text was looked at and may be published.", reason)
        case Withdrawn(reason=reason):
            return _with("Its page was taken down.", reason)
    assert_never(step)


def _marked(about: str) -> str:
    if about == RIGHT_OF_REPLY:
        return "The right of reply was"
    return f"The reply to request {about} was" if about else "The replies to families were"


def _with(fact: str, words: str) -> str:
    return f"{fact} In their words: “{words}”" if words else fact


def _because(fact: str, why: str) -> str:
    """The programme's own reason, which nobody said."""
    return f"{fact} Why: {why.rstrip('.')}." if why else fact
