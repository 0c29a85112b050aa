"""Makes the pages of a few prisons at a time, with what the lists need of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from charter import openings
from charter.commitments import CharterFile
from charter.lists import prison_link, quarter_part, summary
from charter.pages import PartLink, PrisonLink, PrisonPage, RegionSummary
from charter.places import a_to_z
from charter.policy import Frozen
from charter.quarters import BeyondHorizon, Calendar, london_date
from charter.summary import commitment_page, prison_page, quarter_page
from charter.views import NextUpdate, RegionView, ReturnView, SiteView
from flows.assembling import Among, Told, tell
from notifications.texts import texts_of
from providers import cycles, moves, owed_places, renditions
from providers.cycles import CycleView
from providers.owed_places import Place

TOGETHER = 50
"""Prisons that are told of at once, and that stand together in one part of a long list."""
ROWS = 100
"""Updates in one part of a timetable."""


class Group(Frozen):
    """Prisons whose pages are made together; part `number` of a region, or nought: everybody."""

    region: str
    number: int
    regions: tuple[str, ...]
    sites: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"{self.region}/{self.number}" if self.number else "everybody"


class OfQuarter(Frozen):
    """What a group holds of one quarter in one region: how it stands, and the part of its list."""

    region: str
    quarter: str
    told: int
    summary: RegionSummary
    link: PartLink
    waits_for: tuple[tuple[str, tuple[str, ...]], ...]
    first_update: bool


class Gathered(Frozen):
    """A group's pages by their fingerprints, and all that lists and whole pages need of it."""

    group: Group
    as_of: int
    pages: dict[str, str]
    held: tuple[str, ...]
    prisons: tuple[tuple[str, tuple[PrisonLink, ...]], ...]
    quarters: tuple[OfQuarter, ...]
    commitments: dict[str, PartLink]


def groups(places: Sequence[Place]) -> list[Group]:
    """All together while they are few; else region by region, so many at a time, A to Z."""
    if len(places) <= TOGETHER and _most(places) <= ROWS:
        return [_group("", 0, places)] if places else []
    found = []
    for region in sorted({place.region for place in places}):
        here = sorted(
            (place for place in places if place.region == region),
            key=lambda place: (a_to_z(place.name), place.site_id),
        )
        parts: list[list[Place]] = [[]]
        for place in here:
            full = len(parts[-1]) == TOGETHER or _most([*parts[-1], place]) > ROWS
            if full and parts[-1]:
                parts.append([])
            parts[-1].append(place)
        found += [_group(region, n, part) for n, part in enumerate(parts, start=1)]
    return found


def _most(places: Iterable[Place]) -> int:
    return sum(place.at_once for place in places)


def _group(region: str, number: int, places: Sequence[Place]) -> Group:
    return Group(
        region=region,
        number=number,
        regions=tuple(sorted({place.region for place in places})),
        sites=tuple(place.site_id for place in places),
    )


class Gatherer:
    """Makes the pages of one group after another, as they stand at `now`."""

    def __init__(
        self, session: Session, now: datetime, calendar: Calendar, regions: Mapping[str, RegionView]
    ) -> None:
        self.session, self.now, self.regions = session, now, regions
        self.cycles = {c.id: c for c in cycles.cycles(session) if not c.early}
        self.owed = owed_places.owed(session)
        self.upcoming = next_updates(session, list(self.cycles.values()), calendar)
        self.charter = charter_of(session, self.cycles.values())

    def gather(
        self, group: Group, as_of: int, keep: Callable[[dict[str, dict[str, Any]]], dict[str, str]]
    ) -> Gathered:
        """A group's pages, frozen by `keep`, which gives the fingerprint of each."""
        there = group.regions[0] if len(group.regions) == 1 else ""
        told = tell(self.session, self.now, among=Among(there, group.sites))
        data: dict[str, dict[str, Any]] = {}
        pages = prison_pages(told, self.upcoming)
        data |= {page.key: page.model_dump(mode="json") for page in pages}
        newest = {(p.region_code, p.site_code): p for p in sorted(pages, key=lambda p: p.quarter)}
        quarters = [
            self._quarter(group, cycle, told, data)
            for cycle in self.cycles.values()
            if any(one.ref.cycle_id == cycle.id for one in told)
        ]
        commitments = self._commitments(group, told, data)
        return Gathered(
            group=group,
            as_of=as_of,
            pages=keep(_translated(self.session, data)),
            held=tuple(held(data)),
            prisons=tuple((region, _links(region, told, newest)) for region in group.regions),
            quarters=tuple(quarters),
            commitments=commitments,
        )

    def _quarter(
        self, group: Group, cycle: CycleView, told: Sequence[Told], data: dict[str, dict[str, Any]]
    ) -> OfQuarter:
        """A region's timetable of a quarter, or the part of it that this group holds."""
        views = [with_edition(one) for one in told if one.ref.cycle_id == cycle.id]
        region = self.regions[cycle.region]
        page = quarter_page(
            region,
            cycle.quarter,
            views,
            cycle.dates,
            views[0].charter,
            expected=len(views) if group.number else expected_of(cycle, self.owed, len(views)),
            as_at=london_date(self.now),
            part=group.number,
        )
        data[page.key] = page.model_dump(mode="json")
        names = [row.site_name for row in page.rows]
        return OfQuarter(
            region=cycle.region,
            quarter=str(cycle.quarter),
            told=len(views),
            summary=summary(region, page),
            link=quarter_part(region, cycle.quarter, group.number, names),
            waits_for=page.waits_for,
            first_update=page.notices.first_update,
        )

    def _commitments(
        self, group: Group, told: Sequence[Told], data: dict[str, dict[str, Any]]
    ) -> dict[str, PartLink]:
        """Each commitment over this group's newest published updates; where each part stands."""
        newest: dict[tuple[str, str, str], Told] = {}
        for one in told:
            if one.published:
                newest[one.ref.region, one.ref.site, one.ref.party] = one
        views = [one.on_its_page for one in newest.values()]
        found = {}
        for commitment in self.charter.commitments if views or not group.number else ():
            page = commitment_page(commitment, self.charter, views, group.number)
            data[page.key] = page.model_dump(mode="json")
            if group.number:
                rows = page.regions[0].rows
                found[commitment.id] = PartLink(
                    page=page.key,
                    region_name=page.regions[0].name,
                    first=rows[0].site_name,
                    last=rows[-1].site_name,
                )
        return found


