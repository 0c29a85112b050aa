"""What the ledger says of a region's register: imports, contacts, numbers, Charter versions."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, literal, or_
from sqlmodel import Session, col, select

from notifications.among import among
from providers import ledger, naming, prisons, stand_ins
from providers.tables import Contact, LedgerRow, Party, Person, Service, Site, StandIn

PAGE = 100
ADOPTED, IMPORTED, SIGNED = "charter_adopted", "register_imported", "signatories_imported"
OF_SERVICES = (naming.NAMED, naming.ENDED, stand_ins.NAMED, stand_ins.ENDED)
KINDS = (IMPORTED, SIGNED, ADOPTED, prisons.CHECKED, *OF_SERVICES)


@dataclass(frozen=True)
class Entry:
    """One change of the register: its number, when, by whom, and what its entry holds.

    `where` names the prison or service it was of, and `who` the person it was about.
    """

    seq: int
    at: datetime
    by: str
    kind: str
    where: str
    who: str
    body: dict[str, Any]


def history(session: Session, region: str, *, before: int = 0, after: int = 0) -> list[Entry]:
    """The newest changes of a region's register first, at most PAGE of them.

    Only those with a smaller number than `before`, and a greater than `after`, where given.
    """
    rows = select(LedgerRow).where(_kinds(KINDS), _of_region(region))
    if before:
        rows = rows.where(col(LedgerRow.seq) < before)
    if after:
        rows = rows.where(col(LedgerRow.seq) > after)
    return _entries(session, rows.order_by(col(LedgerRow.seq).desc()).limit(PAGE))


def last_of(session: Session, region: str, subject: str, *kinds: str) -> Entry | None:
    """The newest change of a subject (`site:7`), or of these kinds in the region."""
    these = or_(col(LedgerRow.subject) == subject, _kinds(kinds))
    rows = select(LedgerRow).where(_kinds(KINDS), _of_region(region), these)
    found = _entries(session, rows.order_by(col(LedgerRow.seq).desc()).limit(1))
    return found[0] if found else None


def adopted_by(session: Session, region: str) -> dict[str, Entry]:
    """By whom and when each Charter version was adopted in a region, by version."""
    rows = select(LedgerRow).where(
        LedgerRow.kind == ADOPTED, col(LedgerRow.subject) == f"region:{region}"
    )
    found = _entries(session, rows.order_by(col(LedgerRow.seq)))
    return {str(one.body["charter"]): one for one in found}


def _entries(session: Session, rows: Any) -> list[Entry]:  # noqa: ANN401 - a select
    found = list(session.exec(rows))
    bodies = {row.seq: json.loads(row.body) for row in found}
    about = _about(session, bodies)
    places, people = _places(session, found), _people(session, found, about.values())
    return [
        Entry(
            seq=row.seq,
            at=datetime.fromisoformat(row.at),
            by=people.get(row.by, "") if row.by.startswith("person:") else row.by,
            kind=row.kind,
            where=places.get(row.subject, ""),
            who=people.get(f"person:{about.get(row.seq, '')}", ""),
            body=bodies[row.seq],
        )
        for row in found
    ]


def _kinds(kinds: Iterable[str]) -> ColumnElement[bool]:
    return col(LedgerRow.kind).in_(list(kinds))


def _of_region(region: str) -> ColumnElement[bool]:
    """Entries of the region, its sites and services, and of files that listed it."""
    subject = col(LedgerRow.subject)
    sites = select(literal("site:") + cast(col(Site.id), String))
    services = select(literal("service:") + cast(col(Service.id), String)).join(
        Site, col(Site.id) == col(Service.site_id)
    )
    here = col(Site.region_code) == region
    return or_(
        subject == f"region:{region}",
        subject.in_(sites.where(here)),
        subject.in_(services.where(here)),
        and_(subject.in_(("register", "signatories")), ledger.lists(region)),
    )


def _places(session: Session, rows: Iterable[LedgerRow]) -> dict[str, str]:
    """What each subject is called, by subject."""
    ids: dict[str, list[int]] = {"site": [], "service": []}
    for row in rows:
        kind, _, number = row.subject.partition(":")
        if kind in ids:
            ids[kind].append(int(number))
    found: dict[str, str] = {}
    if ids["site"]:
        sites = select(Site.id, Site.name).where(among(col(Site.id), ids["site"]))
        found |= {f"site:{number}": name for number, name in session.exec(sites)}
    if ids["service"]:
        services = (
            select(Service.id, col(Party.name), Site.name)
            .join(Site, col(Site.id) == col(Service.site_id))
            .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
            .where(among(col(Service.id), ids["service"]))
        )
        for service, party, site in session.exec(services):
            found[f"service:{service}"] = f"{party or 'no provider'} at {site}"
    return found


def _about(session: Session, bodies: dict[int, dict[str, Any]]) -> dict[int, int]:
    """Whom each entry is about, by its number; an entry names them, or their place on a list."""
    about = {seq: int(body["person"]) for seq, body in bodies.items() if "person" in body}
    for key, table in (("contact", Contact), ("stand_in", StandIn)):
        ids = {seq: body[key] for seq, body in bodies.items() if key in body and seq not in about}
        if ids:
            rows = select(table.id, table.person_id).where(among(col(table.id), ids.values()))
            people = {number: person for number, person in session.exec(rows)}
            about |= {seq: people[i] for seq, i in ids.items() if i in people}
    return about


def _people(session: Session, rows: Iterable[LedgerRow], about: Iterable[int]) -> dict[str, str]:
    """What all these people are called, by `person:7`; whoever was erased has no name."""
    named = {row.by for row in rows}
    ids = [int(key) for kind, _, key in (by.partition(":") for by in named) if kind == "person"]
    people = select(Person.id, Person.name).where(among(col(Person.id), [*ids, *about]))
    return {f"person:{number}": name for number, name in session.exec(people)}
