"""The proof of every date on record: what it was counted from, by which list, and what moved it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from charter import openings
from charter.folding import fold
from charter.policy import Dates
from charter.proof import Day, Proof, Standstill, count, prove
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date
from providers import calendars, cycles, lives, pauses
from providers.console_tables import PlannedMove
from providers.returns import Ref
from providers.tables import Cycle, LedgerRow, Party, Return, Service, Site

STOPS = {"region_paused": True, "paused": True, "region_resumed": False, "resumed": False}


@dataclass(frozen=True)
class Dated:
    """One date of a cycle: its name in the policy, as set at the opening, and as in force."""

    name: str
    first: date
    now: date

    @property
    def moved(self) -> bool:
        """A bank holiday moved it later."""
        return self.now != self.first


@dataclass(frozen=True)
class CycleProof:
    """A cycle's dates, the days counted from the quarter's end to its due date, and the list used.

    `problem` says why the days cannot be counted, where they cannot.
    """

    quarter: Quarter
    dates: tuple[Dated, ...]
    days: tuple[Day, ...]
    source: str
    horizon: date
    problem: str = ""

    @property
    def holidays(self) -> tuple[Day, ...]:
        """The bank holidays from the quarter's end to publication."""
        return tuple(day for day in self.days if day.holiday)


class Due(NamedTuple):
    """A return by its number: the day it is due on, if any, and whether it came."""

    id: int
    on: date | None
    came: bool


def due_in(session: Session, cycle_id: int) -> list[Due]:
    """Every return of a cycle, by prison and party, with no more of it than its dates."""
    rows = (
        select(col(Return.id), col(Return.due_on), col(Return.received_at).is_not(None))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(Return.cycle_id == cycle_id)
        .order_by(col(Site.name), col(Party.name), col(Return.id))
    )
    return [Due(i or 0, on, bool(came)) for i, on, came in session.exec(rows)]


def cycle_proof(session: Session, cycle_id: int, calendar: Calendar) -> CycleProof:
    """How the dates of a cycle came about, each day to its publication counted."""
    cycle = session.get_one(Cycle, cycle_id)
    quarter, now = Quarter.parse(cycle.quarter), calendars.dates_of(cycle)
    days: tuple[Day, ...] = ()
    problem = ""
    try:
        days = count(quarter.ends, now.publishes, calendar)
    except BeyondHorizon as error:
        problem = str(error)
    return CycleProof(
        quarter=quarter,
        dates=dated(session, cycle_id),
        days=days,
        source=calendar.source,
        horizon=calendar.horizon,
        problem=problem,
    )


def dated(session: Session, cycle_id: int) -> tuple[Dated, ...]:
    """The dates of a cycle in force, each beside the one set at the opening."""
    cycle = session.get_one(Cycle, cycle_id)
    first = Dates.model_validate_json(cycle.dates).model_dump()
    now = calendars.dates_of(cycle).model_dump()
    return tuple(Dated(name, first[name], day) for name, day in now.items())


def proofs(
    session: Session, refs: Iterable[Ref], calendar: Calendar, now: datetime
) -> dict[int, Proof]:
    """The proof of each return's due date in force; none for a return that was never asked for."""
    here = list(refs)
    steps = lives.histories(session, [r.id for r in here])
    rows = (
        select(Cycle, col(PlannedMove.opens))
        .join(
            PlannedMove,
            (col(PlannedMove.region_code) == col(Cycle.region_code))
            & (col(PlannedMove.quarter) == col(Cycle.quarter)),
            isouter=True,
        )
        .where(col(Cycle.id).in_({r.cycle_id for r in here}))
    )
    found_cycles = session.exec(rows).all()
    opened = {row.id: row for row, _ in found_cycles}
    lists = {
        name: calendar if name == calendar.version else calendars.find(session, name)
        for name in {row.calendar for row in opened.values()}
    }
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in here}}
    moved = {
        row.id: openings.later(
            policies[row.policy_version],
            Quarter.parse(row.quarter),
            lists[row.calendar] or calendar,
            opens,
        )
        for row, opens in found_cycles
    }
    stood = standstills(session)
    found = {}
    for ref in here:
        proof = prove(
            steps[ref.id],
            fold(steps[ref.id]),
            policies[ref.policy_version],
            ref.quarter,
            calendar,
            lists[opened[ref.cycle_id].calendar],
            during(stood, ref),
            london_date(now),
            moved[ref.cycle_id],
        )
        if proof:
            found[ref.id] = proof
    return found


def standstills(session: Session) -> dict[str, list[Standstill]]:
    """Every pause there ever was, by what it held: everything, a region, or one provider in it."""
    found: dict[str, list[Standstill]] = {}
    rows = select(LedgerRow).where(col(LedgerRow.kind).in_(list(STOPS)))
    for entry in session.exec(rows.order_by(col(LedgerRow.seq))):
        scope = entry.subject.removeprefix("region:").removeprefix("pause:")
        day = london_date(datetime.fromisoformat(entry.at))
        listed = found.setdefault(scope, [])
        if STOPS[entry.kind]:
            listed.append(Standstill(_what(scope), day))
        elif listed:
            listed[-1] = Standstill(listed[-1].what, listed[-1].since, day)
    return found


def during(stood: dict[str, list[Standstill]], ref: Ref) -> list[Standstill]:
    """The pauses that held a return, from the day its cycle opened to the day it is published."""
    scopes = (pauses.EVERYTHING, ref.region, pauses.scope_of(ref.region, ref.party))
    held = [pause for scope in scopes for pause in stood.get(scope, ())]
    return sorted(
        (
            pause
            for pause in held
            if pause.since <= ref.dates.publishes
            and (pause.until is None or pause.until >= ref.dates.opens)
        ),
        key=lambda pause: pause.since,
    )


def _what(scope: str) -> str:
    if scope == pauses.EVERYTHING:
        return "everything"
    return "this provider" if ":" in scope else "the whole region"
