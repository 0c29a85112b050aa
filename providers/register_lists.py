"""The register a page at a time, as a screen lists it: prisons, providers and services."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import Session, col

from charter.policy import Role
from notifications.among import among
from providers.register_rows import REGION_SITE
from providers.tables import Contact, Party, Return, Service, Site

T = TypeVar("T")
PAGE = 120
"""How many lines a page of the register holds."""
STALE = timedelta(days=366)
"""Numbers checked longer ago than this are to be checked again, and details to be confirmed."""


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of a list: its rows, the page's number from 1, and how many rows there are."""

    rows: list[T]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; one, where there is nothing."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Prison:
    """A prison with its numbers, and who serves there on the day asked about."""

    code: str
    name: str
    switchboard: str
    safer_custody: str
    family_line: str
    numbers_checked: date | None
    providers: tuple[str, ...]

    def to_check(self, today: date) -> bool:
        """Its numbers were never checked, or longer than a year ago."""
        return self.numbers_checked is None or self.numbers_checked < today - STALE


@dataclass(frozen=True)
class Provider:
    """An organisation with how many of its services run, are to come and have ended."""

    code: str
    name: str
    kind: str
    prisons: int
    running: int
    to_come: int
    ended: int


@dataclass(frozen=True)
class ServiceLine:
    """A service with its days and what it lacks; `newest` is its newest return, if any."""

    id: int
    site_code: str
    site_name: str
    party_name: str
    role: str
    line: str
    starts: date
    ends: date | None
    source: str
    source_date: date | None
    note: str
    lacks: str
    newest: int | None


def prisons(
    session: Session, region: str, today: date, *, find: str = "", show: str = "", page: int = 1
) -> Listed[Prison]:
    """The region's prisons by name; `show` may be `check`, for those with numbers to check."""
    wanted = [col(Site.region_code) == region, col(Site.code) != REGION_SITE]
    if find:
        wanted.append(holds(find, Site.name, Site.code))
    if show == "check":
        wanted.append(_to_check(today))
    rows = select(
        col(Site.id), col(Site.code), col(Site.name), col(Site.switchboard),
        col(Site.safer_custody), col(Site.family_line), col(Site.numbers_checked),
    ).where(*wanted).order_by(col(Site.name), col(Site.id))  # fmt: skip
    found = paged(session, rows, page)
    serving = _serving(session, [row.id for row in found.rows], today)
    return Listed([Prison(*(*row[1:], serving[row.id])) for row in found.rows], page, found.total)


def many_to_check(session: Session, region: str, today: date) -> int:
    """How many of the region's prisons have numbers to check."""
    wanted = (col(Site.region_code) == region, col(Site.code) != REGION_SITE, _to_check(today))
    return int(session.execute(select(func.count(col(Site.id))).where(*wanted)).scalar_one())


def prison(session: Session, region: str, code: str, today: date) -> tuple[int, Prison] | None:
    """The region's prison of that code with its number, if there is one."""
    wanted = select(Site).where(col(Site.region_code) == region, col(Site.code) == code)
    row = session.execute(wanted).scalar_one_or_none()
    if row is None or row.code == REGION_SITE:
        return None
    number = row.id or 0
    serving = _serving(session, [number], today)[number]
    phones = (row.switchboard, row.safer_custody, row.family_line)
    return number, Prison(row.code, row.name, *phones, row.numbers_checked, serving)


def _serving(session: Session, sites: list[int], today: date) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = (
        select(col(Service.site_id), col(Party.name))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(among(col(Service.site_id), sites), _running(today))
        .distinct()
        .order_by(col(Party.name))
    )
    for site, name in session.connection().execute(rows):
        found[site] = (*found[site], name)
    return found


def providers(
    session: Session, region: str, today: date, *, find: str = "", page: int = 1
) -> Listed[Provider]:
    """Every organisation that the region's register has ever named, by name."""
    wanted = [col(Site.region_code) == region]
    if find:
        wanted.append(holds(find, Party.name, Party.code))
    begun, over = col(Service.starts) <= today, ~_lasts(today)
    running = and_(begun, ~over)
    rows = (
        select(
            col(Party.code), col(Party.name), col(Party.kind),
            func.count(func.distinct(Service.site_id)).filter(running),
            func.count(col(Service.id)).filter(running),
            func.count(col(Service.id)).filter(~begun, ~over),
            func.count(col(Service.id)).filter(over),
        )
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(*wanted)
        .group_by(col(Party.code), col(Party.name), col(Party.kind))
        .order_by(col(Party.name), col(Party.code))
    )  # fmt: skip
    found = paged(session, rows, page)
    return Listed([Provider(*row) for row in found.rows], page, found.total)


