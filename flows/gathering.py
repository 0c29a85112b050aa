"""Makes the pages of a few prisons at a time, with what the lists need of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from charter.commitments import CharterFile
from charter.corrections import KEY, CorrectionRow
from charter.lists import prison_link, quarter_part, summary
from charter.pages import PartLink, PrisonLink, PrisonPage, RegionSummary, quarter_key
from charter.parts import Hold
from charter.places import a_to_z
from charter.policy import Frozen
from charter.quarters import Calendar, london_date
from charter.summary import commitment_page, prison_page, quarter_page
from charter.views import NextUpdate, RegionView, ReturnView, SiteView
from flows.assembling import Among, Told, tell
from flows.corrected import corrected
from flows.grouping import Group
from flows.lasting import lasts_until
from flows.unasked import Unasked, unasked_pages
from flows.upcoming import next_updates
from notifications.texts import texts_of
from providers import cycles, owed_places, renditions
from providers.cycles import CycleView


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
    """A group's pages by their fingerprints, and all that lists and whole pages need of it.

    They hold from the London date `made_on` to `until`, or for good, while no entry of the ledger
    after `as_of` touches them. `withheld` are the words that its `corrections` hold for a person.
    """

    group: Group
    as_of: int
    made_on: date
    until: date | None
    pages: dict[str, str]
    held: tuple[str, ...]
    prisons: tuple[tuple[str, tuple[PrisonLink, ...]], ...]
    quarters: tuple[OfQuarter, ...]
    commitments: dict[str, PartLink]
    corrections: tuple[CorrectionRow, ...] = ()
    withheld: tuple[Hold, ...] = ()

    def holds_on(self, day: date) -> bool:
        """By their dates alone, the pages would read the same on that London date."""
        return self.made_on <= day and (self.until is None or day <= self.until)


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
        here = {one.ref.cycle_id for one in told}
        begun = [cycle for cycle in self.cycles.values() if cycle.id in here]
        quarters = [self._quarter(group, cycle, told, data) for cycle in begun]
        commitments = self._commitments(group, told, data)
        changed = corrected(told, {page.key: page for page in pages})
        unasked = self._unasked(group)
        data |= {one.page.key: one.page.model_dump(mode="json") for one in unasked}
        today = london_date(self.now)
        return Gathered(
            group=group,
            as_of=as_of,
            made_on=today,
            until=lasts_until(self.session, group, told, begun, today),
            pages=keep(in_other_languages(self.session, data, group.regions)),
            held=tuple(held(data | {KEY: {"holds": changed.held_beside(data)}})),
            prisons=tuple(
                (region, _links(region, told, newest, unasked)) for region in group.regions
            ),
            quarters=tuple(quarters),
            commitments=commitments,
            corrections=changed.rows,
            withheld=changed.holds,
        )

    def _unasked(self, group: Group) -> list[Unasked]:
        """The pages of this group's prisons that nothing was ever asked of."""
        begun = [one for one in self.cycles.values() if self.owed.get(one.id)]
        newest = {
            one.region: quarter_key(one.region, one.quarter)
            for one in sorted(begun, key=lambda one: one.quarter)
        }
        today = london_date(self.now)
        return unasked_pages(self.session, today, self.regions, group.sites, self.charter, newest)

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


def in_other_languages(
    session: Session, data: dict[str, dict[str, Any]], regions: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The pages, each with what its regions have in other languages of the very words on it."""
    said = {key: set(texts_of(page)) for key, page in data.items()}
    made = renditions.translated(session, set().union(*said.values()), regions)
    for key, page in data.items() if made else ():
        found: dict[str, dict[str, Any]] = {}
        for region in [page["region_code"]] if "region_code" in page else regions:
            for language, texts in made.get(region, {}).items():
                here = {text: one for text, one in texts.items() if text in said[key]}
                found[language] = found.get(language, {}) | here
        if any(found.values()):
            page["translations"] = {language: texts for language, texts in found.items() if texts}
    return data


def _links(
    region: str,
    told: Iterable[Told],
    newest: Mapping[tuple[str, str], PrisonPage],
    unasked: Iterable[Unasked],
) -> tuple[PrisonLink, ...]:
    sites: dict[str, SiteView] = {
        one.ref.site: one.standing.site for one in told if one.ref.region == region
    }
    links = [
        prison_link(site, tuple(a.party_name for a in newest[region, code].accounts))
        for code, site in sites.items()
        if not site.is_region
    ]
    links += [one.link for one in unasked if one.page.region_code == region]
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


def held(pages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where words are held on these pages, and what for, in sentences."""
    return sorted(
        f"{key}: {hold['where']} ({', '.join(hold['kinds'])})"
        for key, page in pages.items()
        for hold in page.get("holds", ())
    )
