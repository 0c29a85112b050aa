"""A region as its team may see it, with the menu of its pages."""

from typing import Any

from sqlmodel import Session
from starlette.responses import HTMLResponse

from portal.console import rooms
from portal.console.rooms import PAGES, Room
from portal.doors import NotHere, Visit
from portal.kept import left
from providers import register

__all__ = ["PAGES", "Room", "enter", "show"]


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
        left=left(visit.request, status),
        **context,
    )
