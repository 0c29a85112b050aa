"""Opening a cycle: which quarters have come in which regions, and who is asked for a return."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from charter import openings
from charter.policy import Policy
from charter.quarters import Calendar, Quarter, london_date
from charter.steps import Requested
from providers import beginning, calendars, cycles, early, moves, pauses, plans
from providers.cycles import CycleView
from providers.moves import Move
from providers.owing import owing
from providers.tables import Cycle, Region


def quarters_to_open(
    region: Region,
    opened: set[str],
    policy: Policy,
    calendar: Calendar,
    now: datetime,
    moved: Mapping[str, Move],
) -> Iterator[Quarter]:
    """The quarters that may open now: come since the region's first import, and not yet published.

    One whose publication day went by while the region was paused, or we were down, stays shut:
    nobody could answer for it in time. One that was `moved` opens on that day.
    """
    today, since = london_date(now), london_date(region.first_imported_at)
    quarter = Quarter.containing(since).previous()
    while quarter.ends < today:
        move = moved.get(str(quarter))
        later = openings.later(policy, quarter, calendar, move.opens if move else None)
        dates = policy.dates(quarter, calendar, later)
        may_open = since <= dates.opens <= today <= dates.publishes
        if may_open and str(quarter) not in opened:
            yield quarter
        quarter = quarter.next()


def open_due(session: Session, now: datetime, calendar: Calendar) -> list[tuple[CycleView, int]]:
    """Open every cycle that has come, with the returns owed in it; each once, however often asked.

    Gives the cycles opened and how many returns each expects. Paused regions open nothing.
    """
    return list(iter(lambda: open_next(session, now, calendar), None))


def open_next(session: Session, now: datetime, calendar: Calendar) -> tuple[CycleView, int] | None:
    """Open the first cycle that has come, and nothing more; None when there is none to open.

    A transaction for each keeps the wait of other writers short, however many regions there are.
    """
    for region, quarter, is_first in _to_open(session, now, calendar):
        expected = _open(session, region, quarter, now, calendar, baseline=is_first)
        return cycles.cycle_of(session, region.code, str(quarter)), expected
    return None


def _to_open(
    session: Session, now: datetime, calendar: Calendar
) -> Iterator[tuple[Region, Quarter, bool]]:
    """The regions and quarters that may open now, and whether it is the region's first."""
    if pauses.in_force(session).everything:
        return
    regions = session.exec(
        select(Region).where(col(Region.paused).is_(False)).order_by(col(Region.code))
    ).all()
    for region in regions:
        policy = cycles.policy_of(session, region.policy_version)
        whole = col(Cycle.early).is_(False)
        theirs = select(Cycle.quarter).where(Cycle.region_code == region.code, whole)
        done = set(session.exec(theirs))
        moved = moves.moves_of(session, region.code)
        for quarter in quarters_to_open(region, done, policy, calendar, now, moved):
            charter = cycles.rules_for(session, region).charter.version
            if plans.may_open(session, region, quarter, charter, policy, calendar):
                yield region, quarter, not done


def _open(
    session: Session,
    region: Region,
    quarter: Quarter,
    now: datetime,
    calendar: Calendar,
    *,
    baseline: bool,
) -> int:
    begun = early.begun(session, region.code, quarter)
    rules = early.rules_of(session, region, begun)
    owe = [o.service_id for o in owing(session, region, quarter, rules.policy) if not o.left_out]
    versions = rules.charter.version, rules.policy
    plan = plans.plan_for(session, region, quarter, *versions, calendar, london_date(now))
    cycle = begun or beginning.begin(
        session, region, quarter, rules, now, calendar, baseline=baseline, expected=len(owe)
    )
    plans.keep(session, cycle, plan, now)
    due = calendars.dates_of(cycle).due
    fair = calendar.shift(london_date(now), rules.policy.least_notice)
    late = "asked late, so the due date moved to leave full notice" if fair > due else ""
    steps = dict.fromkeys(owe, Requested(due=max(fair, due), why=late))
    if begun is not None:
        return early.complete(session, begun, steps, now)
    beginning.ask(session, cycle, steps, now)
    return len(owe)
