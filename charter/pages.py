"""The data of each public page, frozen: what a page says is settled before any of it is drawn."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from charter.families import Around
from charter.formats import FormatRow
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
from charter.said import Saying, Telling


class PrisonPage(Telling):
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
    around: Annotated[Around, Field(exclude_if=lambda one: one == Around())] = Around()
    formats: Annotated[tuple[FormatRow, ...], Field(exclude_if=lambda rows: not rows)] = ()


class PlaceRow(Frozen):
    """One prison's answer on a commitment's page, under the quarter it belongs to."""

    site_name: str
    page: str
    quarter_words: str
    withheld: Saying
    answer: AnswerRow | None
    source: Source
    party_name: str


class RegionRows(Frozen):
    """A region's prisons, A to Z."""

    name: str
    sample: bool
    rows: tuple[PlaceRow, ...]


class PartLink(Frozen):
    """A part of a list that is too long for one page: where it stands, and whom it holds."""

    page: str
    region_name: str
    first: str
    last: str


Parts = Annotated[tuple[PartLink, ...], Field(exclude_if=lambda parts: not parts)]
Part = Annotated[int, Field(exclude_if=lambda part: not part)]
"""The number of a part, from one; nought for a page that is whole, or names its parts."""


class CommitmentPage(Telling):
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
    parts: Parts = ()
    part: Part = 0


class Milestone(Frozen):
    """A date of the public timetable and what falls on it."""

    day: date
    words: Saying
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
    facts: tuple[Saying, ...]
    published_on: date | None
    waits_for: tuple[str, ...]
    withdrawn_on: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None


class QuarterPage(Telling):
    """The public timetable of a quarter in a region; it needs nobody's approval.

    A part of one does not say the day for which it is made: the whole does.
    """

    kind: Literal["quarter"] = "quarter"
    key: str
    region_code: str
    region_name: str
    commissioner: str
    quarter: str
    quarter_words: str
    as_at: Annotated[date | None, Field(exclude_if=lambda day: day is None)] = None
    publishes: date
    notices: Notices
    counts: Counts
    dates: tuple[Milestone, ...]
    rows: tuple[TimetableRow, ...]
    waits_for: tuple[tuple[str, tuple[Saying, ...]], ...]
    holds: tuple[Hold, ...]
    parts: Parts = ()
    part: Part = 0


class RegionSummary(Frozen):
    """How a quarter stands in a region; on the start page it is the newest one."""

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
    page: Annotated[str, Field(exclude_if=lambda page: not page)] = ""


class PrisonLink(Frozen):
    """A prison in a list: where it stands in the alphabet, and who runs healthcare there.

    `unasked` says why no update of it was ever asked for.
    """

    letter: str
    name: str
    page: str
    region_name: str
    parties: tuple[str, ...]
    unasked: Annotated[Saying, Field(exclude_if=lambda words: not words)] = ""


class CommitmentLink(Frozen):
    """A commitment on the start page."""

    short: str
    page: str


class LetterLink(Frozen):
    """A letter of the alphabet on the start page, and the page of its prisons."""

    letter: str
    page: str
    first: str
    last: str


class QuarterLink(Frozen):
    """A quarter on the start page, and the page that tells of it in every region."""

    quarter_words: str
    page: str


class HomePage(Telling):
    """The start page: find your prison.

    `prisons` stand on pages of their `letters` where they are many. `address` is where families
    read the site, empty where that is not known. `catalogues` are the SHA-256s of the words that
    the whole site has in other languages, by their codes.
    """

    kind: Literal["home"] = "home"
    key: Literal["index"] = "index"
    notices: Notices
    regions: tuple[RegionSummary, ...]
    prisons: tuple[PrisonLink, ...]
    commitments: tuple[CommitmentLink, ...]
    contact: str
    letters: Annotated[tuple[LetterLink, ...], Field(exclude_if=lambda letters: not letters)] = ()
    quarters: Annotated[
        tuple[QuarterLink, ...], Field(exclude_if=lambda quarters: not quarters)
    ] = ()
    address: Annotated[str, Field(exclude_if=lambda address: not address)] = ""
    catalogues: Annotated[
        dict[str, str], Field(default_factory=dict, exclude_if=lambda held: not held)
    ]


class LetterPage(Telling):
    """The prisons of one letter, A to Z."""

    kind: Literal["letter"] = "letter"
    key: str
    letter: str
    notices: Notices
    prisons: tuple[PrisonLink, ...]


class RegionPage(Telling):
    """A region: its prisons, A to Z, and each of its quarters, the newest first."""

    kind: Literal["region"] = "region"
    key: str
    region_code: str
    region_name: str
    commissioner: str
    commissioner_page: str
    notices: Notices
    quarters: tuple[RegionSummary, ...]
    prisons: tuple[PrisonLink, ...]
    parts: Parts = ()
    part: Part = 0


class QuarterEverywhere(Telling):
    """How one quarter stands in each region, A to Z; never added up across them."""

    kind: Literal["everywhere"] = "everywhere"
    key: str
    quarter_words: str
    notices: Notices
    regions: tuple[RegionSummary, ...]


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
