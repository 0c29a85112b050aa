"""The quarters ahead of a region: their dates, how each stands, and when the engine runs next."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from charter.quarters import london_date, say
from portal.console import regions, running
from portal.console.cycle import path_of
from portal.console.regions import Room
from portal.counting import DATE_WORDS
from portal.doors import SignedIn
from portal.steward import FLOWS
from providers import calendars, coming
from providers.coming import Coming

router = APIRouter(prefix="/console/regions/{region}/schedule")
HERE = "/schedule"


@dataclass(frozen=True)
class Row:
    """A quarter as the page shows it: its dates in words and in order, and how it stands."""

    one: Coming
    state: str
    colour: str
    dates: list[tuple[str, str]]
    path: str
    note: str


@router.get("", name="schedule_page")
def schedule_page(region: str, visit: SignedIn) -> Response:
    """What is open and the next four quarters, and what the engine means to do."""
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        calendar = calendars.in_force(session, visit.desk.calendar)
        ahead = coming.ahead(session, region, calendar, london_date(visit.now))
    names, everything = ahead.steered.names, ahead.steered.everything
    asks = ahead.policy.approve_rehearsal
    still = room.paused or everything
    return regions.show(
        visit,
        room,
        "console/schedule.html",
        here=HERE,
        everything=everything,
        rows=[_row(one, room, names, asks=asks, still=still) for one in ahead.quarters],
        engine=visit.desk.steward.engine(),
        flows=FLOWS,
        steps=running.STEPS,
        can_run=running.may_run(room),
    )


def _row(one: Coming, room: Room, names: dict[str, str], *, asks: bool, still: bool) -> Row:
    state, colour = _stands(one, asks=asks, still=still)
    path = path_of(one.cycle) if one.cycle and one.is_open else plan_path(room, str(one.quarter))
    return Row(one, state, colour, dates_of(one), path, _note(one, names))


def plan_path(room: Room, quarter: str) -> str:
    """Where the plan of a quarter to come is."""
    return f"{room.path}{HERE}/{quarter}"


def _stands(one: Coming, *, asks: bool, still: bool) -> tuple[str, str]:
    """How a quarter stands, and the colour of its tag."""
    if one.is_open:
        return ("Open, paused", "grey") if still else ("Open", "green")
    if one.dates is None:
        return "Not planned", "orange"
    if still:
        return "Paused", "grey"
    if one.agreed:
        return "Agreed to", "blue"
    return ("To be agreed to", "orange") if asks else ("Planned", "blue")


def _note(one: Coming, names: dict[str, str]) -> str:
    """What else must be known of a quarter, in sentences."""
    said = []
    if one.cycle and one.cycle.early:
        said.append("Services that ended within it were asked already.")
    if one.moved and one.own_day:
        who = names.get(one.moved.by, "somebody else")
        said.append(f"Moved by {who} from {say(one.own_day)}: {one.moved.reason.rstrip('.')}.")
    if one.agreed and not one.is_open:
        who = names.get(one.agreed.by, "somebody else")
        said.append(f"{who} agreed to a plan of it on {say(london_date(one.agreed.at))}.")
    return " ".join(said)


def dates_of(one: Coming) -> list[tuple[str, str]]:
    """Every date of a quarter in order, the seminar among them."""
    if one.dates is None:
        return []
    found: list[tuple[date, str, str]] = [
        (day, DATE_WORDS[name], say(day)) for name, day in one.dates.model_dump().items()
    ]
    if one.seminar:
        first, last = one.seminar
        found.append((first, "Seminar, between", f"{say(first)} and {say(last)}"))
    return [(words, said) for _, words, said in sorted(found, key=lambda row: row[0])]
