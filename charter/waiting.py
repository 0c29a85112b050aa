"""What a return waits for from its region's team, as it stands: one thing, or nothing."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from charter.returns import Life


class Waits(StrEnum):
    """What somebody of the region's team, or its arbiter, is to do next with a return."""

    NAME_CONTACT = "name_contact"
    DID_IT_RUN = "did_it_run"
    MORE_TIME = "more_time"
    DISPUTE = "dispute"
    CONFIRM = "confirm"
    APPROVE = "approve"
    SECOND_APPROVAL = "second_approval"


WAITS_WORDS: Mapping[Waits, str] = MappingProxyType(
    {
        Waits.NAME_CONTACT: "Name a contact",
        Waits.DID_IT_RUN: "Did it run? Decide",
        Waits.MORE_TIME: "More time asked for",
        Waits.DISPUTE: "Disputed rating to decide",
        Waits.CONFIRM: "Confirm or challenge",
        Waits.APPROVE: "Approve",
        Waits.SECOND_APPROVAL: "Approve as a second person",
    }
)
"""Each as the console says it, in the order in which they are tried."""


class Checked(StrEnum):
    """How far the commissioner's check of a received return has come."""

    QUESTION = "question"
    CONFIRMED = "confirmed"
    TO_CONFIRM = "to_confirm"


CHECKED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Checked.QUESTION: "Question open",
        Checked.CONFIRMED: "Confirmed",
        Checked.TO_CONFIRM: "To confirm",
        "": "–",
    }
)


def waits_for(life: Life, approvals: int) -> Waits | None:
    """The first thing the return waits for; None while that is the provider's, or all is done.

    `approvals` is how many different people must approve its page.
    """
    if life.is_received and not life.released and life.open_disputes:
        return Waits.DISPUTE  # published or not: somebody outside is still to decide
    if life.is_settled:
        return None
    if not life.is_received:
        found = _unsigned(life)
        if found or not life.not_returned_at:
            return found
    elif life.questions:
        return None
    elif not life.confirmed_at:
        return Waits.CONFIRM
    if len(life.approved_by) >= approvals:
        return None
    return Waits.SECOND_APPROVAL if life.approved_by else Waits.APPROVE


def _unsigned(life: Life) -> Waits | None:
    if life.unreachable:
        return Waits.NAME_CONTACT
    if life.not_running_asked and not life.not_running_agreed:
        return Waits.DID_IT_RUN
    return Waits.MORE_TIME if life.extension_asked else None


def checked(life: Life) -> Checked | None:
    """How far the check has come; None until the return is received."""
    if not life.is_received:
        return None
    if life.questions:
        return Checked.QUESTION
    return Checked.CONFIRMED if life.confirmed_at else Checked.TO_CONFIRM
