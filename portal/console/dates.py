"""How the dates of a quarter came about, day by day, and which returns have a date of their own."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.proof import Day, Proof
from charter.quarters import Calendar
from portal.console import regions, rooms
from portal.console.cycle import path_of
from portal.counting import DATE_WORDS, Event, counted, events
from portal.doors import SignedIn, Visit
from providers import calendars, proving, returns
from providers.pauses import Pauses
from providers.proving import Dated, Due
from providers.returns import Ref

router = APIRouter(prefix="/console/regions/{region}/{quarter}/dates")


@dataclass(frozen=True)
class Line:
    """One date of the quarter in words: what falls on it, which working day it is, and its past."""

    words: str
    now: date
    first: date
    number: int

    @property
    def moved(self) -> bool:
        """A bank holiday moved it later."""
        return self.now != self.first


@dataclass(frozen=True)
class Own:
    """A return whose due date is not the quarter's, and what made it so."""

    ref: Ref
    due: date
    events: list[Event]
    notes: tuple[str, ...]


@router.get("", name="cycle_dates")
def cycle_dates(region: str, quarter: str, visit: SignedIn) -> Response:
    """Every date with its working day, every day counted, and the returns that differ."""
    with visit.desk.database.reading() as session:
        cycle = rooms.enter_cycle(session, visit, region, quarter)
        calendar = calendars.in_force(session, visit.desk.calendar)
        proof = proving.cycle_proof(session, cycle.id, calendar)
        plain, odd = alike(proving.due_in(session, cycle.id), cycle.dates.due)
        refs, proofs = proved(session, [*odd, *(one[0] for one in plain)], calendar, visit)
        noted = [i for one in plain for i in one[1:] if proofs[one[0]].notes]
        if noted:
            more, theirs = proved(session, noted, calendar, visit)
            refs, proofs = refs + more, proofs | theirs
    own = differing(refs, proofs, cycle.dates.due)
    named = {one.now: DATE_WORDS[one.name] for one in proof.dates}
    return regions.show(
        visit,
        rooms.room_of(visit, cycle),
        "console/dates.html",
        here="-",
        cycle=cycle,
        back=path_of(cycle),
        proof=proof,
        lines=lines_of(proof.dates, proof.days),
        own=own,
        same=sum(map(len, plain)) + sum(i in proofs for i in odd) - len(own),
        counted=counted(proof.days, named),
    )


def lines_of(dates: tuple[Dated, ...], days: tuple[Day, ...]) -> list[Line]:
    """The dates in order, each with its number among the working days after the quarter's end."""
    numbers = {day.on: day.number for day in days}
    return [Line(DATE_WORDS[d.name], d.now, d.first, numbers.get(d.now, 0)) for d in dates]


def alike(returns_due: list[Due], due: date) -> tuple[list[list[int]], list[int]]:
    """The numbers of returns due on the quarter's own day, received and not, and of the others.

    What is noted of one of the first is noted of all: so one of them is looked into for the rest.
    """
    plain = [one for one in returns_due if one.on == due]
    kinds = [[one.id for one in plain if one.came is came] for came in (True, False)]
    return [kind for kind in kinds if kind], [one.id for one in returns_due if one.on != due]


def proved(
    session: Session, ids: list[int], calendar: Calendar, visit: Visit
) -> tuple[list[Ref], dict[int, Proof]]:
    """These returns with the proof of each one's due date."""
    # Which providers are paused is not asked about here.
    refs = returns.refs(session, ids=ids, paused=Pauses({}))
    return refs, proving.proofs(session, refs, calendar, visit.now)


def differing(refs: list[Ref], proofs: dict[int, Proof], due: date) -> list[Own]:
    """The returns due on another day than the quarter’s, or with something to note."""
    return [
        Own(ref, proofs[ref.id].due, events(proofs[ref.id]), proofs[ref.id].notes)
        for ref in refs
        if ref.id in proofs and (proofs[ref.id].due != due or proofs[ref.id].notes)
    ]
