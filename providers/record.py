"""The ledger as one region's team may read it: its own entries, newest first, with their names."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, and_, cast, literal, or_, type_coerce
from sqlmodel import Session, col, select

from charter.quarters import LONDON, end_of_day
from charter.steps import STEP, Step
from providers import evidence, ledger, naming_things
from providers.console_tables import FamilyCall, PassedOn
from providers.naming_things import Named
from providers.rendition_tables import Rendition
from providers.tables import (
    Action,
    Contact,
    Cycle,
    EvidenceFile,
    FamilyRequest,
    LedgerRow,
    Person,
    Practice,
    Return,
    Service,
    Site,
    Staff,
    StepRow,
)

PAGE = 100
MOST = 5000
"""Entries in one table for a spreadsheet."""


@dataclass(frozen=True)
class Sought:
    """Which entries of a region somebody looks for; what is empty leaves all in.

    `who` is part of a name or an address, or `engine` or `operator`; days are London dates.
    """

    party: str = ""
    who: str = ""
    return_id: int = 0
    kinds: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Noted:
    """One entry: its number, when, by whom (`person:7`), and what it holds; the step, if it is one.

    `subject` is what it is about, as the ledger writes it.
    """

    seq: int
    at: datetime
    by: str
    kind: str
    subject: str
    body: Mapping[str, Any]
    step: Step | None

    @property
    def return_id(self) -> int:
        """The return it is a step of; nought for anything else."""
        kind, _, number = self.subject.partition(":")
        return int(number) if kind == "return" else 0


def entries(
    session: Session, region: str, sought: Sought, *, before: int = 0, limit: int = PAGE
) -> tuple[list[Noted], bool]:
    """The region's newest entries with a smaller number than `before`, and whether there are more.

    One query, whatever is sought.
    """
    rows = (
        select(LedgerRow, StepRow.body)
        .join(StepRow, col(StepRow.seq) == col(LedgerRow.seq), isouter=True)
        .where(*_sought(sought), _of_region(session, region, sought))
        .order_by(col(LedgerRow.seq).desc())
        .limit(limit + 1)
    )
    if before:
        rows = rows.where(col(LedgerRow.seq) < before)
    found = [_noted(row, body) for row, body in session.exec(rows)]
    return found[:limit], len(found) > limit


def names(session: Session, noted: Iterable[Noted]) -> dict[str, Named]:
    """What everything these entries speak of is called, in one query."""
    return naming_things.called(session, {key for one in noted for key in _mentioned(one)})


def _mentioned(one: Noted) -> list[str]:
    said = [one.by, one.subject]
    said += [f"person:{one.body[key]}" for key in ("person", "for") if key in one.body]
    said += [f"{key}:{one.body[key]}" for key in ("contact", "stand_in", "site") if key in one.body]
    said += [f"return:{one.body['return']}"] if "return" in one.body else []
    said += [f"party:{one.subject.rpartition(':')[2]}"] if one.subject.startswith("pause:") else []
    if one.step is not None and (person := getattr(one.step, "person", None)):
        said.append(f"person:{person}")
    return said


def _noted(row: LedgerRow, body: str | None) -> Noted:
    return Noted(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        by=row.by,
        kind=row.kind,
        subject=row.subject,
        body=json.loads(row.body),
        step=STEP.validate_json(body) if body else None,
    )


def _sought(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.kinds:
        found.append(col(LedgerRow.kind).in_(sought.kinds))
    if sought.first:
        began = datetime.combine(sought.first, time.min, LONDON)
        found.append(col(LedgerRow.at) >= ledger.written(began))
    if sought.last:
        found.append(col(LedgerRow.at) <= ledger.written(end_of_day(sought.last)))
    if sought.who:
        like = [col(c).icontains(sought.who, autoescape=True) for c in (Person.name, Person.email)]
        people = select(literal("person:") + cast(col(Person.id), String)).where(or_(*like))
        by = col(LedgerRow.by)
        found.append(or_(by == sought.who.strip().lower(), by.in_(people)))
    return found


def _of_region(session: Session, region: str, sought: Sought) -> ColumnElement[bool]:
    subject = col(LedgerRow.subject)
    returns = select(col(Return.id)).join(Cycle).where(Cycle.region_code == region)
    if sought.party:
        returns = returns.join(Service, col(Service.id) == col(Return.service_id))
        returns = returns.where(Service.party_code == sought.party)
    if sought.return_id:
        returns = returns.where(Return.id == sought.return_id)
    own = subject.in_(_keyed("return", returns))
    files = and_(
        col(LedgerRow.kind).in_((evidence.TAKEN, evidence.LET_GO)),
        _return_in(session).in_(returns),
    )
    looked_at = select(literal("evidence:") + col(EvidenceFile.sha)).where(
        col(EvidenceFile.return_id).in_(returns)
    )
    if sought.return_id:
        return or_(own, files, subject.in_(looked_at))
    others = [subject.in_(rows) for rows in _subjects(region, sought.party)]
    paused = subject == f"pause:{region}:{sought.party}"
    whole = [paused] if sought.party else _of_all_of_it(region)
    return or_(own, files, subject.in_(looked_at), *others, *whole)


def _subjects(region: str, party: str) -> list[Any]:
    """What else an entry of the region may be about, or of one provider in it."""
    services = select(col(Service.id)).join(Site).where(Site.region_code == region)
    actions = select(col(Action.id)).join(Site).where(Site.region_code == region)
    requests = select(col(FamilyRequest.id)).where(FamilyRequest.region_code == region)
    practices = select(col(Practice.id)).where(Practice.region_code == region)
    parties = select(col(Service.party_code)).join(Site).where(Site.region_code == region)
    if party:
        services = services.where(Service.party_code == party)
        actions = actions.where(Action.party_code == party)
        requests = requests.where(FamilyRequest.party_code == party)
        practices = practices.where(Practice.party_code == party)
        parties = parties.where(Service.party_code == party)
    found = [
        _keyed("service", services),
        _keyed("action", actions),
        _keyed("request", requests),
        _keyed("practice", practices),
        _keyed("party", parties.where(col(Service.party_code).is_not(None))),
    ]
    if party:
        return found
    sites = select(col(Site.id)).where(Site.region_code == region)
    calls = select(col(FamilyCall.id)).where(col(FamilyCall.site_id).in_(sites))
    passed = select(col(PassedOn.id)).where(col(PassedOn.site_id).in_(sites))
    made = select(col(Rendition.id)).where(Rendition.region_code == region)
    cycles = select(col(Cycle.id)).where(Cycle.region_code == region)
    team = select(col(Staff.person_id)).where(Staff.region_code == region)
    listed = select(col(Contact.person_id)).where(col(Contact.service_id).in_(services))
    return found + [
        _keyed(kind, rows)
        for kind, rows in (
            ("site", sites),
            ("cycle", cycles),
            ("family_call", calls),
            ("passed_on", passed),
            ("rendition", made),
            ("person", team),
            ("person", listed),
        )
    ]


def _of_all_of_it(region: str) -> list[ColumnElement[bool]]:
    """What an entry about a whole region, or about every region, is about."""
    subject = col(LedgerRow.subject)
    begins = (
        f"listening:{region}:",
        f"pause:{region}:",
        f"pack:{region}:",
        "publication:",
        "calendar:",
    )
    return [
        subject.in_((f"region:{region}", "pause:everything")),
        *(subject.startswith(start, autoescape=True) for start in begins),
        and_(subject.in_(("register", "signatories")), ledger.lists(region)),
    ]


def _keyed(kind: str, rows: Any) -> Any:  # noqa: ANN401 - a select of one column
    """The subjects of a kind, from a query for their ids."""
    ids = rows.subquery()
    return select(literal(f"{kind}:") + cast(ids.c[0], String))


def _return_in(session: Session) -> ColumnElement[int]:
    """The return that an entry's body names; a number only where the body has one."""
    body = col(LedgerRow.body)
    postgres = session.get_bind().dialect.name == "postgresql"
    written = cast(body, JSON) if postgres else type_coerce(body, JSON)
    found: ColumnElement[int] = written["return"].as_integer()
    return found
