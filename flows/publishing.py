"""Publishes what two people approved, and builds the families' site from the record."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from charter import openings
from charter.pages import CommitmentPage, HomePage, PrisonPage, QuarterPage, prison_key
from charter.quarters import BeyondHorizon, Calendar, london_date
from charter.steps import Published as PublishedStep
from charter.summary import commitment_page, home_page, prison_page, quarter_page
from charter.views import NextUpdate, ReturnView, SiteView
from flows.assembling import Told, region_views, tell
from flows.checkpoints import notary_of
from flows.post import Post
from notifications.bulletin import render
from notifications.site import SiteRefused, alone, check_site, faults_of, write_site
from providers import cycles, ledger, lives, moves, publications, returns
from providers.cycles import CycleView
from providers.database import Database
from providers.publications import Published

CONTACT = "To ask for another format or to report a mistake, ask the prison's healthcare team."

TURN = ".turn"
"""The file, among the sites of a home, that whoever publishes holds."""


@dataclass(frozen=True)
class Bulletin:
    """What a publication did: returns newly published, pages and files, and where they stand."""

    published: int
    pages: int
    files: int
    changed: bool
    folder: str
    held: tuple[str, ...]

    def in_words(self) -> list[str]:
        """The outcome in sentences."""
        if not self.pages:
            return ["There is nothing to publish yet: no cycle has been opened."]
        lines = [
            f"{self.published} returns newly published; {self.pages} pages, {self.files} files "
            f"in {self.folder}."
            if self.changed
            else f"Nothing has changed since the last publication; {self.folder} stands."
        ]
        return lines + [f"Held for a person to look at: {where}" for where in self.held]


def site_folder(home: Path) -> Path:
    """Where the families' site stands."""
    return home / "site"


def publish_summary(database: Database, now: datetime, post: Post) -> Bulletin:
    """Record what may be published at `now`, freeze every page, and swap the site in whole.

    Doing it twice changes nothing. A run that died between record and files is finished here. A
    signed checkpoint of the ledger goes with each bulletin. Publishers of one home take turns, so
    that none waits for the record while another draws a thousand pages.
    """
    with alone(post.home, TURN):
        return _publish(database, now, post)


def _publish(database: Database, now: datetime, post: Post) -> Bulletin:
    with database.writing() as session:
        before = ledger.head(session)
        published = _publish_approved(session, now)
        pages = build_pages(session, now, post.calendar)
        made = publications.record(session, pages, before, now, "engine") if pages else None
        standing = made or publications.newest(session)
        if standing is None:
            return Bulletin(0, 0, 0, False, "", ())
        files = rebuilt(session, standing)
        if faults := faults_of(files):
            raise SiteRefused(f"the bulletin is not published: {faults[0]}")
        sealed = publications.sealed(session, standing)
    folder = site_folder(post.home)
    stale = made is not None or bool(check_site(folder)) or not folder.exists()
    if stale:
        write_site(post.home, files, entries=standing.ledger_entries, head=standing.ledger_head)
    notary_of(post.settings, post.home).vouch(*sealed, standing.at)
    return Bulletin(
        published=published,
        pages=len(standing.pages),
        files=len(files),
        changed=stale,
        folder=str(folder),
        held=tuple(_held(pages)),
    )


def rebuilt(session: Session, publication: Published) -> Mapping[str, bytes]:
    """Every file of a bulletin, made again from the frozen data of its pages."""
    return render(publications.pages_of(session, publication))


def _publish_approved(session: Session, now: datetime) -> int:
    """Record as published each return with its approvals, from its publication day on."""
    refs = [r for r in returns.refs(session) if london_date(now) >= r.dates.publishes]
    folded = lives.lives(session, [r.id for r in refs])
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    count = 0
    for ref in refs:
        life = folded[ref.id]
        if life.released or len(life.approved_by) < policies[ref.policy_version].approvals:
            continue
        key = prison_key(ref.region, ref.site, ref.quarter, is_region=ref.site == "REGION")
        step = PublishedStep(revision=life.revision + 1, page=key)
        count += bool(
            lives.record(session, ref.id, step, now, "engine", once=f"revision/{step.revision}")
        )
    return count


