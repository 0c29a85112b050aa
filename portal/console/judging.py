"""The listening partner reads the replies to families, and marks them faithful or not."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import rooms
from portal.console.case import documents_of, replies_of
from portal.console.rooms import Case
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults
from providers import checking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/returns/{return_id}/judge")


def enter(session: Session, visit: Visit, return_id: str) -> Case:
    """The return, for its region's listening partner; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    rooms.require(case.can_judge, "the listening partner", "judge the replies")
    return case


@router.get("", name="judge_page")
def judge_page(return_id: str, visit: SignedIn) -> Response:
    """The replies, and the question whether they are faithful."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id)
        judged = case.life.judged
        faithful = ("yes" if judged.faithful else "no") if judged else ""
        return draw(session, visit, case, faithful, judged.reason if judged else "", Faults())


@router.post("", name="judge")
def judge(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Record the judgement, in the partner's own words."""
    faults = Faults()
    faithful = form.text("faithful")
    reason = form.words("reason", faults)
    if faithful not in ("yes", "no"):
        faults.add("faithful", "say whether the replies are faithful")
    if faithful == "no" and not reason:
        faults.add("reason", "say why they are not faithful: families will read it")
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id)
        if not faults:
            try:
                checking.judge(
                    session, case.ref, faithful == "yes", reason, visit.now, visit.visitor.person
                )
            except NotAllowed as error:
                faults.add("faithful", str(error))
        if faults:
            return draw(session, visit, case, faithful, reason, faults)
    return visit.go(f"{case.path}?did=judged")


def draw(
    session: Session, visit: Visit, case: Case, faithful: str, reason: str, faults: Faults
) -> Response:
    """The page with these boxes; 422 with faults."""
    document, _ = documents_of(session, case)
    return rooms.show(
        visit,
        case,
        "console/judge.html",
        422 if faults else 200,
        replies=replies_of(session, case, document),
        faithful=faithful,
        reason=reason,
        faults=faults,
    )
