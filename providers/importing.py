"""A checked register is taken in whole: what is new, what changed, and what it no longer lists."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from charter.quarters import london_date, say
from providers import ledger
from providers.lives import lives
from providers.matching import is_live, last_day_if_ended, match
from providers.people import batches
from providers.register_rows import PHONES, Register, Row
from providers.tables import Contact, Cycle, Party, Person, Region, Return, Service, Site

M = TypeVar("M", bound=SQLModel)
SAMPLE = "sample"
PAUSED_REASON = "imported paused; resume it once its contacts have been checked"


class ImportRefused(ValueError):
    """The register cannot be taken in as it is; `problems` says why, and nothing was changed."""

    def __init__(self, problems: Iterable[object]) -> None:
        self.problems = tuple(str(problem) for problem in problems)
        super().__init__("; ".join(self.problems))


class NeedsYes(ValueError):
    """The register would end a service whose return is still open; asked again with yes, it may."""


@dataclass(frozen=True)
class Imported:
    """What an import did, counted in records (regions, sites, parties, services, people, contacts).

    `lines` says each change of a service or contact in a sentence.
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


@dataclass
class _Work:
    """An import under way: the session, the day, the file, and what was done so far."""

    session: Session
    today: date
    register: Register
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    lines: list[str] = field(default_factory=list)

    def settle(self, found: M | None, make: Callable[[], M], **values: Any) -> M:  # noqa: ANN401
        """The record with these values: made, mended, or left as it is."""
        if found is None:
            found = make()
            self.added += 1
        elif all(getattr(found, name) == value for name, value in values.items()):
            self.unchanged += 1
            return found
        else:
            self.changed += 1
        for name, value in values.items():
            setattr(found, name, value)
        self.session.add(found)
        return found

    def told(self, row: Row, *columns: str) -> dict[str, Any]:
        """The row's values of those columns that the file has; the others keep what is on record."""
        return {c: getattr(row, c) for c in columns if c in self.register.columns}


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
    if register.problems:
        raise ImportRefused(register.problems)
    work = _Work(session, london_date(now), register)
    new_regions = _regions(work, now, policy_version, paused)
    _parties(work)
    sites = _sites(work)
    services, ending = _services(work, sites)
    if not yes:
        _require_no_open_return(session, ending)
    _contacts(work, services)
    session.flush()
    done = Imported(
        added=work.added,
        changed=work.changed,
        ended=work.ended,
        unchanged=work.unchanged,
        first_import=bool(new_regions),
        regions=tuple(dict.fromkeys(row.region_code for row in register.rows)),
        new_regions=new_regions,
        lines=tuple(work.lines),
    )
    if done.did_something:
        body = {"file": register.sha, "regions": list(done.regions)}
        counts = {name: getattr(done, name) for name in ("added", "changed", "ended", "unchanged")}
        ledger.append(session, now, by, "register_imported", "register", body | counts)
    return done


def _regions(work: _Work, now: datetime, policy: str, paused: bool) -> tuple[str, ...]:
    wanted = {row.region_code: row.region for row in work.register.rows}
    rows = work.session.exec(select(Region).where(col(Region.code).in_(wanted)))
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

        sample = name.casefold().startswith(SAMPLE)
        work.settle(kept.get(code), make, name=name, sample=sample)
    work.session.flush()
    return tuple(code for code in wanted if code not in kept)


def _parties(work: _Work) -> None:
    wanted = {row.provider_code: row for row in work.register.rows if row.provider_code}
    kept = {row.code: row for row in work.session.exec(select(Party))}
    for code, row in wanted.items():
        found = kept.get(code)
        if found and found.kind != row.party:
            what = f"line {row.line}, party: {code} is on record as a {found.kind}"
            raise ImportRefused([f"{what}; give the {row.party} a code of its own"])

        def make(row: Row = row) -> Party:
            return Party(code=row.provider_code, name=row.provider_name, kind=row.party)

        work.settle(found, make, name=row.provider_name)
    work.session.flush()


def _sites(work: _Work) -> dict[tuple[str, str], Site]:
    wanted: dict[tuple[str, str], Row] = {}
    numbers: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in work.register.rows:
        wanted.setdefault(row.place, row)
        for name, value in work.told(row, *PHONES, "numbers_checked").items():
            numbers[row.place][name] = numbers[row.place].get(name) or value
    codes = {region for region, _ in wanted}
    rows = work.session.exec(select(Site).where(col(Site.region_code).in_(codes)))
    sites = {(row.region_code, row.code): row for row in rows}
    for place, row in wanted.items():

        def make(row: Row = row) -> Site:
            return Site(region_code=row.region_code, code=row.site_code, name=row.site_name)

        values = {"name": row.site_name, **numbers[place]}
        sites[place] = work.settle(sites.get(place), make, **values)
    work.session.flush()
    return sites


ServiceKey = tuple[int, str, str, str]


def _services(
    work: _Work, sites: dict[tuple[str, str], Site]
) -> tuple[dict[Service, list[Row]], list[Service]]:
    """Every service listed, with its rows, and those that this import brings to an end."""
    listed: dict[ServiceKey, dict[date, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in work.register.rows:
        key = (sites[row.place].id or 0, row.provider_code, row.service_role, row.service_line)
        listed[key][row.service_from].append(row)
    kept: dict[ServiceKey, list[Service]] = defaultdict(list)
    names = {site.id: site.name for site in sites.values()}
    for ids in batches(site for site in names if site):
        for service in work.session.exec(select(Service).where(col(Service.site_id).in_(ids))):
            kept[
                (service.site_id, service.party_code or "", service.role, service.line)
            ].append(service)
    done: dict[int, list[Row]] = {}
    found: dict[int, Service] = {}
    ending: list[Service] = []
    for key in dict.fromkeys([*listed, *kept]):
        spans = {starts: (rows[0].service_to, rows) for starts, rows in listed[key].items()}
        pairs, clashes = match({s: ends for s, (ends, _) in spans.items()}, kept[key])
        if clashes:
            raise ImportRefused(_clash(spans[starts][1][0], old) for starts, old in clashes)
        for starts, (_, rows) in spans.items():
            service = _service(work, key, pairs.get(starts), rows, ending)
            found[id(service)], done[id(service)] = service, rows
        for service in kept[key]:
            if service not in pairs.values() and is_live(service, work.today):
                _end(work, service, key, names[service.site_id])
                ending.append(service)
    work.session.flush()
    return {}, ending
