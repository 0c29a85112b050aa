"""Who of a region's own office is written to, and which contacts have not confirmed themselves."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session

from charter.policy import Role
from providers.contacts import ContactView, listed_in_regions
from providers.staff import StaffRole, listing

OFFICE = (Role.COMMISSIONER, Role.LISTENING_PARTNER)
WRITTEN_TO = frozenset({StaffRole.COMMISSIONER, StaffRole.LISTENING_PARTNER, StaffRole.ARBITER})
"""Whom of a region's team letters are sent to; the arbiter of one comes from outside it."""


def offices(session: Session, regions: Iterable[str], today: date) -> dict[str, list[ContactView]]:
    """The regions' commissioners and listening partners, from their registers and their staff.

    With them the arbiters, who are in no register.
    """
    found: dict[str, dict[tuple[Role, int], ContactView]] = {region: {} for region in regions}
    for region, person in listed_in_regions(session, found, OFFICE, today):
        found[region][person.role, person.person_id] = person
    for member in listing(session):
        known = member.region in found and member.serves(today)
        if known and member.role in WRITTEN_TO:
            role = Role(member.role.value)
            found[member.region][role, member.person_id] = ContactView(
                person_id=member.person_id,
                name=member.name,
                email=member.email,
                role=role,
                refused=False,
            )
    return {region: list(people.values()) for region, people in found.items()}


def unconfirmed(
    contacts: Iterable[ContactView], since: date, every: int, today: date
) -> frozenset[int]:
    """Those on a contact list who have not said for `every` days that they still belong there.

    `since` counts where neither a listing nor a confirmation is on record. Whoever stands in for a
    while was named by one of them, and is not asked.
    """
    return frozenset(
        c.person_id
        for c in contacts
        if c.until is None and (today - (c.known_on or since)).days > every
    )
