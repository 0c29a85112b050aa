"""Everything that happened to a return, in plain words, and each text that was ever signed."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from charter.chronicle import happened
from charter.policy import Policy
from charter.review import Disputed, DisputeDecided
from charter.steps import (
    Challenged,
    Happened,
    RatingChanged,
    Refused,
    Reminded,
    Signed,
    Skipped,
    Unsent,
)
from charter.words import letter_words
from portal.doors import NotHere, SignedIn
from portal.provider import rooms
from portal.provider.rooms import Room
from portal.provider.showing import answers_shown, cited_in, replies_shown
from portal.provider.words import ROLE_WORDS
from providers import cycles, documents, lives, register, staff
from providers.contacts import ever_of

OUTSIDERS = {
    staff.StaffRole.LISTENING_PARTNER: "The listening partner",
    staff.StaffRole.ARBITER: "Somebody from outside the region",
}
"""How those of a team are called who are not the commissioner."""
router = APIRouter(prefix="/returns/{return_id}/history")


@dataclass(frozen=True)
class Told:
    """A step in words: when, what, and who took it; `sha` names the text it signed."""

    at: datetime
    what: str
    who: str
    sha: str = ""


@router.get("", name="history_page")
def history_page(return_id: str, visit: SignedIn) -> Response:
    """Every step of the return's life, the newest first."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        told = chronicle(session, room)
    return rooms.show(visit, room, "provider/history.html", told=told[::-1])


@router.get("/{sha}", name="signed_page")
def signed_page(return_id: str, sha: str, visit: SignedIn) -> Response:
    """One text of this return as it was signed; NotHere if it was never signed."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        signings = [t for t in chronicle(session, room) if t.sha == sha]
        if not signings:
            raise NotHere
        document = ReturnDocument.model_validate_json(documents.fetch(session, [sha])[sha])
        return rooms.show(
            visit,
            room,
            "provider/signed.html",
            document=document,
            answers=answers_shown(room, document),
            replies=replies_shown(session, room, document),
            cited=cited_in(session, document),
            signing=signings[-1],
        )


def chronicle(session: Session, room: Room) -> list[Told]:
    """The steps of a return as told to its own people, oldest first."""
    steps = lives.history(session, room.ref.id)
    people = {
        person
        for happening in steps
        for person in (_person(happening.by), _addressed(happening))
        if person
    }
    names = _names(session, room, people)
    policy = cycles.policy_of(session, room.ref.policy_version)
    return [_told(room, happening, names, policy) for happening in steps]


def _names(session: Session, room: Room, people: set[int]) -> dict[int, str]:
    """How each person is called: own people by name and role, others by their organisation."""
    own = ever_of(session, room.ref.service_id)
    team = {m.person_id: m.role for m in staff.listing(session, room.ref.region)}
    names = {i: p.name for i, p in register.people(session, people).items()}
    commissioner = register.commissioner(session, room.ref.region, room.ref.region_name)
    said = {}
    for person in people:
        if person in own:
            said[person] = f"{names.get(person, 'somebody')} ({ROLE_WORDS[own[person]].lower()})"
        elif team.get(person) in OUTSIDERS:
            said[person] = OUTSIDERS[team[person]]
        else:
            said[person] = commissioner
    return said


def names_in(session: Session, room: Room, steps: list[Happened]) -> dict[str, str]:
    """How each person who took one of these steps is called, by `person:7`."""
    people = {person for one in steps if (person := _person(one.by))}
    return {f"person:{i}": said for i, said in _names(session, room, people).items()}


def _told(room: Room, happening: Happened, names: dict[int, str], policy: Policy) -> Told:
    step = happening.step
    about = ""
    if isinstance(step, Challenged | RatingChanged | Disputed | DisputeDecided):
        known = step.commitment in room.charter.ids
        about = room.charter.find(step.commitment).short if known else step.commitment
    letters = {rung.id: letter_words(rung.letter).lower() for rung in policy.rung}
    letter = letters.get(getattr(step, "rung", ""), "letter")
    to = names.get(_addressed(happening), "somebody")
    return Told(
        at=happening.at,
        what=happened(step, to=to, about=f"“{about}”", letter=letter),
        who=names.get(_person(happening.by), "This service, by itself"),
        sha=step.document if isinstance(step, Signed) else "",
    )


def _person(by: str) -> int:
    """The number in `person:7`; nought for the engine and the operators."""
    kind, _, key = by.partition(":")
    return int(key) if kind == "person" and key.isdecimal() else 0


def _addressed(happening: Happened) -> int:
    """Whom a letter went to; nought for a step about none."""
    step = happening.step
    return step.person if isinstance(step, Reminded | Skipped | Unsent | Refused) else 0
