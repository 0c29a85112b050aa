"""The steps in the life of a return, each a fact in the past tense."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from charter.policy import Frozen
from charter.review import Disputed, DisputeDecided, HoldCleared, Judged, Withdrawn


class Rating(StrEnum):
    """How far a commitment was kept."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class Requested(Frozen):
    """The return came to be owed, by `due`; `why` says so when the date is not the cycle's own."""

    kind: Literal["requested"] = "requested"
    due: date
    why: str = ""


class Released(Frozen):
    """The return is owed no longer and leaves the count, for a reason."""

    kind: Literal["released"] = "released"
    reason: str


class Reminded(Frozen):
    """A rung was put in a letter to a person; `occasion` tells repeated rungs apart."""

    kind: Literal["reminded"] = "reminded"
    rung: str
    person: int
    letter: str
    occasion: int = 0


class Skipped(Frozen):
    """A rung was passed over, because a later one says more or its time has gone."""

    kind: Literal["skipped"] = "skipped"
    rung: str
    person: int
    reason: str
    occasion: int = 0


class Unsent(Frozen):
    """A rung left its letter before hand-over: the letter never said it."""

    kind: Literal["unsent"] = "unsent"
    rung: str
    person: int
    letter: str
    reason: str
    occasion: int = 0


class Refused(Frozen):
    """A person's address turned a letter away for good."""

    kind: Literal["refused"] = "refused"
    person: int
    letter: str


class BecameUnreachable(Frozen):
    """Nobody on the contact list of this service could be reached."""

    kind: Literal["became_unreachable"] = "became_unreachable"


class BecameReachable(Frozen):
    """The contact list was mended."""

    kind: Literal["became_reachable"] = "became_reachable"


class DueMoved(Frozen):
    """The due date moved later: for full `notice`, or because a bank `holiday` was added."""

    kind: Literal["due_moved"] = "due_moved"
    due: date
    why: str
    cause: Literal["notice", "holiday"] = "notice"


class Extended(Frozen):
    """The commissioner gave more time; `public` is what families read."""

    kind: Literal["extended"] = "extended"
    due: date
    reason: str
    public: str


class Started(Frozen):
    """Somebody at the provider first saved an answer."""

    kind: Literal["started"] = "started"


class HandedOver(Frozen):
    """The preparer froze a document (by its SHA-256) and passed it to the signer."""

    kind: Literal["handed_over"] = "handed_over"
    document: str


class SentBack(Frozen):
    """The signer would not sign, and said why."""

    kind: Literal["sent_back"] = "sent_back"
    reason: str


class Signed(Frozen):
    """The signer put their name to a frozen document: the return is received."""

    kind: Literal["signed"] = "signed"
    document: str
    nil: bool = False


class RecordedNotReturned(Frozen):
    """The last rung passed after fair warning, and nothing had come."""

    kind: Literal["recorded_not_returned"] = "recorded_not_returned"


class ExtensionAsked(Frozen):
    """The provider asked for more time, `until` a day, with a reason."""

    kind: Literal["extension_asked"] = "extension_asked"
    until: date
    reason: str


class ExtensionDeclined(Frozen):
    """The commissioner gave no more time, and said why."""

    kind: Literal["extension_declined"] = "extension_declined"
    reason: str


class NotRunningAsked(Frozen):
    """The provider says that the service did not run, and asks the commissioner to agree.

    An empty reason takes it back.
    """

    kind: Literal["not_running_asked"] = "not_running_asked"
    reason: str


class NotRunningAgreed(Frozen):
    """The commissioner agrees that the service did not run, whatever the register says."""

    kind: Literal["not_running_agreed"] = "not_running_agreed"
    reason: str = ""


class NotRunningDeclined(Frozen):
    """The commissioner holds that the service ran, so that a return is owed."""

    kind: Literal["not_running_declined"] = "not_running_declined"
    reason: str


class SentenceAdded(Frozen):
    """The provider's one sentence to stand beside *not returned*, unedited; empty takes it back."""

    kind: Literal["sentence_added"] = "sentence_added"
    words: str


class Challenged(Frozen):
    """The commissioner asked a question about one commitment, which reopens just that."""

    kind: Literal["challenged"] = "challenged"
    commitment: str
    question: str


class RatingChanged(Frozen):
    """The commissioner set another rating for one commitment, with a reason."""

    kind: Literal["rating_changed"] = "rating_changed"
    commitment: str
    rating: Rating
    reason: str


class Confirmed(Frozen):
    """The commissioner accepts the return as it now stands, changed ratings included."""

    kind: Literal["confirmed"] = "confirmed"


class Scored(Frozen):
    """A score was recorded under a policy; `receipt` is its SHA-256."""

    kind: Literal["scored"] = "scored"
    policy: str
    receipt: str


class Replied(Frozen):
    """The provider used its right of reply; these words stand beside the page, unedited."""

    kind: Literal["replied"] = "replied"
    words: str


class Approved(Frozen):
    """One person approved this return's page for publication."""

    kind: Literal["approved"] = "approved"
    person: int


class Published(Frozen):
    """The page was published; revision 1 is the first."""

    kind: Literal["published"] = "published"
    revision: int
    page: str


class Revised(Frozen):
    """What was published is to change, for a reason that families will read."""

    kind: Literal["revised"] = "revised"
    reason: str


AskingStep = (
    Requested
    | Released
    | Reminded
    | Skipped
    | Unsent
    | Refused
    | BecameUnreachable
    | BecameReachable
    | DueMoved
    | Extended
    | RecordedNotReturned
)
AnsweringStep = (
    Started
    | HandedOver
    | SentBack
    | Signed
    | Replied
    | ExtensionAsked
    | NotRunningAsked
    | SentenceAdded
    | Disputed
)
CheckingStep = (
    Challenged
    | RatingChanged
    | Confirmed
    | Scored
    | Judged
    | Approved
    | Published
    | Revised
    | ExtensionDeclined
    | NotRunningAgreed
    | NotRunningDeclined
    | DisputeDecided
    | HoldCleared
    | Withdrawn
)
Step = AskingStep | AnsweringStep | CheckingStep
STEP: TypeAdapter[Step] = TypeAdapter(Annotated[Step, Field(discriminator="kind")])


@dataclass(frozen=True)
class Happened:
    """A step with the instant it was recorded and who took it (`engine`, `person:7`)."""

    at: datetime
    by: str
    step: Step
