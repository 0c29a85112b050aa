"""Who listens to families in a region, and the rule that nobody else may speak for them."""

from datetime import date, datetime

from sqlalchemy import union
from sqlmodel import Session, col, select

from charter.policy import Role
from charter.quarters import london_date
from charter.said import Said
from providers import staff
from providers.cycles import NotAllowed
from providers.register_rows import REGION_SITE
from providers.staff import StaffRole
from providers.tables import Contact, Person, Service, Site, Staff

UNNAMED = Said("the listening partner")


def partners(session: Session, region: str, on: date) -> list[str]:
    """The names of a region's listening partners on a London date, from its register and its team.

    Empty where none is commissioned: then nobody speaks for families, and pages say so. One query.
    """
    team = (
        select(Person.name)
        .join(Staff, col(Staff.person_id) == col(Person.id))
        .where(Staff.region_code == region, Staff.role == StaffRole.LISTENING_PARTNER.value)
        .where(Staff.starts <= on, col(Staff.ends).is_(None) | (col(Staff.ends) > on))
    )
    register = (
        select(Person.name)
        .join(Contact, col(Contact.person_id) == col(Person.id))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region, Contact.role == Role.LISTENING_PARTNER.value)
        .where(col(Contact.ended_on).is_(None) | (col(Contact.ended_on) > on))
    )
    return sorted(name for (name,) in session.execute(union(team, register)))


def speaks_for_families(session: Session, region: str, on: date) -> str:
    """The organisation that listens to families in a region, as pages name it; empty without one.

    Where people listen and the register names no organisation, it is `the listening partner`.
    """
    place = select(Site.partner).where(Site.region_code == region, Site.code == REGION_SITE)
    named = session.exec(place).first()
    return named or (UNNAMED if partners(session, region, on) else "")


def changes(session: Session, region: str, after: date) -> list[date]:
    """The London dates after one on which a region's listening partners will change; one query."""
    is_partner = Staff.region_code == region, Staff.role == StaffRole.LISTENING_PARTNER.value
    ended = (
        select(col(Contact.ended_on))
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region, Contact.role == Role.LISTENING_PARTNER.value)
    )
    starts, ends = (select(day).where(*is_partner) for day in (col(Staff.starts), col(Staff.ends)))
    days = union(starts, ends, ended)
    return sorted(day for (day,) in session.execute(days) if day and day > after)


def require_partner(session: Session, region: str, now: datetime, person: int, act: str) -> None:
    """NotAllowed unless the person is a listening partner of the region's team."""
    held = staff.roles_of(session, person, london_date(now))
    if (region, StaffRole.LISTENING_PARTNER) not in held:
        raise NotAllowed(f"only the listening partner of this region may {act}")
