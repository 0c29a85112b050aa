"""What waits for a region's team, over all its quarters: counted, and the oldest of each named."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, cast, func, literal, null, or_, union_all
from sqlmodel import Session, col, select

from charter.waiting import Checked, Waits
from notifications.among import among
from providers.console_tables import Listening, SensitivePeriod, Standing
from providers.register_lists import on_list
from providers.steering_tables import PlanApproval
from providers.tables import Contact, Cycle, Party, Region, Return, Service, Site

OLDEST = 5
"""So many of each are named; the rest are counted."""


@dataclass(frozen=True)
class Waiting:
    """A return that waits; `since` is when it was signed, or else when it is or was due."""

    id: int
    region: str
    quarter: str
    site_name: str
    line: str
    party_name: str
    since: date | None
    is_signed: bool

    @property
    def place(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.site_name} ({self.line})" if self.line else self.site_name


@dataclass(frozen=True)
class Found:
    """Something else that waits in a region: how many, since when; `about` is a quarter, if one."""

    region: str
    about: str
    many: int
    since: date | None


@dataclass(frozen=True)
class Opened:
    """A region with the policy it follows, and its quarters, newest first; some began early."""

    code: str
    name: str
    sample: bool
    paused: bool
    policy: str
    quarters: list[tuple[str, bool]]


def opened(session: Session, codes: Iterable[str]) -> list[Opened]:
    """The regions of these codes by name, each with its quarters, in one query."""
    rows = session.exec(
        select(Region, Cycle.quarter, Cycle.early)
        .join(Cycle, col(Cycle.region_code) == col(Region.code), isouter=True)
        .where(among(col(Region.code), codes))
        .order_by(col(Region.name), col(Region.code), col(Cycle.quarter).desc())
    )
    found: dict[str, Opened] = {}
    for row, quarter, early in rows:
        said = (row.code, row.name, row.sample, row.paused, row.policy_version)
        home = found.setdefault(row.code, Opened(*said, []))
        if quarter:
            home.quarters.append((quarter, early))
    return list(found.values())


Wanted = Mapping[Waits, Collection[str]]
"""The regions in which somebody may do each thing that a return waits for."""


def counts(
    session: Session, wanted: Wanted, person: int
) -> dict[Waits, dict[tuple[str, str], int]]:
    """How many returns wait for each thing, by region and quarter, the oldest quarter first."""
    query = (
        select(Standing.waits_for, Cycle.region_code, Cycle.quarter, func.count())
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .where(_for(wanted, person))
        .group_by(col(Standing.waits_for), col(Cycle.region_code), col(Cycle.quarter))
        .order_by(col(Cycle.quarter), col(Cycle.region_code))
    )
    found: dict[Waits, dict[tuple[str, str], int]] = {}
    for waits, region, quarter, many in session.exec(query):
        found.setdefault(Waits(waits), {})[region, quarter] = many
    return found


def oldest(session: Session, wanted: Wanted, person: int) -> dict[Waits, list[Waiting]]:
    """The oldest few returns that wait for each thing, in one query."""
    since = func.coalesce(col(Standing.received_on), col(Return.due_on))
    place = func.row_number().over(
        partition_by=col(Standing.waits_for),
        order_by=(col(Cycle.quarter), since, col(Standing.return_id)),
    )
    ranked: Any = (
        select(  # type: ignore[call-overload]  # SQLModel types no more than four
            col(Standing.return_id), col(Standing.waits_for), col(Standing.received_on),
            col(Return.due_on), col(Return.service_id), col(Cycle.region_code),
            col(Cycle.quarter), place.label("place"),
        )
        .join(Return, col(Return.id) == col(Standing.return_id))
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .where(_for(wanted, person))
        .subquery()
    )  # fmt: skip
    one = ranked.c
    query: Any = (
        select(  # type: ignore[call-overload]
            one.waits_for, one.return_id, one.region_code, one.quarter, col(Site.name),
            col(Service.line), col(Party.name), one.received_on, one.due_on,
        )
        .join(Service, col(Service.id) == one.service_id)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(one.place <= OLDEST)
        .order_by(one.place)
    )  # fmt: skip
    found: dict[Waits, list[Waiting]] = {}
    for waits, i, region, quarter, site, line, party, received, due in session.exec(query):
        waiting = Waiting(i, region, quarter, site, line, party, received or due, bool(received))
        found.setdefault(Waits(waits), []).append(waiting)
    return found


def _for(wanted: Wanted, person: int) -> ColumnElement[bool]:
    """What waits for a person of these roles; a second approval is nobody's who gave the first."""
    mine = [
        and_(col(Standing.waits_for) == waits.value, among(col(Cycle.region_code), regions))
        for waits, regions in wanted.items()
        if regions
    ]
    not_theirs = col(Standing.approved_by).not_like(f"%,{int(person)},%")
    return and_(or_(*mine), not_theirs) if mine else literal(value=False)


