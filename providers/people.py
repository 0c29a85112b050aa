"""What other rooms may ask of the register: who serves where, and whom to write to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.quarters import say
from providers.contacts import batches, contacts_of
from providers.tables import Contact, Party, Person, Region, Service, Signatory, Site


@dataclass(frozen=True)
class RegionView:
    """A commissioner's region."""

    code: str
    name: str
    sample: bool
    paused: bool
    paused_reason: str
    first_imported_at: datetime
    policy_version: str


@dataclass(frozen=True)
class SiteView:
    """A prison (or REGION) with the numbers families may ring."""

    id: int
    region: str
    code: str
    name: str
    switchboard: str
    safer_custody: str
    family_line: str
    numbers_checked: date | None
    link_worker: str
    partner: str


@dataclass(frozen=True)
class ServiceView:
    """Who provides what where, from its first day to its last; no `party_code` is a gap."""

    id: int
    region: str
    site_id: int
    site_code: str
    site_name: str
    party_code: str
    party_name: str
    party_kind: str
    role: str
    line: str
    starts: date
    ends: date | None
    source: str
    source_date: date | None
    note: str

    def days(self, first: date, last: date) -> int:
        """How many days from `first` to `last`, both counted, the service ran."""
        end = min(self.ends or last, last)
        return max(0, (end - max(self.starts, first)).days + 1)


@dataclass(frozen=True)
class PersonView:
    """A person the register or the staff list knows."""

    person_id: int
    name: str
    email: str


@dataclass(frozen=True)
class GapView:
    """A service that runs with no provider named, or with nobody to ask."""

    service_id: int
    site_code: str
    site_name: str
    what: str
    note: str


@dataclass(frozen=True)
class SignatoryView:
    """A party that signed a version of the Charter; no date where none is known."""

    party_code: str
    party_name: str
    charter_version: str
    signed_on: date | None


def regions(session: Session) -> list[RegionView]:
    """Every region, by name."""
    return [_region(row) for row in session.exec(select(Region).order_by(col(Region.name)))]


def region(session: Session, code: str) -> RegionView | None:
    """The region of that code, if there is one."""
    held: dict[str, Region] = session.info.setdefault("regions", {})
    row = session.get(Region, code)
    if row is None:
        return None
    held[code] = row  # a session forgets what nobody holds, and would ask for it again
    return _region(row)


def _region(row: Region) -> RegionView:
    return RegionView(
        code=row.code,
        name=row.name,
        sample=row.sample,
        paused=row.paused,
        paused_reason=row.paused_reason,
        first_imported_at=row.first_imported_at,
        policy_version=row.policy_version,
    )


def sites(session: Session, region_code: str) -> list[SiteView]:
    """Every site the region's register has ever listed, by name."""
    rows = select(Site).where(Site.region_code == region_code).order_by(col(Site.name))
    return [
        SiteView(
            id=row.id or 0,
            region=row.region_code,
            code=row.code,
            name=row.name,
            switchboard=row.switchboard,
            safer_custody=row.safer_custody,
            family_line=row.family_line,
            numbers_checked=row.numbers_checked,
            link_worker=row.link_worker,
            partner=row.partner,
        )
        for row in session.exec(rows)
    ]


def services(session: Session, region_codes: Iterable[str]) -> list[ServiceView]:
    """Every service of these regions, past ones and gaps included, by site, provider and date."""
    rows = (
        select(Service, Site, Party)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(col(Site.region_code).in_(list(region_codes)))
        .order_by(
            col(Site.region_code), col(Site.name), col(Party.name), col(Service.line),
            col(Service.role), col(Service.starts), col(Service.id),
        )
    )  # fmt: skip
    return [
        ServiceView(
            id=service.id or 0,
            region=site.region_code,
            site_id=service.site_id,
            site_code=site.code,
            site_name=site.name,
            party_code=party.code if party else "",
            party_name=party.name if party else "",
            party_kind=party.kind if party else "",
            role=service.role,
            line=service.line,
            starts=service.starts,
            ends=service.ends,
            source=service.source,
            source_date=service.source_date,
            note=service.note,
        )
        for service, site, party in session.exec(rows)
    ]


def commissioner_of(session: Session, region_code: str) -> str:
    """The name of the organisation that commissions for a region; empty where none is listed."""
    rows = (
        select(Party.name)
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region_code, Party.kind == "commissioner")
        .order_by(
            col(Site.name), col(Party.name), col(Service.line), col(Service.role),
            col(Service.starts), col(Service.id),
        )
    )  # fmt: skip
    return session.exec(rows.limit(1)).first() or ""


def services_serving(
    session: Session, region_code: str, first: date, last: date
) -> list[ServiceView]:
    """The region's services that ran on any day from `first` to `last`, gaps included."""
    return [s for s in services(session, [region_code]) if s.days(first, last)]


def person_by_email(session: Session, email: str) -> PersonView | None:
    """The person of that address, however it is capitalised."""
    row = session.exec(select(Person).where(Person.email == email.strip().lower())).first()
    return PersonView(row.id or 0, row.name, row.email) if row else None


def people(session: Session, person_ids: Iterable[int]) -> dict[int, PersonView]:
    """These people by id; an id nobody has is left out."""
    found = {}
    for ids in batches(person_ids):
        for row in session.exec(select(Person).where(col(Person.id).in_(ids))):
            found[row.id or 0] = PersonView(row.id or 0, row.name, row.email)
    return found


def address_refused(session: Session, person_id: int, at: datetime) -> int:
    """Mark a person's address as refusing letters, in every role; gives how many were marked."""
    rows = session.exec(
        select(Contact)
        .where(Contact.person_id == person_id)
        .where(col(Contact.ended_on).is_(None), col(Contact.refused_at).is_(None))
    ).all()
    for row in rows:
        row.refused_at = at
        session.add(row)
    session.flush()
    return len(rows)


def gaps(session: Session, region_code: str, on: date) -> list[GapView]:
    """The region's services that run on a London date with no provider named or nobody to ask."""
    running = services_serving(session, region_code, on, on)
    asked = contacts_of(session, [s.id for s in running], on)
    found = []
    for s in running:
        line = f" ({s.line})" if s.line else ""
        if not s.party_code:
            what = f"nobody is named as provider at {s.site_name}{line} from {say(s.starts)}"
        elif s.role == "prime" and not asked[s.id]:
            what = f"{s.party_name} at {s.site_name}{line} has no contact"
        else:
            continue
        found.append(GapView(s.id, s.site_code, s.site_name, what, s.note))
    return found


def signatories(session: Session, region_code: str) -> list[SignatoryView] | None:
    """Who signed the Charter in a region, by name; None where the region keeps no list.

    An empty list is a list kept on which nobody stands: there, nobody owes a return.
    """
    rows = session.exec(
        select(Signatory)
        .where(Signatory.region_code == region_code)
        .order_by(col(Signatory.party_name), col(Signatory.charter_version))
    ).all()
    if not rows:
        return None
    return [
        SignatoryView(row.party_code, row.party_name, row.charter_version, row.signed_on)
        for row in rows
        if row.party_code
    ]
