"""What families asked of a provider or of the commissioner, as the listening partner entered it."""

import json
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from charter.policy import Dates
from charter.quarters import Quarter, london_date
from charter.suppression import may_name_prison
from notifications.among import among
from providers import ledger
from providers.cycles import NotAllowed, Unknown
from providers.partners import require_partner
from providers.register_rows import REGION_SITE
from providers.tables import Cycle, FamilyRequest, LedgerRow, Site

ENTERED, WITHDRAWN = "request_entered", "request_withdrawn"
KINDS = {"request": "A request of families", "recommendation": "A recommendation of ours"}
"""What may be entered, as the partner chooses it."""


@dataclass(frozen=True)
class Asked:
    """What families asked of a party; `site` is empty when it concerns all its prisons.

    `families` is how many asked for it, nothing where nobody said.
    """

    id: str
    site: str
    party: str
    commitment: str
    text: str
    source: str
    heard_on: date
    kind: str = "request"
    withdrawn_on: date | None = None
    withdrawn_why: str = ""
    families: int | None = None

    def stands_at(self, site: str, party: str, threshold: int) -> bool:
        """Whether a prison's page tells it of a party; what few asked for is told by region."""
        if party != self.party or self.site not in ("", site):
            return False
        known = self.families is not None and site != REGION_SITE
        return not known or may_name_prison(self.families or 0, threshold)


def enter_request(
    session: Session,
    *,
    id: str,
    region: str,
    site: str,
    party: str,
    commitment: str,
    text: str,
    source: str,
    heard_on: date,
    now: datetime,
    by: str,
    kind: str = "request",
    families: int | None = None,
) -> bool:
    """Enter what families asked of a party (`site` empty: of all its prisons); False if known."""
    if session.get(FamilyRequest, id):
        return False
    row = FamilyRequest(
        id=id,
        region_code=region,
        site_code=site,
        party_code=party,
        commitment=commitment,
        text=text,
        salt=secrets.token_hex(8),
        source=source,
        heard_on=heard_on,
        entered_at=now,
        kind=kind,
        families=families,
    )
    session.add(row)
    ledger.append(session, now, by, ENTERED, f"request:{id}", _vouched(row))
    return True


def enter(session: Session, region: str, asked: Asked, now: datetime, person: int) -> str:
    """Enter a request on the listening partner's word, under a number of its own; gives its id.

    The same words to the same party, heard on the same day, are one request. Where it is known how
    many asked, the id is drawn by lot: a gap in numbers would tell that a page leaves one out.
    """
    require_partner(session, region, now, person, "enter what families ask for")
    said = (
        FamilyRequest.region_code == region,
        FamilyRequest.party_code == asked.party,
        FamilyRequest.site_code == asked.site,
        FamilyRequest.heard_on == asked.heard_on,
        FamilyRequest.text == asked.text,
        col(FamilyRequest.withdrawn_at).is_(None),
    )
    if known := session.exec(select(FamilyRequest.id).where(*said)).first():
        return known
    words = f"{region}-{asked.site or asked.party}-{Quarter.containing(asked.heard_on)}".lower()
    stem = re.sub(r"[^a-z0-9]+", "-", words)
    like = select(FamilyRequest.id).where(
        col(FamilyRequest.id).startswith(f"{stem}-", autoescape=True)
    )
    taken = set(session.exec(like))
    which = next(one for n in endings(asked.families) if (one := f"{stem}-{n}") not in taken)
    enter_request(
        session,
        id=which,
        region=region,
        site=asked.site,
        party=asked.party,
        commitment=asked.commitment,
        text=asked.text,
        source=asked.source,
        heard_on=asked.heard_on,
        now=now.replace(microsecond=0),
        by=f"person:{person}",
        kind=asked.kind,
        families=asked.families,
    )
    return which


def endings(families: int | None) -> Iterator[object]:
    """What an id may end with: numbers in their order, or where families were counted, lots."""
    while families is not None:
        yield secrets.token_hex(4)
    yield from count(1)


