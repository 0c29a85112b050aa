"""What families asked of the prison itself: passed on with a date, and never scored."""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from charter.quarters import Quarter
from providers import ledger
from providers.console_tables import PassedOn
from providers.cycles import NotAllowed, Unknown
from providers.partners import require_partner
from providers.requests import endings
from providers.tables import LedgerRow, Site

PASSED = "passed_on"


@dataclass(frozen=True)
class Passed:
    """What was passed on to a prison: what, when it was heard, when it was passed on, to whom.

    `to_whom` is a role or an office and no name; `entered_at` is when this came on record.
    `families` is how many asked for it, nothing where nobody said.
    """

    site: str
    text: str
    source: str
    heard_on: date
    to_whom: str
    passed_on: date
    kind: str = "request"
    id: str = ""
    site_name: str = ""
    entered_at: datetime | None = None
    families: int | None = None


def pass_on(session: Session, region: str, said: Passed, now: datetime, person: int) -> str:
    """Put on record that something was passed on to a prison; gives its id.

    The same words to the same prison, heard on the same day, are one.
    """
    require_partner(session, region, now, person, "pass on what families ask of a prison")
    where = session.exec(
        select(Site).where(Site.region_code == region, Site.code == said.site)
    ).first()
    if where is None or where.id is None:
        raise Unknown(f"no prison '{said.site}' in this region")
    if said.passed_on < said.heard_on:
        raise NotAllowed("it cannot be passed on before it was heard")
    alike = (
        PassedOn.site_id == where.id,
        PassedOn.heard_on == said.heard_on,
        PassedOn.text == said.text,
    )
    if known := session.exec(select(PassedOn.id).where(*alike)).first():
        return known
    words = f"{region}-{said.site}-prison-{Quarter.containing(said.heard_on)}".lower()
    stem = re.sub(r"[^a-z0-9]+", "-", words)
    like = select(PassedOn.id).where(col(PassedOn.id).startswith(f"{stem}-", autoescape=True))
    taken = set(session.exec(like))
    row = PassedOn(
        id=next(one for n in endings(said.families) if (one := f"{stem}-{n}") not in taken),
        site_id=where.id,
        kind=said.kind,
        text=said.text,
        salt=secrets.token_hex(8),
        source=said.source,
        heard_on=said.heard_on,
        to_whom=said.to_whom,
        passed_on=said.passed_on,
        entered_at=now.replace(microsecond=0),
        entered_by=f"person:{person}",
        families=said.families,
    )
    session.add(row)
    ledger.append(session, now, row.entered_by, PASSED, f"passed_on:{row.id}", _vouched(row))
    return row.id


def passed(session: Session, region: str) -> list[Passed]:
    """All that was passed on to the prisons of a region, the newest first, in one query."""
    rows = session.exec(
        select(PassedOn, Site)
        .join(Site, col(Site.id) == col(PassedOn.site_id))
        .where(Site.region_code == region)
        .order_by(col(PassedOn.passed_on).desc(), col(PassedOn.id))
    )
    return [
        Passed(
            site=site.code,
            text=row.text,
            source=row.source,
            heard_on=row.heard_on,
            to_whom=row.to_whom,
            passed_on=row.passed_on,
            kind=row.kind,
            id=row.id,
            site_name=site.name,
            entered_at=row.entered_at,
            families=row.families,
        )
        for row, site in rows
    ]


def first_altered(session: Session) -> str:
    """One sentence naming the first thing passed on that its ledger entry does not vouch for."""
    entries = session.exec(select(LedgerRow).where(LedgerRow.kind == PASSED))
    told = {entry.subject: json.loads(entry.body) for entry in entries}
    for row in session.exec(select(PassedOn).order_by(col(PassedOn.id))):
        if told.pop(f"passed_on:{row.id}", None) != _vouched(row):
            return f"what was passed on to a prison as {row.id} has been changed"
    for subject in told:
        return f"what was passed on to a prison as {subject.partition(':')[2]} is missing"
    return ""


def _vouched(row: PassedOn) -> dict[str, object]:
    """What the ledger holds: the prison, the date, and a salted digest of the words."""
    said: list[str | int] = [row.kind, row.text, row.source, row.heard_on.isoformat()]
    said += [row.to_whom, row.entered_by]
    said += [row.families] if row.families is not None else []
    return {
        "site": row.site_id,
        "on": row.passed_on.isoformat(),
        "digest": digest(row.salt + canonical(said)),
    }
