"""A checked register is taken in whole: what is new, what changed, and what it no longer lists."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.quarters import london_date
from providers import ledger
from providers.contacts import batches
from providers.listing import take_contacts
from providers.register_rows import OF_PLACE, REGION_SITE, Register, Row
from providers.serving import NeedsYes, Taken, still_open, take_services
from providers.tables import Party, Person, Region, Site
from providers.tabular import Problem
from providers.taking_in import ImportRefused, Plan, PlanChanged, Work, plan_of
from providers.within import require_own_names, require_own_rows, strangers

__all__ = ["ImportRefused", "Imported", "NeedsYes", "import_planned", "import_register", "plan"]

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
    work = Work(session, london_date(now), register)
    new_regions, taken = _take(work, now, policy_version, paused)
    if not yes and (waiting := still_open(session, taken.ending)):
        raise NeedsYes(waiting)
    return _report(work, new_regions, now, by)


def plan(session: Session, register: Register, now: datetime, *, within: str) -> Plan:
    """What an import into one region on record would do; call it in a writing session.

    Nothing of it is done. Raises ImportRefused for a register with problems, with rows of another
    region, or with what is not that region's to change.
    """
    with session.begin_nested() as attempt:
        work = Work(session, london_date(now), register, within)
        _, taken = _take(work, now)
        found = _plan(work, taken)
        attempt.rollback()
    return found


def import_planned(
    session: Session,
    register: Register,
    now: datetime,
    by: str,
    *,
    within: str,
    seen: str,
    yes: bool = False,
) -> Imported:
    """Take in a register whose plan somebody saw; PlanChanged if it would do anything else now.

    Raises ImportRefused and NeedsYes as `plan` and `import_register` do.
    """
    work = Work(session, london_date(now), register, within)
    _, taken = _take(work, now)
    found = _plan(work, taken)
    if found.seen != seen:
        raise PlanChanged("this import would no longer do what was shown")
    if found.still_open and not yes:
        raise NeedsYes(found.still_open)
    return _report(work, (), now, by)


def _plan(work: Work, taken: Taken) -> Plan:
    waiting = still_open(work.session, taken.ending)
    return plan_of(work.register.sha, work.changes, waiting, work.unchanged)


def _take(
    work: Work, now: datetime, policy_version: str = "", paused: bool = False
) -> tuple[tuple[str, ...], Taken]:
    """Every record brought in line; gives the codes of the new regions, and the services."""
    register = work.register
    if register.problems or not register.rows:
        raise ImportRefused(register.problems or ["a register with no rows changes nothing"])
    require_own_rows(((row.line, row.region) for row in register.rows), work.within)
    new_regions = _regions(work, now, policy_version, paused)
    _parties(work)
    taken = take_services(work, _sites(work))
    take_contacts(work, taken, _people(work))
    work.session.flush()
    return new_regions, taken


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
        work.settle(kept.get(code), make, values, of="region", named=name)
    work.session.flush()
    return tuple(code for code in wanted if code not in kept)


def _parties(work: Work) -> None:
    wanted = {row.provider_code: row for row in work.register.rows if row.provider_code}
    kept = {row.code: row for row in work.session.exec(select(Party))}
    renamed = {code: row.line for code, row in wanted.items() if _renames(kept.get(code), row)}
    require_own_names(work.session, work.within, renamed, {})
    for code, row in wanted.items():
        found = kept.get(code)
        if found and found.kind != row.party:
            what = f"{code} is on record as a {found.kind}; give the {row.party} a code of its own"
            raise ImportRefused([Problem(row.line, "party", what)])

        def make(row: Row = row) -> Party:
            return Party(code=row.provider_code, name=row.provider_name, kind=row.party)

        work.settle(
            found, make, {"name": row.provider_name}, of="provider", named=row.provider_name
        )
    work.session.flush()


def _renames(found: Party | None, row: Row) -> bool:
    return found is not None and found.name != row.provider_name


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

        values = {"name": listed[0].site_name, **work.told(listed, *OF_PLACE)}
        name = listed[0].site_name
        sites[place] = work.settle(sites.get(place), make, values, of="prison", named=name)
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
    unknown = strangers(work.session, work.within, (p.id or 0 for p in people.values()))
    renamed = {
        p.id or 0: wanted[e].line
        for e, p in people.items()
        if p.name != wanted[e].contact_name and p.id not in unknown
    }
    require_own_names(work.session, work.within, {}, renamed)
    for email, row in wanted.items():
        known = people.get(email)
        if known and known.id in unknown:  # as if they were new: their name is another region's
            work.count_new(of="person", named=f"{row.contact_name} <{email}>")
            continue

        def make(row: Row = row) -> Person:
            return Person(email=row.contact_email, name=row.contact_name)

        named = f"{row.contact_name} <{email}>"
        values = {"name": row.contact_name}
        people[email] = work.settle(people.get(email), make, values, of="person", named=named)
    work.session.flush()
    return people
