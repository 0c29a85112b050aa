"""What returns reply to requests of families, and how the listening partner marks each reply."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.faithful import RIGHT_OF_REPLY, Marking, markings
from charter.quarters import Quarter
from charter.returns import Life
from charter.review import Judged
from providers import documents, lives
from providers.console_tables import Standing
from providers.cycles import NotAllowed
from providers.partners import require_partner
from providers.requests import Asked, requests_in
from providers.returns import Ref
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
    return markings(life, ReturnDocument.model_validate_json(text) if text else None)


@dataclass(frozen=True)
class Marked:
    """A return that requests are put to: how many, whether it came, and how it was marked.

    Of its replies so many were found `faithful`, and so many not, each for one of the `reasons`.
    """

    return_id: int
    site_name: str
    party_name: str
    requests: int
    received: bool
    faithful: int
    not_faithful: int
    reasons: tuple[str, ...]

    @property
    def is_marked(self) -> bool:
        """Whether the listening partner has marked all that could be."""
        return self.faithful + self.not_faithful >= self.requests


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
        if asked:
            life = json.loads(kept)
            received = bool(life.get("first_signed_at"))
            given = site.name, party.name, asked, received, *_marks(life, asked)
            found.append(Marked(i or 0, *given))
    return sorted(found, key=lambda one: (not one.received, one.is_marked))


def _marks(life: dict[str, Any], asked: int) -> tuple[int, int, tuple[str, ...]]:
    """How many replies to requests are marked faithful, how many not, and all reasons given."""
    own = [mark for about, mark in life.get("marks", {}).items() if about != RIGHT_OF_REPLY]
    whole = life.get("judged")  # an older mark, of all that have none of their own
    given = [*own, *([whole] * (asked - len(own)) if whole else [])]
    yes = sum(mark["faithful"] for mark in given)
    reasons = dict.fromkeys(mark.get("reason", "") for mark in given)
    return yes, len(given) - yes, tuple(one for one in reasons if one)
