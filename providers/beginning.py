"""A cycle's row, the returns asked for in it, and what the ledger holds of both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, insert, select

from charter.ledger import canonical, digest
from charter.quarters import Calendar, Quarter
from charter.steps import Requested
from notifications.among import among
from providers import ledger, lives, moves
from providers.cycles import Rules
from providers.tables import Cycle, Region, Return


def begin(
    session: Session,
    region: Region,
    quarter: Quarter,
    rules: Rules,
    now: datetime,
    calendar: Calendar,
    *,
    baseline: bool,
    expected: int,
    early: bool = False,
) -> Cycle:
    """The row of a cycle that opens now, with its ledger entry; `early` before its opening day."""
    dates = moves.dates(session, region.code, quarter, rules.policy, calendar)
    cycle = Cycle(
        region_code=region.code,
        quarter=str(quarter),
        charter_version=rules.charter.version,
        policy_version=rules.policy.version,
        opened_at=now,
        baseline=baseline,
        expected=expected,
        dates=canonical(dates.model_dump(mode="json")),
        calendar=calendar.version,
        early=early,
    )
    session.add(cycle)
    session.flush()
    body = vouched(cycle) | ({"early": True} if early else {})
    ledger.append(session, now, "engine", "cycle_opened", f"cycle:{cycle.id}", body)
    return cycle


def ask(session: Session, cycle: Cycle, owe: Mapping[int, Requested], now: datetime) -> None:
    """A return for each of these services, and the step that asks for it, in that order."""
    if not owe:
        return
    session.execute(insert(Return), [{"cycle_id": cycle.id, "service_id": s} for s in owe])
    rows = session.exec(
        select(Return.id, Return.service_id)
        .where(Return.cycle_id == cycle.id, among(col(Return.service_id), owe))
        .order_by(col(Return.id))
    )
    asked = [lives.NewStep(i or 0, owe[service], once="requested") for i, service in rows]
    lives.record_many(session, asked, now, "engine")


def vouched(cycle: Cycle) -> dict[str, Any]:
    """What the ledger holds of a cycle as it opens."""
    return {
        "region": cycle.region_code,
        "quarter": cycle.quarter,
        "expected": cycle.expected,
        "charter": cycle.charter_version,
        "policy": cycle.policy_version,
        "baseline": cycle.baseline,
        "dates": digest(cycle.dates),
        "calendar": cycle.calendar,
    }
