"""How the dates of a quarter came about, day by day, and which returns have a date of their own."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from charter.proof import Day, Proof
from portal.console import rooms
from portal.console.cycle import path_of
from portal.counting import DATE_WORDS, Event, counted, events
from portal.doors import SignedIn
from providers import calendars, proving, returns
from providers.proving import Dated
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
        refs = returns.refs(session, region=region, quarter=str(cycle.quarter))
        plain, odd = alike(refs, cycle.dates.due)
        proofs = proving.proofs(session, [*odd, *(r for one in plain for r in one[:1])],
                                calendar, visit.now)  # fmt: skip
        noted = [r for one in plain for r in one[1:] if proofs[one[0].id].notes]
        proofs |= proving.proofs(session, noted, calendar, visit.now) if noted else {}
    own = differing(refs, proofs, cycle.dates.due)
    named = {one.now: DATE_WORDS[one.name] for one in proof.dates}
    return visit.page(
        "console/dates.html",
        cycle=cycle,
        back=path_of(cycle),
        proof=proof,
        lines=lines_of(proof.dates, proof.days),
        own=own,
        same=sum(map(len, plain)) + sum(ref.id in proofs for ref in odd) - len(own),
        counted=counted(proof.days, named),
        sample=cycle.region_name if cycle.sample else "",
    )


def lines_of(dates: tuple[Dated, ...], days: tuple[Day, ...]) -> list[Line]:
    """The dates in order, each with its number among the working days after the quarter's end."""
    numbers = {day.on: day.number for day in days}
    return [Line(DATE_WORDS[d.name], d.now, d.first, numbers.get(d.now, 0)) for d in dates]


def alike(refs: list[Ref], due: date) -> tuple[list[list[Ref]], list[Ref]]:
    """The returns due on the quarter's own day, received and not, and those that are not.

    What is noted of one of the first is noted of all: so one of them is looked into for the rest.
    """
    plain = [ref for ref in refs if ref.due_on == due]
    kinds = [[r for r in plain if bool(r.received_at) is came] for came in (True, False)]
    return [kind for kind in kinds if kind], [ref for ref in refs if ref.due_on != due]


def differing(refs: list[Ref], proofs: dict[int, Proof], due: date) -> list[Own]:
    """The returns due on another day than the quarter’s, or with something to note."""
    return [
        Own(ref, proofs[ref.id].due, events(proofs[ref.id]), proofs[ref.id].notes)
        for ref in refs
        if ref.id in proofs and (proofs[ref.id].due != due or proofs[ref.id].notes)
    ]
