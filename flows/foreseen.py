"""Draws each return's page as it would be were it published next, and keeps it to be looked at."""

import logging
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from charter.pages import PrisonPage, prison_key
from charter.policy import Policy
from charter.quarters import Calendar, london_date
from charter.views import REGION, ReturnView
from flows import grouping
from flows.assembling import Among, Told, tell
from flows.gathering import prison_pages
from flows.making import code
from flows.upcoming import next_updates
from providers import cycles, foreseen, ledger, partners, publications, returns
from providers.database import Database
from providers.foreseen import Drawing, Drawn
from providers.returns import Ref

log = logging.getLogger(__name__)


def find(session: Session, now: datetime, here: Ref) -> Drawing | None:
    """A return's page as it was drawn last, and whether it still holds."""
    return foreseen.find(session, here, now, code())


def draw_waiting(database: Database, now: datetime, calendar: Calendar) -> int:
    """Draw the page of every return that waits for its release and is not up to date; how many."""
    with database.reading() as session:
        ids = foreseen.awaited(session, now)
    most = grouping.TOGETHER
    return sum(
        draw(database, now, calendar, ids[start : start + most])
        for start in range(0, len(ids), most)
    )


def drawn_anew(pages: int) -> list[str]:
    """How many pages were drawn for whoever approves them, in a sentence; none says nothing."""
    if not pages:
        return []
    return [f"{pages} page{'' if pages == 1 else 's'} drawn anew for those who approve them."]


def draw_after(database: Database, now: datetime, calendar: Calendar, ids: Sequence[int]) -> None:
    """Draw the pages of these returns anew after somebody acted on them, where they tell of one.

    What they did is on record by now: that stands, whatever becomes of the drawing.
    """
    try:
        with database.reading() as session:
            wanted = [one for one in ids if foreseen.has_something(session, one)]
        if wanted:
            draw(database, now, calendar, wanted)
    except Exception:
        log.exception("the pages of returns %s are not drawn after an act", list(ids))


def draw(database: Database, now: datetime, calendar: Calendar, ids: Sequence[int]) -> int:
    """Draw the pages of these few returns, but for those that are up to date; how many.

    Each is kept with the ledger as it was before it was read: what comes in between counts.
    """
    with database.reading() as session:
        entries, _ = ledger.head(session)
        refs = [ref for ref in returns.refs(session, ids=ids) if _is_stale(session, now, ref)]
        groups: dict[tuple[str, date], list[Ref]] = defaultdict(list)
        for ref in refs:
            groups[ref.region, _day(now, ref)].append(ref)
        last = publications.newest(session)
        known = last.pages if last else ()
        found = {
            i: _drawn(pages, until, entries)
            for group in groups.values()
            for i, (pages, until) in foresee(session, now, calendar, group, known).items()
        }
    if found:
        with database.writing() as session:
            foreseen.keep(session, found, now, code())
    return len(found)


def _drawn(pages: Sequence[PrisonPage], until: date, entries: int) -> Drawn:
    return Drawn(
        pages={page.key: page.model_dump(mode="json") for page in pages},
        words={hold.text: hold.words for hold in pages[0].holds},
        until=until,
        entries=entries,
    )


def _is_stale(session: Session, now: datetime, ref: Ref) -> bool:
    found = find(session, now, ref)
    return found is None or not found.is_fresh


def _day(now: datetime, ref: Ref) -> date:
    """The London date on which a return would come out, were it published next."""
    return max(london_date(now), ref.dates.publishes)


def foresee(
    session: Session,
    now: datetime,
    calendar: Calendar,
    refs: Sequence[Ref],
    known: Container[str] = (),
) -> dict[int, tuple[list[PrisonPage], date]]:
    """The page of each of these returns, were it published next, and until which day it holds.

    They are of one region and would come out on the same day. A return owed no longer has none. On
    each page, what has its approvals comes out as well; the rest stands as it does, and so does
    the return itself where families can read it and it is not open for a revision. After it come
    the pages of the prison's other quarters whose keys are not `known`.
    """
    region, day = refs[0].region, _day(now, refs[0])
    told = tell(session, now, among=Among(region, tuple({ref.site_id for ref in refs})), on=day)
    open_cycles = [one for one in cycles.cycles(session, region) if not one.early]
    upcoming = next_updates(session, open_cycles, calendar)
    policies = {
        version: cycles.policy_of(session, version)
        for version in {one.ref.policy_version for one in told}
    }
    listeners = partners.changes(session, region, london_date(now))
    found = {}
    for ref in refs:
        here = [one for one in told if one.ref.site_id == ref.site_id]
        own = [one for one in here if one.ref.cycle_id == ref.cycle_id]
        if any(one.ref.id == ref.id for one in own):
            others = (one for one in here if one.ref.cycle_id != ref.cycle_id)
            new = [one for one in others if _key(one.ref) not in known]
            pages = prison_pages([*own, *new], upcoming, _Next(ref.id, day, policies).view)
            found[ref.id] = (pages, _until(now, ref, own, listeners))
    return found


def _key(ref: Ref) -> str:
    return prison_key(ref.region, ref.site, ref.quarter, is_region=ref.site == REGION)


class _Next:
    """How each return reads on a page that one of them comes out on, on a day."""

    def __init__(self, return_id: int, day: date, policies: Mapping[str, Policy]) -> None:
        self.return_id, self.day, self.policies = return_id, day, policies

    def view(self, one: Told) -> ReturnView:
        """As it comes out, or as it stands."""
        life, policy = one.standing.life, self.policies[one.ref.policy_version]
        approved = len(life.approved_by) >= policy.approvals
        goes_out = (approved and one.ref.dates.publishes <= self.day) or (
            one.ref.id == self.return_id
        )
        return one.published_on(self.day) if goes_out and not life.is_settled else one.on_its_page


def _until(now: datetime, ref: Ref, here: Iterable[Told], listeners: Iterable[date]) -> date:
    """The last London date on which the page reads the same, if nothing is put on record.

    Up to the publication day it says that day, and from then on the day itself. Before that, more
    time that was given may end, another return may be told to wait, and a partner may change.
    """
    today, publishes = london_date(now), ref.dates.publishes
    if today >= publishes:
        return today
    changes = [*listeners]
    for one in here:
        if one.standing.life.extended:
            changes.append(one.standing.life.extended.due + timedelta(days=1))
        if one.ref.id != ref.id:
            changes.append(publishes)
    return min([publishes, *(day - timedelta(days=1) for day in changes if day > today)])
