"""Who acts for a service on a day: its contacts, and those named to stand in for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.policy import Role
from charter.quarters import Quarter
from notifications.among import among
from providers import lives
from providers.tables import Contact, Cycle, Party, Person, Return, Service, Site, StandIn

T = TypeVar("T")
BATCH = 5000  # ids in one question; SQLite takes some thirty thousand
NAMERS: Mapping[Role, frozenset[Role]] = {
    Role.DEPUTY: frozenset({Role.LEAD, Role.DEPUTY}),
    Role.SIGNER: frozenset({Role.SIGNER}),
}
"""In which role one may stand in, and whom a contact must be to name them."""
ROLES = {role.value: role for role in Role}


class ContactView(NamedTuple):
    """A person in a role for a service; `refused` when the address turned letters away for good.

    Somebody who stands in does so `until` a day, that day counted. `known_on` is when they last
    said that their details are right, or else came onto the list; None where neither is on record.
    """

    person_id: int
    name: str
    email: str
    role: Role
    refused: bool
    until: date | None = None
    known_on: date | None = None


def batches(items: Iterable[T], size: int = BATCH) -> list[list[T]]:
    """The items in order, in lists of at most `size`."""
    kept = list(items)
    return [kept[i : i + size] for i in range(0, len(kept), size)]


def contacts_of(
    session: Session, service_ids: Iterable[int], on: date
) -> dict[int, list[ContactView]]:
    """The contacts of each service on a London date, by role and name; an empty list where none.

    A contact ended on a date is one no longer from that date on. Stand-ins count on their days,
    after the contacts of their role: letters go to whoever the register lists, while they can.
    """
    found = listed_contacts(session, service_ids, on)
    for service_id, view in _standing_in(session, found, on):
        if (view.person_id, view.role) not in {(c.person_id, c.role) for c in found[service_id]}:
            found[service_id].append(view)
    for contacts in found.values():
        contacts.sort(key=lambda c: (c.role, c.until is not None, c.name, c.person_id))
    return found


def listed_contacts(
    session: Session, service_ids: Iterable[int], on: date
) -> dict[int, list[ContactView]]:
    """The contacts that the register itself lists for each service on a London date."""
    found: dict[int, list[ContactView]] = {service_id: [] for service_id in service_ids}
    rows = (
        _listed(on)
        .where(among(col(Contact.service_id), found))
        .order_by(col(Contact.role), col(Person.name), col(Person.id))
    )
    for service_id, *told in session.execute(rows):
        found[service_id].append(_view(*told))
    return found


def listed_in_regions(
    session: Session, regions: Iterable[str], roles: Iterable[Role], on: date
) -> list[tuple[str, ContactView]]:
    """Whoever the register lists in these roles for any service of these regions, each with its
    region, in the order of the register."""
    rows = (
        _listed(on)
        .add_columns(col(Site.region_code))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(among(col(Site.region_code), regions), col(Contact.role).in_(list(roles)))
        .order_by(
            col(Site.region_code), col(Site.name), col(Party.name), col(Service.line),
            col(Service.role), col(Service.starts), col(Service.id),
            col(Contact.role), col(Person.name), col(Person.id),
        )
    )  # fmt: skip
    return [(region, _view(*told)) for _, *told, region in session.execute(rows)]


def _listed(on: date) -> Any:  # noqa: ANN401 - a select, to be narrowed
    """Bare columns, as `_view` takes them: to make objects of a row takes longer than to fetch."""
    return (
        select(  # type: ignore[call-overload]  # SQLModel types no more than four
            col(Contact.service_id), col(Person.id), col(Person.name), col(Person.email),
            col(Contact.role), col(Contact.refused_at), col(Contact.listed_on),
            col(Person.confirmed_on),
        )
        .join(Person, col(Person.id) == col(Contact.person_id))
        .where(col(Contact.ended_on).is_(None) | (col(Contact.ended_on) > on))
    )  # fmt: skip


def _view(
    person: int,
    name: str,
    email: str,
    role: str,
    refused_at: datetime | None,
    listed_on: date | None,
    confirmed_on: date | None,
) -> ContactView:
    known_on = confirmed_on or listed_on
    return ContactView(person, name, email, ROLES[role], refused_at is not None, known_on=known_on)


def _standing_in(
    session: Session, listed: Mapping[int, list[ContactView]], on: date
) -> list[tuple[int, ContactView]]:
    """Those who stand in on the day, while whoever named them could still do so."""
    rows = session.exec(
        select(StandIn, Person)
        .join(Person, col(Person.id) == col(StandIn.person_id))
        .where(among(col(StandIn.service_id), listed))
        .where(col(StandIn.first_day) <= on, col(StandIn.last_day) >= on)
        .order_by(col(StandIn.last_day).desc(), col(StandIn.id))
    )
    return [
        (row.service_id, ContactView(person.id or 0, row.name, person.email, role, False, until))
        for row, person in rows
        for role, until in [(Role(row.role), row.last_day)]
        if any(
            f"person:{c.person_id}" == row.named_by and c.role in NAMERS[role]
            for c in listed[row.service_id]
        )
    ]


def count_as_one(session: Session, service_id: int, people: set[int], on: date) -> bool:
    """Whether one of these people acts for a service only because another of them let them in.

    Whoever the register itself lists there acts in their own right, whoever named them besides.
    """
    listed = {c.person_id for c in listed_contacts(session, [service_id], on)[service_id]}
    let_in = select(StandIn.named_by).where(
        StandIn.service_id == service_id, col(StandIn.person_id).in_(people - listed)
    )
    namers = set(session.exec(let_in))
    return any(f"person:{person}" in namers for person in people)


def contact_roles(session: Session, person_id: int, on: date) -> list[tuple[int, Role]]:
    """The services a person may enter on a London date, each with the role, stand-ins included.

    One that ended may be entered until its last return is published, and not after.
    """
    theirs = select(Contact.service_id).where(Contact.person_id == person_id)
    standing = select(StandIn.service_id).where(StandIn.person_id == person_id)
    ids = {row[0] for row in session.connection().execute(theirs.union(standing))}
    if not ids:
        return []
    held = contacts_of(session, sorted(ids - _done_with(session, ids, on)), on)
    return [
        (service_id, contact.role)
        for service_id, contacts in held.items()
        for contact in contacts
        if contact.person_id == person_id
    ]


def answering_for(
    session: Session, service_ids: Collection[int], people: Collection[int], on: date
) -> dict[tuple[int, int], set[Role]]:
    """In which roles each of these people acts for the organisation that runs each service.

    By (service id, person id), on a London date: they may do so there, or at another prison that
    it serves still. Nobody else is in it. In three queries at most, however many there are.
    """
    here, other = aliased(Service), aliased(Service)
    theirs = [
        select(row.service_id).where(row.service_id == other.id, among(col(row.person_id), people))
        for row in (Contact, StandIn)
    ]
    rows = session.execute(
        select(here.id, other.id)
        .join(other, col(other.party_code) == col(here.party_code))
        .where(among(col(here.id), service_ids), theirs[0].exists() | theirs[1].exists())
        .where(
            (col(other.id) == col(here.id)) | col(other.ends).is_(None) | (col(other.ends) >= on)
        )
    ).all()
    acting = contacts_of(session, {service_id for _, service_id in rows}, on) if rows else {}
    found: dict[tuple[int, int], set[Role]] = defaultdict(set)
    for service_id, which in rows:
        for contact in acting[which]:
            if contact.person_id in people:
                found[service_id, contact.person_id].add(contact.role)
    return dict(found)


def ever_of(session: Session, service_id: int) -> dict[int, Role]:
    """Everybody who ever acted for a service, with a role they held; stand-ins included."""
    stood = session.exec(
        select(StandIn.person_id, StandIn.role).where(StandIn.service_id == service_id)
    )
    listed = session.exec(
        select(Contact.person_id, Contact.role)
        .where(Contact.service_id == service_id)
        .order_by(col(Contact.ended_on).is_(None), col(Contact.role).desc())
    )
    return {person: Role(role) for person, role in (*stood, *listed)}


def _done_with(session: Session, ids: Iterable[int], on: date) -> set[int]:
    """Services that ended and whose every return is published, or owed no longer."""
    rows = session.exec(
        select(Service, Site.region_code)
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(col(Service.id).in_(list(ids)), col(Service.ends) < on)
    ).all()
    if not rows:
        return set()
    ended = [service.id or 0 for service, _ in rows]
    owed: dict[int, list[int]] = defaultdict(list)
    for row in session.exec(select(Return).where(col(Return.service_id).in_(ended))):
        owed[row.service_id].append(row.id or 0)
    folded = lives.lives(session, [i for returns in owed.values() for i in returns])
    opened: dict[str, str] = {}
    whole = select(Cycle.region_code, Cycle.quarter).where(col(Cycle.early).is_(False))
    for region, quarter in session.exec(whole):
        opened[region] = max(opened.get(region, ""), quarter)
    return {
        service.id or 0
        for service, region in rows
        if service.ends and opened.get(region, "") >= str(Quarter.containing(service.ends))
        if all(folded[i].is_settled for i in owed[service.id or 0])
    }
