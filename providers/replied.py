"""What returns reply to requests of families, and how the listening partner marks each reply."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.faithful import Marking, markings
from charter.quarters import Quarter, london_date
from charter.returns import Life
from charter.review import Judged
from notifications.among import among
from providers import documents, lives
from providers.awaiting import Found
from providers.console_tables import Standing
from providers.cycles import NotAllowed
from providers.partners import require_partner
from providers.requests import Asked, requests_in
from providers.returns import Ref
from providers.standings import LIFE
from providers.tables import Cycle, FamilyRequest, Party, Return, Service, Site

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


def mark(
    session: Session,
    here: Ref,
    about: str,
    faithful: bool,
    reason: str,
    now: datetime,
    person: int,
) -> None:
    """The listening partner says whether one reply is faithful to families, in its own words.

    `about` is the request that is replied to, or `charter.faithful.RIGHT_OF_REPLY`. NotAllowed
    where the return has no such reply, or where no reason is given for one that is not faithful.
    """
    require_partner(session, here.region, now, person, "mark a reply")
    life = lives.lives(session, [here.id])[here.id]
    found = {one.about: one for one in replies_in(session, life)}
    if about not in found:
        raise NotAllowed("this return holds no such reply to mark")
    if not faithful and not reason.strip():
        raise NotAllowed("say why the reply is not faithful; families will read it")
    seal = found[about].seal
    step = Judged(faithful=faithful, reason=reason.strip(), about=about, reply=seal)
    if found[about].mark != step:
        lives.record(session, here.id, step, now, f"person:{person}")


def replies_in(session: Session, life: Life) -> tuple[Marking, ...]:
    """Every reply of a return as it was signed last, with its mark; in one query."""
    text = documents.fetch(session, [life.document]).get(life.document, "")
    return markings(life, signed(text))


@dataclass(frozen=True)
class Marked:
    """A return that requests are put to, or that used its right of reply, and how it is marked.

    `requests` are those put to it; of the replies that it holds so many were found `faithful`, so
    many not, each for one of the `reasons`, and so many are `not_checked` as they now read.
    """

    return_id: int
    site_name: str
    party_name: str
    requests: int
    received: bool
    faithful: int
    not_faithful: int
    not_checked: int
    reasons: tuple[str, ...]


def marked(session: Session, region: str, quarter: Quarter, close: date) -> list[Marked]:
    """The returns of a quarter that requests heard by a day are put to, in three queries.

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
        .where(col(Party.code).in_({party for party, _ in many}) | USED_ITS_RIGHT)
        .where(col(Standing.released).is_(False))
        .order_by(col(Site.name), col(Party.name), col(Return.id))
    ).all()
    found = []
    told = _told(session, [life for *_, life in rows])
    for (i, site, party, _), (life, replies) in zip(rows, told, strict=True):
        asked = many[party.code, site.code] + many[party.code, ""]
        if asked or replies:
            given = site.name, party.name, asked, life.is_received, *_marks(replies)
            found.append(Marked(i or 0, *given))
    return sorted(found, key=lambda one: (not one.received, not one.not_checked))


def to_mark(session: Session, regions: Iterable[str]) -> list[Found]:
    """The replies that wait for their mark, by region and quarter, in two queries.

    They wait from when the return is received until its page is published as it stands.
    """
    is_asked = (
        select(FamilyRequest.id)
        .where(FamilyRequest.region_code == Cycle.region_code)
        .where(FamilyRequest.party_code == Service.party_code)
        .where(col(FamilyRequest.site_code).in_(["", col(Site.code)]))
    )
    if not (codes := list(regions)):
        return []
    rows = session.exec(
        select(Cycle.region_code, Cycle.quarter, Standing.life)
        .join(Standing, col(Standing.cycle_id) == col(Cycle.id))
        .join(Return, col(Return.id) == col(Standing.return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(among(col(Cycle.region_code), codes), is_asked.exists() | USED_ITS_RIGHT)
        .where(col(Standing.received_on).is_not(None))
        .where(col(Standing.published).is_(False), col(Standing.released).is_(False))
    ).all()
    many: Counter[tuple[str, str]] = Counter()
    since: dict[tuple[str, str], date] = {}
    told = _told(session, [life for *_, life in rows])
    for (region, quarter, _), (life, replies) in zip(rows, told, strict=True):
        waiting = sum(one.mark is None for one in replies)
        if waiting and life.first_signed_at:
            many[region, quarter] += waiting
            received = london_date(life.first_signed_at)
            since[region, quarter] = min(received, since.get((region, quarter), received))
    return [Found(*at, many[at], since[at]) for at in many]


USED_ITS_RIGHT = col(Standing.life).contains('"reply":')
"""No return that used its right of reply is left out; one that did not may be among them."""


def _told(session: Session, kept: Iterable[str]) -> list[tuple[Life, tuple[Marking, ...]]]:
    """How each of these returns stands, and its replies as signed last, in one query."""
    folded = [LIFE.validate_json(life) for life in kept]
    texts = documents.fetch(session, [life.document for life in folded])
    return [(life, markings(life, signed(texts.get(life.document, "")))) for life in folded]


@lru_cache(maxsize=512)  # a signed text never changes
def signed(text: str) -> ReturnDocument | None:
    """A signed text as it is read; None where there is none."""
    return ReturnDocument.model_validate_json(text) if text else None


def _marks(replies: tuple[Marking, ...]) -> tuple[int, int, int, tuple[str, ...]]:
    """How many replies are faithful, not faithful, and not checked, and all reasons given."""
    given = [one.mark for one in replies if one.mark]
    yes = sum(mark.faithful for mark in given)
    reasons = dict.fromkeys(mark.reason for mark in given)
    unsaid = len(replies) - len(given)
    return yes, len(given) - yes, unsaid, tuple(one for one in reasons if one)