def build_pages(session: Session, now: datetime, calendar: Calendar) -> dict[str, dict[str, Any]]:
    """The data of every page of the bulletin, by key; nothing before the first cycle."""
    told = tell(session, now)
    open_cycles = [c for c in cycles.cycles(session) if not c.early]
    if not told:
        return {}
    timetables = _timetables(session, told, open_cycles, now)
    prisons = _prison_pages(session, told, open_cycles, calendar)
    newest: dict[tuple[str, str, str], Told] = {}
    for one in told:
        if one.published:
            newest[one.ref.region, one.ref.site, one.ref.party] = one
    charter = told[-1].standing.charter
    published = [one.on_its_page for one in newest.values()]
    commitments = [commitment_page(c, charter, published) for c in charter.commitments]
    sites = {one.standing.site.region.code + one.ref.site: one.standing.site for one in told}
    home = home_page(sites.values(), timetables, prisons, charter, contact=CONTACT)
    pages: list[HomePage | QuarterPage | PrisonPage | CommitmentPage]
    pages = [home, *timetables, *prisons, *commitments]
    return {page.key: page.model_dump(mode="json") for page in pages}


def pages_if_published(
    session: Session, now: datetime, calendar: Calendar, return_id: int
) -> dict[str, PrisonPage]:
    """Every page of a return's prison, by key, as though that return were published next.

    So are those that have their approvals already; the others stand as they do, and so does this
    one where families can read it and it is not open for a revision.
    """
    here = returns.ref(session, return_id)
    day = max(london_date(now), here.dates.publishes)
    policies = {here.policy_version: cycles.policy_of(session, here.policy_version)}

    def view_of(one: Told) -> ReturnView:
        life, version = one.standing.life, one.ref.policy_version
        if version not in policies:
            policies[version] = cycles.policy_of(session, version)
        approved = len(life.approved_by) >= policies[version].approvals
        goes_out = (approved and one.ref.dates.publishes <= day) or one.ref.id == return_id
        return one.published_on(day) if goes_out and not life.is_settled else one.on_its_page

    told = tell(session, now, here=here, on=day)
    open_cycles = [c for c in cycles.cycles(session, here.region) if not c.early]
    pages = _prison_pages(session, told, open_cycles, calendar, view_of)
    return {page.key: page for page in pages}


def _timetables(
    session: Session, told: list[Told], open_cycles: list[CycleView], now: datetime
) -> list[QuarterPage]:
    regions = region_views(session, open_cycles)
    owed = Counter(ref.cycle_id for ref in returns.refs(session))
    released = {
        c.id: owed[c.id] - sum(one.ref.cycle_id == c.id for one in told) for c in open_cycles
    }
    pages = []
    for cycle in open_cycles:
        views = [one for one in told if one.ref.cycle_id == cycle.id]
        if not views:
            continue
        shown = [_with_edition(one) for one in views]
        pages.append(
            quarter_page(
                regions[cycle.region],
                cycle.quarter,
                shown,
                cycle.dates,
                views[0].standing.charter,
                expected=cycle.expected - released[cycle.id],
                as_at=london_date(now),
            )
        )
    return pages


def _with_edition(one: Told) -> ReturnView:
    edition = one.published.edition if one.published else None
    return replace(one.standing, edition=edition)


def _on_its_page(one: Told) -> ReturnView:
    return one.on_its_page


def _prison_pages(
    session: Session,
    told: list[Told],
    open_cycles: list[CycleView],
    calendar: Calendar,
    view_of: Callable[[Told], ReturnView] = _on_its_page,
) -> list[PrisonPage]:
    grouped: dict[tuple[int, str], list[Told]] = defaultdict(list)
    for one in told:
        grouped[one.ref.cycle_id, one.ref.site].append(one)
    upcoming = _next_updates(session, open_cycles, calendar)
    pages = []
    for (cycle_id, _), group in grouped.items():
        site: SiteView = group[0].standing.site
        views = [view_of(one) for one in group]
        pages.append(prison_page(site, views, upcoming[cycle_id]))
    return pages


def _next_updates(
    session: Session, open_cycles: list[CycleView], calendar: Calendar
) -> dict[int, NextUpdate | None]:
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


def _held(pages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted(
        f"{key}: {hold['where']} ({', '.join(hold['kinds'])})"
        for key, page in pages.items()
        for hold in page.get("holds", ())
    )
