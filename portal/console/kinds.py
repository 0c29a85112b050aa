"""What returns wait for from a region's team: in words, by whom, and where it is done."""

from collections.abc import Mapping
from dataclasses import dataclass

from charter.waiting import Waits
from providers import checking

ARBITERS = {"arbiter"}


@dataclass(frozen=True)
class Kind:
    """Something that returns wait for: in words, who may do it, and where it is done."""

    title: str
    says: str
    roles: frozenset[str]
    at: str = "/console/returns/{id}"
    """Where one of them is dealt with; `{quarter}` is the address of its quarter."""
    all_at: str = ""
    """Below a quarter's address, where all of them are dealt with; else the quarter's own page."""


KINDS: Mapping[Waits, Kind] = {
    Waits.NAME_CONTACT: Kind(
        "Name a contact",
        "Nobody on the contact list of these services can be reached.",
        frozenset(checking.CHECKERS),
        "/console/returns/{id}/contacts",
    ),
    Waits.DID_IT_RUN: Kind(
        "Decide whether a service ran",
        "The provider says that the service was not running.",
        frozenset(checking.CHECKERS),
        "/console/returns/{id}/not-running",
    ),
    Waits.MORE_TIME: Kind(
        "Decide on more time",
        "The provider asks for a later date.",
        frozenset(checking.CHECKERS),
        "/console/returns/{id}/extend",
    ),
    Waits.DISPUTE: Kind(
        "Decide a dispute",
        "A provider disputes a rating that the commissioner changed.",
        frozenset(ARBITERS),
        "/console/disputes/{id}/{commitment}",
    ),
    Waits.CONFIRM: Kind(
        "Confirm or challenge",
        "These returns are received and not confirmed yet.",
        frozenset(checking.CHECKERS),
        all_at="/queue",
    ),
    Waits.APPROVE: Kind(
        "Approve to publish",
        "Nobody has approved these pages yet; two different people must.",
        frozenset(checking.APPROVERS),
        "{quarter}/release/{id}",
        all_at="/release",
    ),
    Waits.SECOND_APPROVAL: Kind(
        "Approve as the second person",
        "Somebody else has approved these pages; they wait for one more.",
        frozenset(checking.APPROVERS),
        "{quarter}/release/{id}",
        all_at="/release",
    ),
}
UNMARKED_WORDS = (
    "Mark the replies to families",
    "Families read “not checked” beside a reply that you have not marked when it is published.",
)
