"""Good practice: what kept a commitment at one prison, told so that others can take it up."""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from charter.answers import Problem, ReturnDocument
from charter.disclosure import screen
from charter.ledger import canonical, digest
from charter.quarters import london_date
from charter.returns import Life
from charter.steps import Rating
from providers import checking, documents, ledger, staff, uptake
from providers.answering import Incomplete
from providers.cycles import NotAllowed, Unknown
from providers.returns import Ref
from providers.staff import StaffRole
from providers.tables import LedgerRow, Party, Practice, Region, Site

SHARED, WITHDRAWN = "practice_shared", "practice_withdrawn"
MOST = 3
"""Practices offered at once: more would be a list to read and not a choice to make."""
LONGEST_TITLE = 200
NAMES = {
    "title": "what it is, in one line",
    "happened": "what happened",
    "enabled": "what made it possible",
    "copying": "what others need to copy it",
}
"""The fields of a practice, in the order they are told."""


@dataclass(frozen=True)
class Telling:
    """What is told of a practice: its name, what happened, what made it possible, what it takes."""

    title: str
    happened: str
    enabled: str
    copying: str

    def problems(self) -> list[Problem]:
        """What is missing, too long, or may identify a person, by field, each with its mend."""
        found = []
        for field, what in NAMES.items():
            text = getattr(self, field)
            if not text.strip():
                found.append(Problem(field, f"say {what}"))
            found += [
                Problem(field, f"this looks like a {one.kind}: {one.excerpt}. Take it out")
                for one in screen(text)
            ]
        if len(self.title) > LONGEST_TITLE or len(self.title.splitlines()) > 1:
            found.append(Problem("title", f"keep this to one line of {LONGEST_TITLE} characters"))
        return found


@dataclass(frozen=True)
class PracticeView:
    """One shared practice: where it comes from, what happened, and what it takes."""

    id: str
    region: str
    region_name: str
    site_id: int
    site_name: str
    party_name: str
    commitment: str
    told: Telling
    shared_at: datetime
    shared_by: str
    withdrawn_at: datetime | None

    @property
    def shared_on(self) -> date:
        """The London date it was shared."""
        return london_date(self.shared_at)

    @property
    def withdrawn_on(self) -> date | None:
        """The London date from which it is offered no longer, if it is not."""
        return london_date(self.withdrawn_at) if self.withdrawn_at else None


def why_not_shared(session: Session, here: Ref, life: Life, commitment: str) -> str:
    """Why nothing can be shared from a return about a commitment; empty when it can."""
    if here.party_kind == "commissioner":
        return "this is a commissioner's own return; practice is shared between prisons"
    if life.confirmed_at is None:
        return "confirm this return first: only what was checked is held up to others"
    text = documents.fetch(session, [life.document])[life.document]
    answer = ReturnDocument.model_validate_json(text).find(commitment)
    change = life.changes.get(commitment)
    rating = change.rating if change else answer.rating if answer else None
    if rating is not Rating.FULLY:
        return "this commitment is not fully met here, so it is nothing to hold up to others"
    return ""


def share(
    session: Session, here: Ref, commitment: str, told: Telling, now: datetime, person: int
) -> str:
    """Share what kept a commitment at a prison, on a commissioner's word; gives the new id.

    NotAllowed unless the return is confirmed and the commitment fully met in it; Incomplete where
    words are missing or may identify somebody. The same words shared again are one practice.
    """
    life = checking.received(session, here, now, person)
    if why := why_not_shared(session, here, life, commitment):
        raise NotAllowed(why)
    if found := told.problems():
        raise Incomplete(found)
    for one in shared(session, here, commitment):
        if one.withdrawn_at is None and one.told == told:
            return one.id
    stem = re.sub(r"[^a-z0-9]+", "-", f"{here.site}-{commitment}".lower())
    row = Practice(
        id=f"{stem}-{_free(session, stem)}",
        region_code=here.region,
        site_id=here.site_id,
        party_code=here.party,
        commitment=commitment,
        salt=secrets.token_hex(8),
        shared_at=now.replace(microsecond=0),
        shared_by=f"person:{person}",
        **vars(told),
    )
    session.add(row)
    ledger.append(session, now, row.shared_by, SHARED, f"practice:{row.id}", _vouched(row))
    return row.id


def _free(session: Session, stem: str) -> int:
    """The first number no practice of that stem has; the writers' lock keeps it free."""
    like = select(Practice.id).where(col(Practice.id).startswith(f"{stem}-", autoescape=True))
    taken = set(session.exec(like))
    return next(n for n in count(1) if f"{stem}-{n}" not in taken)


def withdraw(session: Session, *, here: Ref, practice: str, now: datetime, person: int) -> None:
    """Offer a practice of this prison no longer; whoever has taken it up keeps their action.

    Unknown if this prison shared no such practice.
    """
    checking.require_checker(session, here, now, person, "withdraw a practice")
    row = session.get(Practice, practice)
    if row is None or row.site_id != here.site_id:
        raise Unknown(f"no practice '{practice}' was shared from {here.site_name}")
    _end(session, row, now, person)


