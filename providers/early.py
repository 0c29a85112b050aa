"""A service that ends before its quarter is asked for its last return while its people are there.

Its quarter's cycle begins with it, early, and is completed on its opening day; the returns that
it expects grow by entries in the ledger.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from charter.quarters import Calendar, Quarter, london_date, say
from charter.rehearsal import Opening
from charter.steps import Requested
from providers import beginning, calendars, cycles, ledger, lives, pauses, plans
from providers.cycles import Rules
from providers.lives import NewStep
from providers.owing import Owing, owing
from providers.plans import Early
from providers.tables import Cycle, LedgerRow, Region, Return, Service, Site

GREW, COMPLETED = "cycle_grew", "cycle_completed"
ENGINE = "engine"


@dataclass(frozen=True)
class Ended:
    """A region's services that ended in the running quarter, to be asked by these rules.

    `cycle` is the quarter's, where it has begun with others.
    """

    region: Region
    quarter: Quarter
    rules: Rules
    cycle: Cycle | None
    owe: list[Owing]


def is_due(session: Session, now: datetime, calendar: Calendar) -> bool:
    """Whether `carry_on` or `ask_next` has anything to do; asked without the writers' lock."""
    return bool(_to_carry_on(session)) or next(_ended(session, now, calendar), None) is not None


def ask_next(session: Session, now: datetime, calendar: Calendar) -> tuple[str, int] | None:
    """Ask the services that ended in the running quarter, of the first region that has any.

    Gives the region and how many were asked; None when there is nobody to ask. Only on working
    days, so that whoever is asked has the whole of their time. Paused regions ask nobody.
    """
    for ended in _ended(session, now, calendar):
        _ask(session, ended, now, calendar)
        return ended.region.code, len(ended.owe)
    return None


def carry_on(session: Session, now: datetime) -> int:
    """Give returns asked for early the cycle's own date, where their service goes on after all.

    Gives how many. One that has come, or is recorded as not returned, stays as it is.
    """
    steps = [NewStep(i, Requested(due=day)) for i, day in _to_carry_on(session).items()]
    return len(lives.record_many(session, steps, now, ENGINE))


def complete(session: Session, cycle: Cycle, owe: dict[int, Requested], now: datetime) -> int:
    """Ask the rest on the opening day of a cycle begun early; gives how many were asked now."""
    asked = set(session.exec(select(Return.service_id).where(Return.cycle_id == cycle.id)))
    rest = {service: step for service, step in owe.items() if service not in asked}
    cycle.early, cycle.opened_at = False, now
    _grow(session, cycle, len(rest), COMPLETED, now)
    beginning.ask(session, cycle, rest, now)
    return len(rest)


def _to_carry_on(session: Session) -> dict[int, date]:
    """The returns asked for early whose service did not end, with the cycle's own due date."""
    rows = session.exec(
        select(Return, Cycle, Service)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(col(Cycle.early).is_(True), col(Return.received_at).is_(None))
    ).all()
    due = {
        row.id or 0: calendars.dates_of(cycle).due
        for row, cycle, service in rows
        if service.ends is None or service.ends >= Quarter.parse(cycle.quarter).ends
        if row.due_on and row.due_on < calendars.dates_of(cycle).due
    }
    folded = lives.lives(session, due)
    still = {i for i, life in folded.items() if not (life.not_returned_at or life.extended)}
    return {i: day for i, day in due.items() if i in still}


def _ended(session: Session, now: datetime, calendar: Calendar) -> Iterator[Ended]:
    """Each running region with services that ended and were not asked; none but on working days."""
    today = london_date(now)
    quarter = Quarter.containing(today)
    if pauses.in_force(session).everything:
        return
    for region in _with_ends(session, quarter, today):
        cycle = begun(session, region.code, quarter)
        rules = rules_of(session, region, cycle)
        owe = list(_to_ask(session, region, quarter, rules, cycle, today))
        if owe and calendar.is_working_day(today):
            yield Ended(region, quarter, rules, cycle, owe)


