"""Disputed ratings, decided by somebody from outside the region, with both sides in view."""

from collections.abc import Mapping

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from portal.console import rooms
from portal.console.case import compared, papers, read
from portal.console.deciding import NOTHING
from portal.console.exchange import concerns, latest, names_in, told
from portal.console.rooms import Case
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from providers import calendars, cycles, disputes
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/disputes")
ARBITER = "arbiter"


@router.get("", name="disputes_page")
def disputes_page(visit: SignedIn) -> Response:
    """Every undecided dispute of the visitor's regions, the one due first on top."""
    if not visit.visitor.staff:
        raise NotHere
    with visit.desk.database.reading() as session:
        calendar = calendars.in_force(session, visit.desk.calendar)
        waiting = disputes.waiting(session, sorted(visit.visitor.regions()), calendar)
        named = {one.here.charter_version for one in waiting}
        charters = {v: cycles.charter_of(session, v) for v in sorted(named)}
    return visit.page(
        "console/disputes.html",
        waiting=[
            (one, charters[one.here.charter_version].find(one.commitment).short) for one in waiting
        ],
        mine=visit.visitor.regions(ARBITER),
        today=london_date(visit.now),
        sample=" and ".join(sorted({o.here.region_name for o in waiting if o.here.sample})),
        did="The dispute is decided. Provider and commissioner can read your reason."
        if visit.request.query_params.get("did") == "decided"
        else "",
    )


@router.get("/{return_id}/{commitment_id}", name="dispute_page")
def dispute_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """What is disputed, both reasons, and the question which rating is to stand."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id, commitment_id)
        return draw(session, visit, case, commitment_id)


@router.post("/{return_id}/{commitment_id}", name="decide_dispute")
def decide_dispute(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Decide, with a reason; a dispute that was decided meanwhile is shown as it was."""
    faults = Faults()
    stands, why = form.text("stands"), form.words("why", faults)
    if stands not in ("changed", "own"):
        faults.add("stands", "choose which rating is to stand")
    if not why:
        faults.add("why", "give the reason: both sides read it, and so do families")
    typed = {"stands": stands, "why": why}
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, commitment_id)
        if commitment_id not in case.life.open_disputes:
            return draw(session, visit, case, commitment_id, typed, meanwhile=True)
        if not faults:
            try:
                disputes.decide(
                    session,
                    case.ref,
                    commitment_id,
                    stands == "changed",
                    why,
                    visit.now,
                    visit.visitor.person,
                )
            except NotAllowed as error:
                faults.add("stands", str(error))
        if faults:
            faults = faults.in_order(("stands", "why"))
            return draw(session, visit, case, commitment_id, typed, faults)
    return visit.go("/console/disputes?did=decided")


def enter(session: Session, visit: Visit, return_id: str, commitment_id: str) -> Case:
    """The return with that commitment, for an arbiter of its region; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    if commitment_id not in case.charter.ids:
        raise NotHere
    rooms.require(ARBITER in case.roles, "an arbiter", "decide a dispute")
    return case


def draw(
    session: Session,
    visit: Visit,
    case: Case,
    commitment_id: str,
    typed: Mapping[str, str] = NOTHING,
    faults: Faults | None = None,
    *,
    meanwhile: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults, 409 where there is nothing left to decide."""
    texts, surveys = papers(session, case)
    document, before = read(case, texts)
    found = compared(case, document, before, surveys)
    turns = told(session, visit, case, names_in(session, case), texts)
    return rooms.show(
        visit,
        case,
        "console/dispute.html",
        409 if meanwhile else 422 if faults else 200,
        item=next(one for one in found if one.commitment.id == commitment_id),
        first=before is None,
        turns=turns,
        open=commitment_id in case.life.open_disputes,
        may=disputes.why_not_decide(session, case.ref, visit.now, visit.visitor.person),
        stands=typed.get("stands", ""),
        why=typed.get("why", ""),
        meanwhile=latest(session, case, concerns(commitment_id)) if meanwhile else "",
        faults=faults or Faults(),
    )
