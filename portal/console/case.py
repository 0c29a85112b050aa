"""One return for its commissioner: this quarter beside the last, the score, and what to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.faithful import markings
from charter.flags import Looked, flags, overdue
from charter.listening import Survey
from charter.returns import Dispute
from charter.steps import Rating, RatingChanged
from charter.streaks import extensions_flagged, extensions_given
from charter.views import REGION
from charter.voices import Heard, on, suggestion
from charter.words import STATE_WORDS
from portal.console import rooms
from portal.console.exchange import latest, names_in, score_in, told
from portal.console.judging import rows_of
from portal.console.promised import actions_of
from portal.console.rooms import Case
from portal.doors import SignedIn, Typed, Visit
from portal.exchange import signings
from portal.files import files_shown
from portal.forms import Faults
from portal.keys import hash_of
from providers import casework, checking, documents, listening
from providers.cycles import NotAllowed
from providers.reach import quarters_unreachable

router = APIRouter(prefix="/console/returns/{return_id}")
DID = {
    "confirmed": "Confirmed. The provider and the public timetable can see it.",
    "changed": "The rating is changed. The provider can read your reason and reply.",
    "asked": "Your question is on its way. The provider can change that one answer.",
    "extended": "More time is given. Reminders now follow the new date.",
    "declined": "No more time is given. The provider reads your reason on its return’s page.",
    "agreed": "You agree that the service did not run. The provider can hand the return over.",
    "held": "A return is owed. The provider reads your reason on its return’s page.",
    "judged": "Your marks are recorded, in your own words.",
}


@dataclass(frozen=True)
class Compared:
    """One commitment: this quarter's answer, last quarter's, and the commissioner's change."""

    commitment: Commitment
    now: Answer | None
    before: Answer | None
    change: RatingChanged | None
    question: str
    voices: tuple[Heard, ...] = ()
    dispute: Dispute | None = None

    @property
    def suggestion(self) -> str:
        """What to ask about, where families and the provider are two steps apart; or empty."""
        return "" if self.change or not self.now else suggestion(self.now.rating, self.voices)

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
        asked = self.change is not None or self.dispute is not None or bool(self.question)
        return self.differs or asked or bool(self.suggestion)


def compared(
    case: Case,
    document: ReturnDocument | None,
    before: ReturnDocument | None,
    surveys: Sequence[Survey] = (),
) -> list[Compared]:
    """Every commitment, those that changed since last quarter first."""
    site = "" if case.ref.site == REGION else case.ref.site
    found = [
        Compared(
            commitment=commitment,
            now=document.find(commitment.id) if document else None,
            before=before.find(commitment.id) if before else None,
            change=case.life.changes.get(commitment.id),
            question=case.life.questions.get(commitment.id, ""),
            voices=tuple(on(surveys, commitment.id, case.policy, site)),
            dispute=case.life.disputes.get(commitment.id),
        )
        for commitment in case.charter.commitments
    ]
    return sorted(found, key=lambda c: not c.is_news) if before else found


def documents_of(
    session: Session, case: Case
) -> tuple[ReturnDocument | None, ReturnDocument | None]:
    """What was signed this quarter, and the quarter before."""
    return read(case, documents.fetch(session, _signed(case)))


def papers(session: Session, case: Case) -> tuple[dict[str, str], tuple[Survey, ...]]:
    """Every text that a page about a return is drawn from, and what families said; one query."""
    shas = [*_signed(case), case.life.receipt, *signings(case.history)]
    return casework.texts_with_surveys(session, shas, case.ref.region, case.ref.quarter)


def _signed(case: Case) -> list[str]:
    return [case.life.document, case.before.document if case.before else ""]


def read(
    case: Case, texts: Mapping[str, str]
) -> tuple[ReturnDocument | None, ReturnDocument | None]:
    """The two documents out of texts by their SHA-256."""
    now, before = (
        ReturnDocument.model_validate_json(texts[sha]) if sha in texts else None
        for sha in _signed(case)
    )
    return now, before


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
        rooms.require(case.can_confirm, WHO_CONFIRMS, "confirm a return")
        if form.text("sha") != case.life.document:
            return draw(session, visit, case, refused=CHANGED, since=latest(session, case))
        if case.life.confirmed_at:
            return draw(session, visit, case, refused=CONFIRMED, since=latest(session, case))
        try:
            checking.confirm(session, case.ref, visit.now, visit.visitor.person)
        except NotAllowed as error:
            return draw(session, visit, case, refused=str(error))
    return visit.go(f"{case.path}?did=confirmed")


