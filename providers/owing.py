"""Who owes a return in a quarter, and who owes none and why."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from charter.policy import Policy
from charter.quarters import Quarter
from providers.tables import Cycle, Party, Region, Return, Service, Signatory, Site


@dataclass(frozen=True)
class Owing:
    """A service in a quarter: the days it served, and why it owes no return (empty if it does)."""

    service_id: int
    site_code: str
    site_name: str
    party_code: str
    party_name: str
    line: str
    served_from: date
    served_to: date
    left_out: str


def owing(session: Session, region: Region, quarter: Quarter, policy: Policy) -> list[Owing]:
    """Every service row that touches the quarter, those that owe nothing with the reason."""
    signed = set(
        session.exec(select(Signatory.party_code).where(Signatory.region_code == region.code))
    )
    rows = session.exec(
        select(Service, Site, Party)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(Site.region_code == region.code, Service.starts <= quarter.ends)
        .where(col(Service.ends).is_(None) | (col(Service.ends) >= quarter.starts))
        .order_by(col(Site.name), col(Party.name), col(Service.line))
    )
    found = []
    for service, site, party in rows:
        first = max(service.starts, quarter.starts)
        last = min(service.ends or quarter.ends, quarter.ends)
        found.append(
            Owing(
                service_id=service.id or 0,
                site_code=site.code,
                site_name=site.name,
                party_code=party.code if party else "",
                party_name=party.name if party else "",
                line=service.line,
                served_from=first,
                served_to=last,
                left_out=_why_left_out(service, party, signed, (last - first).days + 1, policy),
            )
        )
    return found


def asked_early(session: Session, region: str, quarter: Quarter) -> frozenset[int]:
    """The services that were asked for a quarter's return before its opening day has come."""
    theirs = (
        select(Return.service_id)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(Cycle.region_code == region, Cycle.quarter == str(quarter))
        .where(col(Cycle.early).is_(True))
    )
    return frozenset(session.exec(theirs))


def _why_left_out(
    service: Service, party: Party | None, signed: set[str], days: int, policy: Policy
) -> str:
    if party is None:
        return "no provider is known for this prison"
    if service.role != "prime":
        return "a subcontractor contributes to the prime provider's return"
    if signed and party.code not in signed:
        return "not signed up to the Charter in this region"
    if days < policy.least_days_served:
        return f"served {days} days of the quarter, fewer than {policy.least_days_served}"
    return ""