def _with_ends(session: Session, quarter: Quarter, today: date) -> list[Region]:
    """The running regions in which a service has ended since the quarter began."""
    return list(
        session.exec(
            select(Region)
            .join(Site, col(Site.region_code) == col(Region.code))
            .join(Service, col(Service.site_id) == col(Site.id))
            .where(col(Region.paused).is_(False))
            .where(col(Service.ends) >= quarter.starts, col(Service.ends) <= today)
            .where(col(Service.ends) < quarter.ends)
            .distinct()
            .order_by(col(Region.code))
        )
    )


def begun(session: Session, region: str, quarter: Quarter) -> Cycle | None:
    """The cycle of a quarter, where it has begun with the services that ended in it."""
    theirs = select(Cycle).where(Cycle.region_code == region, Cycle.quarter == str(quarter))
    return session.exec(theirs).first()


def rules_of(session: Session, region: Region, cycle: Cycle | None) -> Rules:
    """The rules that the cycle began with; those in force where it is still to begin."""
    if cycle is None:
        return cycles.rules_for(session, region)
    return Rules(
        cycles.charter_of(session, cycle.charter_version),
        cycles.policy_of(session, cycle.policy_version),
    )


def _to_ask(
    session: Session,
    region: Region,
    quarter: Quarter,
    rules: Rules,
    cycle: Cycle | None,
    today: date,
) -> Iterator[Owing]:
    """The services that owe a return, whose last day in the quarter has come, and not asked yet."""
    asked: set[int] = set()
    if cycle is not None:
        asked = set(session.exec(select(Return.service_id).where(Return.cycle_id == cycle.id)))
    for owed in owing(session, region, quarter, rules.policy):
        ended = owed.served_to < quarter.ends and owed.served_to <= today
        if ended and not owed.left_out and owed.service_id not in asked:
            yield owed


def _ask(session: Session, ended: Ended, now: datetime, calendar: Calendar) -> None:
    cycle, owe, home, rules = ended.cycle, ended.owe, ended.region, ended.rules
    due = calendar.shift(london_date(now), rules.policy.handover_due)
    if cycle is None:
        before = session.exec(select(Cycle.id).where(Cycle.region_code == home.code)).first()
        cycle = beginning.begin(
            session,
            home,
            ended.quarter,
            rules,
            now,
            calendar,
            baseline=before is None,
            expected=len(owe),
            early=True,
        )
    else:
        _grow(session, cycle, len(owe), GREW, now)
    early = Early({o.service_id for o in owe}, Opening(london_date(now), due))
    versions = rules.charter.version, rules.policy
    plan = plans.plan_for(session, home, ended.quarter, *versions, calendar, early=early)
    plans.keep(session, cycle, plan, now)
    steps = {o.service_id: Requested(due=due, why=_why(o.served_to)) for o in owe}
    beginning.ask(session, cycle, steps, now)


def _why(ended: date) -> str:
    return f"the service ended on {say(ended)}, so its last return is asked for at once"


def _grow(session: Session, cycle: Cycle, more: int, kind: str, now: datetime) -> None:
    """Let a cycle expect more returns, by an entry in the ledger."""
    cycle.expected += more
    session.add(cycle)
    session.flush()
    body = {"expected": cycle.expected, "early": cycle.early}
    ledger.append(session, now, ENGINE, kind, f"cycle:{cycle.id}", body)


def grown(session: Session) -> dict[str, dict[str, Any]]:
    """What the ledger last said of each cycle that grew, by its name there."""
    rows = select(LedgerRow).where(col(LedgerRow.kind).in_([GREW, COMPLETED]))
    found = session.exec(rows.order_by(col(LedgerRow.seq)))
    return {entry.subject: json.loads(entry.body) for entry in found}
