"""Who was on a contact list at any past instant, and what stood still then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from charter.cases import Reachable
from charter.policy import Role
from charter.quarters import london_date
from notifications.among import among
from providers.contacts import NAMERS
from providers.offices import OFFICE
from providers.pauses import EVERYTHING, scope_of
from providers.tables import Contact, LedgerRow, Person, Region, Service, Site, Staff, StandIn


@dataclass(frozen=True)
class Standing:
    """A person in a role from `since` until the day before `until`; refusing from an instant on.

    `named_by` is whoever they stand in for; empty for those whom the register lists.
    """

    person: int
    role: Role
    name: str
    since: date | None
    until: date | None
    refused_at: datetime | None = None
    named_by: str = ""

    def holds(self, on: date) -> bool:
        """They held the role on a London date."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)

    @property
    def place(self) -> tuple[str, bool, str, int]:
        """Where they stand on the list."""
        return self.role, bool(self.named_by), self.name, self.person


@dataclass(frozen=True)
class Lists:
    """The contact lists of services and of a region's office, as they changed."""

    services: Mapping[int, list[Standing]]
    office: list[Standing]

    def people(self, service: int, moment: datetime) -> tuple[Reachable, ...]:
        """Who could be written to about a service at an instant, in the order they are tried."""
        on = london_date(moment)
        listed = [s for s in self.services.get(service, ()) if s.holds(on)]
        namers = {(f"person:{s.person}", s.role) for s in listed if not s.named_by}
        acting = [
            s
            for s in listed
            if not s.named_by or any((s.named_by, role) in namers for role in NAMERS[s.role])
        ]
        team = [s for s in self.office if s.holds(on)]
        return tuple(
            Reachable(s.person, s.role, s.refused_at is not None and s.refused_at <= moment)
            for s in [*sorted(acting, key=lambda s: s.place), *team]
        )

    def ever(self, service: int) -> frozenset[int]:
        """Everybody who was ever on the list of a service, or in the office."""
        return frozenset(s.person for s in [*self.services.get(service, ()), *self.office])


def lists(session: Session, region: str, service_ids: Iterable[int]) -> Lists:
    """The lists of these services and of their region's office, ended entries included."""
    ids = list(service_ids)
    found: dict[int, list[Standing]] = defaultdict(list)
    contacts = select(Contact, Person).join(Person, col(Person.id) == col(Contact.person_id))
    for contact, person in session.exec(contacts.where(among(col(Contact.service_id), ids))):
        found[contact.service_id].append(_listed(contact, person))
    standing = select(StandIn).where(among(col(StandIn.service_id), ids))
    for row in session.exec(standing):
        until = row.last_day + timedelta(days=1)
        found[row.service_id].append(
            Standing(
                row.person_id, Role(row.role), row.name, row.first_day, until, None, row.named_by
            )
        )
    return Lists(found, _office(session, region))


def _listed(contact: Contact, person: Person) -> Standing:
    return Standing(
        contact.person_id,
        Role(contact.role),
        person.name,
        contact.listed_on,
        contact.ended_on,
        contact.refused_at,
    )


def _office(session: Session, region: str) -> list[Standing]:
    named = session.exec(
        select(Contact, Person)
        .join(Person, col(Person.id) == col(Contact.person_id))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region, col(Contact.role).in_(list(OFFICE)))
    )
    found = [_listed(contact, person) for contact, person in named]
    staff = session.exec(
        select(Staff, Person)
        .join(Person, col(Person.id) == col(Staff.person_id))
        .where(Staff.region_code == region, col(Staff.role).in_(list(OFFICE)))
        .order_by(col(Staff.role), col(Person.name), col(Staff.starts), col(Staff.id))
    )
    return [
        *found,
        *(
            Standing(row.person_id, Role(row.role), person.name, row.starts, row.ends)
            for row, person in staff
        ),
    ]


@dataclass(frozen=True)
class Stops:
    """When a region, one of its providers or everything stood still: (from, until) by scope."""

    spans: Mapping[str, list[tuple[datetime | None, datetime | None]]]

    def held(self, region: str, party: str, moment: datetime) -> bool:
        """Whether a provider's returns in a region stood still at an instant."""
        scopes = (f"region:{region}", scope_of(region, party), EVERYTHING)
        return any(
            (since is None or since <= moment) and (until is None or moment < until)
            for scope in scopes
            for since, until in self.spans.get(scope, ())
        )


_STARTS = {"region_paused": True, "paused": True, "region_resumed": False, "resumed": False}


def stops(session: Session) -> Stops:
    """Every pause there ever was, from the ledger; a region that came in paused was so before."""
    spans: dict[str, list[tuple[datetime | None, datetime | None]]] = defaultdict(list)
    rows = select(LedgerRow).where(col(LedgerRow.kind).in_(list(_STARTS)))
    for entry in session.exec(rows.order_by(col(LedgerRow.seq))):
        scope, at = entry.subject.removeprefix("pause:"), datetime.fromisoformat(entry.at)
        if _STARTS[entry.kind]:
            spans[scope].append((at, None))
        else:
            since = spans[scope].pop()[0] if spans[scope] else None
            spans[scope].append((since, at))
    for code in session.exec(select(Region.code).where(col(Region.paused).is_(True))):
        spans.setdefault(f"region:{code}", []).append((None, None))
    return Stops(spans)
