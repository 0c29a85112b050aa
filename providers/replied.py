"""What returns reply to requests of families, and how their partner marked the replies."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.quarters import Quarter
from providers import documents
from providers.console_tables import Standing
from providers.requests import Asked, requests_in
from providers.tables import Cycle, Party, Return, Service, Site

MOST = 120
"""Returns looked at: what is asked of all prisons of a provider is answered many times."""


@dataclass(frozen=True)
class Reply:
    """What one signed return says to a request."""

    return_id: int
    quarter: Quarter
    site_name: str
    answer: Literal["accepted", "partly", "declined"]
    words: str


def replies(session: Session, region: str, asked: Asked) -> list[Reply]:
    """The replies of the newest returns that the request is put to, in two queries."""
    rows = (
        select(Return.id, Cycle.quarter, Site.name, Standing.life)
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Cycle.region_code == region, Service.party_code == asked.party)
        .where(Cycle.quarter >= str(Quarter.containing(asked.heard_on).previous()))
        .order_by(col(Cycle.quarter).desc(), col(Site.name), col(Return.id))
        .limit(MOST)
    )
    if asked.site:
        rows = rows.where(Site.code == asked.site)
    found = [
        (i or 0, quarter, site, json.loads(life).get("document", ""))
        for i, quarter, site, life in session.exec(rows)
    ]
    texts = documents.fetch(session, [sha for *_, sha in found])
    signed = {sha: ReturnDocument.model_validate_json(text) for sha, text in texts.items()}
    return [
        Reply(i, Quarter.parse(quarter), site, reply.answer, reply.words)
        for i, quarter, site, sha in found
        if sha in signed
        for reply in signed[sha].replies
        if reply.request == asked.id and reply.answer
    ]


@dataclass(frozen=True)
class Marked:
    """A return that requests are put to: how many, whether it came, and how it was marked.

    `faithful` is None while the listening partner has said nothing.
    """

    return_id: int
    site_name: str
    party_name: str
    requests: int
    received: bool
    faithful: bool | None = None
    reason: str = ""


def marked(session: Session, region: str, quarter: Quarter, close: date) -> list[Marked]:
    """The returns of a quarter that requests heard by a day are put to, in two queries.

    Those that wait to be marked come first, those not received yet last.
    """
    many: Counter[tuple[str, str]] = Counter()
    for one in requests_in(session, region):
        many[one.party, one.site] += one.heard_on <= close
    rows = session.exec(
        select(Return.id, Site, Party, Standing.life)
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(Cycle.region_code == region, Cycle.quarter == str(quarter))
        .where(col(Party.code).in_({party for party, _ in many}))
        .where(col(Standing.released).is_(False))
        .order_by(col(Site.name), col(Party.name), col(Return.id))
    )
    found = []
    for i, site, party, kept in rows:
        asked = many[party.code, site.code] + many[party.code, ""]
        life = json.loads(kept)
        said = life.get("judged") or {}
        if asked:
            received = bool(life.get("first_signed_at"))
            words = said.get("faithful"), said.get("reason", "")
            found.append(Marked(i or 0, site.name, party.name, asked, received, *words))
    return sorted(found, key=lambda one: (not one.received, one.faithful is not None))
