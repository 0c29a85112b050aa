"""Returns as the rooms above see them: which there are, whose they are, and what each says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Bundle
from sqlmodel import Session, col, select

from charter.actions import Promise
from charter.answers import BroughtForward, ReturnDocument, carried_forward
from charter.policy import Dates
from charter.quarters import Quarter, london_date
from notifications.among import among
from providers import actions, cycles, documents, lives, pauses, requests
from providers.cycles import Unknown
from providers.once import once
from providers.pauses import Pauses
from providers.requests import Asked
from providers.tables import (
    Cycle,
    Draft,
    Party,
    Region,
    Return,
    Service,
    Site,
)


@dataclass(frozen=True)
class Ref:
    """A return with the names of the place, party and quarter it belongs to."""

    id: int
    cycle_id: int
    region: str
    region_name: str
    sample: bool
    paused: bool
    region_since: date
    region_salt: str
    quarter: Quarter
    charter_version: str
    policy_version: str
    baseline: bool
    dates: Dates
    site_id: int
    site: str
    site_name: str
    switchboard: str
    safer_custody: str
    family_line: str
    numbers_checked: date | None
    link_worker: str
    party: str
    party_name: str
    party_kind: str
    service_id: int
    line: str
    began: date
    served_from: date
    served_to: date
    due_on: date | None
    received_at: datetime | None

    @property
    def ran(self) -> bool:
        """The register has the service running on at least one day of the quarter."""
        return self.served_from <= self.served_to


@dataclass(frozen=True)
class DraftView:
    """A return being filled in; `version` 0 means nothing has been saved yet."""

    document: ReturnDocument
    version: int
    saved_at: datetime | None = None
    saved_by: str = ""


_RETURN: Bundle[Any] = Bundle("return", col(Return.id), col(Return.due_on), col(Return.received_at))
_SERVICE: Bundle[Any] = Bundle(
    "service", col(Service.id), col(Service.line), col(Service.starts), col(Service.ends)
)
_SITE: Bundle[Any] = Bundle(
    "site",
    col(Site.id), col(Site.code), col(Site.name), col(Site.switchboard),
    col(Site.safer_custody), col(Site.family_line), col(Site.numbers_checked),
    col(Site.link_worker),
)  # fmt: skip
"""Bare columns: to make an object of each row takes longer than to fetch it."""


def refs(
    session: Session,
    *,
    region: str = "",
    quarter: str = "",
    party: str = "",
    since: str = "",
    ids: Iterable[int] | None = None,
    service_ids: Iterable[int] | None = None,
    beside: int | None = None,
    site_ids: Iterable[int] | None = None,
    paused: Pauses | None = None,
) -> list[Ref]:
    """Returns owed, in two queries, by quarter (no earlier than `since`), region, prison, party.

    `beside` leaves in those of the service that one return is of. `paused` spares a query where
    the pauses are known, or are not asked about.
    """
    query = (
        select(_RETURN, Cycle, Region, _SERVICE, _SITE, Party)  # type: ignore[call-overload]  # SQLModel types no bundles
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Region, col(Region.code) == col(Cycle.region_code))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .order_by(
            col(Cycle.quarter), col(Region.code), col(Site.name), col(Party.name), col(Return.id)
        )
    )
    if region:
        query = query.where(Region.code == region)
    if quarter:
        query = query.where(Cycle.quarter == quarter)
    if party:
        query = query.where(Party.code == party)
    if since:
        query = query.where(Cycle.quarter >= since)
    if ids is not None:
        query = query.where(among(col(Return.id), ids))
    if service_ids is not None:
        query = query.where(among(col(Return.service_id), service_ids))
    if site_ids is not None:
        query = query.where(among(col(Service.site_id), site_ids))
    if beside is not None:
        service = select(Return.service_id).where(col(Return.id) == beside).scalar_subquery()
        query = query.where(Return.service_id == service)
    paused = pauses.in_force(session) if paused is None else paused
    return [_ref(paused, *row) for row in session.exec(query)]


def _ref(
    paused: Pauses,
    row: Any,  # noqa: ANN401 - a row of its bundle, as are the service and the site
    cycle: Cycle,
    region: Region,
    service: Any,  # noqa: ANN401
    site: Any,  # noqa: ANN401
    party: Party,
) -> Ref:
    quarter = Quarter.parse(cycle.quarter)
    return Ref(
        id=row.id,
        cycle_id=cycle.id or 0,
        region=region.code,
        region_name=region.name,
        sample=region.sample,
        paused=region.paused or paused.holds(region.code, party.code),
        region_since=london_date(region.first_imported_at),
        region_salt=region.salt,
        quarter=quarter,
        charter_version=cycle.charter_version,
        policy_version=cycle.policy_version,
        baseline=cycle.baseline,
        dates=_dates(cycle.moved or cycle.dates),
        site_id=site.id,
        site=site.code,
        site_name=site.name,
        switchboard=site.switchboard,
        safer_custody=site.safer_custody,
        family_line=site.family_line,
        numbers_checked=site.numbers_checked,
        link_worker=site.link_worker,
        party=party.code,
        party_name=party.name,
        party_kind=party.kind,
        service_id=service.id,
        line=service.line,
        began=service.starts,
        served_from=max(service.starts, quarter.starts),
        served_to=min(service.ends or quarter.ends, quarter.ends),
        due_on=row.due_on,
        received_at=row.received_at,
    )


@lru_cache(maxsize=64)
def _dates(text: str) -> Dates:
    return Dates.model_validate_json(text)


def ref(session: Session, return_id: int) -> Ref:
    """One return by its number; Unknown if there is none."""
    found = once(session, ("ref", return_id), lambda: refs(session, ids=[return_id]))
    if not found:
        raise Unknown(f"no return {return_id}")
    return found[0]


def find(session: Session, provider: str, site: str, quarter: str, line: str = "") -> Ref:
    """The return of a provider for a prison and quarter; Unknown names what is owed instead.

    A ValueError says what a quarter looks like, where this is none.
    """
    owed = refs(session, quarter=str(Quarter.parse(quarter)), party=provider)
    found = [r for r in owed if r.site == site and (not line or r.line == line)]
    if len(found) == 1:
        return found[0]
    if found:
        lines = ", ".join(r.line for r in found)
        raise Unknown(f"{provider} owes several returns for {site}; name the service line: {lines}")
    sites = ", ".join(r.site for r in owed) or "nothing"
    raise Unknown(
        f"{provider} owes no return for {site} in {quarter}; in that quarter it owes: {sites}"
    )


def previous(session: Session, here: Ref) -> Ref | None:
    """The same service's return of the latest earlier quarter, if it owed one."""
    earlier = [r for r in refs(session, service_ids=[here.service_id]) if r.quarter < here.quarter]
    return max(earlier, key=lambda r: r.quarter) if earlier else None


