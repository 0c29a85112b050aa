"""Contacts say for themselves that their details are right, and are asked again after a year."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.quarters import london_date
from providers import cycles, ledger
from providers.contacts import listed_contacts
from providers.offices import unconfirmed
from providers.tables import LedgerRow, Party, Person, Region, Service, Site

CONFIRMED = "details_confirmed"


@dataclass(frozen=True)
class Place:
    """A service that somebody acts for, with the names of its prison, provider and region."""

    service_id: int
    site_name: str
    party_name: str
    region_name: str
    line: str


def places(session: Session, service_ids: Iterable[int]) -> list[Place]:
    """These services by name, prison by prison, in one query."""
    rows = session.exec(
        select(Service, Site, Party, Region)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Region, col(Region.code) == col(Site.region_code))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(col(Service.id).in_(list(service_ids)))
        .order_by(col(Site.name), col(Party.name), col(Service.line), col(Service.id))
    )
    return [
        Place(service.id or 0, site.name, party.name, region.name, service.line)
        for service, site, party, region in rows
    ]


def confirmed_on(session: Session, person: int) -> date | None:
    """The London date on which somebody last said that their details are right."""
    return session.get_one(Person, person).confirmed_on


def confirm(session: Session, person: int, now: datetime) -> bool:
    """Somebody says that their details are right; False if they said so today already.

    The ledger holds the day, and the person by number.
    """
    row, today = session.get_one(Person, person), london_date(now)
    if row.confirmed_on == today:
        return False
    row.confirmed_on = today
    session.add(row)
    by = f"person:{person}"
    ledger.append(session, now, by, CONFIRMED, by, {"on": today.isoformat()})
    return True


def is_asked(session: Session, person: int, service_ids: Iterable[int], today: date) -> bool:
    """Whether it is time for somebody to say again that they belong on these contact lists."""
    listed = listed_contacts(session, service_ids, today)
    mine = {i: [c for c in found if c.person_id == person] for i, found in listed.items()}
    rows = session.exec(
        select(Service.id, Region)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Region, col(Region.code) == col(Site.region_code))
        .where(col(Service.id).in_([i for i, found in mine.items() if found]))
    ).all()
    every = {
        version: cycles.policy_of(session, version).confirm_every
        for version in {region.policy_version for _, region in rows}
    }
    return any(
        unconfirmed(
            mine[service or 0],
            london_date(region.first_imported_at),
            every[region.policy_version],
            today,
        )
        for service, region in rows
    )


def first_altered(session: Session) -> str:
    """One sentence naming the first person whose confirming the ledger does not vouch for."""
    told: dict[str, str] = {}
    entries = select(LedgerRow).where(LedgerRow.kind == CONFIRMED).order_by(col(LedgerRow.seq))
    for entry in session.exec(entries):
        told[entry.subject] = json.loads(entry.body)["on"]
    for row in session.exec(select(Person).where(col(Person.confirmed_on).is_not(None))):
        if told.pop(f"person:{row.id}", None) != str(row.confirmed_on):
            return f"the day on which person {row.id} confirmed their details has been changed"
    for subject in told:
        return f"the day on which {subject.replace(':', ' ')} confirmed their details is missing"
    return ""
