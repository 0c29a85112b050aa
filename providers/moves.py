"""Openings moved to a later day before they come, and the dates of a quarter that follow."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter import openings
from charter.policy import Dates, Policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date
from providers import ledger
from providers.console_tables import PlannedMove
from providers.once import once
from providers.tables import Cycle, LedgerRow, Region

MOVED, UNDONE = "opening_moved", "opening_moved_back"


class MoveRefused(ValueError):
    """The opening cannot be moved so; the message says why, with the mend."""


class Overtaken(RuntimeError):
    """The quarter has begun meanwhile, and its dates stand."""


@dataclass(frozen=True)
class Move:
    """A quarter's opening as it was moved: to which day, why, when and by whom."""

    opens: date
    reason: str
    at: datetime
    by: str


def moves_of(session: Session, region: str) -> dict[str, Move]:
    """Every moved opening of a region, by its quarter."""
    return once(session, ("moves", region), lambda: _moves_of(session, region))


def _moves_of(session: Session, region: str) -> dict[str, Move]:
    rows = select(PlannedMove).where(PlannedMove.region_code == region)
    return {
        row.quarter: Move(row.opens, row.reason, row.at, row.by)
        for row in session.exec(rows.order_by(col(PlannedMove.quarter)))
    }


def later(
    session: Session, region: str, quarter: Quarter, policy: Policy, calendar: Calendar
) -> int:
    """How many working days later than by its policy a quarter opens."""
    row = session.get(PlannedMove, (region, str(quarter)))
    return openings.later(policy, quarter, calendar, row.opens if row else None)


def dates_with(move: Move | None, quarter: Quarter, policy: Policy, calendar: Calendar) -> Dates:
    """The dates of a quarter to come that was moved so, or not at all; BeyondHorizon."""
    days = openings.later(policy, quarter, calendar, move.opens if move else None)
    return policy.dates(quarter, calendar, days)


def dates(
    session: Session, region: str, quarter: Quarter, policy: Policy, calendar: Calendar
) -> Dates:
    """The dates of a quarter to come, its opening where it was moved to; BeyondHorizon.

    What opens the quarter, rehearses it and tells of it asks here.
    """
    return policy.dates(quarter, calendar, later(session, region, quarter, policy, calendar))


def move(
    session: Session,
    region: Region,
    quarter: Quarter,
    opens: date,
    reason: str,
    policy: Policy,
    calendar: Calendar,
    now: datetime,
    by: str,
) -> bool:
    """Move a quarter's opening to a later day, for a reason; False where it stands there already.

    MoveRefused says which day would do; Overtaken once anybody was asked. A day earlier than one
    it was moved to before is no earlier opening, as long as the policy's own comes first.
    """
    _not_begun(session, region.code, quarter)
    reason = reason.strip()
    try:
        why = openings.why_not(policy, quarter, calendar, opens, london_date(now))
    except BeyondHorizon as error:
        raise MoveRefused(str(error)) from None
    if why:
        raise MoveRefused(why)
    if not reason:
        raise MoveRefused("give the reason, for the record")
    row = session.get(PlannedMove, (region.code, str(quarter)))
    if row is not None and (row.opens, row.reason) == (opens, reason):
        return False
    key = {"region_code": region.code, "quarter": str(quarter)}
    session.merge(PlannedMove(**key, opens=opens, reason=reason, at=now, by=by))
    body = {"quarter": str(quarter), "opens": str(opens)}
    ledger.append(session, now, by, MOVED, f"region:{region.code}", body)
    return True


def undo(session: Session, region: str, quarter: Quarter, now: datetime, by: str) -> bool:
    """Let a quarter open on its own day again, or at once where that has come; False if not moved.

    Overtaken once anybody was asked.
    """
    _not_begun(session, region, quarter)
    row = session.get(PlannedMove, (region, str(quarter)))
    if row is None:
        return False
    session.delete(row)
    ledger.append(session, now, by, UNDONE, f"region:{region}", {"quarter": str(quarter)})
    return True


def first_altered(session: Session) -> str:
    """One sentence naming the first moved opening that the ledger does not vouch for."""
    told: dict[tuple[str, str], tuple[str, str] | None] = {}
    rows = select(LedgerRow).where(col(LedgerRow.kind).in_([MOVED, UNDONE]))
    for entry in session.exec(rows.order_by(col(LedgerRow.seq))):
        body = json.loads(entry.body)
        key = entry.subject.removeprefix("region:"), body["quarter"]
        told[key] = (body["opens"], entry.by) if entry.kind == MOVED else None
    for row in session.exec(select(PlannedMove).order_by(col(PlannedMove.quarter))):
        if told.pop((row.region_code, row.quarter), None) != (str(row.opens), row.by):
            return f"the ledger does not vouch for the moved opening of {row.quarter}"
    for (region, quarter), said in told.items():
        if said is not None:
            return f"the moved opening of {region} {quarter} is missing"
    return ""


def _not_begun(session: Session, region: str, quarter: Quarter) -> None:
    rows = select(Cycle).where(Cycle.region_code == region, Cycle.quarter == str(quarter))
    cycle = session.exec(rows).first()
    if cycle is not None:
        begun = "services that ended in it were asked" if cycle.early else "it has opened"
        raise Overtaken(f"{quarter.in_words} cannot be moved any more: {begun}")
