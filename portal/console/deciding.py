"""One commitment for the commissioner: change its rating with a reason, or ask about it."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.disputes import why_not_change
from charter.steps import Rating
from charter.words import RATING_WORDS
from portal.console import rooms
from portal.console.case import WHO_CONFIRMS, compared, papers, read
from portal.console.exchange import basis, concerns, latest
from portal.console.rooms import Case
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from providers import checking
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/returns/{return_id}/commitments/{commitment_id}")
NOTHING: Mapping[str, str] = MappingProxyType({})
"""What is in the boxes of a page that is only opened."""


def enter(session: Session, visit: Visit, return_id: str, commitment_id: str) -> Case:
    """The return with that commitment, for somebody who may check it; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    if commitment_id not in case.charter.ids:
        raise NotHere
    rooms.require(case.can_confirm, WHO_CONFIRMS, "check a return")
    return case


@router.get("", name="deciding_page")
def deciding_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The answer beside last quarter's, with the two things that can be done about it."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id, commitment_id)
        return draw(session, visit, case, commitment_id)


@router.post("/rating", name="change_rating")
def change_rating(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Set another rating; the provider's own stays beside it."""
    faults = Faults()
    rating = form.text("rating")
    reason = form.words("why", faults)
    if rating not in list(Rating):
        faults.add("rating", "choose the rating that is right")
    if not reason:
        faults.add("why", "give the reason: the provider reads it, and so do families")
    typed = {"rating": rating, "why": reason}
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, commitment_id)
        if form.text("basis") != basis(case, commitment_id):
            return draw(session, visit, case, commitment_id, typed, meanwhile=True)
        if faults:
            return draw(session, visit, case, commitment_id, typed, faults)
        try:
            checking.change_rating(
                session,
                case.ref,
                commitment_id,
                Rating(rating),
                reason,
                visit.now,
                visit.visitor.person,
            )
        except NotAllowed as error:
            faults.add("rating", str(error))
            return draw(session, visit, case, commitment_id, typed, faults)
    return visit.go(f"{case.path}?did=changed")


@router.post("/question", name="challenge")
def challenge(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Ask about the answer, which opens it again to the provider."""
    faults = Faults()
    question = form.words("question", faults)
    if not question:
        faults.add("question", "write the question the provider is to answer")
    typed = {"question": question}
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id, commitment_id)
        if form.text("basis") != basis(case, commitment_id):
            return draw(session, visit, case, commitment_id, typed, meanwhile=True)
        if not faults:
            try:
                checking.challenge(
                    session, case.ref, commitment_id, question, visit.now, visit.visitor.person
                )
            except NotAllowed as error:
                faults.add("question", str(error))
        if faults:
            return draw(session, visit, case, commitment_id, typed, faults)
    return visit.go(f"{case.path}?did=asked")


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
    """The page with these boxes; 422 with faults, 409 where somebody else came first."""
    texts, surveys = papers(session, case)
    document, before = read(case, texts)
    found = compared(case, document, before, surveys)
    item = next(one for one in found if one.commitment.id == commitment_id)
    return rooms.show(
        visit,
        case,
        "console/deciding.html",
        409 if meanwhile else 422 if faults else 200,
        item=item,
        first=before is None,
        ratings=[(one.value, word.console) for one, word in RATING_WORDS.items()],
        rating=typed.get("rating") or (item.change.rating.value if item.change else ""),
        fixed=why_not_change(case.life, commitment_id),
        basis=basis(case, commitment_id),
        meanwhile=latest(session, case, concerns(commitment_id)) if meanwhile else "",
        why=typed.get("why", ""),
        question=typed.get("question", ""),
        faults=faults or Faults(),
    )
