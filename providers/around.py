"""What is on record beside a region's returns: who runs healthcare, calls, words as they were."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.listening import Heard
from notifications.among import among
from providers import documents
from providers.console_tables import FamilyCall
from providers.listening import SAVED
from providers.tables import LedgerRow, Party, Service, Signatory, Site


@dataclass(frozen=True)
class Served:
    """A prime provider's service at a prison, and whether it owes returns by its signature."""

    service_id: int
    site: str
    party_name: str
    line: str
    starts: date
    ends: date | None
    signed: bool


@dataclass(frozen=True)
class Rung:
    """A call that was made to a prison's line for families, and when it was noted."""

    site: str
    quarter: str
    noted_at: datetime
    answered: bool
    minutes: int


@dataclass(frozen=True)
class Version:
    """What a listening partner saved of a quarter, and when."""

    at: datetime
    heard: Heard


def served(session: Session, region: str, sites: Collection[int]) -> list[Served]:
    """Every service of a known prime provider at these prisons of a region, past ones too.

    Where the region keeps no list of signatories, all count as signed. Two queries.
    """
    signed = set(session.exec(select(Signatory.party_code).where(Signatory.region_code == region)))
    rows = session.exec(
        select(Service, Site.code, Party)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(among(col(Service.site_id), sites), Service.role == "prime")
        .order_by(col(Service.starts), col(Service.id))
    )
    return [
        Served(
            service_id=service.id or 0,
            site=site,
            party_name=party.name,
            line=service.line,
            starts=service.starts,
            ends=service.ends,
            signed=not signed or party.code in signed,
        )
        for service, site, party in rows
    ]


def calls(session: Session, sites: Collection[int]) -> list[Rung]:
    """Every call on record to the lines of these prisons, in one query."""
    rows = session.exec(
        select(FamilyCall, Site.code)
        .join(Site, col(Site.id) == col(FamilyCall.site_id))
        .where(among(col(FamilyCall.site_id), sites))
        .order_by(col(FamilyCall.id))
    )
    return [
        Rung(site, call.quarter, call.noted_at, call.answered, call.minutes) for call, site in rows
    ]


def listening(session: Session, region: str) -> dict[str, list[Version]]:
    """Every version of what was heard in a region, by quarter, oldest first, in two queries."""
    entries = session.exec(
        select(LedgerRow)
        .where(LedgerRow.kind == SAVED, col(LedgerRow.subject).startswith(f"listening:{region}:"))
        .order_by(col(LedgerRow.seq))
    ).all()
    kept = [(entry, str(json.loads(entry.body)["digest"])) for entry in entries]
    texts = documents.fetch(session, [sha for _, sha in kept])
    found: dict[str, list[Version]] = defaultdict(list)
    for entry, sha in kept:
        if sha in texts:
            heard = Heard.model_validate_json(texts[sha])
            found[heard.quarter].append(Version(datetime.fromisoformat(entry.at), heard))
    return found