def withdraw_in(session: Session, region: str, practice: str, now: datetime, person: int) -> None:
    """The same from the region's register, for its commissioner; Unknown for another region's."""
    held = staff.roles_of(session, person, london_date(now))
    if (region, StaffRole.COMMISSIONER) not in held:
        raise NotAllowed("only a commissioner of this region may withdraw a practice")
    row = session.get(Practice, practice)
    if row is None or row.region_code != region:
        raise Unknown(f"no practice '{practice}' was shared in this region")
    _end(session, row, now, person)


def _end(session: Session, row: Practice, now: datetime, person: int) -> None:
    if row.withdrawn_at is None:
        row.withdrawn_at = now.replace(microsecond=0)
        session.add(row)
        ledger.append(session, now, f"person:{person}", WITHDRAWN, f"practice:{row.id}", {})


def shared(session: Session, here: Ref, commitment: str) -> list[PracticeView]:
    """All that was ever shared from a return's prison about a commitment, the newest first."""
    place = col(Practice.site_id) == here.site_id
    return _views(session, place, col(Practice.commitment) == commitment)


def in_region(session: Session, region: str) -> list[PracticeView]:
    """All that was ever shared from the prisons of a region, the newest first."""
    return _views(session, col(Practice.region_code) == region)


def for_others(session: Session, here: Ref, practice: str) -> PracticeView:
    """A practice that this return's prison may take up, withdrawn or not; Unknown if none such."""
    found = _views(session, col(Practice.id) == practice, *_of_others(here))
    if not found:
        raise Unknown(f"no practice '{practice}' has been shared with {here.site_name}")
    return found[0]


def offered(session: Session, here: Ref, commitment: str) -> list[PracticeView]:
    """At most MOST practices of other prisons on a commitment, this region's and the newest first.

    Left out is what was withdrawn, and what this prison has taken up already, in a signed return
    or in the draft.
    """
    alike = col(Practice.commitment) == commitment, col(Practice.withdrawn_at).is_(None)
    found = _views(session, *alike, *_of_others(here))
    taken = uptake.by_service(session, here) if found else set()
    fresh = [one for one in found if one.id not in taken]
    return sorted(fresh, key=lambda one: one.region != here.region)[:MOST]


def _of_others(here: Ref) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Another prison's, and no invented region's where this one is real, or the reverse."""
    return col(Practice.site_id) != here.site_id, col(Region.sample) == here.sample


def first_altered(session: Session) -> str:
    """One sentence naming the first shared practice that its ledger entries do not vouch for."""
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([SHARED, WITHDRAWN]))
    told: dict[str, dict[str, str]] = {}
    withdrawn: dict[str, str] = {}
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        if entry.kind == SHARED:
            told[entry.subject] = json.loads(entry.body)
        else:
            withdrawn[entry.subject] = entry.at
    for row in session.exec(select(Practice).order_by(col(Practice.id))):
        subject = f"practice:{row.id}"
        over = row.withdrawn_at.astimezone(UTC) if row.withdrawn_at else None
        if told.pop(subject, None) != _vouched(row) or (
            withdrawn.get(subject, "") != (ledger.written(over) if over else "")
        ):
            return f"the shared practice {row.id} has been changed"
    for subject in told:
        return f"the shared practice {subject.removeprefix('practice:')} is missing"
    return ""


def _vouched(row: Practice) -> dict[str, str]:
    """What the ledger holds of a practice: a salted digest of all that it says."""
    place = [row.region_code, row.site_id, row.party_code, row.commitment]
    words = [row.title, row.happened, row.enabled, row.copying]
    made = [ledger.written(row.shared_at), row.shared_by]
    return {"digest": digest(row.salt + canonical([*place, *words, *made]))}


def _views(session: Session, *conditions: ColumnElement[bool]) -> list[PracticeView]:
    """The practices that meet all of these, the newest first, in one query."""
    rows = session.exec(
        select(Practice, Site, Region, Party)
        .join(Site, col(Site.id) == col(Practice.site_id))
        .join(Region, col(Region.code) == col(Practice.region_code))
        .join(Party, col(Party.code) == col(Practice.party_code))
        .where(*conditions)
        .order_by(col(Practice.shared_at).desc(), col(Practice.id))
    )
    return [_view(*row) for row in rows]


def _view(row: Practice, site: Site, region: Region, party: Party) -> PracticeView:
    return PracticeView(
        id=row.id,
        region=row.region_code,
        region_name=region.name,
        site_id=row.site_id,
        site_name=site.name,
        party_name=party.name,
        commitment=row.commitment,
        told=Telling(row.title, row.happened, row.enabled, row.copying),
        shared_at=row.shared_at,
        shared_by=row.shared_by,
        withdrawn_at=row.withdrawn_at,
    )
