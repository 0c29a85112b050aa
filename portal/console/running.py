"""A step of the programme done now, rather than when its hour comes: asked first, and recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from portal.steward import Act, Busy
from providers import by_hand, checking, pauses

router = APIRouter(prefix="/console/regions/{region}/schedule/run/{step}")
RUNNERS = checking.CHECKERS | {"administrator"}


@dataclass(frozen=True)
class Step:
    """A step in words: as a link, what it does, and what it does not."""

    title: str
    does: str


STEPS: Mapping[Act, Step] = {
    Act.ROUND: Step(
        "Decide what is due",
        "It opens a quarter whose day has come, writes the letters that are due today, and "
        "records what has not come in time. It hands no letter over.",
    ),
    Act.DELIVER: Step(
        "Hand over the letters",
        "It sends the letters that are waiting, each one once. What is no longer owed is taken "
        "out of them first.",
    ),
    Act.SCORE: Step(
        "Score the returns", "It scores every return that came, or was changed, since the last run."
    ),
    Act.PUBLISH: Step(
        "Publish",
        "It brings the families’ site up to date with what two people have approved and whose "
        "day has come.",
    ),
}


def may_run(room: Room) -> bool:
    """Whether the visitor may have a step done."""
    return bool(room.roles & RUNNERS)


@router.get("", name="step_page")
def step_page(region: str, step: str, visit: SignedIn) -> Response:
    """What the step would do, a button to have it done, and what the last one came to."""
    with visit.desk.database.reading() as session:
        room, act = enter(session, visit, region, step)
        still = stands_still(session, room)
    return draw(visit, room, act, still)


@router.post("", name="run_step")
def run_step(region: str, step: str, visit: SignedIn, form: Typed) -> Response:
    """Have the step done, once somebody has said that they mean it."""
    faults = Faults()
    if form.text("go") != "yes":
        faults.add("go", "press the button to have this done")
    steward = visit.desk.steward
    with visit.desk.database.writing() as session:
        room, act = enter(session, visit, region, step)
        still = stands_still(session, room)
        goes = not (still or faults or steward.running())
        if goes:
            by_hand.note(session, room.code, act.value, visit.now, visit.by)
    if not goes:
        return draw(visit, room, act, still, faults, status=422 if faults else 409)
    try:
        steward.act(act, room.code, visit.now)
    except Busy:  # somebody else began one in between
        return draw(visit, room, act, still, status=409)
    return visit.go(path_of(room, act))


def enter(session: Session, visit: Visit, region: str, step: str) -> tuple[Room, Act]:
    """A region of the visitor's and a step that there is; NotForYou where they may not run it."""
    room = regions.enter(session, visit, region)
    if step not in list(Act):
        raise NotHere
    rooms.require(may_run(room), "the commissioner or an administrator", "have a step done now")
    return room, Act(step)


def stands_still(session: Session, room: Room) -> str:
    """Why nothing may be done; empty where it may."""
    if pauses.in_force(session).everything:
        return "Everything is paused, in every region."
    return "This region is paused." if room.paused else ""


def path_of(room: Room, act: Act) -> str:
    """Where the step's page is."""
    return f"{room.path}/schedule/run/{act.value}"


def draw(
    visit: Visit,
    room: Room,
    act: Act,
    still: str,
    faults: Faults | None = None,
    status: int = 200,
) -> Response:
    """The page of one step."""
    steward = visit.desk.steward
    running = steward.running()
    return regions.show(
        visit,
        room,
        "console/run_step.html",
        status,
        here="-",
        step=STEPS[act],
        path=path_of(room, act),
        still=still,
        running=running,
        running_title=STEPS[running.what].title if running else "",
        last=steward.last(act, room.code),
        faults=faults or Faults(),
    )
