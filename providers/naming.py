"""A commissioner names a contact for a service, or takes one off its list, between two imports."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.policy import Role
from charter.quarters import london_date
from providers import ledger, staff
from providers.contacts import ContactView, listed_contacts
from providers.cycles import NotAllowed, Unknown
from providers.returns import Ref
from providers.stand_ins import Unsuitable, full_name_of, known_person
from providers.tables import Contact, Person
from providers.within import strangers

NAMED, ENDED = "contact_named", "contact_ended"
ROLES = (Role.LEAD, Role.DEPUTY, Role.SIGNER, Role.CONTRACT_MANAGER)


@dataclass(frozen=True)
class Listed:
    """A person on a service's contact list, with the number of their place on it."""

    id: int
    who: ContactView


def listed(session: Session, here: Ref, now: datetime) -> list[Listed]:
    """The contact list of a return's service today, by role and name."""
    found = listed_contacts(session, [here.service_id], london_date(now))[here.service_id]
    rows = session.exec(select(Contact).where(Contact.service_id == here.service_id))
    numbers = {(row.person_id, row.role): row.id or 0 for row in rows}
    return [Listed(numbers[who.person_id, who.role.value], who) for who in found]


def name(
    session: Session, here: Ref, role: Role, full_name: str, email: str, now: datetime, person: int
) -> int:
    """Put somebody on the contact list from today on, and give the number of their place.

    Unsuitable says which field is at fault. The ledger holds numbers and the role, and no name.
    """
    _may(session, here, now, person)
    if role not in ROLES:
        raise Unsuitable("role", "choose what they are to this service")
    called = full_name_of(full_name)
    who = known_person(session, email, called)
    if who.id is not None:
        _suitable(session, here, who, called, role, now)
    session.add(who)
    session.flush()
    theirs = select(Contact).where(
        Contact.service_id == here.service_id,
        Contact.person_id == who.id,
        Contact.role == role.value,
    )
    row = session.exec(theirs).first() or Contact(
        service_id=here.service_id, person_id=who.id or 0, role=role.value
    )
    row.listed_on, row.ended_on, row.refused_at = london_date(now), None, None
    session.add(row)
    session.flush()
    body = {"contact": row.id, "person": who.id, "role": role.value}
    ledger.append(session, now, f"person:{person}", NAMED, f"service:{here.service_id}", body)
    return row.id or 0


def end(session: Session, here: Ref, contact: int, now: datetime, person: int) -> None:
    """Take somebody off the list from today on; Unknown if nobody of that number is on it."""
    _may(session, here, now, person)
    row = session.get(Contact, contact)
    if row is None or row.service_id != here.service_id:
        raise Unknown("nobody of that number is on this contact list")
    today = london_date(now)
    if row.ended_on is not None and row.ended_on <= today:
        return
    row.ended_on = today
    session.add(row)
    session.flush()
    body = {"contact": row.id, "on": today.isoformat()}
    ledger.append(session, now, f"person:{person}", ENDED, f"service:{here.service_id}", body)


def _may(session: Session, here: Ref, now: datetime, person: int) -> None:
    if (here.region, "commissioner") not in staff.roles_of(session, person, london_date(now)):
        raise NotAllowed("only a commissioner of this region may change the contact list")


def _suitable(
    session: Session, here: Ref, who: Person, called: str, role: Role, now: datetime
) -> None:
    """Somebody of the provider's own side, at an address that takes letters, not there already.

    Of somebody whom only other regions know nothing is asked that would tell so.
    """
    if strangers(session, here.region, [who.id or 0]):
        return
    if who.name.casefold() != called.casefold():
        why = "this address is on record under another name; check both, or import the register"
        raise Unsuitable("email", why)
    team = {region for region, _ in staff.roles_of(session, who.id or 0, london_date(now))}
    if here.region in team and here.party_kind != "commissioner":
        why = "this person is of the region’s own team; name somebody of the provider’s"
        raise Unsuitable("email", why)
    theirs = session.exec(
        select(Contact).where(Contact.person_id == who.id, col(Contact.ended_on).is_(None))
    ).all()
    if any(row.refused_at for row in theirs):
        raise Unsuitable("email", "this address turns our letters away; give another")
    if any(row.service_id == here.service_id and row.role == role.value for row in theirs):
        raise Unsuitable("email", "this person holds that role on the contact list already")
