"""Every public page that a release touches: the prison's own, and each list that names it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import HTMLResponse, Response

from charter.lists import part_key
from charter.pages import CommitmentPage, HomePage, QuarterPage, commitment_key, quarter_key
from charter.relisted import Listing, relisted
from notifications.bulletin import preview
from notifications.compared import Change, changes
from portal.console.previewing import SITE, Preview
from portal.console.release_page import Release, draw, enter, show, whole
from portal.doors import NotHere, SignedIn
from portal.provider.look import whole_address
from providers import publications

router = APIRouter(prefix="/console/regions/{region}/{quarter}/release/{return_id}")


@dataclass(frozen=True)
class Sheet:
    """One public page: its name, and its data as they stand and as they would stand."""

    key: str
    title: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    beside: Collection[str]

    @property
    def differs(self) -> bool:
        """Whether it would read otherwise."""
        return self.before != self.after

    @property
    def html(self) -> str:
        """The whole page as families would see it; its links lead to the site as it stands."""
        return self._drawn(self.after)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What it no longer says, and what it says anew, against the last publication."""
        return changes(self._drawn(self.before), self.html) if self.differs else ()

    def _drawn(self, data: Mapping[str, Any]) -> str:
        pages = {self.key: data}
        return preview(pages, self.key, beside=self.beside, base=SITE, sheet=whole_address())


@router.get("/pages", name="release_pages")
def release_pages(region: str, quarter: str, return_id: str, visit: SignedIn) -> Response:
    """Each page with whether it changes; of one that the address names, what changes, or it all."""
    with visit.desk.database.reading() as session:
        release = enter(session, visit, region, quarter, return_id)
        if release.preview is None:
            return draw(session, visit, release)
        sheets, asked = sheets_of(session, release, release.preview), visit.request.query_params
        one = _find(sheets, asked["page"]) if asked.get("page") else None
        if one and asked.get("whole"):
            return HTMLResponse(whole(release, one.html))
        name, found = "console/release_pages.html", release.preview
        return show(visit, release, name, preview=found, sheets=sheets, one=one)


def _find(sheets: list[Sheet], key: str) -> Sheet:
    found = next((sheet for sheet in sheets if sheet.key == key), None)
    if found is None:
        raise NotHere
    return found


def sheets_of(session: Session, release: Release, found: Preview) -> list[Sheet]:
    """Every list that the page's updates stand on: the timetable, each commitment, the start page.

    They are as they were published last, but for what this page changes. None before that.
    """
    page, last = found.page, found.before_at
    if last is None:
        return []
    whole = quarter_key(page.region_code, release.case.ref.quarter)
    wanted = [key for key in last.pages if key == whole or key.startswith(f"{whole}/")]
    standing = publications.pages_of(session, last, ["index", *wanted])
    mine = {account.source.return_id for account in page.accounts}
    parts = (one["part"] for one in standing.values() if one.get("part") and _has(one, mine))
    part = next(parts, 0)
    keys = [commitment_key(one) for one in release.case.charter.ids]
    if part:
        keys = [part_key(key, part, page.region_code) for key in keys]
    standing |= publications.pages_of(session, last, keys)
    known = sorted(map(_read, standing.values()), key=lambda one: one.kind == "home")
    told = [one for one in known if _tells(one, part)]
    return [
        Sheet(key, _title(one), standing[key], one.model_dump(mode="json"), last.pages)
        for key, one in relisted(page, told).items()
    ]


def _read(page: Mapping[str, Any]) -> Listing:
    kinds: Mapping[str, type[Listing]] = {
        "quarter": QuarterPage,
        "commitment": CommitmentPage,
        "home": HomePage,
    }
    return kinds[page["kind"]].model_validate(page)


def _has(timetable: Mapping[str, Any], return_ids: Collection[int]) -> bool:
    return any(row["source"]["return_id"] in return_ids for row in timetable["rows"])


def _tells(one: Listing, part: int) -> bool:
    """Whether a list tells of the page itself, and not only of its other parts."""
    return isinstance(one, HomePage) or (one.part == part and not one.parts)


def _title(one: Listing) -> str:
    if isinstance(one, HomePage):
        return "The start page"
    if isinstance(one, CommitmentPage):
        return one.short
    return f"The timetable of {one.quarter_words}"
