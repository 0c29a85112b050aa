"""Two people at one return: whoever saves second is shown what changed, and loses nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel
from sqlmodel import Session

from charter.answers import Problem, ReturnDocument, parse
from charter.ledger import canonical, digest
from portal.doors import Visit
from portal.forms import Form
from portal.pages import moment
from portal.people import name_of
from portal.provider.rooms import Room
from providers import answering, evidence, returns
from providers.returns import DraftView


@dataclass(frozen=True)
class Overtaken:
    """Who saved this part of a return since its page was opened, and when."""

    who: str
    when: str


def stamp(part: BaseModel | Iterable[BaseModel] | None) -> str:
    """A short name for exactly what a part of a return says, carried by the form that edits it."""
    if part is None or isinstance(part, BaseModel):
        plain: object = part.model_dump(mode="json") if part else None
    else:
        plain = [one.model_dump(mode="json") for one in part]
    return digest(canonical({"part": plain}))[:32]


def overtaken(session: Session, form: Form, draft: DraftView, basis: str) -> Overtaken | None:
    """Who changed this part meanwhile; nothing when it stands as the form's page showed it."""
    return None if form.text("basis") == basis else last_saved(session, draft)


def last_saved(session: Session, draft: DraftView) -> Overtaken:
    """Who saved the draft last."""
    when = moment(draft.saved_at) if draft.saved_at else "just now"
    return Overtaken(name_of(session, draft.saved_by), when)


def read(document: ReturnDocument, **parts: object) -> tuple[ReturnDocument | None, list[Problem]]:
    """The document with some of its fields replaced by plain data, checked as any file would be."""
    return parse({**document.model_dump(mode="json"), **parts})


def save(
    session: Session, visit: Visit, room: Room, draft: DraftView, document: ReturnDocument
) -> None:
    """Keep the document as it now stands; the caller has just read `draft` in this transaction."""
    person = visit.visitor.person
    answering.save_draft(session, room.ref, document, visit.now, person, version=draft.version)
    for gone in sorted(evidence.shas(draft.document) - evidence.shas(document)):
        evidence.let_go(session, room.ref, gone, visit.now, visit.by)


def problems_at(
    session: Session, room: Room, document: ReturnDocument, place: str
) -> list[Problem]:
    """What still lacks in one part of the document, with the part's own name taken off."""
    found = answering.problems(session, room.ref, document, complete=True)
    return within(found, place)


def within(found: Iterable[Problem], place: str) -> list[Problem]:
    """The problems of one part, named from there on: `answers[W3].reason` in W3 is `reason`."""
    return [
        Problem(problem.where.removeprefix(place).removeprefix("."), problem.what)
        for problem in found
        if problem.where == place or problem.where.startswith((f"{place}.", f"{place}["))
    ]


def draft_of(session: Session, room: Room) -> DraftView:
    """The return as it stands for its preparers."""
    return returns.draft(session, room.ref)
