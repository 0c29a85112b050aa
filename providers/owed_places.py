"""Which prisons owe returns: light rows for a whole country, and whose facts an entry touches."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from notifications.among import among
from providers.ledger import BATCH
from providers.rendition_tables import Rendition
from providers.tables import (
    Action,
    Cycle,
    FamilyRequest,
    LedgerRow,
    Return,
    Service,
    Site,
)

NOBODYS = frozenset({"publication", "person", "evidence", "party", "pack"})
"""What an entry may be about that no page tells of: who signs in, files, tokens, packs."""
UNTOLD = frozenset({"reminded", "skipped", "unsent", "refused"})
"""Steps of letters, which no page tells of either."""


@dataclass(frozen=True)
class Place:
    """A prison, or a region's own place, with the most returns that it owes in one quarter."""

    region: str
    site_id: int
    code: str
    name: str
    at_once: int


@dataclass(frozen=True)
class Touched:
    """What entries of the ledger may have changed: these prisons, these regions, or everything."""

    sites: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()
    all: bool = False

    def concerns(self, regions: Iterable[str], sites: Iterable[int]) -> bool:
        """Whether any of it lies in these regions, or is one of these prisons."""
        return self.all or not self.regions.isdisjoint(regions) or not self.sites.isdisjoint(sites)


def places(session: Session) -> list[Place]:
    """Every place that owes a return in a quarter that is open to all, by region and name."""
    rows = (
        select(Site.region_code, Site.id, Site.code, Site.name, func.count())  # type: ignore[call-overload]
        .join(Service, col(Service.site_id) == col(Site.id))
        .join(Return, col(Return.service_id) == col(Service.id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(col(Cycle.early).is_(False))
        .group_by(col(Site.region_code), col(Site.id), col(Site.code), col(Site.name))
        .group_by(col(Cycle.id))
        .order_by(col(Site.region_code), col(Site.name), col(Site.id))
    )
    found: dict[int, Place] = {}
    for region, site_id, code, name, owed in session.exec(rows):
        most = max(owed, found[site_id].at_once if site_id in found else 0)
        found[site_id] = Place(region, site_id, code, name, most)
    return list(found.values())


def owed(session: Session) -> dict[int, int]:
    """How many returns are on record for each cycle, released ones with them."""
    rows = select(Return.cycle_id, func.count()).group_by(col(Return.cycle_id))
    return dict(list(session.exec(rows)))


def touched(session: Session, after: int) -> Touched:
    """What the entries after that one may have changed on a page.

    What is not known to be harmless, or to concern some prisons alone, concerns everything.
    """
    entries = (
        select(LedgerRow.kind, LedgerRow.subject)
        .where(col(LedgerRow.seq) > after)
        .order_by(col(LedgerRow.seq))
    )
    about: dict[str, set[str]] = {}
    for kind, subject in session.exec(entries).yield_per(BATCH):
        what, _, which = subject.partition(":")
        if what not in NOBODYS and kind not in UNTOLD:
            about.setdefault(what, set()).add(which)
    sites: set[int] = {int(one) for one in about.pop("site", ())}
    regions: set[str] = about.pop("region", set())
    sites |= _of_returns(session, [int(one) for one in about.pop("return", ())])
    sites |= _of_actions(session, about.pop("action", set()))
    made = [int(one) for one in about.pop("rendition", ())]
    sites |= _of_renditions(session, made)
    regions |= _of_translations(session, made)
    for region, site_id in _of_requests(session, about.pop("request", set())):
        if site_id is None:
            regions.add(region)
        else:
            sites.add(site_id)
    return Touched(frozenset(sites), frozenset(regions), all=bool(about))


def _of_returns(session: Session, ids: Iterable[int]) -> set[int]:
    rows = (
        select(Service.site_id)
        .join(Return, col(Return.service_id) == col(Service.id))
        .where(among(col(Return.id), ids))
    )
    return {one for one in session.exec(rows) if one}


def _of_actions(session: Session, ids: Iterable[str]) -> set[int]:
    return set(session.exec(select(Action.site_id).where(among(col(Action.id), ids))))


def _of_renditions(session: Session, ids: Iterable[int]) -> set[int]:
    rows = select(Rendition.site_id).where(among(col(Rendition.id), ids))
    return {one for one in session.exec(rows) if one}


def _of_translations(session: Session, ids: Iterable[int]) -> set[str]:
    """Regions whose pages a translated text may stand on: it names no prison."""
    rows = select(Rendition.region_code).where(
        among(col(Rendition.id), ids), col(Rendition.site_id).is_(None)
    )
    return set(session.exec(rows))


def _of_requests(session: Session, ids: Iterable[str]) -> list[tuple[str, int | None]]:
    """The region and prison of each of these requests; no prison where it is put to all."""
    rows = (
        select(FamilyRequest.region_code, Site.id)
        .join(
            Site,
            (col(Site.region_code) == col(FamilyRequest.region_code))
            & (col(Site.code) == col(FamilyRequest.site_code)),
            isouter=True,
        )
        .where(among(col(FamilyRequest.id), ids))
    )
    return list(session.exec(rows))
