"""A prison of which no update was ever asked: who runs healthcare there, and whom to ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from charter.commitments import CharterFile
from charter.families import AlsoRow
from charter.pages import PrisonLink, prison_folder
from charter.parts import Notices, Phone, Source
from charter.places import a_to_z, notices, phones
from charter.said import Said, Saying, Telling
from charter.views import SiteView


@dataclass(frozen=True)
class Runs:
    """An organisation that runs healthcare at such a prison, and why it owes no update."""

    service_id: int
    who: str
    since: date
    until: date | None
    why: Literal["unsigned", "later"]


class UnaskedPage(Telling):
    """Such a prison's page; `also` is empty where nobody is known to run healthcare there.

    `record` names the prison in the register. `timetable` is the region's newest, if it has one.
    """

    kind: Literal["unasked"] = "unasked"
    key: str
    region_code: str
    region_name: str
    commissioner: str
    site_code: str
    site_name: str
    phones: tuple[Phone, ...]
    notices: Notices
    source: Source
    also: tuple[AlsoRow, ...]
    timetable: Annotated[str, Field(exclude_if=lambda key: not key)] = ""


def unasked_key(site: SiteView) -> str:
    """The key of such a page: the prison's own address, where its first update will stand."""
    return f"{prison_folder(site.region.code, site.code, is_region=False)}/index"


def unasked_page(
    site: SiteView, record: str, runs: Sequence[Runs], charter: CharterFile, timetable: str = ""
) -> UnaskedPage:
    """The page of a prison that no update was asked of; it has no rating and blames nobody."""
    return UnaskedPage(
        key=unasked_key(site),
        region_code=site.region.code,
        region_name=site.region.name,
        commissioner=site.region.commissioner,
        site_code=site.code,
        site_name=site.name,
        phones=phones(site),
        notices=notices(site.region, charter),
        source=Source(record=record),
        also=tuple(
            AlsoRow(
                source=Source(record=f"service:{one.service_id}"),
                party_name=one.who,
                since=one.since,
                until=one.until,
                why=one.why,
            )
            for one in runs
        ),
        timetable=timetable,
    )


def unasked_link(site: SiteView, runs: Sequence[Runs]) -> PrisonLink:
    """Such a prison in a list, with why there is no update of it."""
    return PrisonLink(
        letter=a_to_z(site.name)[:1].upper() or "?",
        name=site.name,
        page=prison_folder(site.region.code, site.code, is_region=False),
        region_name=site.region.name,
        parties=tuple(one.who for one in runs),
        unasked=_why(runs),
    )


def _why(runs: Sequence[Runs]) -> Saying:
    if not runs:
        return Said("We do not know who runs healthcare there")
    unsigned = all(one.why == "unsigned" for one in runs)
    return Said("Not signed up") if unsigned else Said("Not asked yet")
