"""Makes the pages that only list others, from what each group of prisons keeps for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from charter.commitments import CharterFile
from charter.corrections import corrections_pages
from charter.lists import (
    commitment_of_parts,
    everywhere_pages,
    letter_pages,
    list_notices,
    region_pages,
    start,
    summary,
)
from charter.pages import CommitmentPage, QuarterPage
from charter.policy import Frozen
from charter.quarters import london_date
from charter.said import Said
from charter.timetable import PartOfQuarter, quarter_of_parts
from charter.views import RegionView
from flows.assembling import region_views
from flows.gathering import Gathered, OfQuarter, charter_of, expected_of, in_other_languages
from providers import cycles, owed_places, renditions
from providers.cycles import CycleView

CONTACT = Said(
    "To ask for another format or to report a mistake, ask the prison's healthcare team."
)


def list_pages(
    session: Session, gathered: Sequence[Gathered], now: datetime, address: str
) -> dict[str, dict[str, Any]]:
    """Start page, letters, regions and quarters; where lists stand in parts, what names these."""
    open_cycles = [cycle for cycle in cycles.cycles(session) if not cycle.early]
    regions = region_views(session, open_cycles, london_date(now))
    held = {region for one in gathered for region in one.group.regions}
    here = [view for code, view in sorted(regions.items()) if code in held]
    charter = charter_of(session, open_cycles)
    quarters = [quarter for one in gathered for quarter in one.quarters]
    summaries = [quarter.summary for quarter in quarters]
    pages: list[Frozen] = []
    if any(one.group.number for one in gathered):
        wholes = list(_whole_quarters(session, open_cycles, quarters, regions, now))
        summaries = [summary(regions[page.region_code], page) for page in wholes]
        pages += [*wholes, *_whole_commitments(charter, here, gathered)]
    prisons = [link for one in gathered for _, links in one.prisons for link in links]
    for region in here:
        parts = [links for one in gathered for code, links in one.prisons if code == region.code]
        own = [one for one in summaries if one.code == region.code]
        pages += region_pages(region, charter, own, parts)
    pages += everywhere_pages(summaries, here, charter)
    pages += letter_pages(prisons, list_notices(here, charter))
    changed = [row for one in gathered for row in one.corrections]
    withheld = [hold for one in gathered for hold in one.withheld]
    pages += corrections_pages(changed, withheld, list_notices(here, charter), CONTACT)
    pages.append(
        start(
            prisons,
            summaries,
            here,
            charter,
            contact=CONTACT,
            address=address,
            catalogues=renditions.catalogues(session),
        )
    )
    data = [page.model_dump(mode="json") for page in pages]
    return in_other_languages(session, {page["key"]: page for page in data}, sorted(held))


def _whole_commitments(
    charter: CharterFile, regions: Sequence[RegionView], gathered: Sequence[Gathered]
) -> Iterable[CommitmentPage]:
    for commitment in charter.commitments:
        parts = [one.commitments[commitment.id] for one in gathered if one.commitments]
        yield commitment_of_parts(commitment, charter, regions, parts)


def _whole_quarters(
    session: Session,
    open_cycles: Iterable[CycleView],
    quarters: Iterable[OfQuarter],
    regions: Mapping[str, RegionView],
    now: datetime,
) -> Iterable[QuarterPage]:
    told: dict[tuple[str, str], list[OfQuarter]] = defaultdict(list)
    for one in quarters:
        told[one.region, one.quarter].append(one)
    owed = owed_places.owed(session)
    for cycle in open_cycles:
        if parts := told.get((cycle.region, str(cycle.quarter))):
            yield quarter_of_parts(
                regions[cycle.region],
                cycle.quarter,
                [
                    PartOfQuarter(one.link, one.summary.counts, one.waits_for, one.first_update)
                    for one in parts
                ],
                cycle.dates,
                cycles.charter_of(session, cycle.charter_version),
                expected=expected_of(cycle, owed, sum(one.told for one in parts)),
                as_at=london_date(now),
            )
