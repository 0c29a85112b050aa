"""A region's own team by role, and the arbiter from outside it who decides its disputes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from charter.quarters import london_date
from providers import ledger
from providers.cells import email_address
from providers.tables import Person, Region, Staff
from providers.tabular import odd_character


class StaffRole(StrEnum):
    """What a member of a region's team may do."""

    COMMISSIONER = "commissioner"
    APPROVER = "approver"
    LISTENING_PARTNER = "listening_partner"
    READER = "reader"
    ADMINISTRATOR = "administrator"
    ARBITER = "arbiter"


class StaffRefused(ValueError):
    """The team cannot be changed so; the message says why, with the mend."""


@dataclass(frozen=True)
class StaffView:
    """A person in a role from `starts` on, until the day before `ends` when there is one."""

    person_id: int
    name: str
    email: str
    region: str
    role: StaffRole
    starts: date
    ends: date | None

    def serves(self, on: date) -> bool:
        """Holds the role on a London date; on the day it ends no longer."""
        return self.starts <= on and (self.ends is None or on < self.ends)


def add(
    session: Session,
    now: datetime,
    by: str,
    *,
    email: str,
    region_code: str,
    role: str,
    name: str = "",
    starts: date | None = None,
) -> bool:
    """Give a person a role in a region from a London date (now's); False if they hold it already.

    Somebody known keeps the name on record; for somebody new `name` is needed.
    """
    what, starts = _role(role), starts or london_date(now)
    home = _region(session, region_code)
    person = _person(session, email, name)
    held = [s for s in _listed(session, home.code) if s.person_id == person.id and s.role == what]
    if any(s.ends is None or s.ends > starts for s in held):
        return False
    row = Staff(person_id=person.id or 0, region_code=home.code, role=what, starts=starts)
    session.add(row)
    session.flush()
    body = {"person": person.id, "role": what.value, "starts": starts.isoformat()}
    ledger.append(session, now, by, "staff_added", f"region:{home.code}", body)
    return True


def end(
    session: Session,
    now: datetime,
    by: str,
    *,
    email: str,
    region_code: str,
    role: str,
    on: date | None = None,
) -> bool:
    """Take a role away from a London date (now's) on; False if it is not held then anyway."""
    what, on = _role(role), on or london_date(now)
    home, address = _region(session, region_code), email_address(email)
    rows = session.exec(
        select(Staff)
        .join(Person)
        .where(Staff.region_code == home.code, Staff.role == what, Person.email == address)
        .where(col(Staff.ends).is_(None) | (col(Staff.ends) > on))
    ).all()
    for row in rows:
        row.ends = max(on, row.starts)
        session.add(row)
    session.flush()
    if not rows:
        return False
    body = {"person": rows[0].person_id, "role": what.value, "ends": on.isoformat()}
    ledger.append(session, now, by, "staff_ended", f"region:{home.code}", body)
    return True


def listing(session: Session, region_code: str = "") -> list[StaffView]:
    """Everybody who holds or held a role, in one region or in all, by region, role and name."""
    return _listed(session, region_code)


def staff_of(session: Session, region_code: str, on: date) -> list[StaffView]:
    """Who serves in a region's team on a London date, by role and name; one line for each role."""
    return [member for member in _listed(session, region_code) if member.serves(on)]


def roles_of(session: Session, person_id: int, on: date) -> list[tuple[str, StaffRole]]:
    """The regions in whose team a person serves on a London date, each with the role."""
    rows = select(Staff, Person).join(Person).where(Staff.person_id == person_id)
    views = [_view(staff, person) for staff, person in session.exec(rows.order_by(col(Staff.id)))]
    return [(member.region, member.role) for member in views if member.serves(on)]


def _listed(session: Session, region: str) -> list[StaffView]:
    rows = select(Staff, Person).join(Person)
    if region:
        rows = rows.where(Staff.region_code == region)
    ordered = rows.order_by(
        col(Staff.region_code), col(Staff.role), col(Person.name), col(Staff.starts), col(Staff.id)
    )
    return [_view(staff, person) for staff, person in session.exec(ordered)]


def _view(staff: Staff, person: Person) -> StaffView:
    return StaffView(
        person_id=staff.person_id,
        name=person.name,
        email=person.email,
        region=staff.region_code,
        role=StaffRole(staff.role),
        starts=staff.starts,
        ends=staff.ends,
    )


def _role(role: str) -> StaffRole:
    try:
        return StaffRole(role.strip().lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        known = ", ".join(known.value for known in StaffRole)
        raise StaffRefused(f"'{role}' is no staff role; write one of: {known}") from None


def _region(session: Session, code: str) -> Region:
    row = session.get(Region, code)
    if row is None:
        known = ", ".join(session.exec(select(Region.code).order_by(col(Region.code))))
        raise StaffRefused(
            f"no region '{code}'; the register has {known or 'none: import a register first'}"
        )
    return row


def _person(session: Session, email: str, name: str) -> Person:
    address = email_address(email)
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None:
        odd = odd_character(name.strip())
        if odd or not name.strip():
            said = f"the name holds {odd}" if odd else f"nobody is known at {address} yet"
            raise StaffRefused(f"{said}; give a name on one line")
        person = Person(email=address, name=name.strip())
        session.add(person)
        session.flush()
    return person
