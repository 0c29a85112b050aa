"""What somebody who may change one region's register may not do to the others through it."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from notifications.among import among
from providers import staff
from providers.cells import slug
from providers.tables import Contact, Service, Site, Staff
from providers.tabular import Problem
from providers.taking_in import ImportRefused


def require_own_rows(rows: Iterable[tuple[int, str]], within: str) -> None:
    """ImportRefused at each (line, region) that is another region's; `within` empty means any."""
    if not within:
        return
    strange = [(line, region) for line, region in rows if slug(region) != within]
    if strange:
        mend = "take the row out, and import it on that region’s own page"
        raise ImportRefused(
            Problem(line, "region", f"'{region}' is another region than this; {mend}")
            for line, region in strange
        )


def require_own_names(
    session: Session, within: str, parties: Mapping[str, int], people: Mapping[int, int]
) -> None:
    """ImportRefused where a name to be changed is also in use in another region.

    `parties` and `people` give the line of each, by code and by number. No strangers are among
    the people: an import says of them what it says of somebody whom nobody knows.
    """
    if not within or not (parties or people):
        return
    mend = "keep that name here, or ask whoever runs this service to change it everywhere"
    shared = _parties_elsewhere(session, within, parties)
    problems = [
        Problem(parties[code], "provider_name", f"{code} has another name in other regions; {mend}")
        for code in sorted(shared)
    ]
    mend = "write it as it stands there, or ask whoever runs this service to change it"
    problems += [
        Problem(people[i], "contact_name", f"your own list has another name for this one; {mend}")
        for i in sorted(_people_elsewhere(session, within, people))
    ]
    if problems:
        raise ImportRefused(problems)


def _parties_elsewhere(session: Session, within: str, codes: Iterable[str]) -> set[str]:
    rows = (
        select(Service.party_code)
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(among(col(Service.party_code), codes), col(Site.region_code) != within)
    )
    return {code for code in session.exec(rows) if code}


def strangers(session: Session, within: str, people: Iterable[int]) -> set[int]:
    """Those of these people whom other regions know, and this one never did; none for no region.

    Nothing here may tell them from people whom nobody knows: who works elsewhere is not this
    region's to find out by trying addresses.
    """
    wanted = list(people)
    if not within or not wanted:
        return set()
    return _people_elsewhere(session, within, wanted) - _people_of(
        session, wanted, col(Site.region_code) == within, col(Staff.region_code) == within
    )


def _people_elsewhere(session: Session, within: str, ids: Iterable[int]) -> set[int]:
    return _people_of(
        session, list(ids), col(Site.region_code) != within, col(Staff.region_code) != within
    )


def _people_of(
    session: Session,
    wanted: list[int],
    at_site: ColumnElement[bool],
    in_team: ColumnElement[bool],
) -> set[int]:
    """Those of these people who are or were on a contact list, or in a team, of such a region."""
    listed = (
        select(Contact.person_id)
        .join(Service, col(Service.id) == col(Contact.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(among(col(Contact.person_id), wanted), at_site)
    )
    team = select(Staff.person_id).where(among(col(Staff.person_id), wanted), in_team)
    return {*session.exec(listed), *session.exec(team)}


def team_of(session: Session, within: str, today: date) -> frozenset[int]:
    """The numbers of those who work for that region itself today; nobody where it is empty."""
    if not within:
        return frozenset()
    return frozenset(one.person_id for one in staff.staff_of(session, within, today))


def require_nobody_of_the_team(lines: Iterable[int]) -> None:
    """ImportRefused if on any line a provider's new contact works for the region itself."""
    what = "this person is of the region’s own team; name somebody of the provider’s"
    problems = [Problem(line, "contact_email", what) for line in sorted(lines)]
    if problems:
        raise ImportRefused(problems)
