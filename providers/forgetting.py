"""Erases a person: their name and addresses go, and what they did stays under their number."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Delete
from sqlmodel import Session, col, delete, select

from charter.answers import ReturnDocument
from charter.ledger import canonical
from charter.quarters import london_date
from notifications import erasure
from providers import ledger, second_factors
from providers.contacts import contact_roles
from providers.cycles import NotAllowed, Unknown
from providers.door_tables import SignInRequest, SignInToken, WebSession
from providers.tables import Draft, Person, Staff, StandIn

FORGOTTEN = "person_forgotten"
NAME = "Erased"


@dataclass(frozen=True)
class Forgotten:
    """Whose number it was, and how many letters, drafts and sign-ins held something of theirs."""

    person: int
    letters: int
    drafts: int
    sign_ins: int


def forget(session: Session, email: str, now: datetime, by: str) -> Forgotten:
    """Erase whoever has this address; NotAllowed, with the mend, while they still act for anybody.

    Steps and ledger hold numbers only, and frozen texts nobody's name but what somebody typed into
    them, so nothing that is vouched for changes.
    """
    address = email.strip().lower()
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None or person.id is None:
        raise Unknown(f"nobody in the record has the address {address}")
    _require_gone(session, person.id, address, now)
    for row in session.exec(select(StandIn).where(StandIn.person_id == person.id)):
        row.name = NAME
        session.add(row)
    who = col(SignInToken.person_id) == person.id
    sign_ins = _gone(session, delete(SignInRequest).where(col(SignInRequest.email) == address))
    sign_ins += _gone(session, delete(SignInToken).where(who))
    sign_ins += _gone(session, delete(WebSession).where(col(WebSession.person_id) == person.id))
    sign_ins += second_factors.forget(session, person.id)
    placeholder = f"erased-{person.id}@erased.invalid"
    letters = erasure.erase(session, person.id, placeholder)
    drafts = _from_drafts(session, address)
    person.name, person.email, person.confirmed_on = NAME, placeholder, None
    session.add(person)
    ledger.append(session, now, by, FORGOTTEN, f"person:{person.id}", {})
    return Forgotten(person.id, letters, drafts, sign_ins)


def _require_gone(session: Session, person: int, address: str, now: datetime) -> None:
    today = london_date(now)
    stands_in = select(StandIn.id).where(
        StandIn.person_id == person, col(StandIn.last_day) >= today
    )
    serves = select(Staff.id).where(
        Staff.person_id == person, col(Staff.ends).is_(None) | (col(Staff.ends) > today)
    )
    if contact_roles(session, person, today) or session.exec(stands_in).first():
        raise NotAllowed(
            f"{address} is still a contact; import a register that no longer lists them, or have "
            "the stand-in ended, and then erase them"
        )
    if session.exec(serves).first():
        raise NotAllowed(
            f"{address} is still on a region's team; end that first: charter staff end"
        )
    if waiting := erasure.unsettled(session, person):
        raise NotAllowed(
            f"{waiting} letters to {address} are still in the post; wait for them, or settle them: "
            "charter letters settle"
        )


def _from_drafts(session: Session, address: str) -> int:
    """Take the person out of returns being filled in, where they are named as preparer or signer.

    Documents that were handed over never name them: see decision 6.
    """
    count = 0
    for row in session.exec(select(Draft).where(col(Draft.body).icontains(address))):
        document = ReturnDocument.model_validate_json(row.body)
        named = {
            field: None
            for field in ("prepared_by", "signed_by")
            if (who := getattr(document, field)) and who.email.lower() == address
        }
        if named:
            row.body = canonical(document.model_copy(update=named).model_dump(mode="json"))
            session.add(row)
            count += 1
    return count


def _gone(session: Session, statement: Delete) -> int:
    done: CursorResult[object] = session.connection().execute(statement)
    return done.rowcount
