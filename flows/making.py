"""Makes the data of every page, and makes again only what the record has touched since."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from charter.pages import prison_key
from charter.policy import Frozen
from charter.quarters import Calendar, london_date
from charter.steps import Published as PublishedStep
from charter.views import REGION
from flows.assembling import region_views
from flows.gathering import Gathered, Gatherer
from flows.grouping import Group, groups, places
from flows.listing import list_pages
from providers import cycles, ledger, lives, owed_places, publications, returns
from providers.database import Database
from providers.lives import NewStep
from providers.returns import Ref


class Kept(Frozen):
    """What was made, as it is kept beside the sites.

    It holds while the ledger goes on from this head, by the same rules, on the dates of each group.
    """

    rules: str
    entries: int
    head: str
    groups: tuple[Gathered, ...]


@dataclass(frozen=True)
class Made:
    """All pages of a bulletin by their fingerprints, and the groups that they were made in.

    `published` returns came out anew, and `made` pages were made; the others stood already.
    """

    pages: Mapping[str, str]
    groups: tuple[Gathered, ...]
    published: int
    made: int

    @property
    def held(self) -> tuple[str, ...]:
        """Where words are held for a person, in sentences."""
        return tuple(sorted(one for group in self.groups for one in group.held))

    def is_stale(self, session: Session) -> bool:
        """Whether the record has changed since in a way that a page may tell of."""
        return any(True for _ in _stale(session, self.groups))


class Maker:
    """Makes the pages of one bulletin after another, as they stand at `now`."""

    def __init__(
        self, database: Database, now: datetime, calendar: Calendar, address: str, kept: Path
    ) -> None:
        self.database, self.now, self.calendar = database, now, calendar
        self.address, self.kept = address, kept
        self.rules = _rules(calendar)
        self.published = 0
        self.known = self._known()

    def make(self) -> Made | None:
        """Every page as the record stands; None before the first cycle."""
        with self.database.reading() as session:
            found = places(session, london_date(self.now))
            stale = set(_stale(session, self.known.values()))
        wanted, whole = groups(found), {place.site_id for place in found if place.code == REGION}
        if not wanted:
            return None
        made, anew = 0, [group for group in wanted if self._is_anew(group, stale)]
        # A region's own page comes last: it tells of what the others publish in the same turn.
        for group in sorted(anew, key=lambda group: not whole.isdisjoint(group.sites)):
            self.known[group.name] = fresh = self._gathered(group)
            made += len(fresh.pages)
        gathered = tuple(self.known[group.name] for group in wanted)
        pages = {key: sha for one in gathered for key, sha in one.pages.items()}
        lists = self._lists(gathered)
        pages |= lists
        return Made(dict(sorted(pages.items())), gathered, self.published, made)

    def keep(self, made: Made, entries: int, head: str) -> None:
        """Keep what was made for the next time, up to an entry by which all of it held."""
        told = tuple(one.model_copy(update={"as_of": entries}) for one in made.groups)
        kept = Kept(
            rules=self.rules,
            entries=entries,
            head=head,
            groups=told,
        )
        fresh = self.kept.with_suffix(".new")
        fresh.write_text(kept.model_dump_json(), encoding="utf-8")
        fresh.replace(self.kept)

    def _known(self) -> dict[str, Gathered]:
        """What was kept, where it still holds; what is lost is only made again."""
        try:
            kept = Kept.model_validate_json(self.kept.read_bytes())
        except (OSError, ValidationError):
            return {}
        with self.database.reading() as session:
            same = ledger.hash_of(session, kept.entries) == kept.head
        if not same or kept.rules != self.rules:
            return {}
        today = london_date(self.now)
        return {one.group.name: one for one in kept.groups if one.holds_on(today)}

    def _is_anew(self, group: Group, stale: Collection[str]) -> bool:
        known = self.known.get(group.name)
        return known is None or known.group != group or group.name in stale

    def _gathered(self, group: Group) -> Gathered:
        self._publish_approved(group)
        with self.database.reading() as session:
            as_of, _ = ledger.head(session)
            regions = region_views(session, cycles.cycles(session), london_date(self.now))
            gatherer = Gatherer(session, self.now, self.calendar, regions)
            return gatherer.gather(group, as_of, self._freeze)

    def _freeze(self, pages: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        with self.database.writing() as session:
            return publications.freeze(session, pages)

    def _publish_approved(self, group: Group) -> None:
        """Record as published each return with its approvals, from its publication day on."""
        with self.database.reading() as session:
            if not _approved(session, group, self.now):
                return
        with self.database.writing() as session:
            steps = _approved(session, group, self.now)
            numbers = lives.record_many(session, steps, self.now, "engine")
        self.published += len(numbers)

    def _lists(self, gathered: tuple[Gathered, ...]) -> dict[str, str]:
        with self.database.reading() as session:
            data = list_pages(session, gathered, self.now, self.address)
        return self._freeze(data)


def _approved(session: Session, group: Group, now: datetime) -> list[NewStep]:
    """The publication of each return of a group that has its approvals, and whose day has come."""
    refs = [
        ref
        for ref in returns.refs(session, site_ids=group.sites)
        if london_date(now) >= ref.dates.publishes
    ]
    folded = lives.lives(session, [ref.id for ref in refs])
    policies = {v: cycles.policy_of(session, v) for v in {ref.policy_version for ref in refs}}
    found = []
    for ref in refs:
        life = folded[ref.id]
        if life.released or len(life.approved_by) < policies[ref.policy_version].approvals:
            continue
        step = PublishedStep(revision=life.revision + 1, page=_key_of(ref))
        found.append(NewStep(ref.id, step, f"revision/{step.revision}"))
    return found


def _key_of(ref: Ref) -> str:
    return prison_key(ref.region, ref.site, ref.quarter, is_region=ref.site == "REGION")


def _stale(session: Session, known: Iterable[Gathered]) -> Iterable[str]:
    """The names of the groups that entries after their own may have changed."""
    told = list(known)
    touched = {as_of: owed_places.touched(session, as_of) for as_of in {one.as_of for one in told}}
    for one in told:
        if touched[one.as_of].concerns(one.group.regions, one.group.sites):
            yield one.group.name


@cache
def code() -> str:
    """The fingerprint of the code by which pages are made."""
    root = Path(__file__).parent.parent
    rooms = [root / room for room in ("charter", "flows", "providers")]
    files = sorted(one for room in rooms for one in room.glob("*.py"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()


def _rules(calendar: Calendar) -> str:
    return hashlib.sha256(f"{code()} {calendar!r}".encode()).hexdigest()
