"""Scores over the quarters, added up by the database from how each return stands."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, tuple_
from sqlalchemy.orm import Bundle
from sqlmodel import Session, col, select

from charter.quarters import Quarter
from notifications.among import among
from providers.console_tables import Standing
from providers.tables import Cycle, Party, Return, Service, Site


@dataclass(frozen=True)
class Alike:
    """So many returns of one cycle with the same count of commitments and the same band."""

    cycle_id: int
    quarter: Quarter
    charter: str
    policy: str
    baseline: bool
    fully: int
    applicable: int
    band: str
    returns: int


@dataclass(frozen=True)
class Scored:
    """One return's score with its place; `band` is empty and the counts None while unsigned."""

    return_id: int
    service_id: int
    site_name: str
    line: str
    party_name: str
    quarter: Quarter
    charter: str
    policy: str
    baseline: bool
    fully: int | None
    applicable: int | None
    band: str

    @property
    def name(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.site_name} ({self.line})" if self.line else self.site_name


_CYCLE: Bundle[Any] = Bundle(
    "cycle",
    col(Cycle.id), col(Cycle.quarter), col(Cycle.charter_version), col(Cycle.policy_version),
    col(Cycle.baseline),
)  # fmt: skip
_STANDING: Bundle[Any] = Bundle(
    "standing",
    col(Standing.return_id), col(Standing.fully), col(Standing.applicable), col(Standing.band),
)  # fmt: skip
_PLACE: Bundle[Any] = Bundle(
    "place",
    col(Service.id).label("service_id"), col(Service.line), col(Site.name).label("site_name"),
    col(Party.name).label("party_name"),
)  # fmt: skip
_COUNTED: Bundle[Any] = Bundle(
    "counted", col(Standing.fully), col(Standing.applicable), col(Standing.band)
)


def alike(session: Session, region: str) -> list[Alike]:
    """Every signed return of a region, those alike counted together, oldest quarter first."""
    rows = session.exec(
        select(_CYCLE, _COUNTED, func.count())
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .where(Cycle.region_code == region, col(Standing.fully).is_not(None))
        .where(col(Standing.released).is_(False))
        .group_by(
            col(Cycle.id), col(Cycle.quarter), col(Cycle.charter_version),
            col(Cycle.policy_version), col(Cycle.baseline),
            col(Standing.fully), col(Standing.applicable), col(Standing.band),
        )
        .order_by(
            col(Cycle.quarter), col(Standing.fully), col(Standing.applicable), col(Standing.band)
        )
    )  # fmt: skip
    return [
        Alike(
            cycle_id=cycle.id,
            quarter=Quarter.parse(cycle.quarter),
            charter=cycle.charter_version,
            policy=cycle.policy_version,
            baseline=cycle.baseline,
            fully=counted.fully,
            applicable=counted.applicable,
            band=counted.band,
            returns=returns,
        )
        for cycle, counted, returns in rows
    ]


def _scored() -> Any:  # noqa: ANN401 - a query of bundles
    return (
        select(_STANDING, _CYCLE, _PLACE)
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .join(Return, col(Return.id) == col(Standing.return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(col(Standing.released).is_(False))
    )  # fmt: skip


def _views(session: Session, query: Any) -> list[Scored]:  # noqa: ANN401 - a query of bundles
    return [
        Scored(
            return_id=standing.return_id,
            service_id=place.service_id,
            site_name=place.site_name,
            line=place.line,
            party_name=place.party_name,
            quarter=Quarter.parse(cycle.quarter),
            charter=cycle.charter_version,
            policy=cycle.policy_version,
            baseline=cycle.baseline,
            fully=standing.fully,
            applicable=standing.applicable,
            band=standing.band,
        )
        for standing, cycle, place in session.exec(query)
    ]


def of_service(session: Session, service_id: int) -> list[Scored]:
    """One service's returns, oldest quarter first, in one query."""
    query = _scored().where(Service.id == service_id).order_by(col(Cycle.quarter))
    return _views(session, query)


def of_provider(session: Session, region: str, party: str, until: str) -> list[Scored]:
    """A provider's returns in a region up to a quarter, by prison and oldest quarter first."""
    query = _scored().where(
        Cycle.region_code == region, Service.party_code == party, Cycle.quarter <= until
    )
    return _views(
        session, query.order_by(col(Site.name), col(Service.line), col(Service.id), Cycle.quarter)
    )


def services(
    session: Session, region: str, since: str, first: int, most: int
) -> tuple[int, list[Scored]]:
    """The scores of so `many` services from the `first` on, with how many there are in all.

    By prison and provider, no quarter earlier than `since`; in two queries.
    """
    owing = (
        select(col(Service.id), func.count().over())
        .join(Return, col(Return.service_id) == col(Service.id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(Cycle.region_code == region, col(Cycle.quarter) >= since)
        .where(col(Standing.released).is_(False))
        .group_by(col(Service.id), col(Site.name), col(Party.name), col(Service.line))
        .order_by(col(Site.name), col(Party.name), col(Service.line), col(Service.id))
    )
    page = session.exec(owing.offset(first).limit(most)).all()
    ids = [service_id for service_id, _ in page if service_id]
    query = _scored().where(
        Cycle.region_code == region,
        col(Cycle.quarter) >= since,
        among(col(Service.id), ids),
    )
    ordered = query.order_by(
        col(Site.name), col(Party.name), col(Service.line), col(Service.id), col(Cycle.quarter)
    )
    return (page[0][1] if page else 0), _views(session, ordered)


def like(
    session: Session, groups: Collection[Alike], first: int = 0, most: int | None = None
) -> list[Scored]:
    """The returns that are counted in these groups, newest quarter first, then by prison."""
    if not groups:
        return []
    keys = [(g.cycle_id, g.fully, g.applicable, g.band) for g in groups]
    query = _scored().where(
        tuple_(
            col(Standing.cycle_id), col(Standing.fully), col(Standing.applicable),
            col(Standing.band),
        ).in_(keys)
    )  # fmt: skip
    ordered = query.order_by(
        col(Cycle.quarter).desc(), col(Site.name), col(Party.name), col(Standing.return_id)
    )
    return _views(session, ordered.offset(first).limit(most) if most else ordered)
