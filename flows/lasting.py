"""Until which London date the pages of a few prisons read the same, if nothing is put on record."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sqlmodel import Session

from flows.assembling import Told
from flows.grouping import Group
from providers import partners, quiet, unasked
from providers.cycles import CycleView

DAY = timedelta(days=1)


def lasts_until(
    session: Session, group: Group, told: Iterable[Told], begun: Iterable[CycleView], today: date
) -> date | None:
    """The last London date on which what a group's pages tell `today` holds; None is for good.

    `begun` are the cycles whose timetable the group has a page, or a part of a page, of. A whole
    timetable says the day for which it was made, so it holds for that day alone.
    """
    if not group.number:
        return today
    days = {day + DAY for cycle in begun for day in _milestones(cycle)}
    for one in told:
        days.update(_of_return(one))
    days.update(quiet.changes(session, group.sites))
    days.update(unasked.changes(session, group.sites))
    for region in group.regions:
        days.update(partners.changes(session, region, today))
    return min((day - DAY for day in days if day > today), default=None)


def _milestones(cycle: CycleView) -> Iterable[date]:
    """The days of a timetable, each of which is past from the next day on."""
    return [day for day in cycle.dates.model_dump().values() if isinstance(day, date)]


def _of_return(one: Told) -> Iterator[date]:
    """When a return is late, when it has had its more time, and when it comes out or is missed."""
    life = one.standing.life
    if not life.is_received and life.due:
        yield life.due + DAY
    if life.extended:
        yield life.extended.due + DAY
    yield one.ref.dates.publishes
