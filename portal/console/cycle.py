"""One page for a region and quarter: its dates, the seven states adding up, and every return."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.commitments import CharterFile
from charter.policy import Policy
from charter.quarters import london_date
from charter.returns import State
from charter.words import STATE_WORDS
from portal.console import lines, regions, rooms, sheets
from portal.console.choosing import VIEWS, Choice
from portal.console.regions import Room
from portal.counting import DATE_WORDS
from portal.doors import SignedIn, Visit
from providers import checking, cycles, overview, pauses, standings
from providers.cycles import CycleView
from providers.overview import Row, Tally

router = APIRouter(prefix="/console/regions/{region}/{quarter}")


@dataclass(frozen=True)
class Stands:
    """A cycle as its pages and its sheets need it: its rules, and every return of it on a day."""

    cycle: CycleView
    charter: CharterFile
    policy: Policy
    today: date
    everything: bool
    owed: list[Row]
    released: list[tuple[Row, str]]

    @property
    def tally(self) -> Tally:
        """The returns owed, by state."""
        states = [row.state for row in self.owed]
        return Tally({state: states.count(state) for state in State})

    @property
    def path(self) -> str:
        """Where the cycle's page is."""
        return path_of(self.cycle)


@dataclass(frozen=True)
class Dated:
    """A date of the cycle and what falls on it."""

    words: str
    on: date
    past: bool


def path_of(cycle: CycleView) -> str:
    """Where a cycle's page is."""
    return f"/console/regions/{quote(cycle.region, safe='')}/{cycle.quarter}"


def enter(session: Session, visit: Visit, region: str, quarter: str) -> Stands:
    """How a quarter of one of the visitor's regions stands; NotHere if it is none of theirs."""
    return stands(
        session, rooms.enter_cycle(session, visit, region, quarter), london_date(visit.now)
    )


def stands(session: Session, cycle: CycleView, today: date) -> Stands:
    """How a cycle stands on a London date; SumsDisagree if its states do not add up."""
    paused = pauses.in_force(session)
    rows = overview.rows(session, cycle.region, [cycle.id], today, paused)
    gone = [row for row in rows if row.released]
    why = standings.of(session, [row.id for row in gone]) if gone else {}
    rules = cycles.rules_of(session, cycle.charter_version, cycle.policy_version)
    found = Stands(
        cycle=cycle,
        charter=rules.charter,
        policy=rules.policy,
        today=today,
        everything=paused.everything,
        owed=[row for row in rows if not row.released],
        released=[(row, why[row.id].life.released) for row in gone],
    )
    found.tally.check(cycle.expected - len(gone))
    return found


@router.get("", name="cycle_page")
def cycle_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """How the quarter stands in the region, and the returns that the address asks for."""
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region, quarter)
    cycle, roles = here.cycle, rooms.roles_in(visit, region)
    choice = Choice.of(visit.request.query_params, here.owed)
    chosen = choice.chosen(here.owed, here.today)
    rows, pages = choice.page_of(chosen, here.path)
    still = cycle.paused or here.everything
    if choice.view == "grid":
        head, table = lines.grid_head(here.charter), lines.grid(rows, here.charter)
    else:
        approvals = here.policy.approvals
        head, table = lines.RETURNS, lines.returns(rows, here.today, approvals, still=still)
    return regions.show(
        visit,
        Room(cycle.region, cycle.region_name, cycle.sample, cycle.paused, roles),
        "console/cycle.html",
        here="-",
        wide=True,
        cycle=cycle,
        everything=here.everything,
        can_pause=bool(roles & checking.CHECKERS),
        path=here.path,
        dates=dates_of(cycle, here.today),
        due_past=cycle.dates.due < here.today,
        counts=[
            (STATE_WORDS[state], many, choice.address(here.path, state=state, page=""))
            for state, many in here.tally.states.items()
        ],
        tally=here.tally,
        choice=choice,
        fields=choice.fields(here.owed),
        views=[
            (view, words, choice.address(here.path, view=view)) for view, words in VIEWS.items()
        ],
        pages=pages,
        chosen=len(chosen),
        sheet={kind: choice.address(f"{here.path}/returns.{kind}") for kind in sheets.KINDS},
        head=head,
        table=table,
        commitments=here.charter.commitments,
        released=here.released,
        notice=here.charter.notice if here.charter.is_working else "",
    )


@router.get("/returns.csv", name="returns_csv")
def returns_csv(region: str, quarter: str, visit: SignedIn) -> Response:
    """The returns that the address asks for, all pages of them, for a spreadsheet."""
    return _sheet(region, quarter, visit, "csv")


@router.get("/returns.xlsx", name="returns_xlsx")
def returns_xlsx(region: str, quarter: str, visit: SignedIn) -> Response:
    """The same as a workbook."""
    return _sheet(region, quarter, visit, "xlsx")


def _sheet(region: str, quarter: str, visit: Visit, kind: str) -> Response:
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region, quarter)
    choice = Choice.of(visit.request.query_params, here.owed)
    told = sheets.told(
        choice.chosen(here.owed, here.today), here.cycle, here.charter, here.policy, here.today
    )
    return sheets.answer(told, kind, f"{here.cycle.region}-{here.cycle.quarter}-returns")


def dates_of(cycle: CycleView, today: date) -> list[Dated]:
    """The cycle's calendar, in order."""
    dates = cycle.dates
    named = [(words, getattr(dates, name)) for name, words in DATE_WORDS.items()]
    return [Dated(words, on, on < today) for words, on in named]