GAP, QUIET, AGREED, HEARD, UNCHECKED = "gap", "quiet", "agreed", "heard", "unchecked"
HELD, REFUSED = "held", "refused"


def around(session: Session, regions: Iterable[str], today: date) -> dict[str, list[Found]]:
    """What else is known of these regions by kind, in one query.

    GAP: prisons with no provider now. QUIET: sensitive periods that a second person has to agree
    to. AGREED: plans agreed to, by quarter. HEARD: quarters of which the partner has told.
    UNCHECKED: returns published before anybody confirmed them, by quarter. HELD: words that a
    person has to look at before a page goes out, by quarter, since the first was received.
    REFUSED: places on the contact lists whose address turns letters away.
    """
    codes = list(regions)
    nothing, no_day = literal(""), cast(null(), Date)
    parts = [
        _kind(GAP, col(Site.region_code), nothing, func.min(col(Service.starts)))
        .join(Service, col(Service.site_id) == col(Site.id))
        .where(col(Service.party_code).is_(None), col(Service.starts) <= today)
        .where(or_(col(Service.ends).is_(None), col(Service.ends) >= today))
        .where(among(col(Site.region_code), codes))
        .group_by(col(Site.region_code)),
        _kind(QUIET, col(Site.region_code), nothing, func.min(col(SensitivePeriod.first_day)))
        .join(SensitivePeriod, col(SensitivePeriod.site_id) == col(Site.id))
        .where(col(SensitivePeriod.agreed_at).is_(None), col(SensitivePeriod.ended_at).is_(None))
        .where(col(SensitivePeriod.last_day) >= today)
        .where(among(col(Site.region_code), codes))
        .group_by(col(Site.region_code)),
        _kind(AGREED, col(PlanApproval.region_code), col(PlanApproval.quarter), no_day)
        .where(among(col(PlanApproval.region_code), codes))
        .group_by(col(PlanApproval.region_code), col(PlanApproval.quarter)),
        _kind(HEARD, col(Listening.region_code), col(Listening.quarter), no_day)
        .where(among(col(Listening.region_code), codes))
        .group_by(col(Listening.region_code), col(Listening.quarter)),
        _kind(UNCHECKED, col(Cycle.region_code), col(Cycle.quarter), func.min(Standing.received_on))
        .join(Standing, col(Standing.cycle_id) == col(Cycle.id))
        .where(col(Standing.published), Standing.checked == Checked.TO_CONFIRM.value)
        .where(col(Standing.released).is_(False), among(col(Cycle.region_code), codes))
        .group_by(col(Cycle.region_code), col(Cycle.quarter)),
        _kind(
            HELD,
            col(Cycle.region_code),
            col(Cycle.quarter),
            func.min(Standing.received_on),
            func.sum(col(Standing.held)),
        )
        .join(Standing, col(Standing.cycle_id) == col(Cycle.id))
        .where(col(Standing.held) > 0, among(col(Cycle.region_code), codes))
        .group_by(col(Cycle.region_code), col(Cycle.quarter)),
        _kind(REFUSED, col(Site.region_code), nothing, no_day)
        .join(Service, col(Service.site_id) == col(Site.id))
        .join(Contact, col(Contact.service_id) == col(Service.id))
        .where(col(Contact.refused_at).is_not(None), on_list(today))
        .where(among(col(Site.region_code), codes))
        .group_by(col(Site.region_code)),
    ]
    kinds = (GAP, QUIET, AGREED, HEARD, UNCHECKED, HELD, REFUSED)
    found: dict[str, list[Found]] = {kind: [] for kind in kinds}
    for kind, region, about, many, since in session.connection().execute(union_all(*parts)):
        found[kind].append(Found(region, about, many, since))
    return found


def _kind(kind: str, region: Any, about: Any, since: Any, many: Any = None) -> Any:  # noqa: ANN401 - columns
    counted = func.count() if many is None else many
    columns = (cast(literal(kind), String), region, about, counted, since)
    return select(*columns)  # type: ignore[call-overload]
