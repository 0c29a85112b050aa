"""The quarters of a region that are open or to come, with their dates, and how each stands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, String, cast, literal, null, select, union_all
from sqlmodel import Session, col

from charter import openings
from charter.policy import Dates, Policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date
from providers import cycles
from providers.console_tables import PlannedMove
from providers.cycles import CycleView, Rules
from providers.moves import Move
from providers.pauses import EVERYTHING
from providers.plans import Agreed
from providers.steering_tables import Pause, PlanApproval
from providers.tables import Person, Region

MOVED, AGREED = "moved", "agreed"
MANY = 4
"""So many quarters to come are looked ahead to."""


@dataclass(frozen=True)
class Coming:
    """One quarter: open as `cycle`, or to come; no dates, and why, where none can be counted.

    `own_day` is when it opens by the policy, and `moved` where somebody moved that; `agreed` is
    the last plan that was agreed to. The seminar is held between the two days of `seminar`.
    """

    quarter: Quarter
    cycle: CycleView | None
    dates: Dates | None
    seminar: tuple[date, date] | None
    own_day: date | None
    last_day: date | None
    moved: Move | None
    agreed: Agreed | None
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Everybody who owes a return in it was asked."""
        return self.cycle is not None and not self.cycle.early

    @property
    def may_move(self) -> bool:
        """Nobody was asked yet, so its opening may be moved, where its dates are known."""
        return self.cycle is None and self.dates is not None


@dataclass(frozen=True)
class Steered:
    """What people settled of a region's quarters, by quarter: moved openings, plans agreed to.

    `names` has whoever did so, by how the record calls them; `everything` while that is paused.
    """

    moved: dict[str, Move]
    agreed: dict[str, list[Agreed]]
    names: dict[str, str]
    everything: bool


@dataclass(frozen=True)
class Ahead:
    """What lies ahead of a region, and by which rules what is to come is planned."""

    region: Region
    rules: Rules
    quarters: list[Coming]
    steered: Steered

    @property
    def policy(self) -> Policy:
        """The policy that the region follows now."""
        return self.rules.policy

    def find(self, quarter: str) -> Coming | None:
        """The quarter of that name, if it is open or among the next to come."""
        return next((one for one in self.quarters if str(one.quarter) == quarter), None)


def ahead(session: Session, name: str, calendar: Calendar, today: date) -> Ahead:
    """The quarters of a region that are open, oldest first, and the next four to come."""
    region = cycles.region_of(session, name)
    rules = cycles.rules_for(session, region)
    steered = steering(session, region.code)
    quarters = list(_quarters(session, region, rules.policy, steered, calendar, today))
    return Ahead(region, rules, quarters, steered)


def steering(session: Session, region: str) -> Steered:
    """What people settled of a region's quarters, and whether everything stands still; a query."""
    found = Steered({}, {}, {}, everything=False)
    rows = session.execute(union_all(*_settled(region)).order_by("at", "what"))
    everything = False
    for kind, quarter, what, opens, reason, at, by, name in rows:
        if kind == EVERYTHING:
            everything = True
            continue
        found.names[by] = name or "somebody else"
        if kind == MOVED:
            found.moved[quarter] = Move(opens, reason, at, by)
        else:
            found.agreed.setdefault(quarter, []).append(Agreed(what, at, by))
    return replace(found, everything=everything)


def _settled(region: str) -> Iterator[Any]:
    """Each part of the one query: a kind, a quarter, what was settled, when, by whom by name."""
    no_text, no_day = literal(""), cast(null(), Date)
    moved, agreed = PlannedMove, PlanApproval
    parts = (
        (moved, MOVED, col(moved.quarter), no_text, col(moved.opens), col(moved.reason)),
        (agreed, AGREED, col(agreed.quarter), col(agreed.fingerprint), no_day, no_text),
    )
    for table, kind, quarter, what, opens, reason in parts:
        yield (
            select(
                cast(literal(kind), String).label("kind"), quarter, what.label("what"), opens,
                reason, col(table.at).label("at"), col(table.by), col(Person.name),
            )
            .join_from(table, Person, _is_by(table), isouter=True)
            .where(col(table.region_code) == region)
        )  # fmt: skip
    yield select(
        cast(literal(EVERYTHING), String).label("kind"), no_text, no_text.label("what"), no_day,
        no_text, col(Pause.at).label("at"), col(Pause.by), no_text,
    ).where(col(Pause.scope) == EVERYTHING)  # fmt: skip


def _is_by(table: type[PlannedMove] | type[PlanApproval]) -> ColumnElement[bool]:
    return col(table.by) == literal("person:").concat(cast(col(Person.id), String))


def _quarters(
    session: Session,
    region: Region,
    own: Policy,
    steered: Steered,
    calendar: Calendar,
    today: date,
) -> Iterator[Coming]:
    opened = {cycle.quarter: cycle for cycle in cycles.cycles(session, region.code)}
    moved, agreed = steered.moved, steered.agreed
    since = london_date(region.first_imported_at)
    to_come = 0
    quarter = Quarter.containing(today).previous().previous()
    while to_come < MANY:
        cycle = opened.get(quarter)
        policy = cycles.policy_of(session, cycle.policy_version) if cycle else own
        given = agreed.get(str(quarter), [])
        move = moved.get(str(quarter))
        one = _coming(quarter, cycle, policy, calendar, move, given[-1] if given else None)
        if _counts(one, since, today):
            to_come += not one.is_open
            yield one
        quarter = quarter.next()


def _counts(one: Coming, since: date, today: date) -> bool:
    """It is not published yet, and the region was there when it opened."""
    if one.dates is None:
        return True
    return one.dates.publishes >= today and (one.cycle is not None or one.dates.opens >= since)


def _coming(
    quarter: Quarter,
    cycle: CycleView | None,
    policy: Policy,
    calendar: Calendar,
    move: Move | None,
    agreed: Agreed | None,
) -> Coming:
    plain = Coming(quarter, cycle, cycle.dates if cycle else None, None, None, None, move, agreed)
    try:
        later = openings.later(policy, quarter, calendar, move.opens if move else None)
        return replace(
            plain,
            dates=plain.dates or policy.dates(quarter, calendar, later),
            seminar=seminar(policy, quarter, calendar, later),
            own_day=openings.own_day(policy, quarter, calendar),
            last_day=openings.last_day(policy, quarter, calendar),
        )
    except BeyondHorizon as error:
        return replace(plain, problem=str(error))


def seminar(policy: Policy, quarter: Quarter, calendar: Calendar, later: int) -> tuple[date, date]:
    """The first and last day on which its seminar may be, opened `later` working days late.

    BeyondHorizon where bank holidays are not known so far.
    """
    return (
        calendar.shift(quarter.ends, policy.seminar_from + later),
        calendar.shift(quarter.ends, policy.seminar_to + later),
    )
