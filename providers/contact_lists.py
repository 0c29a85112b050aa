"""Whoever is written to in a region, a page at a time, and whoever stands in for them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from charter.policy import Role
from providers.register_lists import PAGE, STALE, Listed, holds, newest_of, on_list, paged
from providers.tables import Contact, Party, Person, Service, Site, StandIn


@dataclass(frozen=True)
class ContactLine:
    """A person in a role for a service; `refused_at` since when their address refuses letters."""

    name: str
    email: str
    role: Role
    service_id: int
    site_name: str
    party_name: str
    line: str
    ended: date | None
    listed_on: date | None
    confirmed_on: date | None
    refused_at: datetime | None
    newest: int | None


@dataclass(frozen=True)
class StandingIn:
    """Somebody who stands in for a contact, first and last day counted."""

    name: str
    email: str
    role: Role
    site_name: str
    party_name: str
    first_day: date
    last_day: date


def contacts(
    session: Session, region: str, today: date, *, find: str = "", show: str = "", page: int = 1
) -> Listed[ContactLine]:
    """Whoever is on a contact list of the region, by prison, provider and role.

    `show` may be `refused`, for addresses that turn letters away, or `unconfirmed`, for those who
    have not said within a year that their details are right.
    """
    wanted = [col(Site.region_code) == region, on_list(today)]
    if find:
        wanted.append(holds(find, Site.name, Party.name, Person.name, Person.email))
    if show == "refused":
        wanted.append(col(Contact.refused_at).is_not(None))
    if show == "unconfirmed":
        known = func.coalesce(Person.confirmed_on, Contact.listed_on)
        wanted.append(or_(known.is_(None), known < today - STALE))
    rows = (
        select(
            col(Person.name), col(Person.email), col(Contact.role), col(Service.id),
            col(Site.name), func.coalesce(Party.name, ""), col(Service.line), col(Service.ends),
            col(Contact.listed_on), col(Person.confirmed_on), col(Contact.refused_at),
        )
        .join(Contact, col(Contact.person_id) == col(Person.id))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(*wanted)
        .order_by(
            col(Site.name), col(Party.name), col(Service.line), col(Service.starts),
            col(Contact.role), col(Person.name), col(Contact.id),
        )
    )  # fmt: skip
    found = paged(session, rows, page)
    newest = newest_of(session, {row[3] for row in found.rows})
    lines = [
        ContactLine(*(*row[:2], Role(row[2]), *row[3:], newest.get(row[3]))) for row in found.rows
    ]
    return Listed(lines, page, found.total)


def many_refused(session: Session, region: str, today: date) -> int:
    """How many places on the region's contact lists have an address that turns letters away."""
    rows = (
        select(func.count(col(Contact.id)))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(col(Site.region_code) == region, on_list(today))
        .where(col(Contact.refused_at).is_not(None))
    )
    return int(session.execute(rows).scalar_one())


def standing_in(session: Session, region: str, today: date) -> list[StandingIn]:
    """The first PAGE of those who stand in today or are to, by prison and first day."""
    rows = (
        select(
            col(StandIn.name), col(Person.email), col(StandIn.role), col(Site.name),
            func.coalesce(Party.name, ""), col(StandIn.first_day), col(StandIn.last_day),
        )
        .join(Person, col(Person.id) == col(StandIn.person_id))
        .join(Service, col(Service.id) == col(StandIn.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(col(Site.region_code) == region, col(StandIn.last_day) >= today)
        .order_by(col(Site.name), col(StandIn.first_day), col(StandIn.id))
        .limit(PAGE)
    )  # fmt: skip
    return [
        StandingIn(row[0], row[1], Role(row[2]), *row[3:])
        for row in session.connection().execute(rows)
    ]
