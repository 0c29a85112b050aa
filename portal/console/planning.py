"""The plan of a quarter to come, rehearsed: every letter, person and date, and a yes to it."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import BeyondHorizon, Calendar, london_date
from charter.words import letter_words
from portal.console import regions, rooms
from portal.console.choosing import Pages
from portal.console.cycle import path_of
from portal.console.lines import column
from portal.console.regions import Room
from portal.console.register_said import Said, said_of
from portal.console.schedule import dates_of, plan_path
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from providers import calendars, checking, coming, ledger, moves, plans, register_history
from providers.coming import Ahead, Coming
from providers.plans import PlanRefused
from providers.rehearsing import PlannedLetter, Rehearsal, planned, rehearse_with

router = APIRouter(prefix="/console/regions/{region}/schedule/{quarter}")
AGREED = "Agreed to. This plan is what happens, unless something about it changes first."
A_PAGE = 50
HEAD = [column("Day"), column("Letter"), column("To"), column("About")]


@dataclass(frozen=True)
class Planned:
    """A quarter to come of one of the visitor's regions."""

    room: Room
    one: Coming
    calendar: Calendar
    ahead: Ahead

    @property
    def everything(self) -> bool:
        """Everything is paused, in every region."""
        return self.ahead.steered.everything

    @property
    def path(self) -> str:
        """Where its plan is."""
        return plan_path(self.room, str(self.one.quarter))

    @property
    def can_steer(self) -> bool:
        """The visitor may agree to it, and move its opening."""
        return bool(self.room.roles & checking.CHECKERS)


def enter(session: Session, visit: Visit, region: str, quarter: str) -> Planned:
    """A quarter of a region of the visitor's that is open or among the next; else NotHere."""
    room = regions.enter(session, visit, region)
    calendar = calendars.in_force(session, visit.desk.calendar)
    ahead = coming.ahead(session, region, calendar, london_date(visit.now))
    one = ahead.find(quarter)
    if one is None:
        raise NotHere
    return Planned(room, one, calendar, ahead)


@router.get("", name="plan_page")
def plan_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """The rehearsal, a page of letters at a time; an open quarter has a page of its own."""
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region, quarter)
        if here.one.cycle and here.one.is_open:
            return visit.go(path_of(here.one.cycle))
        return draw(session, visit, here)


@router.get("/letters.csv", name="plan_csv")
def plan_csv(region: str, quarter: str, visit: SignedIn) -> Response:
    """Every line of every letter of the plan, one a row."""
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region, quarter)
        if here.one.cycle and here.one.is_open:
            return visit.go(path_of(here.one.cycle))
        if here.one.dates is None:
            raise NotHere
        text = rehearsal_of(session, here).as_csv()
    name = f"{here.room.code}-{quarter}-letters-to-come.csv"
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.post("/agree", name="agree_to_plan")
def agree_to_plan(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Say yes to the very plan that the page showed; 409 where it is another by now."""
    with visit.desk.database.writing() as session:
        here = enter(session, visit, region, quarter)
        rooms.require(here.can_steer, "the commissioner", "agree to a plan")
        try:
            plan = planned(session, region, here.one.quarter, here.calendar)
            plans.approve(session, plan, form.text("sha"), visit.now, visit.by)
        except (PlanRefused, BeyondHorizon):
            return draw(session, visit, here, since=form.text("basis-entries"))
    return visit.go(f"{here.path}?did=agreed")


def draw(session: Session, visit: Visit, here: Planned, *, since: str | None = None) -> Response:
    """The page; 409 where what was agreed to, read at entry `since`, is not the plan any more."""
    asked, overtaken = visit.request.query_params, since is not None
    entries, _ = ledger.head(session)
    found, problem = None, here.one.problem
    try:
        if here.one.dates and not here.one.is_open:
            found = rehearsal_of(session, here)
    except BeyondHorizon as error:
        problem = str(error)
    rows, pages = _page(found, asked.get("page", ""), here.path)
    return regions.show(
        visit,
        here.room,
        "console/plan.html",
        409 if overtaken else 200,
        here="-",
        wide=True,
        planned=here,
        one=here.one,
        found=found,
        problem=problem,
        overtaken=overtaken,
        meanwhile=_meanwhile(session, here.room.code, since) if since else [],
        entries=entries,
        did=AGREED if asked.get("did") == "agreed" and not overtaken else "",
        names=here.ahead.steered.names,
        dates=dates_of(here.one),
        head=HEAD,
        table=rows,
        pages=pages,
    )


def _meanwhile(session: Session, region: str, since: str) -> list[Said]:
    """Who changed the register after this entry of the ledger, and when, the newest first."""
    found = register_history.history(session, region, after=number(since))
    return [said_of(entry, region) for entry in found]


def rehearsal_of(session: Session, here: Planned) -> Rehearsal:
    """The quarter rehearsed with what was looked up on entering; BeyondHorizon."""
    one, ahead = here.one, here.ahead
    return rehearse_with(
        session,
        ahead.region,
        ahead.rules,
        one.quarter,
        here.calendar,
        ahead.steered.agreed.get(str(one.quarter), ()),
        moves.dates_with(one.moved, one.quarter, ahead.policy, here.calendar),
    )


def _page(found: Rehearsal | None, asked: str, path: str) -> tuple[list[list[str]], Pages]:
    """The letters of the page asked for, or of the last one there is."""
    letters = len(found.digests) if found else 0
    many = max(1, -(-letters // A_PAGE))
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    at = min(max(1, number), many)
    before = f"{path}?page={at - 1}#letters" if at > 1 else ""
    after = f"{path}?page={at + 1}#letters" if at < many else ""
    shown = found.letters_from((at - 1) * A_PAGE, at * A_PAGE) if found else ()
    return [_cells(letter) for letter in shown], Pages(at, many, before, after)


def _cells(letter: PlannedLetter) -> list[str]:
    day = f"{letter.day:%a} {letter.day.day} {letter.day:%B %Y}"
    to, about = f"{letter.to}, {letter.email}", "; ".join(letter.about)
    return [day, letter_words(letter.letter), to, about]