def services(
    session: Session, region: str, today: date, *, find: str = "", show: str = "", page: int = 1
) -> Listed[ServiceLine]:
    """The region's services by prison, provider and first day; `show` may be a key of _SHOW."""
    wanted = [col(Site.region_code) == region]
    if find:
        wanted.append(holds(find, Site.name, Site.code, Party.name))
    if show in _SHOW:
        wanted.append(_SHOW[show](today))
    rows = (
        select(
            col(Service.id), col(Site.code), col(Site.name), func.coalesce(Party.name, ""),
            col(Service.role), col(Service.line), col(Service.starts), col(Service.ends),
            col(Service.source), col(Service.source_date), col(Service.note),
        )
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(*wanted)
        .order_by(
            col(Site.name), col(Service.line), col(Service.starts).desc(), col(Party.name),
            col(Service.id),
        )
    )  # fmt: skip
    found = paged(session, rows, page)
    ids = [row[0] for row in found.rows]
    roles, newest = _roles(session, ids, today), newest_of(session, ids)
    lines = [
        ServiceLine(*(*row, _lacks(row, roles[row[0]], today), newest.get(row[0])))
        for row in found.rows
    ]
    return Listed(lines, page, found.total)


def many_gaps(session: Session, region: str, today: date) -> int:
    """How many of the region's services run with no provider, or nobody to ask."""
    rows = select(func.count(col(Service.id))).join(Site, col(Site.id) == col(Service.site_id))
    rows = rows.where(col(Site.region_code) == region, _gap(today))
    return int(session.execute(rows).scalar_one())


def _roles(session: Session, ids: list[int], today: date) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = (
        select(col(Contact.service_id), col(Contact.role))
        .where(among(col(Contact.service_id), ids), on_list(today))
        .distinct()
    )
    for service, role in session.connection().execute(rows):
        found[service].add(role)
    return found


def _lacks(row: Any, roles: set[str], today: date) -> str:  # noqa: ANN401 - a row of columns
    """What keeps a service that runs or is to come from being asked, in words; else empty."""
    provider, role, ends = row[3], row[4], row[7]
    if ends is not None and ends < today:
        return ""
    if not provider:
        return "No provider"
    if role != "prime":
        return ""
    if not roles:
        return "Nobody to ask"
    return "" if Role.SIGNER.value in roles else "No signing director"


def primes(session: Session, region: str, today: date) -> dict[str, str]:
    """The name of every provider that serves somewhere in the region today, as prime, by code."""
    rows = (
        select(col(Party.code), col(Party.name))
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(col(Site.region_code) == region, col(Service.role) == "prime", _running(today))
        .distinct()
        .order_by(col(Party.name), col(Party.code))
    )
    return {code: name for code, name in session.connection().execute(rows)}


def newest_of(session: Session, services: Iterable[int]) -> dict[int, int]:
    """The newest return of each service that has one."""
    rows = (
        select(col(Return.service_id), func.max(Return.id))
        .where(among(col(Return.service_id), list(services)))
        .group_by(col(Return.service_id))
    )
    return {service: newest for service, newest in session.connection().execute(rows)}


def paged(session: Session, rows: Any, page: int) -> Listed[Any]:  # noqa: ANN401 - a select
    """One page of what a question finds, each row as its columns."""
    bare = rows.order_by(None).subquery()
    total = session.connection().execute(select(func.count()).select_from(bare)).scalar_one()
    found = session.connection().execute(rows.limit(PAGE).offset((page - 1) * PAGE))
    return Listed(list(found), page, total)


def holds(find: str, *columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    """Some of these columns holds the words, however they are capitalised."""
    words = find.lower()
    return or_(*(func.lower(column).contains(words, autoescape=True) for column in columns))


def _to_check(today: date) -> ColumnElement[bool]:
    checked = col(Site.numbers_checked)
    return or_(checked.is_(None), checked < today - STALE)


def _lasts(today: date) -> ColumnElement[bool]:
    return or_(col(Service.ends).is_(None), col(Service.ends) >= today)


def _running(today: date) -> ColumnElement[bool]:
    return and_(col(Service.starts) <= today, _lasts(today))


def on_list(today: date) -> ColumnElement[bool]:
    """Contacts that have not ended by that day."""
    return or_(col(Contact.ended_on).is_(None), col(Contact.ended_on) > today)


def _gap(today: date) -> ColumnElement[bool]:
    asked = exists().where(col(Contact.service_id) == col(Service.id), on_list(today))
    nobody = and_(col(Service.role) == "prime", ~asked.correlate(Service))
    return and_(_running(today), or_(col(Service.party_code).is_(None), nobody))


_SHOW: Mapping[str, Any] = {
    "running": _running,
    "gaps": _gap,
    "to_come": lambda today: and_(col(Service.starts) > today, _lasts(today)),
    "ended": lambda today: ~_lasts(today),
}
