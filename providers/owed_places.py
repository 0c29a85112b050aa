"""Which prisons owe returns: light rows for a whole country, and whose facts an entry touches."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, func, select

from notifications.among import among
from providers.console_tables import PassedOn
from providers.family_calls import MADE as CALL_MADE
from providers.ledger import BATCH
from providers.rendition_tables import Rendition
from providers.tables import (
    Action,
    Cycle,
    FamilyRequest,
    LedgerRow,
    Practice,
    Return,
    Service,
    Site,
    StepRow,
)

NOBODYS = frozenset({"publication", "person", "evidence", "party", "pack"})
"""What an entry may be about that no page tells of: who signs in, files, tokens, packs."""
UNTOLD = frozenset({"reminded", "skipped", "unsent", "refused"})
"""Steps of letters, which no page tells of either."""
AT_A_PRISON: Mapping[str, tuple[Any, Any]] = MappingProxyType(
    {
        "action": (col(Action.id), col(Action.site_id)),
        "service": (col(Service.id), col(Service.site_id)),
        "passed_on": (col(PassedOn.id), col(PassedOn.site_id)),
        "practice": (col(Practice.id), col(Practice.site_id)),
    }
)
"""What is told of one prison alone, by its id, and whose that is."""
IN_THEIR_OWN_WAY = frozenset(
    {"site", "region", "listening", "family_call", "return", "rendition", "request"}
)
"""What concerns some prisons or regions, found as its own kind needs."""
EVERYBODYS: Mapping[str, str] = MappingProxyType(
    {
        "cycle": "a quarter that opens may bring another Charter to what all regions share",
        "register": "prisons and providers may come, go and change their names in any region",
        "signatories": "who has signed decides in any region who owes an update",
        "calendar": "bank holidays move the dates of every region",
        "pause": "a pause may hold up every region at once",
    }
)
"""What concerns every page there is, and why."""


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
    regions |= {which.partition(":")[0] for which in about.pop("listening", ())}
    passed_on = about.get("passed_on", set())
    for what, (key, place) in AT_A_PRISON.items():
        if ids := about.pop(what, None):
            sites |= set(session.exec(select(place).where(among(key, _ids(what, ids)))))
    regions |= _of_counted(session, passed_on)
    sites |= _of_calls(session, about.pop("family_call", set()))
    back = [int(one) for one in about.pop("return", ())]
    sites |= _of_returns(session, back)
    regions |= _of_taken_down(session, back)
    made = [int(one) for one in about.pop("rendition", ())]
    sites |= _of_renditions(session, made)
    regions |= _of_translations(session, made)
    for region, site_id, families in _of_requests(session, about.pop("request", set())):
        if site_id is None or families is not None:
            regions.add(region)
        else:
            sites.add(site_id)
    return Touched(frozenset(sites), frozenset(regions), all=bool(about))


def _ids(what: str, ids: Iterable[str]) -> list[Any]:
    return [int(one) for one in ids] if what == "service" else list(ids)


def _of_calls(session: Session, ids: Iterable[str]) -> set[int]:
    """The prisons that were rung, from the ledger: a call that is struck out has no row."""
    subjects = [f"family_call:{one}" for one in ids]
    rows = select(LedgerRow.body).where(
        LedgerRow.kind == CALL_MADE, among(col(LedgerRow.subject), subjects)
    )
    return {int(json.loads(body)["site"]) for body in session.exec(rows)}


def _of_returns(session: Session, ids: Iterable[int]) -> set[int]:
    rows = (
        select(Service.site_id)
        .join(Return, col(Return.service_id) == col(Service.id))
        .where(among(col(Return.id), ids))
    )
    return {one for one in session.exec(rows) if one}


def _of_taken_down(session: Session, ids: Iterable[int]) -> set[str]:
    """Regions of returns that were ever taken down: what few asked there is told otherwise then."""
    rows = (
        select(Cycle.region_code)
        .join(Return, col(Return.cycle_id) == col(Cycle.id))
        .join(StepRow, col(StepRow.return_id) == col(Return.id))
        .join(LedgerRow, col(LedgerRow.seq) == col(StepRow.seq))
        .where(among(col(Return.id), ids), LedgerRow.kind == "withdrawn")
    )
    return set(session.exec(rows))


def _of_renditions(session: Session, ids: Iterable[int]) -> set[int]:
    rows = select(Rendition.site_id).where(among(col(Rendition.id), ids))
    return {one for one in session.exec(rows) if one}


def _of_translations(session: Session, ids: Iterable[int]) -> set[str]:
    """Regions whose pages a translated text may stand on: it names no prison."""
    rows = select(Rendition.region_code).where(
        among(col(Rendition.id), ids), col(Rendition.site_id).is_(None)
    )
    return {one for one in session.exec(rows) if one}


def _of_counted(session: Session, ids: Iterable[str]) -> set[str]:
    """Regions whose own page may tell of what was passed on: how many families asked is known."""
    rows = (
        select(Site.region_code)
        .join(PassedOn, col(PassedOn.site_id) == col(Site.id))
        .where(among(col(PassedOn.id), ids), col(PassedOn.families).is_not(None))
    )
    return set(session.exec(rows))


def _of_requests(session: Session, ids: Iterable[str]) -> list[tuple[str, int | None, int | None]]:
    """The region and prison of each of these requests, and how many families asked, if known.

    There is no prison where it is put to all.
    """
    rows = (
        select(FamilyRequest.region_code, Site.id, FamilyRequest.families)
        .join(
            Site,
            (col(Site.region_code) == col(FamilyRequest.region_code))
            & (col(Site.code) == col(FamilyRequest.site_code)),
            isouter=True,
        )
        .where(among(col(FamilyRequest.id), ids))
    )
    return list(session.exec(rows))
