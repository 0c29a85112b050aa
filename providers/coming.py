"""The quarters of a region that are open or to come, with their dates, and how each stands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from charter import openings
from charter.policy import Dates, Policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date
from providers import cycles, moves, plans
from providers.cycles import CycleView
from providers.moves import Move
from providers.plans import Agreed
from providers.tables import Region

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
class Ahead:
    """What lies ahead of a region, and by which policy what is to come is planned."""

    region: Region
    policy: Policy
    quarters: list[Coming]

    def find(self, quarter: str) -> Coming | None:
        """The quarter of that name, if it is open or among the next to come."""
        return next((one for one in self.quarters if str(one.quarter) == quarter), None)


def ahead(session: Session, name: str, calendar: Calendar, today: date) -> Ahead:
    """The quarters of a region that are open, oldest first, and the next four to come."""
    region = cycles.region_of(session, name)
    policy = cycles.policy_of(session, region.policy_version)
    return Ahead(region, policy, list(_quarters(session, region, policy, calendar, today)))


def _quarters(
    session: Session, region: Region, own: Policy, calendar: Calendar, today: date
) -> Iterator[Coming]:
    opened = {cycle.quarter: cycle for cycle in cycles.cycles(session, region.code)}
    moved = moves.moves_of(session, region.code)
    agreed = plans.agreements(session, region.code)
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
            seminar=(
                calendar.shift(quarter.ends, policy.seminar_from + later),
                calendar.shift(quarter.ends, policy.seminar_to + later),
            ),
            own_day=openings.own_day(policy, quarter, calendar),
            last_day=openings.last_day(policy, quarter, calendar),
        )
    except BeyondHorizon as error:
        return replace(plain, problem=str(error))
