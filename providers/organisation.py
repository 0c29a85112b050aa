"""An answer that an organisation gives once stands in the drafts of all its prisons' returns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.quarters import london_date
from charter.returns import Life
from providers import answering, cycles, lives, returns
from providers.register import contacts_of
from providers.returns import Ref
from providers.tables import Draft


@dataclass(frozen=True)
class Spread:
    """The returns in which an answer now stands too, and those left as they were, each with why."""

    into: tuple[Ref, ...] = ()
    left: tuple[tuple[Ref, str], ...] = ()


@dataclass(frozen=True)
class Elsewhere:
    """What the same party says of a commitment at another prison, in a return signed or not."""

    ref: Ref
    answer: Answer
    signed: bool

    @property
    def name(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.ref.site_name} ({self.ref.line})" if self.ref.line else self.ref.site_name


def spread(session: Session, here: Ref, answer: Answer, now: datetime, person: int) -> Spread:
    """Put an organisation-wide answer of `here` into its party's other returns of the quarter.

    Those are the returns of every region whose cycle asks about the same Charter version. A draft
    is begun where none was saved. Nothing is undone by it: what is signed, waits for the signer,
    was asked about or is not this person's to prepare is left, and so is every return while
    `answer` says nothing that was looked at. To spread the same answer again changes nothing.
    """
    charter = cycles.charter_of(session, here.charter_version)
    wide = answer.commitment in charter.ids and charter.find(answer.commitment).organisation_wide
    if not (wide and answer.confirmed and answer.says_something):
        return Spread()
    others = [
        other
        for other in returns.refs(session, quarter=str(here.quarter), party=here.party)
        if other.id != here.id and other.charter_version == here.charter_version
    ]
    folded = lives.lives(session, [other.id for other in others])
    mine = _prepared_by(session, others, person, now)
    drafts = _drafts(session, others)
    into, left = [], []
    for other in others:
        saved = drafts.get(other.id)
        why = _why_left(folded[other.id], saved, mine=other.service_id in mine)
        if why:
            left.append((other, why))
            continue
        _put(session, other, answer, saved, now, person)
        into.append(other)
    return Spread(tuple(into), tuple(left))


def _prepared_by(session: Session, others: list[Ref], person: int, now: datetime) -> set[int]:
    """The services whose returns this person may prepare on the day."""
    asked = contacts_of(session, {other.service_id for other in others}, london_date(now))
    return {
        service
        for service, contacts in asked.items()
        if any(c.person_id == person and c.role in answering.PREPARERS for c in contacts)
    }


def _drafts(session: Session, others: list[Ref]) -> dict[int, tuple[int, ReturnDocument]]:
    """The saved drafts of these returns with their versions, in one query."""
    ids = [other.id for other in others]
    return {
        row.return_id: (row.version, ReturnDocument.model_validate_json(row.body))
        for row in session.exec(select(Draft).where(col(Draft.return_id).in_(ids)))
    }


def _why_left(life: Life, saved: tuple[int, ReturnDocument] | None, *, mine: bool) -> str:
    """Why an answer is not put into a return; empty when it is."""
    if not mine:
        return "you are not named as one who prepares it"
    if life.released:
        return "it is no longer owed"
    if life.handed_over:
        return "it waits for its signing director, and a change would take it back from them"
    if life.questions:
        return "it is open only for what its commissioner asked about"
    if life.is_received:
        return "it is signed"
    if saved is not None and saved[1].nil_return:
        return "it says that the service did not run"
    return ""


def _put(
    session: Session,
    other: Ref,
    answer: Answer,
    saved: tuple[int, ReturnDocument] | None,
    now: datetime,
    person: int,
) -> None:
    """Save the answer in another return's draft, in its place."""
    version, document = saved or (0, returns.template(session, other))
    if document.find(answer.commitment) != answer:
        changed = with_answer(document, answer)
        answering.save_draft(session, other, changed, now, person, version=version)


def elsewhere(
    session: Session, here: Ref, commitment: Commitment, service_ids: Iterable[int]
) -> list[Elsewhere]:
    """What the party's other prisons among these services say of a commitment, by prison.

    This quarter's answer where it was looked at, else that of the last signed return; only where
    the same words were asked. The number of queries does not grow with the prisons.
    """
    refs = [
        other
        for other in returns.refs(session, service_ids=service_ids, party=here.party)
        if other.quarter <= here.quarter
        and (other.site_id, other.line) != (here.site_id, here.line)
    ]
    if not refs:
        return []
    folded = lives.lives(session, [other.id for other in refs])
    signed = returns.signed_documents(session, {i: life.document for i, life in folded.items()})
    drafts = _drafts(session, [other for other in refs if other.quarter == here.quarter])
    found: dict[tuple[int, str], Elsewhere] = {}
    for other in refs:  # the oldest quarter first, so that the newest stands
        document = signed.get(other.id)
        if document is None and other.id in drafts:
            document = drafts[other.id][1]
        answer = document.find(commitment.id) if document else None
        if answer is None or not (answer.says_something and answer.confirmed):
            continue
        if _asks_alike(session, other, here, commitment):
            found[other.site_id, other.line] = Elsewhere(other, answer, other.id in signed)
    return sorted(found.values(), key=lambda one: one.name)


def _asks_alike(session: Session, other: Ref, here: Ref, commitment: Commitment) -> bool:
    """Whether another return was asked about a commitment in the same words."""
    if other.charter_version == here.charter_version:
        return True
    charter = cycles.charter_of(session, other.charter_version)
    return commitment.id in charter.ids and charter.find(commitment.id).text == commitment.text


def copied(document: ReturnDocument, source: Elsewhere) -> ReturnDocument:
    """The document with another prison's answer in it, to be confirmed, its evidence with it."""
    said = {"confirmed": False, "copied_from": source.name}
    return with_answer(document, source.answer.model_copy(update=said))


def with_answer(document: ReturnDocument, answer: Answer) -> ReturnDocument:
    """The document with this answer in its commitment's place, or at the end where it has none."""
    answers = list(document.answers)
    for place, there in enumerate(answers):
        if there.commitment == answer.commitment:
            answers[place] = answer
            break
    else:
        answers.append(answer)
    return document.model_copy(update={"answers": tuple(answers)})
