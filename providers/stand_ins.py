"""Standing in: a lead names a deputy, a signing director another signer, for days they set."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from charter.policy import Role
from charter.quarters import london_date, say
from providers import ledger, staff
from providers.cells import email_address
from providers.contacts import NAMERS, listed_contacts
from providers.cycles import NotAllowed, Unknown
from providers.returns import Ref
from providers.tables import LedgerRow, Person, StandIn
from providers.tabular import odd_character

MOST_DAYS = 92
NAMED, ENDED = "stand_in_named", "stand_in_ended"


class Unsuitable(NotAllowed):
    """Nobody can be named so; `field` says which of name, email, first and last is at fault."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class StandInView:
    """Somebody named to stand in, first and last day counted, and who named them."""

    id: int
    person_id: int
    name: str
    email: str
    role: Role
    first_day: date
    last_day: date
    named_by: str


def may_name(session: Session, here: Ref, now: datetime, person: int) -> tuple[Role, ...]:
    """In which roles this person may name somebody to stand in; nobody who stands in may."""
    listed = listed_contacts(session, [here.service_id], london_date(now))[here.service_id]
    held = {c.role for c in listed if c.person_id == person}
    return tuple(role for role, namers in NAMERS.items() if held & namers)


def name(
    session: Session,
    here: Ref,
    role: Role,
    full_name: str,
    email: str,
    first_day: date,
    last_day: date,
    now: datetime,
    person: int,
) -> int:
    """Name somebody to stand in, and give the number of the entry; Unsuitable says what is wrong.

    They are called here what they were called now, known or not. The ledger holds numbers and
    days, and no name.
    """
    _may(session, here, role, now, person)
    _days(first_day, last_day, london_date(now))
    called = full_name_of(full_name)
    who = known_person(session, email, called)
    if who.id is not None:
        _suitable(session, here, role, who, london_date(now))
        _not_twice(session, here, role, who, first_day, last_day)
    session.add(who)
    session.flush()
    row = StandIn(
        service_id=here.service_id,
        person_id=who.id or 0,
        name=called,
        role=role.value,
        first_day=first_day,
        last_day=last_day,
        named_at=now,
        named_by=f"person:{person}",
    )
    session.add(row)
    session.flush()
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    body = {"stand_in": row.id, "person": who.id, "role": role.value, **days}
    ledger.append(session, now, row.named_by, NAMED, f"service:{here.service_id}", body)
    return row.id or 0


def _days(first_day: date, last_day: date, today: date) -> None:
    if first_day < today:
        raise Unsuitable("first", "the first day has passed; choose today or a later day")
    if last_day < first_day:
        raise Unsuitable("last", "the last day lies before the first")
    latest = first_day + timedelta(days=MOST_DAYS - 1)
    if last_day > latest:
        raise Unsuitable(
            "last", f"{MOST_DAYS} days at most, so until {say(latest)}; you can name them again"
        )


def end(session: Session, here: Ref, stand_in: int, now: datetime, person: int) -> None:
    """End it at once: from today on this person stands in no longer; Unknown if none does here."""
    row = session.get(StandIn, stand_in)
    if row is None or row.service_id != here.service_id:
        raise Unknown("nobody of that number stands in for this service")
    _may(session, here, Role(row.role), now, person)
    last = min(row.first_day, london_date(now)) - timedelta(days=1)
    if row.last_day <= last:
        return
    row.last_day = last
    session.add(row)
    session.flush()
    body = {"stand_in": row.id, "last_day": last.isoformat()}
    subject = f"service:{here.service_id}"
    ledger.append(session, now, f"person:{person}", ENDED, subject, body)


def current(session: Session, here: Ref, now: datetime) -> list[StandInView]:
    """Those who stand in today or will, earliest first, while whoever named them still can.

    Once the namer is no contact in that role any more, the stand-in counts for nothing.
    """
    today = london_date(now)
    listed = listed_contacts(session, [here.service_id], today)[here.service_id]
    rows = session.exec(
        select(StandIn, Person)
        .join(Person, col(Person.id) == col(StandIn.person_id))
        .where(StandIn.service_id == here.service_id, col(StandIn.last_day) >= today)
        .order_by(col(StandIn.first_day), col(StandIn.id))
    )
    return [
        _view(row, person)
        for row, person in rows
        if any(
            f"person:{c.person_id}" == row.named_by and c.role in NAMERS[Role(row.role)]
            for c in listed
        )
    ]


def _view(row: StandIn, person: Person) -> StandInView:
    return StandInView(
        id=row.id or 0,
        person_id=row.person_id,
        name=row.name,
        email=person.email,
        role=Role(row.role),
        first_day=row.first_day,
        last_day=row.last_day,
        named_by=row.named_by,
    )


def _may(session: Session, here: Ref, role: Role, now: datetime, person: int) -> None:
    if role not in may_name(session, here, now, person):
        who = " or ".join(sorted(namer.value for namer in NAMERS.get(role, ())))
        raise NotAllowed(
            f"only a {who or 'contact'} on this service's contact list may name who stands in as "
            f"{role.value.replace('_', ' ')}"
        )


def _suitable(session: Session, here: Ref, role: Role, who: Person, today: date) -> None:
    """Somebody of the provider's own side, who does not hold the role anyway."""
    listed = listed_contacts(session, [here.service_id], today)[here.service_id]
    if any(c.person_id == who.id and c.role == role for c in listed):
        raise Unsuitable("email", "this person holds that role on the contact list already")
    if any(region == here.region for region, _ in staff.roles_of(session, who.id or 0, today)):
        raise Unsuitable(
            "email", "this person cannot stand in here; name somebody of your own organisation"
        )


def _not_twice(
    session: Session, here: Ref, role: Role, who: Person, first_day: date, last_day: date
) -> None:
    clash = select(StandIn.id).where(
        StandIn.service_id == here.service_id,
        StandIn.person_id == who.id,
        StandIn.role == role.value,
        col(StandIn.first_day) <= last_day,
        col(StandIn.last_day) >= first_day,
    )
    if session.exec(clash).first():
        raise Unsuitable("first", "this person stands in on some of these days already")


def full_name_of(full_name: str) -> str:
    odd = odd_character(full_name.strip())
    if odd or not full_name.strip():
        raise Unsuitable("name", f"the name holds {odd}" if odd else "give the person's name")
    return full_name.strip()


def known_person(session: Session, email: str, called: str) -> Person:
    """The person at an address, or a new one that is not added yet."""
    try:
        address = email_address(email)
    except ValueError as error:
        raise Unsuitable("email", str(error)) from error
    found = session.exec(select(Person).where(Person.email == address)).first()
    return found or Person(email=address, name=called)


def first_altered(session: Session) -> str:
    """One sentence naming the first stand-in that its ledger entries do not vouch for."""
    told: dict[int, tuple[object, ...]] = {}
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([NAMED, ENDED]))
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        body = json.loads(entry.body)
        which, last = body["stand_in"], body["last_day"]
        if entry.kind == NAMED:
            who = entry.subject, entry.by, body["person"], body["role"], body["first_day"]
            told[which] = (*who, last)
        elif which in told:
            told[which] = (*told[which][:-1], last)
    for row in session.exec(select(StandIn).order_by(col(StandIn.id))):
        days = str(row.first_day), str(row.last_day)
        stands = f"service:{row.service_id}", row.named_by, row.person_id, row.role, *days
        if told.pop(row.id or 0, None) != stands:
            return f"the stand-in {row.id} is not the one the ledger vouches for"
    return next((f"the stand-in {which} is missing" for which in told), "")
