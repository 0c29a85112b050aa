"""Open deadlines move later when a bank holiday is added, and never earlier."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.folding import fold
from charter.holidays import added
from charter.ledger import canonical, digest
from charter.policy import Dates
from charter.proof import dates_moved, later, rule_of, why_moved
from charter.quarters import Calendar, Quarter, london_date
from charter.steps import DueMoved
from providers import calendars, cycles, ledger, lives, moves
from providers.lives import NewStep
from providers.tables import Cycle, LedgerRow, Return

MOVED = "cycle_moved"
ENGINE = "engine"


def behind(session: Session, calendar: Calendar, today: date) -> list[int]:
    """The open cycles whose dates were not held against this list yet, oldest quarter first."""
    rows = session.exec(
        select(Cycle)
        .where(Cycle.held_against < calendar.version)
        .order_by(col(Cycle.quarter), col(Cycle.region_code))
    )
    return [row.id or 0 for row in rows if calendars.dates_of(row).publishes >= today]


def open_returns(session: Session, cycle_id: int, today: date) -> list[int]:
    """The returns of a cycle that have not come and are not late."""
    rows = select(Return).where(
        Return.cycle_id == cycle_id,
        col(Return.received_at).is_(None),
        col(Return.due_on) >= today,
    )
    return [row.id or 0 for row in session.exec(rows.order_by(col(Return.id)))]


def move_returns(
    session: Session, cycle_id: int, ids: Collection[int], calendar: Calendar, now: datetime
) -> int:
    """Move these returns' due dates to where the list puts them; gives how many moved.

    What has moved does not move again: a due date is counted anew from where it was counted first.
    """
    cycle, today = session.get_one(Cycle, cycle_id), london_date(now)
    policy = cycles.policy_of(session, cycle.policy_version)
    quarter = Quarter.parse(cycle.quarter)
    opening, before = _lists(session, cycle)
    late = moves.later(session, cycle.region_code, quarter, policy, opening or calendar)
    moved = []
    for return_id, steps in lives.histories(session, list(ids)).items():
        rule = rule_of(steps, policy, quarter, opening, late)
        due = later(fold(steps), rule, calendar, before, today)
        if due:
            why = why_moved(before, calendar, rule.since, due)
            moved.append(NewStep(return_id, DueMoved(due=due, why=why, cause="holiday")))
    return len(lives.record_many(session, moved, now, ENGINE))


def move_cycle(session: Session, cycle_id: int, calendar: Calendar, now: datetime) -> bool:
    """Move a cycle's own dates, and note which list they were held against.

    False where no date moved: then nothing of it is in the ledger.
    """
    cycle, today = session.get_one(Cycle, cycle_id), london_date(now)
    quarter, in_force = Quarter.parse(cycle.quarter), calendars.dates_of(cycle)
    opening, before = _lists(session, cycle)
    policy = cycles.policy_of(session, cycle.policy_version)
    late = moves.later(session, cycle.region_code, quarter, policy, opening or calendar)
    moved = dates_moved(in_force, policy.dates(quarter, calendar, late), today)
    cycle.held_against = calendar.version
    session.add(cycle)
    if moved == in_force:
        return False
    cycle.moved = canonical(moved.model_dump(mode="json"))
    new = added(before, calendar) if before else {}
    body = {
        "dates": digest(cycle.moved),
        "calendar": calendar.version,
        "holidays": [str(day) for day in new if quarter.ends < day <= moved.publishes],
    }
    ledger.append(session, now, ENGINE, MOVED, f"cycle:{cycle.id}", body)
    return True


def first_unvouched(session: Session) -> str:
    """One sentence naming the first cycle whose moved dates the ledger does not vouch for."""
    newest: dict[str, LedgerRow] = {}
    for entry in session.exec(
        select(LedgerRow).where(LedgerRow.kind == MOVED).order_by(col(LedgerRow.seq))
    ):
        newest[entry.subject] = entry
    for cycle in session.exec(select(Cycle).order_by(col(Cycle.id))):
        said = newest.pop(f"cycle:{cycle.id}", None)
        if said is None and cycle.moved:
            return f"no ledger entry moved the dates of {cycle.region_code} {cycle.quarter}"
        if said is not None and f'"dates":"{digest(cycle.moved)}"' not in said.body:
            return f"the dates behind ledger entry {said.seq} have been changed"
        if _earlier(cycle):
            return f"a date of {cycle.region_code} {cycle.quarter} has moved to an earlier day"
    for entry in newest.values():
        return f"the cycle behind ledger entry {entry.seq} is missing"
    return ""


def _earlier(cycle: Cycle) -> bool:
    first, now = Dates.model_validate_json(cycle.dates), calendars.dates_of(cycle)
    return any(getattr(now, name) < day for name, day in first.model_dump().items())


def _lists(session: Session, cycle: Cycle) -> tuple[Calendar | None, Calendar | None]:
    """The list by which a cycle's dates were counted first, and that it was last held against."""
    opening = calendars.find(session, cycle.calendar)
    return opening, calendars.find(session, cycle.held_against or cycle.calendar) or opening
