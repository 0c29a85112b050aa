"""Makes the page of each prison that no update was ever asked of, and its line in the lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from charter.commitments import CharterFile
from charter.pages import PrisonLink
from charter.unasked import Runs, UnaskedPage, unasked_link, unasked_page
from charter.views import RegionView, SiteView
from providers.around import Served, served
from providers.unasked import UnaskedSite, unasked


@dataclass(frozen=True)
class Unasked:
    """Such a prison's page, and its line in a list of its region."""

    page: UnaskedPage
    link: PrisonLink


def unasked_pages(
    session: Session,
    today: date,
    regions: Mapping[str, RegionView],
    site_ids: Collection[int],
    charter: CharterFile,
    timetables: Mapping[str, str],
) -> list[Unasked]:
    """Those of these prisons of which nothing was asked by a London date.

    `timetables` is the key of the newest of each region. At most three queries a region.
    """
    found = unasked(session, today, site_ids)
    made = []
    for region in sorted({one.region for one in found}):
        here = [one for one in found if one.region == region]
        serving = served(session, region, [one.site_id for one in here])
        for one in here:
            site = _view(one, regions[region])
            runs = [_runs(s) for s in serving if s.site == one.code and not _over(s, today)]
            page = unasked_page(
                site, f"site:{one.site_id}", runs, charter, timetables.get(region, "")
            )
            made.append(Unasked(page, unasked_link(site, runs)))
    return made


def _over(service: Served, today: date) -> bool:
    return service.ends is not None and service.ends < today


def _runs(one: Served) -> Runs:
    return Runs(
        service_id=one.service_id,
        who=f"{one.party_name} ({one.line})" if one.line else one.party_name,
        since=one.starts,
        until=one.ends,
        why="later" if one.signed else "unsigned",
    )


def _view(one: UnaskedSite, region: RegionView) -> SiteView:
    return SiteView(
        region=region,
        code=one.code,
        name=one.name,
        switchboard=one.switchboard,
        safer_custody=one.safer_custody,
        family_line=one.family_line,
        link_worker=one.link_worker,
        numbers_checked=one.numbers_checked,
    )
