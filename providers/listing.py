"""Which contacts a register begins, puts back on the list and ends."""

from collections import defaultdict

from sqlmodel import col, select

from providers.contacts import batches
from providers.register_rows import Row
from providers.serving import Taken
from providers.tables import Contact, Person, Service
from providers.taking_in import Work
from providers.within import require_nobody_of_the_team, team_of


def take_contacts(work: Work, taken: Taken, people: dict[str, Person]) -> None:
    """Bring the contacts of the listed services in line."""
    kept: dict[int, dict[tuple[int, str], tuple[Contact, Person]]] = defaultdict(dict)
    for ids in batches(service.id or 0 for service, _ in taken.services):
        rows = (
            select(Contact, Person)
            .join(Person, col(Person.id) == col(Contact.person_id))
            .where(col(Contact.service_id).in_(ids))
        )
        for contact, person in work.session.exec(rows):
            kept[contact.service_id][contact.person_id, contact.role] = contact, person
    team, amiss = team_of(work.session, work.within, work.today), []
    for service, listed in taken.services:
        amiss += _contacts_of(work, service, listed, kept[service.id or 0], people, team)
    require_nobody_of_the_team(amiss)


def _contacts_of(
    work: Work,
    service: Service,
    listed: list[Row],
    kept: dict[tuple[int, str], tuple[Contact, Person]],
    people: dict[str, Person],
    team: frozenset[int],
) -> list[int]:
    """Bring one service's contacts in line; gives the lines whose new contact is of the team."""
    where = f"for {listed[0].provider_name or 'no provider'} at {listed[0].site_name}"
    wanted, of_the_team = set(), []
    for row in listed:
        if not row.contact_email:
            continue
        key = (people[row.contact_email].id or 0, row.contact_role)
        wanted.add(key)

        def make(key: tuple[int, str] = key) -> Contact:
            who, role = key
            return Contact(
                service_id=service.id or 0, person_id=who, role=role, listed_on=work.today
            )

        found = kept[key][0] if key in kept else None
        back = found is not None and found.ended_on is not None
        again = {"refused_at": None, "listed_on": work.today} if back else {}
        values = {"ended_on": None} | again
        what = _named(row.contact_name, row.contact_email, row.contact_role, where)
        if (found is None or back) and row.party != "commissioner" and key[0] in team:
            of_the_team.append(row.line)
        work.settle(found, make, values, what, of="contact")
    for key, (contact, person) in kept.items():
        if key not in wanted and contact.ended_on is None:
            what = _named(person.name, person.email, contact.role, where)
            work.end(contact, {"ended_on": work.today}, what, of="contact")
    return of_the_team


def _named(name: str, email: str, role: str, where: str) -> str:
    return f"{name} <{email}>, {role.replace('_', ' ')} {where}"
