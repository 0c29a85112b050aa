"""A region's dates as an iCalendar feed: the public timetable, with no names and no sign-in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter
from icalendar import Calendar as Feed
from icalendar import Event
from icalendar.enums import STATUS, TRANSP
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from charter.quarters import BeyondHorizon, Quarter, london_date, say
from portal.counting import DATE_WORDS
from portal.desk import Desk, desk_of
from portal.doors import NotHere
from providers import calendars, cycles, moves, pauses, proving, register
from providers.register import RegionView

router = APIRouter(prefix="/calendar")
FRESH = timedelta(hours=6)
QUARTERS = 5
"""The newest quarters that a feed holds: a year, and the one that is open."""


@dataclass(frozen=True)
class Dated:
    """One date of one quarter; `planned` until the quarter has opened."""

    quarter: Quarter
    name: str
    on: date
    first: date
    planned: bool
    set_at: datetime


@router.get("/{region}.ics", name="calendar_feed")
def calendar_feed(region: str, request: Request) -> Response:
    """The dates of a region's newest quarters and of the next; NotHere where there are none."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        home = register.region(session, region)
        dates = list(dates_of(session, desk, home)) if home else []
    if home is None or not dates:
        raise NotHere
    return Response(
        feed(home, dates, desk).to_ical(),
        media_type="text/calendar; charset=utf-8",
        headers={
            "cache-control": f"public, max-age={int(FRESH.total_seconds())}",
            "content-disposition": 'inline; filename="charter-dates.ics"',
        },
    )


def dates_of(session: Session, desk: Desk, home: RegionView) -> Iterator[Dated]:
    """The dates in force of the newest quarters, then those planned for the next to open."""
    opened = [cycle for cycle in cycles.cycles(session, home.code) if not cycle.early]
    for cycle in opened[-QUARTERS:]:
        for one in proving.dated(session, cycle.id):
            yield Dated(cycle.quarter, one.name, one.now, one.first, False, cycle.opened_at)
    coming = Quarter.containing(london_date(desk.clock()))
    still = home.paused or pauses.in_force(session).everything
    if still or coming in {cycle.quarter for cycle in opened}:
        return
    row = cycles.region_of(session, home.code)
    rules = cycles.rules_for(session, row)
    try:
        in_force = calendars.in_force(session, desk.calendar)
        planned = moves.dates(session, home.code, coming, rules.policy, in_force)
    except BeyondHorizon:
        return
    for name, on in planned.model_dump().items():
        yield Dated(coming, name, on, on, True, row.first_imported_at)


def feed(home: RegionView, dates: list[Dated], desk: Desk) -> Feed:
    """The feed: whole days, each with a name of its own that stays when its date moves."""
    made = Feed.new(
        uid=f"{home.code}@{host_of(desk)}",
        name=f"Charter dates, {home.name}",
        description="When returns on the Family and Carers’ Charter are due and published.",
        language="en",
        organization="Charter accountability",
        refresh_interval=FRESH,
    )
    for one in dates:
        made.add_component(event_of(home, one, desk))
    return made


def event_of(home: RegionView, one: Dated, desk: Desk) -> Event:
    """One whole day; it takes up nobody's time."""
    said = [
        "Sample data." if home.sample else "",
        "Planned: the quarter has not opened yet." if one.planned else "",
        "Until 11:59pm, London time." if one.name == "due" else "",
        f"Moved from {say(one.first)}." if one.on != one.first else "",
    ]
    return Event.new(
        uid=f"{home.code}-{one.quarter}-{one.name}@{host_of(desk)}",
        summary=f"{DATE_WORDS[one.name]}: {home.name}, {one.quarter.in_words}",
        description=" ".join(words for words in said if words) or None,
        start=one.on,
        end=one.on + timedelta(days=1),
        stamp=one.set_at,
        sequence=(one.on - one.first).days,
        transparency=TRANSP.TRANSPARENT,
        status=STATUS.TENTATIVE if one.planned else STATUS.CONFIRMED,
    )


def host_of(desk: Desk) -> str:
    """What makes our names ours among all calendars."""
    return urlsplit(desk.base_url).hostname or "charter"
