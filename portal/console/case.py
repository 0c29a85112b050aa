"""One return for its commissioner: this quarter beside the last, the score, and what to decide."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.steps import Rating, RatingChanged
from charter.streaks import extensions_flagged, extensions_given
from charter.words import FAITHFUL_WORDS, REPLY_WORDS, STATE_WORDS, Word
from portal.console import rooms
from portal.console.rooms import Case
from portal.console.scores import scores
from portal.doors import SignedIn, Typed, Visit
from portal.files import files_shown
from portal.forms import Faults
from portal.keys import hash_of
from portal.people import name_of
from providers import checking, lives, returns
from providers.cycles import NotAllowed
from providers.reach import quarters_unreachable

router = APIRouter(prefix="/console/returns/{return_id}")
DID = {
    "confirmed": "Confirmed. The provider and the public timetable can see it.",
    "approved": "Your approval is recorded.",
    "changed": "The rating is changed. The provider can read your reason and reply.",
    "asked": "Your question is on its way. The provider can change that one answer.",
    "extended": "More time is given. Reminders now follow the new date.",
    "declined": "No more time is given. The provider reads your reason on its return’s page.",
    "agreed": "You agree that the service did not run. The provider can hand the return over.",
    "held": "A return is owed. The provider reads your reason on its return’s page.",
    "judged": "Your judgement is recorded, in your own words.",
}


@dataclass(frozen=True)
class Compared:
    """One commitment: this quarter's answer, last quarter's, and the commissioner's change."""

    commitment: Commitment
    now: Answer | None
    before: Answer | None
    change: RatingChanged | None
    question: str

    @property
    def differs(self) -> bool:
        """Says something else than last quarter."""
        if self.now is None or self.before is None:
            return self.now is not self.before
        return self.now.model_copy(update={"confirmed": True}) != self.before.model_copy(
            update={"confirmed": True}
        )

    @property
    def rating(self) -> Rating | None:
        """The rating that counts: the commissioner's where it was changed, else the provider's."""
        if self.change:
            return self.change.rating
        return self.now.rating if self.now else None

    @property
    def is_news(self) -> bool:
        """Changed since last quarter, by the provider or by the commissioner, or is asked about."""
        return self.differs or self.change is not None or bool(self.question)


@dataclass(frozen=True)
class Reply:
    """What families asked and what the provider answers."""

    asked: str
    word: Word
    words: str


def compared(
    case: Case, document: ReturnDocument | None, before: ReturnDocument | None
) -> list[Compared]:
    """Every commitment, those that changed since last quarter first."""
    found = [
        Compared(
            commitment=commitment,
            now=document.find(commitment.id) if document else None,
            before=before.find(commitment.id) if before else None,
            change=case.life.changes.get(commitment.id),
            question=case.life.questions.get(commitment.id, ""),
        )
        for commitment in case.charter.commitments
    ]
    return sorted(found, key=lambda c: not c.is_news) if before else found


def documents_of(
    session: Session, case: Case
) -> tuple[ReturnDocument | None, ReturnDocument | None]:
    """What was signed this quarter, and the quarter before."""
    earlier = returns.previous(session, case.ref)
    return (
        returns.signed_document(session, case.ref),
        returns.signed_document(session, earlier) if earlier else None,
    )


@router.get("", name="case_page")
def case_page(return_id: str, visit: SignedIn) -> Response:
    """The whole return, and what can be decided about it now."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, rooms.enter(session, visit, return_id))


@router.post("/confirm", name="confirm")
def confirm(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Accept the return that the page showed, changed ratings included."""
    with visit.desk.database.writing() as session:
        case = rooms.enter(session, visit, return_id)
        rooms.require(case.can_check, "the commissioner", "confirm a return")
        if form.text("sha") != case.life.document:
            return draw(session, visit, case, refused=CHANGED)
        try:
            checking.confirm(session, case.ref, visit.now, visit.visitor.person)
        except NotAllowed as error:
            return draw(session, visit, case, refused=str(error))
    return visit.go(f"{case.path}?did=confirmed")