def withdraw(
    session: Session, region: str, request: str, why: str, now: datetime, person: int
) -> None:
    """Take back what was entered by mistake, with a reason; the words stay on record.

    NotAllowed once a quarter opened that asks for an answer: then it is answered.
    """
    require_partner(session, region, now, person, "take back a request")
    row = session.get(FamilyRequest, request)
    if row is None or row.region_code != region:
        raise Unknown(f"no request '{request}' was entered in this region")
    if row.withdrawn_at is not None:
        return
    if not why.strip():
        raise NotAllowed("say why it is taken back")
    if quarter := asked_in(session, region, row.heard_on):
        raise NotAllowed(
            f"the returns for {quarter.in_words} were already asked about it, so it is answered"
        )
    row.withdrawn_at, row.withdrawn_why = now.replace(microsecond=0), why.strip()
    session.add(row)
    body = {"digest": digest(row.salt + row.withdrawn_why)}
    ledger.append(session, now, f"person:{person}", WITHDRAWN, f"request:{request}", body)


def asked_in(session: Session, region: str, heard_on: date) -> Quarter | None:
    """The first quarter opened in a region whose returns answer what was heard that day."""
    rows = session.exec(
        select(Cycle.quarter, Cycle.moved, Cycle.dates)
        .where(Cycle.region_code == region)
        .order_by(col(Cycle.quarter))
    )
    for quarter, moved, dates in rows:
        if heard_on <= Dates.model_validate_json(moved or dates).requests_close:
            return Quarter.parse(quarter)
    return None


def _vouched(row: FamilyRequest) -> dict[str, str]:
    """What the ledger holds of a request: whose it is, and a salted digest of its words."""
    said = [row.site_code, row.party_code, row.commitment, row.text, row.heard_on.isoformat()]
    about: list[str | int] = [row.region_code, row.source]
    about += [row.families] if row.families is not None else []
    return {
        "party": row.party_code,
        "kind": row.kind,
        "digest": digest(row.salt + canonical(said)),
        "about": digest(row.salt + canonical(about)),
    }


def first_altered(session: Session) -> str:
    """One sentence naming the first family request that its ledger entries do not vouch for."""
    told: dict[str, dict[str, str]] = {}
    over: dict[str, tuple[str, str]] = {}
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([ENTERED, WITHDRAWN]))
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        body = json.loads(entry.body)
        if entry.kind == ENTERED:
            told[entry.subject] = {"kind": "request"} | body
        else:
            over[entry.subject] = entry.at, body["digest"]
    for row in session.exec(select(FamilyRequest).order_by(col(FamilyRequest.id))):
        subject = f"request:{row.id}"
        said, here = told.pop(subject, {}), _vouched(row)
        why = digest(row.salt + row.withdrawn_why)
        ended = (ledger.written(row.withdrawn_at), why) if row.withdrawn_at else None
        altered = any(here.get(name) != value for name, value in said.items())
        if not said or altered or over.get(subject) != ended:
            return f"the request of families {row.id} has been changed"
    for subject in told:
        return f"the request of families {subject.removeprefix('request:')} is missing"
    return ""


def requests_in(session: Session, region: str, sites: Collection[str] | None = None) -> list[Asked]:
    """Every request that stands in a region, oldest first; of these prisons, where they are given.

    One put to all prisons of a party is with those of each.
    """
    return [one for one in entered_in(session, region, sites) if one.withdrawn_on is None]


def entered_in(session: Session, region: str, sites: Collection[str] | None = None) -> list[Asked]:
    """Every request ever entered in a region, oldest first, those taken back with them."""
    rows = select(FamilyRequest).where(FamilyRequest.region_code == region)
    if sites is not None:
        rows = rows.where(among(col(FamilyRequest.site_code), {"", *sites}))
    in_order = rows.order_by(col(FamilyRequest.heard_on), col(FamilyRequest.id))
    return [_asked(row) for row in session.exec(in_order)]


def find(session: Session, region: str, request: str) -> Asked:
    """One request of a region, taken back or not; Unknown where it is none of the region's."""
    row = session.get(FamilyRequest, request)
    if row is None or row.region_code != region:
        raise Unknown(f"no request '{request}' was entered in this region")
    return _asked(row)


def _asked(row: FamilyRequest) -> Asked:
    return Asked(
        id=row.id,
        site=row.site_code,
        party=row.party_code,
        commitment=row.commitment,
        text=row.text,
        source=row.source,
        heard_on=row.heard_on,
        kind=row.kind,
        withdrawn_on=london_date(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_why=row.withdrawn_why,
        families=row.families,
    )


def site_names(session: Session, region: str) -> dict[str, str]:
    """The name of each of a region's prisons by its code; the region's own place is left out."""
    rows = select(Site.code, Site.name).where(Site.region_code == region, Site.code != "REGION")
    return dict(list(session.exec(rows.order_by(col(Site.name)))))
