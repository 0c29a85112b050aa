"""Your returns: one line for each prison and quarter, and the next thing to do with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.words import STATE_WORDS, Word
from portal.doors import SignedIn, Visit
from portal.provider.rooms import READERS, Room, room_of
from portal.provider.words import Next, next_step, timing
from providers import cycles, lives, returns

router = APIRouter()


@dataclass(frozen=True)
class Line:
    """One return among the visitor's."""

    room: Room
    word: Word
    when: str
    next: Next


@dataclass(frozen=True)
class Group:
    """The returns of one quarter."""

    quarter: str
    lines: tuple[Line, ...]


@router.get("/returns", name="your_returns")
def your_returns(visit: SignedIn) -> Response:
    """Every return of the visitor's services, the newest quarter first."""
    with visit.desk.database.reading() as session:
        rooms = rooms_of(session, visit)
        working = sorted({r.charter.notice for r in rooms if r.charter.is_working})
    sample = sorted({r.ref.region_name for r in rooms if r.ref.sample})
    return visit.page(
        "provider/returns.html",
        groups=grouped(rooms),
        sample=" and ".join(sample),
        notice=" ".join(working),
    )


def rooms_of(session: Session, visit: Visit) -> list[Room]:
    """The visitor's returns, in a number of queries that does not grow with them."""
    mine = [i for i, roles in visit.visitor.services.items() if roles & READERS]
    refs = returns.refs(session, service_ids=mine) if mine else []
    folded = lives.lives(session, [ref.id for ref in refs])
    charters = {v: cycles.charter_of(session, v) for v in {ref.charter_version for ref in refs}}
    return [room_of(visit, ref, folded[ref.id], charters[ref.charter_version]) for ref in refs]


def grouped(rooms: Iterable[Room]) -> list[Group]:
    """By quarter, newest first; within it by prison."""
    newest_first = sorted(rooms, key=lambda r: r.name)
    newest_first.sort(key=lambda r: r.ref.quarter, reverse=True)
    return [
        Group(quarter.in_words, tuple(line_of(room) for room in group))
        for quarter, group in groupby(newest_first, key=lambda r: r.ref.quarter)
    ]


def line_of(room: Room) -> Line:
    """A return with its words."""
    return Line(room, STATE_WORDS[room.state], timing(room, room.today), next_step(room))
