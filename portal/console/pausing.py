"""What stands still in a region, and letting the region or one provider stand still or go on."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import regions, rooms
from portal.console.cycle import path_of
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.pages import moment
from portal.people import name_of
from providers import checking, cycles, ledger, pauses, register
from providers.cycles import CycleView
from providers.pauses import PauseView

router = APIRouter(prefix="/console/regions/{region}/{quarter}/pauses")
WHOLE = "region"
"""How the form names the region itself; a provider is named by `p:` and its code."""
DID = {
    "paused": "Paused. No letter goes out there until you resume it.",
    "resumed": "Resumed. The next round writes to whoever is owed a letter as things stand now.",
}


@dataclass(frozen=True)
class Still:
    """What stands still in a region, and which of its providers could."""

    cycle: CycleView
    reason: str
    providers: list[tuple[PauseView, str]]
    everything: PauseView | None
    since: str
    """When the whole region was paused on these pages, and by whom; else empty."""
    running: dict[str, str]

    @property
    def path(self) -> str:
        """Where this page is."""
        return f"{path_of(self.cycle)}/pauses"


def enter(session: Session, visit: Visit, region: str, quarter: str) -> Still:
    """What stands still in a region of the visitor's, who may change that; else NotForYou."""
    cycle = rooms.enter_cycle(session, visit, region, quarter)
    allowed = bool(rooms.roles_in(visit, region) & checking.CHECKERS)
    rooms.require(allowed, "the commissioner", "pause or resume")
    home = register.region(session, region)
    still = pauses.standing(session, region)
    paused = {one.provider for one in still}
    known = pauses.providers_in(session, region)
    return Still(
        cycle=cycle,
        reason=home.paused_reason if home else "",
        providers=[(one, who(session, one)) for one in still if one.provider],
        everything=next((one for one in still if not one.provider), None),
        since=since(session, region) if cycle.paused else "",
        running={code: name for code, name in known.items() if code not in paused},
    )


def who(session: Session, pause: PauseView) -> str:
    """Whoever paused it, by name where they have one on record."""
    person = pause.by.startswith("person:")
    return name_of(session, pause.by) if person else "whoever runs this service"


def since(session: Session, region: str) -> str:
    """When a region that stands still was paused, and by whom, where the record says."""
    entry = ledger.newest(session, "region_paused", f"region:{region}")
    if entry is None or not entry.by.startswith("person:"):
        return ""
    return f"{moment(datetime.fromisoformat(entry.at))}, by {name_of(session, entry.by)}"


def already(still: Still, what: str) -> str:
    """Why something cannot be paused that stands still, by whom and since when; else empty."""
    told = {f"p:{one.provider}": f"{moment(one.at)}, by {who}" for one, who in still.providers}
    if still.cycle.paused:
        told[WHOLE] = still.since
    since_when = f"since {told[what]}" if told.get(what) else "already"
    return f"it stands still {since_when}" if what in told else ""


@router.get("", name="pauses_page")
def pauses_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """What stands still and why, with a way to let it go on, and a form to pause more."""
    with visit.desk.database.reading() as session:
        still = enter(session, visit, region, quarter)
    return draw(visit, still, Form({}), Faults())


@router.post("", name="pause_here")
def pause_here(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Let the region, or one provider in it, stand still."""
    faults = Faults()
    what, reason = form.text("what"), form.words("reason", faults)
    with visit.desk.database.writing() as session:
        still = enter(session, visit, region, quarter)
        if what not in choices(still):
            faults.add("what", already(still, what) or "choose what is to stand still")
        if not reason:
            faults.add("reason", "give the reason, for the record")
        if not faults:
            if what == WHOLE:
                cycles.pause(session, region, reason, visit.now, visit.by)
            else:
                scope = pauses.scope_of(region, what.removeprefix("p:"))
                pauses.pause(session, scope, reason, visit.now, visit.by)
    if faults:
        return draw(visit, still, form, faults)
    return visit.go(f"{still.path}?did=paused")


@router.post("/end", name="resume_here")
def resume_here(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Let the region, or one provider in it, go on; twice is the same as once."""
    what = form.text("go")
    with visit.desk.database.writing() as session:
        still = enter(session, visit, region, quarter)
        if what == WHOLE:
            cycles.resume(session, region, visit.now, visit.by)
        elif what in {f"p:{one.provider}" for one, _ in still.providers}:
            scope = pauses.scope_of(region, what.removeprefix("p:"))
            pauses.resume(session, scope, visit.now, visit.by)
    return visit.go(f"{still.path}?did=resumed")


def choices(still: Still) -> dict[str, str]:
    """What can be paused now, each with its words."""
    whole = {} if still.cycle.paused else {WHOLE: f"The whole region: {still.cycle.region_name}"}
    return whole | {f"p:{code}": name for code, name in still.running.items()}


def draw(visit: Visit, still: Still, form: Form, faults: Faults) -> Response:
    """The page with these boxes; 422 with faults."""
    return regions.show(
        visit,
        rooms.room_of(visit, still.cycle),
        "console/pauses.html",
        422 if faults else 200,
        here="-",
        still=still,
        cycle=still.cycle,
        back=path_of(still.cycle),
        choices=choices(still),
        what=form.text("what"),
        reason=form.text("reason"),
        did="" if faults else DID.get(visit.request.query_params.get("did", ""), ""),
        faults=faults.in_order(("what", "reason")),
    )
