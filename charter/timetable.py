"""The pages that need nobody's approval: a quarter's public timetable, and the start page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from charter.commitments import CharterFile
from charter.facts import facts
from charter.lists import part_key, prison_link, start, summary
from charter.pages import (
    HomePage,
    Milestone,
    PartLink,
    PrisonPage,
    QuarterPage,
    TimetableRow,
    quarter_key,
)
from charter.parts import SEVEN, Counts, Tag
from charter.places import in_order, notices, page_of
from charter.policy import Dates
from charter.quarters import Quarter
from charter.reading import Reader
from charter.said import Said
from charter.views import RegionView, ReturnView, SiteView
from charter.words import STATE_WORDS

NAMED = 20
"""Prisons that wait for somebody's approval, named on the page of a quarter told in parts."""


def quarter_page(
    region: RegionView,
    quarter: Quarter,
    views: Iterable[ReturnView],
    dates: Dates,
    charter: CharterFile,
    *,
    expected: int,
    as_at: date,
    part: int = 0,
) -> QuarterPage:
    """The public timetable: what falls due when, what is late, and whose approval is missing.

    `as_at` is the London date for which it is made; `expected` is the number of returns owed, as
    fixed when the cycle opened, or of those in this `part`. SumsDisagree unless the seven states
    add up to it.
    """
    told = in_order(views)
    reader = Reader(told)
    waiting: dict[str, list[str]] = {}
    for view in told:
        for organisation in view.waits_for:
            waiting.setdefault(organisation, []).append(view.site.name)
    whole = quarter_key(region.code, quarter)
    return QuarterPage(
        key=part_key(whole, part) if part else whole,
        region_code=region.code,
        region_name=region.name,
        commissioner=region.commissioner,
        quarter=str(quarter),
        quarter_words=quarter.in_words,
        as_at=None if part else as_at,
        publishes=dates.publishes,
        notices=notices(region, charter, any(view.first_update for view in told)),
        counts=Counts.of((view.state for view in told), expected),
        dates=milestones(dates, region, as_at),
        rows=tuple(_timetable_row(view, as_at, reader) for view in told),
        waits_for=tuple((who, tuple(places)) for who, places in sorted(waiting.items())),
        holds=tuple(reader.holds),
        part=part,
    )


def milestones(dates: Dates, region: RegionView, as_at: date) -> tuple[Milestone, ...]:
    """A quarter's public dates, in order, with what falls on each."""
    told = [
        (dates.requests_close, Said("Last day for families’ requests to be answered this time")),
        (dates.opens, Said("Each organisation is asked for its update")),
        (dates.due, Said("Updates are due, by the end of the day")),
        (dates.not_returned, Said("Updates still missing are recorded as not returned")),
        (dates.challenge_ends, _checks_end(region)),
        (dates.reply_ends, Said("Last day to check facts and to reply")),
        (dates.publishes, Said("Updates are published here")),
    ]
    return tuple(Milestone(day=day, words=words, past=day < as_at) for day, words in told)


def _checks_end(region: RegionView) -> str:
    return Said("{commissioner} finishes its checks", commissioner=region.commissioner)


@dataclass(frozen=True)
class PartOfQuarter:
    """What the page of a whole quarter needs of one of its parts; `waits_for` as on a page."""

    link: PartLink
    counts: Counts
    waits_for: tuple[tuple[str, tuple[str, ...]], ...]
    first_update: bool


def quarter_of_parts(
    region: RegionView,
    quarter: Quarter,
    parts: Sequence[PartOfQuarter],
    dates: Dates,
    charter: CharterFile,
    *,
    expected: int,
    as_at: date,
) -> QuarterPage:
    """The timetable of a region whose updates stand in parts; SumsDisagree as `quarter_page`."""
    states = [
        state for part in parts for state in SEVEN for _ in range(getattr(part.counts, state.value))
    ]
    waiting: dict[str, list[str]] = {}
    for part in parts:
        for who, places in part.waits_for:
            waiting.setdefault(who, []).extend(places)
    return QuarterPage(
        key=quarter_key(region.code, quarter),
        region_code=region.code,
        region_name=region.name,
        commissioner=region.commissioner,
        quarter=str(quarter),
        quarter_words=quarter.in_words,
        as_at=as_at,
        publishes=dates.publishes,
        notices=notices(region, charter, any(part.first_update for part in parts)),
        counts=Counts.of(states, expected),
        dates=milestones(dates, region, as_at),
        rows=(),
        waits_for=tuple((who, _named(places)) for who, places in sorted(waiting.items())),
        holds=(),
        parts=tuple(part.link for part in parts),
    )


def _named(places: Sequence[str]) -> tuple[str, ...]:
    if len(places) <= NAMED:
        return tuple(places)
    return (Said("{n} updates. Each part below names its own", n=len(places)),)


def _timetable_row(view: ReturnView, as_at: date, reader: Reader) -> TimetableRow:
    life, edition = view.life, view.edition
    due = life.first_signed_due if life.is_received else life.due
    extension = life.extended.public if life.extended and not view.quiet else ""
    return TimetableRow(
        source=view.source,
        site_code=view.site.code,
        site_name=Said("The whole region") if view.site.is_region else view.site.name,
        page=page_of(view),
        party_code=view.party_code,
        party_name=view.who,
        state=view.state,
        tag=Tag.of(STATE_WORDS[view.state]),
        due=due,
        late=not life.is_received and due is not None and due < as_at,
        unreachable=life.unreachable,
        facts=facts(view, reader.shown(extension, "the reason for more time", view.source)),
        published_on=edition.published_on if edition else None,
        waits_for=view.waits_for,
        withdrawn_on=view.withdrawal.on if view.withdrawal else None,
    )


def home_page(
    sites: Iterable[SiteView],
    timetables: Iterable[QuarterPage],
    prisons: Iterable[PrisonPage],
    charter: CharterFile,
    *,
    contact: str = "",
) -> HomePage:
    """The start page: every prison A to Z, and how each region's newest quarter stands.

    `contact` says in a sentence whom to ask for another format or a correction.
    """
    places = list(sites)
    pages = {(p.region_code, p.site_code): p for p in sorted(prisons, key=lambda p: p.quarter)}
    regions = {site.region.code: site.region for site in places}
    links = [
        prison_link(site, _parties(pages.get((site.region.code, site.code))))
        for site in places
        if not site.is_region
    ]
    summaries = [summary(regions[p.region_code], p) for p in timetables if p.region_code in regions]
    return start(links, summaries, regions.values(), charter, contact=contact)


def _parties(page: PrisonPage | None) -> tuple[str, ...]:
    return tuple(one.party_name for one in page.accounts) if page else ()
