"""The data of each public page, frozen: what a page says is settled before any of it is drawn."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from charter.parts import (
    Account,
    ActionRow,
    AnswerRow,
    CommitmentRow,
    Counts,
    Hold,
    News,
    Notices,
    Phone,
    RequestRow,
    Source,
    Tag,
)
from charter.policy import Frozen
from charter.quarters import Quarter
from charter.returns import State


class PrisonPage(Frozen):
    """A quarter in one prison, or the commissioner's own page for its region."""

    kind: Literal["prison", "commissioner"]
    key: str
    region_code: str
    region_name: str
    commissioner: str
    partner: str
    site_code: str
    site_name: str
    phones: tuple[Phone, ...]
    quarter: str
    quarter_words: str
    notices: Notices
    counts: Counts
    accounts: tuple[Account, ...]
    news: tuple[News, ...]
    asked: tuple[RequestRow, ...]
    actions: tuple[ActionRow, ...]
    commitments: tuple[CommitmentRow, ...]
    next_quarter: str
    next_due: date | None
    next_publishes: date | None
    holds: tuple[Hold, ...]
    quiet: Annotated[str, Field(exclude_if=lambda words: not words)] = ""


class PlaceRow(Frozen):
    """One prison's answer on a commitment's page, under the quarter it belongs to."""

    site_name: str
    page: str
    quarter_words: str
    withheld: str
    answer: AnswerRow | None
    source: Source
    party_name: str


class RegionRows(Frozen):
    """A region's prisons, A to Z."""

    name: str
    sample: bool
    rows: tuple[PlaceRow, ...]


class CommitmentPage(Frozen):
    """One commitment across prisons: A to Z, and never a ranking."""

    kind: Literal["commitment"] = "commitment"
    key: str
    id: str
    short: str
    text: str
    means: str
    essential: bool
    notices: Notices
    regions: tuple[RegionRows, ...]
    holds: tuple[Hold, ...]


class Milestone(Frozen):
    """A date of the public timetable and what falls on it."""

    day: date
    words: str
    past: bool


class TimetableRow(Frozen):
    """How one return stands in the timetable."""

    source: Source
    site_code: str
    site_name: str
    page: str
    party_code: str
    party_name: str
    state: State
    tag: Tag
    due: date | None
    late: bool
    unreachable: bool
    facts: tuple[str, ...]
    published_on: date | None
    waits_for: tuple[str, ...]
    withdrawn_on: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None


class QuarterPage(Frozen):
    """The public timetable of a quarter in a region; it needs nobody's approval."""

    kind: Literal["quarter"] = "quarter"
    key: str
    region_code: str
    region_name: str
    commissioner: str
    quarter: str
    quarter_words: str
    as_at: date
    publishes: date
    notices: Notices
    counts: Counts
    dates: tuple[Milestone, ...]
    rows: tuple[TimetableRow, ...]
    waits_for: tuple[tuple[str, tuple[str, ...]], ...]
    holds: tuple[Hold, ...]


class RegionSummary(Frozen):
    """A region on the start page: its newest quarter and how it stands."""

    code: str
    name: str
    sample: bool
    quarter: str
    quarter_words: str
    timetable: str
    publishes: date
    counts: Counts
    commissioner: str
    commissioner_page: str


class PrisonLink(Frozen):
    """A prison on the start page."""

    letter: str
    name: str
    page: str
    region_name: str
    parties: tuple[str, ...]


class CommitmentLink(Frozen):
    """A commitment on the start page."""

    short: str
    page: str


class HomePage(Frozen):
    """The start page: find your prison."""

    kind: Literal["home"] = "home"
    key: Literal["index"] = "index"
    notices: Notices
    regions: tuple[RegionSummary, ...]
    prisons: tuple[PrisonLink, ...]
    commitments: tuple[CommitmentLink, ...]
    contact: str


def prison_folder(region: str, site: str, *, is_region: bool) -> str:
    """The address under which a prison's pages stand for years, with no slash at the end."""
    return f"commissioners/{region}" if is_region else f"prisons/{site}"


def prison_key(region: str, site: str, quarter: Quarter, *, is_region: bool) -> str:
    """The key of a prison's page for a quarter."""
    return f"{prison_folder(region, site, is_region=is_region)}/{quarter}"


def quarter_key(region: str, quarter: Quarter) -> str:
    """The key of a region's timetable for a quarter."""
    return f"quarters/{region}/{quarter}"


def commitment_key(commitment: str) -> str:
    """The key of a commitment's page."""
    return f"commitments/{commitment}"
