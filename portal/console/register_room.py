"""What the pages of a region's register share: who may change it, its tabs, and what is asked."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.responses import HTMLResponse

from portal.console import regions, rooms
from portal.console.choosing import Pages
from portal.console.regions import Room
from portal.doors import Visit
from providers.register_lists import Listed
from providers.staff import StaffRole

TABS = (
    ("Prisons", ""),
    ("Providers", "/providers"),
    ("Services", "/services"),
    ("Contacts", "/contacts"),
    ("Signatories", "/signatories"),
    ("Charter", "/charter"),
    ("History", "/history"),
    ("Import", "/import"),
)
EDITORS = frozenset({StaffRole.COMMISSIONER, StaffRole.ADMINISTRATOR})
"""Who may change the register: by hand, or by importing another."""
ADDRESSEES = EDITORS | {StaffRole.APPROVER, StaffRole.READER}
"""Who may read people's addresses in it."""
ADOPTERS = frozenset({StaffRole.COMMISSIONER})
LONGEST = 100
"""Characters of what is looked for."""


@dataclass(frozen=True)
class Asked:
    """What an address asks to see: words to find, a choice of what to show, and a page."""

    find: str
    show: str
    page: int

    def pages(self, path: str, listed: Listed[Any]) -> Pages:
        """Which page this is of how many, and the addresses of those beside it."""
        at, many = self.page, listed.pages
        before = self._address(path, min(at - 1, many)) if at > 1 else ""
        return Pages(at, many, before, self._address(path, at + 1) if at < many else "")

    def _address(self, path: str, page: int) -> str:
        said = {"find": self.find, "show": self.show, "page": str(page) if page > 1 else ""}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{path}?{query}" if query else path


def asked(visit: Visit, *shows: str) -> Asked:
    """What the address asks for; what it may not ask for is left out. `shows` begins with usual."""
    query = visit.request.query_params
    find = "".join(c for c in query.get("find", "")[:LONGEST] if c.isprintable()).strip()
    show, page = query.get("show", ""), query.get("page", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    return Asked(find, show if show in shows else "", max(1, number))


def enter(session: Session, visit: Visit, region: str) -> Room:
    """A region of the visitor's, to look at its register; NotHere if it is none of theirs."""
    return regions.enter(session, visit, region)


def enter_to_change(session: Session, visit: Visit, region: str) -> Room:
    """The same for those who may change it; NotForYou for the rest of the team."""
    room = enter(session, visit, region)
    who = "the commissioner or an administrator"
    rooms.require(may_change(room), who, "change the register")
    return room


def enter_to_read_addresses(session: Session, visit: Visit, region: str) -> Room:
    """The same for those who may read people's addresses; NotForYou for the rest of the team."""
    room = enter(session, visit, region)
    rooms.require(bool(room.roles & ADDRESSEES), "the team", "read the contacts’ addresses")
    return room


def may_change(room: Room) -> bool:
    """Whether the visitor may change the register."""
    return bool(room.roles & EDITORS)


def path_of(room: Room) -> str:
    """Where the register of a region is."""
    return f"{room.path}/register"


def show(
    visit: Visit,
    room: Room,
    name: str,
    status: int = 200,
    *,
    tab: str,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    """A page of the register; `tab` is its own address below the register's."""
    path = path_of(room)
    hidden = set() if room.roles & ADDRESSEES else {"Contacts"}
    return regions.show(
        visit,
        room,
        name,
        status,
        here="/register",
        wide=True,
        path=path,
        may_change=may_change(room),
        tabs=[(words, path + below, below == tab) for words, below in TABS if words not in hidden],
        **context,
    )