@router.post("/approve", name="approve")
def approve(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Approve the page for publication: one of two people who must."""
    with visit.desk.database.writing() as session:
        case = rooms.enter(session, visit, return_id)
        rooms.require(case.can_approve, "a commissioner or approver", "approve to publish")
        if case.why_not_approve:
            return draw(session, visit, case, refused=case.why_not_approve)
        if form.text("seen") != seen(case):
            return draw(session, visit, case, refused=CHANGED)
        try:
            checking.approve(session, case.ref, visit.now, visit.visitor.person)
        except NotAllowed as error:
            return draw(session, visit, case, refused=str(error))
    return visit.go(f"{case.path}?did=approved")


CHANGED = "this return changed after you opened it; it is shown here as it stands now"


def seen(case: Case) -> str:
    """What an approval was given to: the signed text, what was changed, said and judged."""
    life = case.life
    changes = ",".join(f"{c.commitment}={c.rating}" for c in life.changes.values())
    judged = life.judged.model_dump_json() if life.judged else ""
    said = "|".join(
        (life.document, changes, life.reply, life.sentence, judged, str(life.confirmed_at))
    )
    return hash_of(said)[:32]


def draw(session: Session, visit: Visit, case: Case, *, refused: str = "") -> Response:
    """The page; 409 with the reason when an act could not be done."""
    document, before = documents_of(session, case)
    live = {case.ref.id: case.life} if case.life.document else {}
    scored = scores(session, {case.ref.id: case.ref}, live, case.charter, case.policy)
    promises = returns.promises(session, [case.ref])[case.ref.party, case.ref.site_id]
    return rooms.show(
        visit,
        case,
        "console/case.html",
        409 if refused else 200,
        document=document,
        word=STATE_WORDS[case.state],
        days_late=case.life.days_late(visit.now),
        signer=name_of(session, case.life.signed_by) if case.life.signed_by else "",
        approvers=[name_of(session, f"person:{person}") for person in case.life.approved_by],
        compared=[]
        if document is None or document.nil_return
        else compared(case, document, before),
        first=before is None,
        counted=before.measures if before else (),
        score=scored.get(case.ref.id),
        promises=promises,
        must_name=must_name(session, case),
        often_extended=often_extended(session, case),
        replies=replies_of(session, case, document),
        faithful=FAITHFUL_WORDS[case.life.judged.faithful if case.life.judged else None],
        seen=seen(case),
        did=DID.get(visit.request.query_params.get("did", ""), ""),
        refused=refused,
        faults=Faults(),
        files=files_shown(session, case.ref, case.path, document) if document else {},
    )


def must_name(session: Session, case: Case) -> int:
    """For how many quarters running nobody could be reached, once that is too many; else nought."""
    if not case.life.unreachable or case.life.is_received:
        return 0
    running = quarters_unreachable(session, [case.ref.id])[case.ref.id]
    return running if running >= case.policy.unreachable_quarters else 0


def often_extended(session: Session, case: Case) -> str:
    """In how many of its last quarters the service had more time, in words; empty while few."""
    known = returns.refs(session, service_ids=[case.ref.service_id])
    so_far = [r.id for r in known if r.quarter <= case.ref.quarter]
    folded = lives.lives(session, so_far)
    extended = [folded[i].extended is not None for i in so_far if not folded[i].released]
    most, within = case.policy.extensions_flagged, case.policy.extensions_within
    if not extensions_flagged(extended, most, within):
        return ""
    given = extensions_given(extended, within)
    return f"More time was given in {given} of the last {min(within, len(extended))} quarters."


def replies_of(session: Session, case: Case, document: ReturnDocument | None) -> list[Reply]:
    """The replies in the signed return, in the order families asked."""
    given = {reply.request: reply for reply in document.replies} if document else {}
    return [
        Reply(asked.text, REPLY_WORDS[given[asked.id].answer], given[asked.id].words)
        for asked in returns.requests_for(session, case.ref)
        if asked.id in given
    ]
