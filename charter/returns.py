"""How a return stands, and the seven states it is counted under; `folding` makes it of steps."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from charter.quarters import london_date
from charter.review import Judged
from charter.steps import (
    Extended,
    ExtensionAsked,
    RatingChanged,
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
class Dispute:
    """A changed rating that the provider disputes, and what was decided by somebody outside.

    `over` is the change as it stood then. `upheld` is None until it is decided: True where the
    changed rating stands.
    """

    at: datetime
    reason: str
    over: RatingChanged | None = None
    upheld: bool | None = None
    why: str = ""
    decided_at: datetime | None = None


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
    asked_at: datetime | None = None
    changes: dict[str, RatingChanged] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    confirmed_at: datetime | None = None
    receipt: str = ""
    reply: str = ""
    judged: Judged | None = None
    marks: dict[str, Judged] = field(default_factory=dict)
    approved_by: tuple[int, ...] = ()
    revision: int = 0
    published_at: datetime | None = None
    page: str = ""
    revising: str = ""
    withdrawn: str = ""
    withdrawn_at: datetime | None = None
    cleared: frozenset[str] = frozenset()

    @property
    def is_received(self) -> bool:
        """Received means signed, once and for all."""
        return self.first_signed_at is not None

    @property
    def is_settled(self) -> bool:
        """Published as it now stands, or owed no longer: nothing more is to come of it."""
        return bool(self.released or (self.revision and not self.revising))

    @property
    def open_disputes(self) -> tuple[str, ...]:
        """The commitments whose changed rating is disputed and not decided yet."""
        return tuple(c for c, dispute in self.disputes.items() if dispute.upheld is None)

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
