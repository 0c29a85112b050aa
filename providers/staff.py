"""A region's own team by role, and the arbiter from outside it who decides its disputes."""

from collections.abc import Iterable, Sequence
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


STOOD_FOR = frozenset({StaffRole.COMMISSIONER, StaffRole.APPROVER})
"""Who approves pages, and may name a deputy for the days they are away."""


class StaffRefused(ValueError):
    """The team cannot be changed so; the message says why, with the mend."""


@dataclass(frozen=True)
class StaffView:
    """A person in a role from `starts` on, until the day before `ends` when there is one.

    A deputy is an approver who `stands_for` the person of that number.
    """

    person_id: int
    name: str
    email: str
    region: str
    role: StaffRole
    starts: date
    ends: date | None
    stands_for: int | None = None
    id: int = 0

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

    Somebody known keeps the name on record; for somebody new `name` is needed. StaffRefused where
    it is done in the name of anybody but another of the region's administrators, or where an
    arbiter would hold another role in the region as well.
    """
    what, starts = _role(role), starts or london_date(now)
    home = _region(session, region_code)
    _require_administrator(session, home.code, by, now)
    person = _person(session, email, name)
    if by == f"person:{person.id}":
        raise StaffRefused("nobody gives a role to themselves; ask another administrator")
    team = [s for s in _listed(session, home.code) if s.person_id == person.id]
    held = [s for s in team if s.ends is None or s.ends > starts]
    if any(s.role == what and s.stands_for is None for s in held):
        return False
    _require_apart(held, what, home.name)
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
    """Take a role away from a London date (now's) on; False if it is not held then anyway.

    Who stands in for them as an approver stops with it. StaffRefused where it is done in the name
    of anybody but the region's administrators, or would leave it with none.
    """
    what, on = _role(role), on or london_date(now)
    home, address = _region(session, region_code), email_address(email)
    _require_administrator(session, home.code, by, now)
    rows = session.exec(
        select(Staff)
        .join(Person)
        .where(Staff.region_code == home.code, Staff.role == what, Person.email == address)
        .where(col(Staff.ends).is_(None) | (col(Staff.ends) > on))
    ).all()
    if not rows:
        return False
    person = rows[0].person_id
    if what is StaffRole.ADMINISTRATOR and by.startswith("person:"):
        _require_another(session, home.code, person, on)
    for row in (*rows, *_lapsing(session, home.code, person, what, on)):
        row.ends = max(on, row.starts)
        session.add(row)
    session.flush()
    body = {"person": person, "role": what.value, "ends": on.isoformat()}
    ledger.append(session, now, by, "staff_ended", f"region:{home.code}", body)
    return True


def may_manage(session: Session, region_code: str, person: int, on: date) -> bool:
    """Whether a person gives and ends roles in a region: its administrators do, and nobody else."""
    return (region_code, StaffRole.ADMINISTRATOR) in roles_of(session, person, on)


def _require_administrator(session: Session, region: str, by: str, now: datetime) -> None:
    """StaffRefused for a person who is none; whoever runs the service may do without one."""
    kind, _, number = by.partition(":")
    if kind == "person" and not may_manage(session, region, int(number), london_date(now)):
        raise StaffRefused(f"only an administrator of {region} gives and ends roles there")


def _require_apart(held: list[StaffView], role: StaffRole, region: str) -> None:
    """StaffRefused where somebody would be a region's arbiter and of its team at once."""
    others = {member.role for member in held if member.role is not role}
    if others and (role is StaffRole.ARBITER or StaffRole.ARBITER in others):
        raise StaffRefused(
            f"an arbiter of {region} decides from outside and holds no other role there; "
            "end the one before you give the other"
        )


def _require_another(session: Session, region: str, person: int, on: date) -> None:
    """StaffRefused where a region would be left without an administrator."""
    left = (m for m in staff_of(session, region, on) if m.role is StaffRole.ADMINISTRATOR)
    if not any(member.person_id != person and member.ends is None for member in left):
        raise StaffRefused(f"{region} would have no administrator; give somebody else the role")


def _lapsing(
    session: Session, region: str, person: int, role: StaffRole, on: date
) -> Sequence[Staff]:
    """The deputies of somebody who approves no longer once this role of theirs has ended."""
    if role not in STOOD_FOR:
        return ()
    others = STOOD_FOR - {role}
    if any(m.person_id == person and m.role in others for m in staff_of(session, region, on)):
        return ()
    standing = select(Staff).where(Staff.region_code == region, Staff.stands_for == person)
    return session.exec(standing.where(col(Staff.ends) > on)).all()


def listing(session: Session, region_code: str = "") -> list[StaffView]:
    """Everybody who holds or held a role, in one region or in all, by region, role and name."""
    return _listed(session, region_code)


def staff_of(session: Session, region_code: str, on: date) -> list[StaffView]:
    """Who serves in a region's team on a London date, by role and name; one line for each role."""
    return [member for member in _listed(session, region_code) if member.serves(on)]


def roles_of(session: Session, person_id: int, on: date) -> list[tuple[str, StaffRole]]:
    """The regions in whose team a person serves on a London date, each with the role."""
    rows = select(Staff, Person).join(Person).where(Staff.person_id == person_id)
    return serving(session.exec(rows.order_by(col(Staff.id))), on)


def serving(rows: Iterable[tuple[Staff, Person]], on: date) -> list[tuple[str, StaffRole]]:
    """The region and role of each of these rows of the teams that counts on a London date."""
    views = [_view(row, person) for row, person in rows]
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
        stands_for=staff.stands_for,
        id=staff.id or 0,
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
