"""What families asked for where somebody counted them, and what its telling by region rests on."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.ledger import digest
from providers import lives
from providers.console_tables import PassedOn
from providers.ledger import written
from providers.register_rows import REGION_SITE
from providers.tables import Cycle, FamilyRequest, LedgerRow, Party, Return, Service, Site, StepRow

KEY = 16
"""Letters of the key under which such a request is told: enough, and no way back to its id."""


@dataclass(frozen=True)
class Counted:
    """What so many families asked for, of a provider or, where it is `passed_on`, of the prison.

    `key` is drawn from a secret: whoever reads it cannot tell the id, which names the prison.
    `site` is empty where all prisons of the `party` were asked.
    """

    id: str
    key: str
    families: int
    site: str
    party: str
    commitment: str
    text: str
    heard_on: date
    entered_at: datetime
    passed_on: bool
    recommendation: bool


def counted(session: Session, region: str) -> list[Counted]:
    """All that was asked in a region by families whose number is on record, in two queries.

    What the commissioner was asked is told on its own page, and is not among them.
    """
    asked = session.exec(
        select(FamilyRequest)
        .join(Party, col(Party.code) == col(FamilyRequest.party_code))
        .where(FamilyRequest.region_code == region, Party.kind != "commissioner")
        .where(col(FamilyRequest.families).is_not(None))
        .where(col(FamilyRequest.withdrawn_at).is_(None))
    )
    passed = session.exec(
        select(PassedOn, Site.code)
        .join(Site, col(Site.id) == col(PassedOn.site_id))
        .where(Site.region_code == region, col(PassedOn.families).is_not(None))
    )
    found = [_counted(row, row.site_code, row.party_code, row.commitment) for row in asked]
    return found + [_counted(row, site, "", "") for row, site in passed]


def _counted(row: FamilyRequest | PassedOn, site: str, party: str, commitment: str) -> Counted:
    return Counted(
        id=row.id,
        key=digest(row.salt + row.id)[:KEY],
        families=row.families or 0,
        site=site,
        party=party,
        commitment=commitment,
        text=row.text,
        heard_on=row.heard_on,
        entered_at=row.entered_at,
        passed_on=isinstance(row, PassedOn),
        recommendation=row.kind == "recommendation",
    )


def prisons(session: Session, cycle_id: int, until: datetime) -> tuple[int, int]:
    """How many prisons had every answer that they owe for a quarter out by then, and how many not.

    An update that is out because it never came answers nothing, nor does one of a service that did
    not run. The region's own is left out, and so are those that are owed no more. Two queries.
    """
    owed = session.exec(
        select(Return.id, Service.site_id)
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Return.cycle_id == cycle_id, Site.code != REGION_SITE)
    )
    steps = session.exec(
        select(StepRow.return_id, LedgerRow.kind, StepRow.body)
        .join(LedgerRow, col(LedgerRow.seq) == col(StepRow.seq))
        .join(Return, col(Return.id) == col(StepRow.return_id))
        .where(Return.cycle_id == cycle_id)
        .where(col(LedgerRow.kind).in_(["signed", "published", "released"]))
        .where(LedgerRow.at <= written(until))
        .order_by(col(StepRow.seq))
    )
    told: dict[int, dict[str, str]] = defaultdict(dict)
    for one, kind, body in steps:
        told[one][kind] = body
    here = {one: site for one, site in owed if one and "released" not in told[one]}
    silent = {site for one, site in here.items() if not _answers(told[one])}
    return len(set(here.values()) - silent), len(silent)


def _answers(told: Mapping[str, str]) -> bool:
    """Whether what was signed last, of a service that ran, is out."""
    return {"published", "signed"} <= set(told) and not json.loads(told["signed"]).get("nil")


def taken_down(session: Session, region: str) -> frozenset[str]:
    """The quarters of which any update in a region is taken down now."""
    query = (
        select(Return.id, Cycle.quarter)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(StepRow, col(StepRow.return_id) == col(Return.id))
        .join(LedgerRow, col(LedgerRow.seq) == col(StepRow.seq))
        .where(Cycle.region_code == region, LedgerRow.kind == "withdrawn")
        .distinct()
    )
    found = {one: quarter for one, quarter in session.exec(query) if one}
    down = lives.lives(session, list(found))
    return frozenset(q for one, q in found.items() if down[one].withdrawn_at is not None)


def names_of_places(session: Session, region: str) -> frozenset[str]:
    """Every prison of a region by name and code, and every provider that ever served there."""
    sites = session.exec(
        select(Site.name, Site.code).where(Site.region_code == region, Site.code != REGION_SITE)
    )
    parties = session.exec(
        select(Party.name)
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region, Party.kind != "commissioner")
        .distinct()
    )
    return frozenset([*(word for row in sites for word in row), *parties])
