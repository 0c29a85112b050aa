"""What a provider asks of the commissioner: that a service did not run, and more time."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import rooms
from portal.console.exchange import RAN, TIME, overtaken, seen
from portal.console.rooms import Case
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults
from providers import checking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/returns/{return_id}")


def enter(session: Session, visit: Visit, return_id: str, act: str) -> Case:
    """The return, for its region's commissioner; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    rooms.require(case.can_check, "the commissioner", act)
    return case


@router.get("/not-running", name="did_it_run_page")
def did_it_run_page(return_id: str, visit: SignedIn) -> Response:
    """The provider's reason, what the register says, and the question whether you agree."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id, "say whether a service ran")
    agreed = "yes" if case.life.not_running_agreed else ""
    return draw_did_it_run(visit, case, agreed, "", Faults())


@router.post("/not-running", name="did_it_run")
def did_it_run(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Agree that it did not run, or hold that it ran and say why."""
    faults = Faults()
    agree, reason = form.text("agree"), form.words("reason", faults)
    if agree not in ("yes", "no"):
        faults.add("agree", "say whether you agree that the service did not run")
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, "say whether a service ran")
        if meanwhile := overtaken(session, case, RAN, form.text("seen")):
            return draw_did_it_run(visit, case, agree, reason, Faults(), meanwhile)
        decide = checking.agree_not_running if agree == "yes" else checking.decline_not_running
        if not faults:
            try:
                decide(session, case.ref, reason, visit.now, visit.visitor.person)
            except NotAllowed as error:
                faults.add("reason", str(error))
    if faults:
        return draw_did_it_run(visit, case, agree, reason, faults)
    return visit.go(f"{case.path}?did={'agreed' if agree == 'yes' else 'held'}")


@router.post("/no-more-time", name="decline_time")
def decline_time(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Give no more time, and say why."""
    faults = Faults()
    reason = form.words("declined", faults)
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, "give more time")
        if meanwhile := overtaken(session, case, TIME, form.text("seen")):
            return draw_no_more_time(visit, case, reason, Faults(), meanwhile)
        if not faults:
            try:
                checking.decline_time(session, case.ref, reason, visit.now, visit.visitor.person)
            except NotAllowed as error:
                faults.add("declined", str(error))
    if faults:
        return draw_no_more_time(visit, case, reason, faults)
    return visit.go(f"{case.path}?did=declined")


@router.get("/no-more-time", name="no_more_time_page")
def no_more_time_page(return_id: str, visit: SignedIn) -> Response:
    """What was asked for, and a box for the reason why not."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id, "give more time")
    return draw_no_more_time(visit, case, "", Faults())


def draw_no_more_time(
    visit: Visit, case: Case, declined: str, faults: Faults, meanwhile: str = ""
) -> Response:
    """The page with its box; 422 with faults, 409 where somebody decided meanwhile."""
    return rooms.show(
        visit,
        case,
        "console/no_more_time.html",
        409 if meanwhile else 422 if faults else 200,
        declined=declined,
        seen=seen(case, TIME),
        meanwhile=meanwhile,
        faults=faults,
    )


def draw_did_it_run(
    visit: Visit, case: Case, agree: str, reason: str, faults: Faults, meanwhile: str = ""
) -> Response:
    """The page with its boxes; 422 with faults, 409 where somebody decided meanwhile."""
    return rooms.show(
        visit,
        case,
        "console/did_it_run.html",
        409 if meanwhile else 422 if faults else 200,
        agree=agree,
        reason=reason,
        seen=seen(case, RAN),
        meanwhile=meanwhile,
        faults=faults.in_order(("agree", "reason")),
    )