CHANGED = "this return changed after you opened it; it is shown here as it stands now"
CONFIRMED = "this return was confirmed already"
WHO_CONFIRMS = "a commissioner who had no part in the return"


def seen(case: Case) -> str:
    """What an approval was given to: the signed text, what was changed, said and judged."""
    life = case.life
    changes = ",".join(f"{c.commitment}={c.rating}" for c in life.changes.values())
    given = [life.judged, *life.marks.values()]
    judged = "".join(mark.model_dump_json() for mark in given if mark)
    disputed = ",".join(f"{c}={one.upheld}" for c, one in life.disputes.items())
    text = (life.document, changes, life.reply, life.sentence, judged, str(life.confirmed_at))
    weighed = (disputed, ",".join(sorted(life.cleared)), life.withdrawn)
    return hash_of("|".join((*text, *weighed)))[:32]


def draw(
    session: Session, visit: Visit, case: Case, *, refused: str = "", since: str = ""
) -> Response:
    """The page; 409 with the reason when an act could not be done, `since` says who came first."""
    life, ref = case.life, case.ref
    texts, surveys = papers(session, case)
    document, before = read(case, texts)
    names = names_in(session, case)
    found = compared(case, document, before, surveys) if document else []
    replies = rows_of(session, case, markings(life, document))
    return rooms.show(
        visit,
        case,
        "console/case.html",
        409 if refused else 200,
        document=document,
        word=STATE_WORDS[case.state],
        days_late=life.days_late(visit.now),
        signer=names.get(life.signed_by, ""),
        approvers=[names[f"person:{person}"] for person in life.approved_by],
        news=[one for one in found if before is None or one.is_news],
        same=[one for one in found if before is not None and not one.is_news],
        first=before is None,
        counted=before.measures if before else (),
        score=score_in(case, document, texts),
        actions=actions_of(session, document, before),
        must_name=must_name(session, case),
        often_extended=often_extended(case),
        flags=_flags(case, document, before, surveys),
        calls=listening.calls(session, ref.region, ref.quarter).get(ref.site),
        turns=told(session, visit, case, names, texts, {r.marking.about: r.asked for r in replies}),
        replies=replies,
        did=DID.get(visit.request.query_params.get("did", ""), ""),
        refused=refused,
        since=since,
        faults=Faults(),
        files=files_shown(session, ref, case.path, document) if document else {},
    )


def _flags(
    case: Case,
    document: ReturnDocument | None,
    before: ReturnDocument | None,
    surveys: Sequence[Survey],
) -> list[str]:
    """What to look at before it is confirmed; nothing once it is."""
    if document is None or case.life.confirmed_at:
        return []
    return flags(
        Looked(
            document=document,
            before=before,
            life=case.life,
            charter=case.charter,
            policy=case.policy,
            quarter=case.ref.quarter,
            site="" if case.ref.site == REGION else case.ref.site,
            surveys=surveys,
            extended=case.extended,
            overdue=overdue(document, case.today),
        )
    )


def must_name(session: Session, case: Case) -> int:
    """For how many quarters running nobody could be reached, once that is too many; else nought."""
    if not case.life.unreachable or case.life.is_received:
        return 0
    running = quarters_unreachable(session, [case.ref.id])[case.ref.id]
    return running if running >= case.policy.unreachable_quarters else 0


def often_extended(case: Case) -> str:
    """In how many of its last quarters the service had more time, in words; empty while few."""
    most, within = case.policy.extensions_flagged, case.policy.extensions_within
    if not extensions_flagged(case.extended, most, within):
        return ""
    given = extensions_given(case.extended, within)
    return f"More time was given in {given} of the last {min(within, len(case.extended))} quarters."
