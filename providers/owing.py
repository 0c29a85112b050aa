"""Who owes a return in a quarter, and who owes none and why."""

from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from charter.policy import Policy
from charter.quarters import Quarter
from providers.tables import Cycle, Party, Region, Return, Service, Signatory, Site


class Owing(NamedTuple):
    """A service in a quarter: the days it served, and why it owes no return (empty if it does).

    `early` where it was asked for this quarter's return before its opening day has come.
    """

    service_id: int
    site_code: str
    site_name: str
    party_code: str
    party_name: str
    line: str
    served_from: date
    served_to: date
    left_out: str
    early: bool


def owing(session: Session, region: Region, quarter: Quarter, policy: Policy) -> list[Owing]:
    """Every service row that touches the quarter, those that owe nothing with the reason.

    One query, for bare columns: a plan asks for every service of a region.
    """
    signed_here = col(Signatory.region_code) == region.code
    query: Any = (
        select(  # type: ignore[call-overload]  # SQLModel types no more than four
            col(Service.id), col(Service.role), col(Service.line), col(Service.starts),
            col(Service.ends), col(Site.code), col(Site.name), col(Party.code), col(Party.name),
            select(Signatory.party_code).where(signed_here).exists(),
            col(Party.code).in_(select(Signatory.party_code).where(signed_here)),
            col(Service.id).in_(_early(region.code, quarter)),
        )
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(Site.region_code == region.code, Service.starts <= quarter.ends)
        .where(col(Service.ends).is_(None) | (col(Service.ends) >= quarter.starts))
        .order_by(col(Site.name), col(Party.name), col(Service.line))
    )  # fmt: skip
    found, begins, finishes = [], quarter.starts, quarter.ends
    for row in session.execute(query):
        i, role, line, starts, ends, site, place, party, name, listed, signed, early = row
        first, last = max(starts, begins), min(ends or finishes, finishes)
        days = (last - first).days + 1
        found.append(
            Owing(
                service_id=i,
                site_code=site,
                site_name=place,
                party_code=party or "",
                party_name=name or "",
                line=line,
                served_from=first,
                served_to=last,
                left_out=_why_left_out(party, role, not listed or signed, days, policy),
                early=bool(early),
            )
        )
    return found


def _early(region: str, quarter: Quarter) -> Any:  # noqa: ANN401 - a select
    return (
        select(Return.service_id)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(Cycle.region_code == region, Cycle.quarter == str(quarter))
        .where(col(Cycle.early).is_(True))
    )


def _why_left_out(party: str | None, role: str, signed: bool, days: int, policy: Policy) -> str:
    if not party:
        return "no provider is known for this prison"
    if role != "prime":
        return "a subcontractor contributes to the prime provider's return"
    if not signed:
        return "not signed up to the Charter in this region"
    if days < policy.least_days_served:
        return f"served {days} days of the quarter, fewer than {policy.least_days_served}"
    return ""
