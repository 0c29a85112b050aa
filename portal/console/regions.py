"""A region as its team may see it: its name, the visitor's roles in it, and its menu."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import HTMLResponse

from portal.console import rooms
from portal.doors import NotHere, Visit
from providers import register

PAGES = (
    ("Cycles", ""),
    ("Dates to come", "/schedule"),
    ("Actions", "/actions"),
    ("Scores", "/scores"),
    ("Families’ voice", "/listening"),
    ("Good practice", "/practices"),
    ("Release", "/release"),
    ("Packs", "/packs"),
    ("Register", "/register"),
    ("Team", "/team"),
    ("Record", "/record"),
)
"""Every page of a region that its whole team may open, as the menu names it, below its address."""


@dataclass(frozen=True)
class Room:
    """A region that the visitor is of, and what they are in it."""

    code: str
    name: str
    sample: bool
    paused: bool
    roles: frozenset[str]

    @property
    def path(self) -> str:
        """Where the region's pages are."""
        return f"/console/regions/{quote(self.code, safe='')}"

    def menu(self, here: str) -> list[tuple[str, str, bool]]:
        """Each page's name and address, and whether it is the one being read."""
        return [(words, self.path + below, below == here) for words, below in PAGES]


def enter(session: Session, visit: Visit, region: str) -> Room:
    """A region of the visitor's; NotHere if it is none of theirs."""
    roles = rooms.roles_in(visit, region)
    home = register.region(session, region) if roles else None
    if home is None:
        raise NotHere
    return Room(home.code, home.name, home.sample, home.paused, roles)


def show(
    visit: Visit,
    room: Room,
    name: str,
    status: int = 200,
    *,
    here: str = "",
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    """A page of the region, with its menu; `here` is the page's own address below the region's."""
    return visit.page(
        name,
        status,
        room=room,
        menu=room.menu(here),
        sample=room.name if room.sample else "",
        **context,
    )
