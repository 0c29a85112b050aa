"""Keeps each return's page as it would go out, and tells what was put on record since it was drawn.

It is a cache and never the truth: no entry of the ledger is about it, and losing it loses nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, literal, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from charter.quarters import london_date
from charter.views import REGION
from notifications.among import among
from providers import by_hand, cycles, settling
from providers.console_tables import Foreseen, PassedOn, Standing
from providers.cycles import CycleView
from providers.owed_places import NOBODYS, UNTOLD
from providers.plans import APPROVED
from providers.practices import SHARED
from providers.rendition_tables import Rendition
from providers.returns import Ref
from providers.tables import (
    Action,
    Cycle,
    FamilyRequest,
    LedgerRow,
    Practice,
    Return,
    Service,
    Site,
)

HARMLESS = UNTOLD | {by_hand.KIND, settling.SETTLED, APPROVED}
"""Entries of which no page tells, whatever they are about: letters, plans, steps done by hand."""
OURS = frozenset({"return", "region", "site", "request", "action", "service", "listening"})
"""What an entry is about where all who read of it are of this region."""


@dataclass(frozen=True)
class Since:
    """The newest entry that may have changed a page since it was drawn.

    `by` is empty where it is not told, as it may be somebody of another region.
    """

    at: datetime
    by: str


@dataclass(frozen=True)
class Drawing:
    """A return's page as it was drawn at an instant, and what came since, if anything that counts.

    `holds` is whether it still holds by its dates and by the code that drew it. `pages` are its
    data by key, with those of its prison's other quarters that were never published yet; `words`
    are what is held on it, by SHA-256.
    """

    drawn_at: datetime
    holds: bool
    since: Since | None
    pages: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, str]

    @property
    def is_fresh(self) -> bool:
        """It is the page as it would be drawn now."""
        return self.holds and self.since is None

    def sha(self, key: str) -> str:
        """The fingerprint of what a page says: who approves it, approves this."""
        return digest(canonical(as_read(self.pages[key])))


def as_read(value: Any) -> Any:  # noqa: ANN401 - a page's data, or a part of them
    """A page's data without what they rest on, which an approval moves and nobody reads."""
    if isinstance(value, Mapping):
        return {name: as_read(one) for name, one in value.items() if name != "source"}
    return [as_read(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Drawn:
    """A page newly drawn, from the ledger up to `entries`; by its dates it holds `until` a day."""

    pages: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, str]
    until: date
    entries: int


def find(session: Session, here: Ref, now: datetime, code: str) -> Drawing | None:
    """A return's page as it was drawn last, in one query; None where it never was."""
    asked = {
        "return_id": here.id,
        "region": here.region,
        "site_id": here.site_id,
        "site": here.site,
        "of_return": f"return:{here.id}",
        "of_region": f"region:{here.region}",
        "of_listening": f"listening:{here.region}:{here.quarter}",
    }
    row = session.exec(_question(here.site == REGION), params=asked).first()
    if row is None:
        return None
    kept, at, by, subject = row
    since = None
    if at:
        is_ours = subject.partition(":")[0] in OURS and by.startswith("person:")
        since = Since(datetime.fromisoformat(at), by if is_ours else "")
    holds = kept.code == code and kept.day <= london_date(now) <= kept.until
    return Drawing(kept.drawn_at, holds, since, json.loads(kept.pages), json.loads(kept.words))


@cache
def _question(is_region: bool) -> Any:  # noqa: ANN401 - SQLModel types no such columns
    """A drawing with the newest entry that may have changed it; put together once, as it is long.

    The page of the region itself (`is_region`) tells of all its prisons.
    """
    after = aliased(LedgerRow)
    newest = (
        select(func.max(after.seq))
        .where(col(after.seq) > col(Foreseen.entries), _counts(after, is_region=is_region))
        .correlate(Foreseen)
        .scalar_subquery()
    )
    return (
        select(Foreseen, LedgerRow.at, LedgerRow.by, LedgerRow.subject)
        .join(LedgerRow, col(LedgerRow.seq) == newest, isouter=True)
        .where(col(Foreseen.return_id) == bindparam("return_id"))
    )


def keep(session: Session, drawn: Mapping[int, Drawn], now: datetime, code: str) -> None:
    """Keep these pages by return; one that another drew meanwhile from more entries stays."""
    for return_id, one in drawn.items():
        row = session.get(Foreseen, return_id)
        if row is not None and row.entries > one.entries and row.code == code:
            continue
        session.merge(
            Foreseen(
                return_id=return_id,
                drawn_at=now.replace(microsecond=0),
                day=london_date(now),
                until=one.until,
                entries=one.entries,
                code=code,
                pages=canonical(dict(one.pages)),
                words=canonical(dict(one.words)),
            )
        )


def awaited(session: Session, now: datetime) -> list[int]:
    """Every return that waits for its release, by number; in two queries.

    It is of the quarter of its region that came due last, or its page is open for a revision; what
    is settled, published as it stands or owed no longer, is left out.
    """
    newest: dict[str, CycleView] = {}
    for cycle in cycles.cycles(session):
        known = newest.get(cycle.region)
        is_due = not cycle.early and cycle.dates.due <= london_date(now)
        if is_due and (known is None or known.quarter < cycle.quarter):
            newest[cycle.region] = cycle
    rows = (
        select(Standing.return_id)
        .where(col(Standing.released).is_(False), col(Standing.published).is_(False))
        .where(
            among(col(Standing.cycle_id), [one.id for one in newest.values()])
            | col(Standing.life).contains('"revising":')
        )
        .order_by(col(Standing.return_id))
    )
    return list(session.exec(rows))


def has_something(session: Session, return_id: int) -> bool:
    """Whether a return was received, or recorded as not returned: then its page tells of it."""
    row = session.get(Standing, return_id)
    return row is not None and (row.received_on is not None or row.not_returned)


def _counts(entry: type[LedgerRow], *, is_region: bool) -> ColumnElement[bool]:
    """Whether an entry may have changed the page of this return, as a column of a query.

    What is not known to be harmless, or to be about other places alone, counts.
    """
    kind, subject, ours = col(entry.kind), col(entry.subject), _of(is_region)
    harmless = [
        kind.in_(sorted(HARMLESS)),
        and_(kind == "approved", subject == bindparam("of_return")),
        and_(kind == SHARED, subject.not_in(ours["practice"])),
    ]
    harmless += [subject.startswith(f"{what}:") for what in sorted(NOBODYS)]
    harmless += [
        and_(subject.startswith(f"{what}:"), subject.not_in(own))
        for what, own in ours.items()
        if what != "practice"  # one that is withdrawn may be named by promises of other prisons
    ]
    return not_(or_(*harmless))


def _of(is_region: bool) -> dict[str, Any]:
    """What an entry is about where it may concern the page of a return, by kind of thing."""
    region: Any = bindparam("region")
    site_id: Any = bindparam("site_id")
    place = col(Site.region_code) == region if is_region else col(Site.id) == site_id
    sites = select(Site.id).where(place)
    services = select(Service.id).where(col(Service.site_id).in_(sites))
    asked = col(FamilyRequest.region_code) == region
    if not is_region:
        put = col(FamilyRequest.site_code)
        asked &= (put == "") | (put == bindparam("site"))
    is_free = col(Rendition.site_id).is_(None) | col(Rendition.site_id).in_(sites)
    return {
        "region": [bindparam("of_region")],
        "listening": [bindparam("of_listening")],
        "cycle": _named("cycle", Cycle.id, col(Cycle.region_code) == region),
        "site": _named("site", Site.id, place),
        "service": _named("service", Service.id, col(Service.site_id).in_(sites)),
        "return": _named("return", Return.id, col(Return.service_id).in_(services)),
        "action": _named("action", Action.id, col(Action.site_id).in_(sites)),
        "request": _named("request", FamilyRequest.id, asked),
        "passed_on": _named("passed_on", PassedOn.id, col(PassedOn.site_id).in_(sites)),
        "practice": _named("practice", Practice.id, col(Practice.site_id).in_(sites)),
        "rendition": _named("rendition", Rendition.id, is_free),
    }


def _named(what: str, which: Any, of: Any) -> Any:  # noqa: ANN401 - columns of any table
    """Each of these things as the ledger names it: `return:7`."""
    return select(literal(f"{what}:") + cast(which, String)).where(of)