def signed_documents(session: Session, wanted: Mapping[int, str]) -> dict[int, ReturnDocument]:
    """The document behind each return's SHA-256, for those that have one, in one query."""
    texts = documents.fetch(session, wanted.values())
    return {
        return_id: ReturnDocument.model_validate_json(texts[sha])
        for return_id, sha in wanted.items()
        if sha in texts
    }


def signed_document(session: Session, here: Ref) -> ReturnDocument | None:
    """What the signer last put their name to; nothing while unsigned."""
    life = lives.lives(session, [here.id])[here.id]
    return signed_documents(session, {here.id: life.document}).get(here.id)


def brought_forward(session: Session, here: Ref) -> BroughtForward:
    """What this return has to answer for: open actions, requests not yet answered, last figures."""
    earlier = _signed_earlier(session, here)
    counted = [document.measures for document in earlier if not document.nil_return]
    return BroughtForward(
        actions=actions.open_lines(
            session, here.party, here.site_id, here.quarter, here.received_at
        ),
        requests=_unanswered(session, here, earlier),
        measures=counted[-1] if counted else (),
    )


def _signed_earlier(session: Session, here: Ref) -> list[ReturnDocument]:
    """What the service signed for earlier quarters, oldest first."""
    earlier = [r for r in refs(session, service_ids=[here.service_id]) if r.quarter < here.quarter]
    folded = lives.lives(session, [r.id for r in earlier])
    signed = signed_documents(session, {r.id: folded[r.id].document for r in earlier})
    return [signed[r.id] for r in earlier if r.id in signed]


def requests_for(session: Session, here: Ref) -> list[Asked]:
    """The requests a return speaks to: its party's, its prison's, heard before they closed."""
    return [
        asked
        for asked in requests.requests_in(session, here.region)
        if asked.party == here.party
        and asked.site in ("", here.site)
        and asked.heard_on <= here.dates.requests_close
    ]


def requests_owed(session: Session, here: Ref) -> tuple[str, ...]:
    """The requests that no earlier return of this service has answered."""
    return _unanswered(session, here, _signed_earlier(session, here))


def _unanswered(session: Session, here: Ref, earlier: Iterable[ReturnDocument]) -> tuple[str, ...]:
    answered = {r.request for document in earlier for r in document.replies if r.answer}
    return tuple(a.id for a in requests_for(session, here) if a.id not in answered)


def promises(session: Session, here: Iterable[Ref]) -> dict[tuple[str, int], list[Promise]]:
    """Every action of these returns' parties and prisons, by (party, site id)."""
    return actions.promises(session, {(r.party, r.site_id) for r in here})


def template(session: Session, here: Ref) -> ReturnDocument:
    """The document ready to fill: all that is asked, last quarter's answers to be confirmed."""
    before = previous(session, here)
    return carried_forward(
        signed_document(session, before) if before else None,
        cycles.charter_of(session, here.charter_version),
        here.quarter,
        here.party,
        here.site,
        brought_forward(session, here),
        cycles.charter_of(session, before.charter_version) if before else None,
    )


def draft(session: Session, here: Ref) -> DraftView:
    """The return as it now stands for its preparer: saved draft, last signed, or template."""
    row = session.get(Draft, here.id)
    if row is not None:
        document = ReturnDocument.model_validate_json(row.body)
        return DraftView(document, row.version, row.saved_at, row.saved_by)
    return DraftView(signed_document(session, here) or template(session, here), 0)
