"""Prisons in the register that no return was ever owed for, and who runs healthcare there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from notifications.among import among
from providers.tables import Cycle, Return, Service, Site

PLACE = "REGION"
"""The site that stands for a whole region."""


@dataclass(frozen=True)
class UnaskedSite:
    """A prison as the register has it; `site_id` numbers it in the ledger too."""

    site_id: int
    region: str
    code: str
    name: str
    switchboard: str
    safer_custody: str
    family_line: str
    link_worker: str
    numbers_checked: date | None


def unasked(
    session: Session, today: date, site_ids: Collection[int] | None = None
) -> list[UnaskedSite]:
    """Prisons with a service or a gap on a London date, in regions that have begun.

    Of these `site_ids`, if any are given. One query. A return that was released still counts as
    asked for, so that its page stays.
    """
    begun = select(Cycle.region_code).where(col(Cycle.early).is_(False))
    asked = (
        select(Service.site_id)
        .join(Return, col(Return.service_id) == col(Service.id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(col(Cycle.early).is_(False))
    )
    here = select(Service.site_id).where(
        Service.starts <= today, or_(col(Service.ends).is_(None), col(Service.ends) >= today)
    )
    wanted = (
        select(Site)
        .where(
            Site.code != PLACE,
            col(Site.region_code).in_(begun),
            col(Site.id).in_(here),
            col(Site.id).not_in(asked),
        )
        .order_by(col(Site.region_code), col(Site.name), col(Site.id))
    )
    if site_ids is not None:
        wanted = wanted.where(among(col(Site.id), site_ids))
    return [
        UnaskedSite(
            site_id=site.id or 0,
            region=site.region_code,
            code=site.code,
            name=site.name,
            switchboard=site.switchboard,
            safer_custody=site.safer_custody,
            family_line=site.family_line,
            link_worker=site.link_worker,
            numbers_checked=site.numbers_checked,
        )
        for site in session.exec(wanted)
    ]


def changes(session: Session, sites: Collection[int]) -> list[date]:
    """The London dates on which a service at one of these prisons begins, or runs no longer."""
    found = select(col(Service.starts), col(Service.ends)).where(among(col(Service.site_id), sites))
    return [
        day
        for starts, ends in session.exec(found)
        for day in (starts, ends and ends + timedelta(days=1))
        if day
    ]
