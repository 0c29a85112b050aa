"""What families said in a region, quarter by quarter: the listening partner's desk."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import HTMLResponse, Response

from charter.commitments import CharterFile
from charter.listening import (
    ACTIVITIES,
    ATTENDANCE,
    EVENTS,
    PARTS,
    THEMES,
    Calls,
    Heard,
)
from charter.policy import Policy
from charter.quarters import Quarter, london_date
from portal.console import regions, rooms
from portal.console.choosing import A_PAGE, Pages
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Visit
from portal.people import name_of
from providers import checking, listening, opened, partners, requests
from providers.listening import Record
from providers.opened import Opened

router = APIRouter(prefix="/console/regions/{region}/listening")
BACK = 4
"""Quarters before this one that can be spoken of, cycles or none."""
DID = {"saved": "Saved as a new version. The one before is kept.", "": ""}
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """One quarter of a region that can be spoken of."""

    room: Room
    quarter: Quarter
    opened: list[Opened]
    today: date

    @property
    def path(self) -> str:
        """Where the quarter's page is."""
        return f"{self.room.path}/listening/{self.quarter}"

    @property
    def can_write(self) -> bool:
        """Is the listening partner: nobody else speaks for families."""
        return bool(self.room.roles & checking.PARTNERS)


@dataclass(frozen=True)
class Desk(Place):
    """The same as its listening partner keeps it, with what its words stand for."""

    record: Record
    charter: CharterFile
    policy: Policy
    sites: dict[str, str]

    @property
    def heard(self) -> Heard:
        """All that was said of it."""
        return self.record.heard

    @property
    def group(self) -> str:
        """The families whom the Charter looks at in this quarter, if it names any."""
        spotlight = self.charter.spotlight
        return spotlight.group(self.quarter) if spotlight else ""

    def commitment(self, which: str) -> str:
        """A commitment by its short name, whatever Charter version it is of."""
        short = {c.id: c.short for c in self.charter.commitments}
        return f"{which}: {short[which]}" if which in short else which

    def place(self, code: str) -> str:
        """A prison by its name; the whole region where there is no code."""
        return self.sites.get(code, code) if code else "The whole region"


def find(session: Session, visit: Visit, region: str, quarter: str) -> Place:
    """A quarter of a region of the visitor's that can be spoken of; else NotHere."""
    room = regions.enter(session, visit, region)
    try:
        asked = Quarter.parse(quarter)
    except ValueError as error:
        raise NotHere from error
    quarters, today = opened.opened(session, region), london_date(visit.now)
    if str(asked) != quarter or asked not in spoken_of(quarters, today):
        raise NotHere
    return Place(room, asked, quarters, today)


def enter(session: Session, visit: Visit, region: str, quarter: str) -> Desk:
    """The same with all that was told of it; else NotHere."""
    place = find(session, visit, region, quarter)
    rules = opened.rules_of(session, region, place.opened, place.quarter)
    return Desk(
        **vars(place),
        record=listening.record(session, region, place.quarter),
        charter=rules.charter,
        policy=rules.policy,
        sites=requests.site_names(session, region),
    )


def require_partner(room: Room, what: str) -> None:
    """NotForYou unless the visitor is the region's listening partner."""
    allowed = bool(room.roles & checking.PARTNERS)
    rooms.require(allowed, "the listening partner", what)


def spoken_of(quarters: list[Opened], today: date) -> list[Quarter]:
    """The quarters that can be spoken of, newest first: this one, those before, those opened."""
    this = Quarter.containing(today)
    found = {this, *(one.quarter for one in quarters)}
    for _ in range(BACK):
        this = this.previous()
        found.add(this)
    return sorted(found, reverse=True)


@router.get("", name="listening_page")
def listening_page(region: str, visit: SignedIn) -> Response:
    """Every quarter with how much of it was told, and who listens in this region."""
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        told = listening.records(session, region)
        quarters = spoken_of(opened.opened(session, region), london_date(visit.now))
        who = partners.partners(session, region, london_date(visit.now))
    lines = [
        (quarter, told.get(quarter), sum(told[quarter].says(p) for p in PARTS) if quarter in told
         else 0)
        for quarter in quarters
    ]  # fmt: skip
    return regions.show(
        visit,
        room,
        "console/listening.html",
        here="/listening",
        lines=lines,
        parts=len(PARTS),
        partners=who,
        can_write=bool(room.roles & checking.PARTNERS),
    )


@router.get("/{quarter}", name="heard_page")
def heard_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """All that families said in a quarter, part by part."""
    with visit.desk.database.reading() as session:
        desk = enter(session, visit, region, quarter)
        calls = listening.calls(session, region, desk.quarter)
        who = partners.partners(session, region, desk.today)
        by = name_of(session, desk.record.saved_by) if desk.record.saved_by else ""
    return show(
        visit,
        desk,
        "console/heard.html",
        calls=in_all(calls),
        called=len(calls),
        by=by,
        partners=who,
        did=DID.get(visit.request.query_params.get("did", ""), ""),
    )


def in_all(calls: dict[str, Calls]) -> Calls:
    """The calls of a region together."""
    each = calls.values()
    return Calls(
        sum(one.made for one in each),
        sum(one.answered for one in each),
        sum(one.minutes for one in each),
    )


def show(
    visit: Visit,
    desk: Desk,
    name: str,
    status: int = 200,
    **context: object,
) -> HTMLResponse:
    """A page about this quarter, with the words that its parts are told in."""
    return regions.show(
        visit,
        desk.room,
        name,
        status,
        here="/listening",
        desk=desk,
        quarter=desk.quarter,
        heard=desk.heard,
        parts=PARTS,
        activity_words=ACTIVITIES,
        theme_words=THEMES,
        event_words=EVENTS,
        attendance_words=ATTENDANCE,
        **context,
    )


def turned(rows: list[T], visit: Visit, path: str, also: str = "") -> tuple[list[T], Pages]:
    """The rows of the page that an address asks for, or of the last one there is.

    `also` stands before the page in the addresses of the others, as `commitment=W1&`.
    """
    asked = visit.request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    many = max(1, -(-len(rows) // A_PAGE))
    at = min(max(1, number), many)
    before = f"{path}?{also}page={at - 1}" if at > 1 else ""
    after = f"{path}?{also}page={at + 1}" if at < many else ""
    return rows[(at - 1) * A_PAGE : at * A_PAGE], Pages(at, many, before, after)
