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

from charter import openings
from charter.quarters import BeyondHorizon, Quarter, london_date, say
from portal.counting import DATE_WORDS
from portal.desk import Desk, desk_of
from portal.doors import NotHere
from providers import calendars, coming, cycles, moves, proving, register
from providers.coming import Coming
from providers.register import RegionView

router = APIRouter(prefix="/calendar")
FRESH = timedelta(hours=6)
QUARTERS = 5
"""The newest quarters that a feed holds: a year, and the one that is open."""


SEMINAR = "seminar"
WORDS = {**DATE_WORDS, SEMINAR: "Seminar, on one of these days"}


@dataclass(frozen=True)
class Dated:
    """One date of one quarter, to the day `until`; `planned` until the quarter has opened."""

    quarter: Quarter
    name: str
    on: date
    until: date
    first: date
    planned: bool
    set_at: datetime


@router.get("/{region}.ics", name="calendar_feed")
def calendar_feed(region: str, request: Request) -> Response:
    """The dates of a region's newest quarters and the next four; NotHere where there are none."""
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
    """The dates in force of the newest quarters, then those planned for the next four to come."""
    opened = [cycle for cycle in cycles.cycles(session, home.code) if not cycle.early]
    in_force = calendars.in_force(session, desk.calendar)
    ahead = coming.ahead(session, home.code, in_force, london_date(desk.clock()))
    moved = moves.moves_of(session, home.code)
    for cycle in opened[-QUARTERS:]:
        for one in proving.dated(session, cycle.id):
            yield Dated(
                cycle.quarter, one.name, one.now, one.now, one.first, False, cycle.opened_at
            )
        policy = cycles.policy_of(session, cycle.policy_version)
        move = moved.get(str(cycle.quarter))
        try:
            later = openings.later(policy, cycle.quarter, in_force, move.opens if move else None)
            first, last = coming.seminar(policy, cycle.quarter, in_force, later)
        except BeyondHorizon:
            continue
        yield Dated(cycle.quarter, SEMINAR, first, last, first, False, cycle.opened_at)
    if home.paused or ahead.steered.everything:
        return
    for quarter in ahead.quarters:
        if not quarter.is_open:
            yield from _planned(quarter, ahead.region.first_imported_at)


def _planned(one: Coming, set_at: datetime) -> Iterator[Dated]:
    """The dates of a quarter to come; none where they cannot be counted."""
    for name, on in (one.dates.model_dump() if one.dates else {}).items():
        yield Dated(one.quarter, name, on, on, on, True, set_at)
    if one.dates and one.seminar:
        first, last = one.seminar
        yield Dated(one.quarter, SEMINAR, first, last, first, True, set_at)


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
    """A whole day, or several; it takes up nobody's time."""
    said = [
        "Sample data." if home.sample else "",
        "Planned: the quarter has not opened yet." if one.planned else "",
        "Until 11:59pm, London time." if one.name == "due" else "",
        f"Moved from {say(one.first)}." if one.on != one.first else "",
    ]
    return Event.new(
        uid=f"{home.code}-{one.quarter}-{one.name}@{host_of(desk)}",
        summary=f"{WORDS[one.name]}: {home.name}, {one.quarter.in_words}",
        description=" ".join(words for words in said if words) or None,
        start=one.on,
        end=one.until + timedelta(days=1),
        stamp=one.set_at,
        sequence=(one.on - one.first).days,
        transparency=TRANSP.TRANSPARENT,
        status=STATUS.TENTATIVE if one.planned else STATUS.CONFIRMED,
    )


def host_of(desk: Desk) -> str:
    """What makes our names ours among all calendars."""
    return urlsplit(desk.base_url).hostname or "charter"
