"""Your returns: what is open, one line for each prison, then every past return to read and keep."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import say
from charter.words import STATE_WORDS, Word
from portal.details import is_asked
from portal.doors import SignedIn, Visit
from portal.people import READERS
from portal.provider.rooms import Room, room_of
from portal.provider.words import Next, next_step, timing
from providers import cycles, lives, returns

router = APIRouter()
SHOWN = 2
"""Past quarters that stand open on the page; earlier ones are folded away."""


@dataclass(frozen=True)
class Line:
    """One return among the visitor's, with what else is to be known of it."""

    room: Room
    word: Word
    when: str
    next: Next
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The returns of one quarter; `sums` and `wide` are sentences about them, or empty."""

    quarter: str
    lines: tuple[Line, ...]
    sums: str = ""
    wide: str = ""


@router.get("/returns", name="your_returns")
def your_returns(visit: SignedIn) -> Response:
    """Every return of the visitor's services: the open ones, then the past, newest first."""
    with visit.desk.database.reading() as session:
        rooms = rooms_of(session, visit)
        working = sorted({r.charter.notice for r in rooms if r.charter.is_working})
        asked = is_asked(session, visit)
    sample = sorted({r.ref.region_name for r in rooms if r.ref.sample})
    past = grouped(room for room in rooms if room.closed)
    return visit.page(
        "provider/returns.html",
        owed=bool(rooms),
        providers=sorted({room.ref.party_name for room in rooms}),
        groups=open_groups(rooms),
        past=past[:SHOWN],
        earlier=past[SHOWN:],
        asked=asked,
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
    return [Group(kept[0].ref.quarter.in_words, lines_of(kept)) for kept in by_quarter(rooms)]


def open_groups(rooms: Sequence[Room]) -> list[Group]:
    """The quarters in which something is open, with how all of their returns add up."""
    found: list[Group] = []
    for kept in by_quarter(rooms):
        still = [room for room in kept if not room.closed]
        if still:
            wide = wide_of(still)
            told = any(group.wide == wide for group in found)  # once is enough
            quarter = kept[0].ref.quarter.in_words
            found.append(Group(quarter, lines_of(still), sums_of(kept), "" if told else wide))
    return found


def by_quarter(rooms: Iterable[Room]) -> list[list[Room]]:
    """The returns of each quarter by prison, the newest quarter first."""
    ordered = sorted(rooms, key=lambda r: r.name)
    ordered.sort(key=lambda r: r.ref.quarter, reverse=True)
    return [list(kept) for _, kept in groupby(ordered, key=lambda r: r.ref.quarter)]


def lines_of(rooms: Iterable[Room]) -> tuple[Line, ...]:
    """Returns with their words."""
    return tuple(
        Line(room, STATE_WORDS[room.state], timing(room, room.today), next_step(room), notes(room))
        for room in rooms
    )


def notes(room: Room) -> tuple[str, ...]:
    """What else is to be known of an open return, in sentences without their full stop."""
    life, said = room.life, []
    if room.closed:
        return ()
    if life.questions:
        many = len(life.questions)
        said.append(f"The commissioner asks about {many} answer{'' if many == 1 else 's'}")
    if life.handed_over:
        said.append(f"Waits for {'your signature' if room.can_sign else 'the signing director'}")
    if life.sent_back:
        said.append(f"Came back: {_told(life.sent_back)}")
    if life.extension_asked:
        said.append(f"More time asked for, to {say(life.extension_asked.until)}: no answer yet")
    if life.extension_declined:
        said.append(f"More time was not given: {_told(life.extension_declined)}")
    said += _not_running(room)
    if life.unreachable:
        said.append("Our contact list fails for this service: nobody on it can be reached")
    return tuple(said)


def _not_running(room: Room) -> list[str]:
    """What was asked and answered about whether the service ran."""
    life = room.life
    if life.not_running_agreed:
        return ["The commissioner agrees that the service did not run"]
    if life.not_running_declined:
        return [f"The commissioner holds that the service ran: {_told(life.not_running_declined)}"]
    if life.not_running_asked:
        return ["Asked to agree that the service did not run: no answer yet"]
    return []


def _told(reason: str) -> str:
    return " ".join(reason.split()).rstrip(".")


def sums_of(rooms: Sequence[Room]) -> str:
    """How the returns of one quarter add up; empty for one alone."""
    owed = [room for room in rooms if not room.life.released]
    if len(owed) < 2:
        return ""
    signed = sum(1 for room in owed if room.closed)
    waiting = sum(1 for room in owed if room.life.handed_over)
    parts = [(signed, "signed"), (waiting, "with the signing director")]
    said = [f"{many} {words}" for many, words in parts if many]
    said.append(f"{len(owed) - signed - waiting} to do")
    return f"{len(owed)} returns: {', '.join(said)}."


def wide_of(rooms: Iterable[Room]) -> str:
    """What is answered once for several of these returns; empty where nothing is."""
    fill_in = [room for room in rooms if room.can_prepare and room.whole_is_open]
    alike = Counter((room.ref.party, room.ref.charter_version) for room in fill_in)
    together = [r for r in fill_in if alike[r.ref.party, r.ref.charter_version] > 1]
    names = dict.fromkeys(
        one.short for room in together for one in room.charter.commitments if one.organisation_wide
    )
    if not names:
        return ""
    many = "1 commitment is" if len(names) == 1 else f"{len(names)} commitments are"
    return f"{many} answered once for all your prisons: {'; '.join(names)}."
