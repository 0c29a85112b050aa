"""One page for a region and quarter: its dates, the seven states adding up, and every return."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.commitments import CharterFile
from charter.parts import Counts
from charter.policy import Policy
from charter.quarters import london_date
from charter.returns import Life, State
from charter.words import STATE_WORDS, Word
from portal.console import rooms
from portal.console.scores import Score, scores
from portal.counting import DATE_WORDS
from portal.doors import NotHere, SignedIn, Visit
from providers import checking, cycles, lives, pauses, returns
from providers.cycles import CycleView
from providers.returns import Ref

router = APIRouter(prefix="/console")


@dataclass(frozen=True)
class Line:
    """One return of the cycle, in words."""

    ref: Ref
    word: Word
    days_late: int
    unreachable: bool
    score: Score | None
    confirmed: str
    approvals: int
    published: bool
    needs: str


@dataclass(frozen=True)
class Dated:
    """A date of the cycle and what falls on it."""

    words: str
    on: date
    past: bool


@router.get("", name="console")
def console(visit: SignedIn) -> Response:
    """The cycles of the visitor's regions, newest first."""
    if not visit.visitor.staff:
        raise NotHere
    with visit.desk.database.reading() as session:
        mine = [c for c in cycles.cycles(session) if c.region in visit.visitor.regions()]
    mine.sort(key=lambda c: c.quarter, reverse=True)
    sample = sorted({c.region_name for c in mine if c.sample})
    return visit.page(
        "console/cycles.html",
        cycles=[(cycle, path_of(cycle)) for cycle in mine],
        sample=" and ".join(sample),
    )


def path_of(cycle: CycleView) -> str:
    """Where a cycle's page is."""
    return f"/console/regions/{quote(cycle.region, safe='')}/{cycle.quarter}"


@router.get("/regions/{region}/{quarter}", name="cycle_page")
def cycle_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """How the quarter stands in the region."""
    with visit.desk.database.reading() as session:
        cycle = rooms.enter_cycle(session, visit, region, quarter)
        charter = cycles.charter_of(session, cycle.charter_version)
        policy = cycles.policy_of(session, cycle.policy_version)
        owed, released, counts = standing(session, visit, cycle, charter, policy)
        everything = pauses.in_force(session).everything
    return visit.page(
        "console/cycle.html",
        wide=True,
        cycle=cycle,
        everything=everything,
        can_pause=bool(rooms.roles_in(visit, region) & checking.CHECKERS),
        path=path_of(cycle),
        dates=dates_of(cycle, london_date(visit.now)),
        counts=[(STATE_WORDS[state].console, getattr(counts, state.value)) for state in State],
        expected=counts.expected,
        lines=owed,
        released=released,
        approvals=policy.approvals,
        sample=cycle.region_name if cycle.sample else "",
        notice=charter.notice if charter.is_working else "",
    )


def standing(
    session: Session, visit: Visit, cycle: CycleView, charter: CharterFile, policy: Policy
) -> tuple[list[Line], list[tuple[Ref, str]], Counts]:
    """The returns owed, those released with the reason, and the counts of the first."""
    refs = {r.id: r for r in returns.refs(session, region=cycle.region, quarter=str(cycle.quarter))}
    folded = lives.lives(session, refs)
    released = [(refs[i], life.released) for i, life in folded.items() if life.released]
    live = {i: life for i, life in folded.items() if not life.released}
    scored = scores(session, refs, live, charter, policy)
    states = {i: life.state(visit.now) for i, life in live.items()}
    lines = [
        Line(
            ref=refs[i],
            word=STATE_WORDS[states[i]],
            days_late=life.days_late(visit.now),
            unreachable=life.unreachable,
            score=scored.get(i),
            confirmed=confirmed_words(life),
            approvals=len(life.approved_by),
            published=bool(life.revision) and not life.revising,
            needs=needs(life, policy),
        )
        for i, life in live.items()
    ]
    return lines, released, Counts.of(states.values(), len(live))


def confirmed_words(life: Life) -> str:
    """How far the commissioner's check has come."""
    if not life.is_received:
        return "–"
    if life.questions:
        return "Question open"
    return "Confirmed" if life.confirmed_at else "To confirm"


def needs(life: Life, policy: Policy) -> str:
    """What this return waits for from the region's team; empty when nothing."""
    if not life.is_received and life.unreachable:
        return "Name a contact"
    if not life.is_received and life.not_running_asked and not life.not_running_agreed:
        return "Did it run? Decide"
    if not life.is_received and life.extension_asked:
        return "More time asked for"
    if life.is_received and not life.questions and not life.confirmed_at:
        return "Confirm or challenge"
    if life.confirmed_at and len(life.approved_by) < policy.approvals and not life.revision:
        return "Approve"
    return ""


def dates_of(cycle: CycleView, today: date) -> list[Dated]:
    """The cycle's calendar, in order."""
    dates = cycle.dates
    named = [(words, getattr(dates, name)) for name, words in DATE_WORDS.items()]
    return [Dated(words, on, on < today) for words, on in named]
