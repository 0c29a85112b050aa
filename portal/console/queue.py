"""What is received and not confirmed yet: some returns together, the others one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.flags import Looked, flags, overdue
from charter.listening import Survey
from charter.quarters import london_date
from charter.views import REGION
from charter.waiting import Checked
from portal.console import regions, rooms
from portal.console.choosing import Pages
from portal.console.cycle import path_of
from portal.console.exchange import came_first
from portal.console.regions import Room
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults
from providers import casework, checking, cycles, overview, returns, together
from providers.casework import Stands
from providers.cycles import CycleView, Rules
from providers.overview import Row
from providers.pauses import Pauses

OPEN = {Checked.TO_CONFIRM.value, Checked.QUESTION.value}
router = APIRouter(prefix="/console/regions/{region}/{quarter}/queue")
A_PAGE = 60
"""Returns looked through on one page: each is read whole, and so is the one before it."""


@dataclass(frozen=True)
class Item:
    """One received return of the queue, with what there is to look at in it."""

    row: Row
    stands: Stands
    changed: tuple[str, ...]
    flags: tuple[str, ...]
    unchanged: bool
    question: bool
    own: bool

    @property
    def together(self) -> bool:
        """May be confirmed in one go with the others like it."""
        return self.unchanged and not (self.flags or self.question or self.own)

    @property
    def choice(self) -> str:
        """What its tick sends: the return, and the text that was seen."""
        return f"{self.row.id}:{self.stands.life.document}"


@dataclass(frozen=True)
class Queue:
    """A page of the queue: those to confirm together, those to look at, and those asked about."""

    together: list[Item]
    singly: list[Item]
    asked: list[Item]
    pages: Pages
    many: int


@router.get("", name="queue_page")
def queue_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """Every received return that is not confirmed, with what stands out in each."""
    with visit.desk.database.reading() as session:
        cycle = rooms.enter_cycle(session, visit, region, quarter)
        return draw(session, visit, cycle)


@router.post("/confirm", name="confirm_together")
def confirm_together(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Confirm those that are ticked, each as it was shown; what changed meanwhile is left out."""
    with visit.desk.database.writing() as session:
        cycle = rooms.enter_cycle(session, visit, region, quarter)
        roles = rooms.roles_in(visit, region)
        rooms.require(bool(roles & checking.CHECKERS), "the commissioner", "confirm returns")
        chosen = chosen_in(session, cycle, form.all_of("pick").split("\n"))
        if not chosen:
            faults = Faults()
            faults.add("pick", "tick the returns to confirm")
            return draw(session, visit, cycle, faults=faults)
        left_out = together.confirm_together(session, chosen, visit.now, visit.visitor.person)
        done = len(chosen) - len(left_out)
        if left_out:
            named = {here.id: here for here, _ in chosen}
            told = came_first(session, [(named[i], why) for i, why in left_out.items()])
            return draw(session, visit, cycle, left_out=told, done=done)
    visit.desk.steward.draw_after(visit.now, [here.id for here, _ in chosen])
    return visit.go(f"{path_of(cycle)}/queue?done={done}")


def chosen_in(
    session: Session, cycle: CycleView, picks: Iterable[str]
) -> list[tuple[returns.Ref, str]]:
    """The returns of this cycle that a form names, each with the text that was seen."""
    seen = {}
    for pick in picks:
        number, _, sha = pick.strip().partition(":")
        if number.isascii() and number.isdecimal() and len(number) < 10:
            seen[int(number)] = sha
    known = returns.refs(session, ids=seen) if seen else []
    return [(here, seen[here.id]) for here in known if here.cycle_id == cycle.id]


def draw(
    session: Session,
    visit: Visit,
    cycle: CycleView,
    *,
    faults: Faults | None = None,
    left_out: Sequence[str] = (),
    done: int = 0,
) -> Response:
    """The page; 422 with faults, 409 where some were left out of what was to be confirmed."""
    asked, roles = visit.request.query_params, rooms.roles_in(visit, cycle.region)
    room = Room(cycle.region, cycle.region_name, cycle.sample, cycle.paused, roles)
    before = asked.get("done", "")
    if not (faults or left_out) and before.isascii() and before.isdecimal():
        done = int(before[:4])
    rules = cycles.rules_of(session, cycle.charter_version, cycle.policy_version)
    return regions.show(
        visit,
        room,
        "console/queue.html",
        409 if left_out else 422 if faults else 200,
        here="-",
        cycle=cycle,
        path=path_of(cycle),
        is_over=london_date(visit.now) > cycle.dates.challenge_ends,
        queue=queue_of(session, visit, cycle, rules),
        shorts={one.id: one.short for one in rules.charter.commitments},
        can_confirm=bool(roles & checking.CHECKERS),
        ticked=bool(asked.get("all")),
        left_out=left_out,
        done=done,
        faults=faults or Faults(),
        notice=rules.charter.notice if rules.charter.is_working else "",
    )


def queue_of(session: Session, visit: Visit, cycle: CycleView, rules: Rules) -> Queue:
    """The page of the queue that the address asks for, by prison."""
    rows = overview.rows(session, cycle.region, [cycle.id], london_date(visit.now), Pauses({}))
    waiting = [r for r in rows if not r.released and r.checked in OPEN]
    here, pages = page_of(waiting, visit.request.query_params.get("page", ""), path_of(cycle))
    back = max(rules.policy.extensions_within - 1, 1)
    desk = casework.desk(session, cycle.region, cycle.quarter, [r.id for r in here], back)
    items = [
        item_of(visit, cycle, rules, row, desk.returns[row.id], desk.surveys)
        for row in here
        if row.id in desk.returns
    ]
    return Queue(
        together=[item for item in items if item.together],
        singly=[item for item in items if not (item.together or item.question)],
        asked=[item for item in items if item.question],
        pages=pages,
        many=len(waiting),
    )


def page_of(rows: list[Row], asked: str, path: str) -> tuple[list[Row], Pages]:
    """The rows of the page asked for, or of the last one there is."""
    many = max(1, -(-len(rows) // A_PAGE))
    wanted = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    at = min(max(1, wanted), many)
    before = f"{path}/queue?page={at - 1}" if at > 1 else ""
    after = f"{path}/queue?page={at + 1}" if at < many else ""
    return rows[(at - 1) * A_PAGE : at * A_PAGE], Pages(at, many, before, after)


def item_of(
    visit: Visit,
    cycle: CycleView,
    rules: Rules,
    row: Row,
    stands: Stands,
    surveys: Sequence[Survey],
) -> Item:
    """One return with its flags, which rest on what was signed and on the quarters before."""
    looked = Looked(
        document=stands.document,
        before=stands.before,
        life=stands.life,
        charter=rules.charter,
        policy=rules.policy,
        quarter=cycle.quarter,
        site="" if row.site == REGION else row.site,
        surveys=surveys,
        extended=stands.extended,
        overdue=overdue(stands.document, london_date(visit.now)),
    )
    by = f"person:{visit.visitor.person}"
    mine = visit.visitor.services.get(stands.service_id, frozenset())
    return Item(
        row=row,
        stands=stands,
        changed=looked.changed if stands.before else (),
        flags=tuple(flags(looked)),
        unchanged=looked.unchanged,
        question=bool(stands.life.questions),
        own=row.site == REGION
        or bool(checking.PROVIDING & mine)
        or by in (stands.life.signed_by, stands.life.handed_over_by),
    )
