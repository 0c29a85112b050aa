"""A checked register is taken in whole: what is new, what changed, and what it no longer lists."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.quarters import london_date
from providers import ledger
from providers.contacts import batches
from providers.register_rows import PHONES, REGION_SITE, Register, Row
from providers.serving import NeedsYes, Taken, require_no_open_return, take_services
from providers.tables import Contact, Party, Person, Region, Service, Site
from providers.tabular import Problem
from providers.taking_in import ImportRefused, Work

__all__ = ["ImportRefused", "Imported", "NeedsYes", "import_register"]

SAMPLE = "sample"
PAUSED_REASON = "imported paused; resume it once its contacts have been checked"


@dataclass(frozen=True)
class Imported:
    """What an import did, counted in records (regions, sites, parties, services, people, contacts).

    `lines` says each change of a service, person or contact in a sentence; it names people, so it
    is for the screen and not for the ledger.
    """

    added: int
    changed: int
    ended: int
    unchanged: int
    first_import: bool
    regions: tuple[str, ...]
    new_regions: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def did_something(self) -> bool:
        """Anything at all was added, changed or ended."""
        return bool(self.added or self.changed or self.ended)


def import_register(
    session: Session,
    register: Register,
    now: datetime,
    by: str,
    *,
    policy_version: str,
    yes: bool = False,
    paused: bool = False,
) -> Imported:
    """Take a register in; call it in a writing session, and let what it raises roll that back.

    The same register a second time changes nothing and adds no ledger entry. In the regions it
    lists, a service or contact it does not list is ended on now's London date. Regions new to the
    record take `policy_version` and `paused`. Raises ImportRefused for a register with problems,
    and NeedsYes, unless `yes`, where a service to be ended has a return still open.
    """
    if register.problems or not register.rows:
        raise ImportRefused(register.problems or ["a register with no rows changes nothing"])
    work = Work(session, london_date(now), register)
    new_regions = _regions(work, now, policy_version, paused)
    _parties(work)
    taken = take_services(work, _sites(work))
    if not yes:
        require_no_open_return(session, taken.ending)
    _contacts(work, taken, _people(work))
    session.flush()
    return _report(work, new_regions, now, by)


def _report(work: Work, new_regions: tuple[str, ...], now: datetime, by: str) -> Imported:
    done = Imported(
        added=work.added,
        changed=work.changed,
        ended=work.ended,
        unchanged=work.unchanged,
        first_import=bool(new_regions),
        regions=tuple(dict.fromkeys(row.region_code for row in work.register.rows)),
        new_regions=new_regions,
        lines=tuple(work.lines),
    )
    if done.did_something:
        body = {"file": work.register.sha, "regions": list(done.regions)}
        counts = {name: getattr(done, name) for name in ("added", "changed", "ended", "unchanged")}
        ledger.append(work.session, now, by, "register_imported", "register", body | counts)
    return done


def _regions(work: Work, now: datetime, policy: str, paused: bool) -> tuple[str, ...]:
    wanted = {row.region_code: row.region for row in work.register.rows}
    rows = work.session.exec(select(Region).where(col(Region.code).in_(list(wanted))))
    kept = {row.code: row for row in rows}
    for code, name in wanted.items():

        def make(code: str = code, name: str = name) -> Region:
            return Region(
                code=code,
                name=name,
                paused=paused,
                paused_reason=PAUSED_REASON if paused else "",
                first_imported_at=now,
                policy_version=policy,
            )

        values = {"name": name, "sample": name.casefold().startswith(SAMPLE)}
        work.settle(kept.get(code), make, values)
    work.session.flush()
    return tuple(code for code in wanted if code not in kept)


def _parties(work: Work) -> None:
    wanted = {row.provider_code: row for row in work.register.rows if row.provider_code}
    kept = {row.code: row for row in work.session.exec(select(Party))}
    for code, row in wanted.items():
        found = kept.get(code)
        if found and found.kind != row.party:
            what = f"line {row.line}, party: {code} is on record as a {found.kind}"
            raise ImportRefused([f"{what}; give the {row.party} a code of its own"])

        def make(row: Row = row) -> Party:
            return Party(code=row.provider_code, name=row.provider_name, kind=row.party)

        work.settle(found, make, {"name": row.provider_name})
    work.session.flush()


def _sites(work: Work) -> dict[tuple[str, str], Site]:
    wanted: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in work.register.rows:
        wanted[row.place].append(row)
    _require_own_codes(work, wanted)
    codes = {region for region, _ in wanted}
    rows = work.session.exec(select(Site).where(col(Site.region_code).in_(codes)))
    sites = {(row.region_code, row.code): row for row in rows}
    for place, listed in wanted.items():

        def make(row: Row = listed[0]) -> Site:
            return Site(region_code=row.region_code, code=row.site_code, name=row.site_name)

        values = {"name": listed[0].site_name, **work.told(listed, *PHONES, "numbers_checked")}
        sites[place] = work.settle(sites.get(place), make, values)
    work.session.flush()
    return sites


def _require_own_codes(work: Work, wanted: dict[tuple[str, str], list[Row]]) -> None:
    """A prison's code is its address on the families' site, so no two regions may share one."""
    held = {
        code: region
        for region, code in work.session.exec(select(Site.region_code, Site.code))
        if (region, code) not in wanted
    }
    problems = []
    for (region, code), rows in wanted.items():
        other = held.setdefault(code, region)
        if code != REGION_SITE and other != region:
            what = f"{code} is a prison of {other} already; give this one a code of its own"
            problems.append(Problem(rows[0].line, "site_code", what))
    if problems:
        raise ImportRefused(problems)


def _people(work: Work) -> dict[str, Person]:
    wanted = {row.contact_email: row for row in work.register.rows if row.contact_email}
    people: dict[str, Person] = {}
    for emails in batches(wanted):
        for person in work.session.exec(select(Person).where(col(Person.email).in_(emails))):
            people[person.email] = person
    for email, row in wanted.items():

        def make(row: Row = row) -> Person:
            return Person(email=row.contact_email, name=row.contact_name)

        people[email] = work.settle(people.get(email), make, {"name": row.contact_name})
    work.session.flush()
    return people


def _contacts(work: Work, taken: Taken, people: dict[str, Person]) -> None:
    kept: dict[int, dict[tuple[int, str], tuple[Contact, Person]]] = defaultdict(dict)
    for ids in batches(service.id or 0 for service, _ in taken.services):
        rows = (
            select(Contact, Person)
            .join(Person, col(Person.id) == col(Contact.person_id))
            .where(col(Contact.service_id).in_(ids))
        )
        for contact, person in work.session.exec(rows):
            kept[contact.service_id][contact.person_id, contact.role] = contact, person
    for service, listed in taken.services:
        _contacts_of(work, service, listed, kept[service.id or 0], people)


def _contacts_of(
    work: Work,
    service: Service,
    listed: list[Row],
    kept: dict[tuple[int, str], tuple[Contact, Person]],
    people: dict[str, Person],
) -> None:
    where = f"for {listed[0].provider_name or 'no provider'} at {listed[0].site_name}"
    wanted = set()
    for row in listed:
        if not row.contact_email:
            continue
        key = (people[row.contact_email].id or 0, row.contact_role)
        wanted.add(key)

        def make(key: tuple[int, str] = key) -> Contact:
            who, role = key
            return Contact(
                service_id=service.id or 0, person_id=who, role=role, listed_on=work.today
            )

        found = kept[key][0] if key in kept else None
        back = found is not None and found.ended_on is not None
        again = {"refused_at": None, "listed_on": work.today} if back else {}
        values = {"ended_on": None} | again
        what = f"{row.contact_name} <{row.contact_email}>, {row.contact_role} {where}"
        work.settle(found, make, values, what)
    for key, (contact, person) in kept.items():
        if key not in wanted and contact.ended_on is None:
            what = f"{person.name} <{person.email}>, {contact.role} {where}"
            work.end(contact, {"ended_on": work.today}, what)
