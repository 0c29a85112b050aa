"""The pages that need nobody's approval: a quarter's public timetable, and the start page."""

from collections.abc import Iterable
from datetime import date

from charter.commitments import CharterFile
from charter.facts import facts
from charter.pages import (
    CommitmentLink,
    HomePage,
    Milestone,
    PrisonLink,
    PrisonPage,
    QuarterPage,
    RegionSummary,
    TimetableRow,
    commitment_key,
    prison_folder,
    quarter_key,
)
from charter.parts import Counts, Notices, Tag
from charter.places import a_to_z, in_order, notices, page_of
from charter.policy import Dates
from charter.quarters import Quarter
from charter.reading import Reader
from charter.views import RegionView, ReturnView, SiteView
from charter.words import STATE_WORDS


def quarter_page(
    region: RegionView,
    quarter: Quarter,
    views: Iterable[ReturnView],
    dates: Dates,
    charter: CharterFile,
    *,
    expected: int,
    as_at: date,
) -> QuarterPage:
    """The public timetable: what falls due when, what is late, and whose approval is missing.

    `as_at` is the London date for which it is made; `expected` is the number of returns owed, as
    fixed when the cycle opened. SumsDisagree unless the seven states add up to it.
    """
    told = in_order(views)
    reader = Reader(told)
    waiting: dict[str, list[str]] = {}
    for view in told:
        for organisation in view.waits_for:
            waiting.setdefault(organisation, []).append(view.site.name)
    return QuarterPage(
        key=quarter_key(region.code, quarter),
        region_code=region.code,
        region_name=region.name,
        commissioner=region.commissioner,
        quarter=str(quarter),
        quarter_words=quarter.in_words,
        as_at=as_at,
        publishes=dates.publishes,
        notices=notices(region, charter, any(view.first_update for view in told)),
        counts=Counts.of((view.state for view in told), expected),
        dates=_milestones(dates, region, as_at),
        rows=tuple(_timetable_row(view, as_at, reader) for view in told),
        waits_for=tuple((who, tuple(places)) for who, places in sorted(waiting.items())),
        holds=tuple(reader.holds),
    )


def _milestones(dates: Dates, region: RegionView, as_at: date) -> tuple[Milestone, ...]:
    told = [
        (dates.requests_close, "Last day for families’ requests to be answered this time"),
        (dates.opens, "Each organisation is asked for its update"),
        (dates.due, "Updates are due, by the end of the day"),
        (dates.not_returned, "Updates still missing are recorded as not returned"),
        (dates.challenge_ends, f"{region.commissioner} finishes its checks"),
        (dates.reply_ends, "Last day to check facts and to reply"),
        (dates.publishes, "Updates are published here"),
    ]
    return tuple(Milestone(day=day, words=words, past=day < as_at) for day, words in told)


def _timetable_row(view: ReturnView, as_at: date, reader: Reader) -> TimetableRow:
    life, edition = view.life, view.edition
    due = life.first_signed_due if life.is_received else life.due
    extension = life.extended.public if life.extended and not view.quiet else ""
    return TimetableRow(
        source=view.source,
        site_code=view.site.code,
        site_name="The whole region" if view.site.is_region else view.site.name,
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
    places = sorted(sites, key=lambda site: a_to_z(site.name))
    newest = {page.region_code: page for page in sorted(timetables, key=lambda p: p.quarter)}
    pages = {(p.region_code, p.site_code): p for p in sorted(prisons, key=lambda p: p.quarter)}
    regions = {site.region.code: site.region for site in places}
    return HomePage(
        notices=Notices(
            sample=any(region.sample for region in regions.values()),
            working_wording=charter.notice if charter.is_working else "",
            charter=charter.title,
            official_url=charter.official_url,
        ),
        regions=tuple(
            _region(regions[code], page) for code, page in newest.items() if code in regions
        ),
        prisons=tuple(
            _prison_link(site, pages.get((site.region.code, site.code)))
            for site in places
            if not site.is_region
        ),
        commitments=tuple(
            CommitmentLink(short=one.short, page=commitment_key(one.id))
            for one in charter.commitments
        ),
        contact=contact,
    )


def _region(region: RegionView, timetable: QuarterPage) -> RegionSummary:
    return RegionSummary(
        code=region.code,
        name=region.name,
        sample=region.sample,
        quarter=timetable.quarter,
        quarter_words=timetable.quarter_words,
        timetable=timetable.key,
        publishes=timetable.publishes,
        counts=timetable.counts,
        commissioner=region.commissioner,
        commissioner_page=prison_folder(region.code, "", is_region=True),
    )


def _prison_link(site: SiteView, page: PrisonPage | None) -> PrisonLink:
    return PrisonLink(
        letter=a_to_z(site.name)[:1].upper() or "?",
        name=site.name,
        page=prison_folder(site.region.code, site.code, is_region=False),
        region_name=site.region.name,
        parties=tuple(one.party_name for one in page.accounts) if page else (),
    )