def _translated(session: Session, data: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pages, each with what people made in other languages of the very words on it."""
    said = {key: {text for text in texts_of(page) if " " in text} for key, page in data.items()}
    made = renditions.translated(session, set().union(*said.values()))
    for key, page in data.items():
        here = {
            language: {text: one for text, one in texts.items() if text in said[key]}
            for language, texts in made.items()
        }
        if any(here.values()):
            page["translations"] = {language: texts for language, texts in here.items() if texts}
    return data


def _links(
    region: str, told: Iterable[Told], newest: Mapping[tuple[str, str], PrisonPage]
) -> tuple[PrisonLink, ...]:
    sites: dict[str, SiteView] = {
        one.ref.site: one.standing.site for one in told if one.ref.region == region
    }
    links = [
        prison_link(site, tuple(a.party_name for a in newest[region, code].accounts))
        for code, site in sites.items()
        if not site.is_region
    ]
    return tuple(sorted(links, key=lambda one: (a_to_z(one.name), one.page)))


def expected_of(cycle: CycleView, owed: Mapping[int, int], told: int) -> int:
    """How many updates a quarter's page has to add up to: those released are owed no more."""
    return cycle.expected - (owed[cycle.id] - told)


def charter_of(session: Session, open_cycles: Iterable[CycleView]) -> CharterFile:
    """The Charter of the newest quarter."""
    newest = max(open_cycles, key=lambda c: (c.quarter, c.region))
    return cycles.charter_of(session, newest.charter_version)


def with_edition(one: Told) -> ReturnView:
    """A return as it stands, with the edition in which it is out."""
    return replace(one.standing, edition=one.published.edition if one.published else None)


def _on_its_page(one: Told) -> ReturnView:
    return one.on_its_page


def prison_pages(
    told: Iterable[Told],
    upcoming: Mapping[int, NextUpdate | None],
    view_of: Callable[[Told], ReturnView] = _on_its_page,
) -> list[PrisonPage]:
    """The page of each prison in each quarter."""
    grouped: dict[tuple[int, str], list[Told]] = defaultdict(list)
    for one in told:
        grouped[one.ref.cycle_id, one.ref.site].append(one)
    return [
        prison_page(group[0].standing.site, [view_of(one) for one in group], upcoming[cycle_id])
        for (cycle_id, _), group in grouped.items()
    ]


def next_updates(
    session: Session, open_cycles: Sequence[CycleView], calendar: Calendar
) -> dict[int, NextUpdate | None]:
    """When the update after each of these quarters is due and comes out, where that is known."""
    found: dict[int, NextUpdate | None] = {}
    moved = {region: moves.moves_of(session, region) for region in {c.region for c in open_cycles}}
    for cycle in open_cycles:
        quarter = cycle.quarter.next()
        move = moved[cycle.region].get(str(quarter))
        try:
            policy = cycles.policy_of(session, cycle.policy_version)
            later = openings.later(policy, quarter, calendar, move.opens if move else None)
            dates = policy.dates(quarter, calendar, later)
        except BeyondHorizon:
            found[cycle.id] = None
        else:
            found[cycle.id] = NextUpdate(quarter, dates.due, dates.publishes)
    return found


def held(pages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where words are held on these pages, and what for, in sentences."""
    return sorted(
        f"{key}: {hold['where']} ({', '.join(hold['kinds'])})"
        for key, page in pages.items()
        for hold in page.get("holds", ())
    )
