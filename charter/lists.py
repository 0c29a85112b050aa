"""The pages that only list others: the start page, letters, regions, and wholes told in parts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from charter.commitments import CharterFile, Commitment
from charter.pages import (
    CommitmentLink,
    CommitmentPage,
    HomePage,
    LetterLink,
    LetterPage,
    PartLink,
    PrisonLink,
    QuarterEverywhere,
    QuarterLink,
    QuarterPage,
    RegionPage,
    RegionSummary,
    commitment_key,
    prison_folder,
    quarter_key,
)
from charter.parts import Notices
from charter.places import a_to_z
from charter.quarters import Quarter
from charter.views import RegionView, SiteView

AT_ONCE = 100
"""Prisons that the start page names itself; more of them stand on a page for each letter."""
A_LETTER = 200
"""Prisons on one page of a letter."""


def part_key(whole: str, part: int, region: str = "") -> str:
    """The key of a part of a list, from its whole's: a part of one region where it names one."""
    return f"{whole}/{region}/{part}" if region else f"{whole}/{part}"


def region_key(region: str) -> str:
    """The key of a region's own page."""
    return f"regions/{region}"


def everywhere_key(quarter: str) -> str:
    """The key of the page of a quarter in every region."""
    return f"quarters/{quarter}"


def letter_key(letter: str, part: int = 1) -> str:
    """The key of a letter's page; further parts of a long letter are numbered."""
    stem = f"find/{letter.lower() if letter.isascii() and letter.isalnum() else 'other'}"
    return stem if part == 1 else f"{stem}-{part}"


def prison_link(site: SiteView, parties: tuple[str, ...]) -> PrisonLink:
    """A prison in a list; `parties` are those on its newest page."""
    return PrisonLink(
        letter=a_to_z(site.name)[:1].upper() or "?",
        name=site.name,
        page=prison_folder(site.region.code, site.code, is_region=False),
        region_name=site.region.name,
        parties=parties,
    )


def summary(region: RegionView, timetable: QuarterPage) -> RegionSummary:
    """How a quarter stands in a region, from its timetable."""
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
        page=region_key(region.code),
    )


def list_notices(regions: Iterable[RegionView], charter: CharterFile) -> Notices:
    """What a page about several regions says first."""
    return Notices(
        sample=any(region.sample for region in regions),
        working_wording=charter.notice if charter.is_working else "",
        charter=charter.title,
        official_url=charter.official_url,
    )


def start(
    prisons: Iterable[PrisonLink],
    summaries: Iterable[RegionSummary],
    regions: Collection[RegionView],
    charter: CharterFile,
    *,
    contact: str = "",
    address: str = "",
    catalogues: Mapping[str, str] = MappingProxyType({}),
) -> HomePage:
    """The start page: every prison A to Z or by its letter, and each region's newest quarter."""
    links = _a_to_z(prisons)
    told = sorted(summaries, key=lambda one: one.quarter)
    newest = {one.code: one for one in told}
    quarters = {one.quarter: one.quarter_words for one in reversed(told)}
    return HomePage(
        notices=list_notices(regions, charter),
        regions=tuple(sorted(newest.values(), key=lambda one: (one.sample, one.name))),
        prisons=tuple(links) if len(links) <= AT_ONCE else (),
        commitments=tuple(
            CommitmentLink(short=one.short, page=commitment_key(one.id))
            for one in charter.commitments
        ),
        contact=contact,
        letters=tuple(
            LetterLink(letter=letter, page=key, first=these[0].name, last=these[-1].name)
            for letter, key, these in _letters(links)
        ),
        quarters=tuple(
            QuarterLink(quarter_words=words, page=everywhere_key(quarter))
            for quarter, words in quarters.items()
        ),
        address=address,
        catalogues=dict(catalogues),
    )


def letter_pages(prisons: Iterable[PrisonLink], notices: Notices) -> Iterator[LetterPage]:
    """A page for each letter, and more where a letter has many; none while the start page does."""
    for letter, key, these in _letters(_a_to_z(prisons)):
        yield LetterPage(key=key, letter=letter, notices=notices, prisons=tuple(these))


def _a_to_z(prisons: Iterable[PrisonLink]) -> list[PrisonLink]:
    return sorted(prisons, key=lambda one: (a_to_z(one.name), one.page))


def _letters(links: Sequence[PrisonLink]) -> Iterator[tuple[str, str, list[PrisonLink]]]:
    if len(links) <= AT_ONCE:
        return
    part: dict[str, int] = {}
    for letter, group in groupby(links, key=lambda one: one.letter):
        these = list(group)
        for begin in range(0, len(these), A_LETTER):
            stem = letter_key(letter)
            part[stem] = part.get(stem, 0) + 1
            yield letter, letter_key(letter, part[stem]), these[begin : begin + A_LETTER]


def region_pages(
    region: RegionView,
    charter: CharterFile,
    quarters: Sequence[RegionSummary],
    parts: Sequence[Sequence[PrisonLink]],
) -> Iterator[RegionPage]:
    """A region's page, newest quarter first; with several `parts`, a page for each as well."""
    one_part = len(parts) == 1
    whole = RegionPage(
        key=region_key(region.code),
        region_code=region.code,
        region_name=region.name,
        commissioner=region.commissioner,
        commissioner_page=prison_folder(region.code, "", is_region=True),
        notices=list_notices([region], charter),
        quarters=tuple(sorted(quarters, key=lambda one: one.quarter, reverse=True)),
        prisons=tuple(parts[0]) if one_part else (),
        parts=()
        if one_part
        else tuple(
            _part_link(region_key(region.code), region, number, [link.name for link in links])
            for number, links in enumerate(parts, start=1)
            if links
        ),
    )
    yield whole
    for number, links in enumerate(parts, start=1):
        if not one_part and links:
            key = part_key(whole.key, number)
            told = {"key": key, "part": number, "prisons": tuple(links), "parts": ()}
            yield whole.model_copy(update=told | {"quarters": ()})


def _part_link(whole: str, region: RegionView, number: int, names: Sequence[str]) -> PartLink:
    return PartLink(
        page=part_key(whole, number), region_name=region.name, first=names[0], last=names[-1]
    )


def everywhere_pages(
    summaries: Iterable[RegionSummary], regions: Collection[RegionView], charter: CharterFile
) -> Iterator[QuarterEverywhere]:
    """A page for each quarter, naming every region that has it, A to Z."""
    told = sorted(summaries, key=lambda one: (one.quarter, one.sample, one.name))
    for quarter, group in groupby(told, key=lambda one: one.quarter):
        these = tuple(group)
        here = [region for region in regions if region.code in {one.code for one in these}]
        yield QuarterEverywhere(
            key=everywhere_key(quarter),
            quarter_words=Quarter.parse(quarter).in_words,
            notices=list_notices(here, charter),
            regions=these,
        )


def commitment_of_parts(
    commitment: Commitment,
    charter: CharterFile,
    regions: Collection[RegionView],
    parts: Iterable[PartLink],
) -> CommitmentPage:
    """A commitment whose prisons stand on pages of their own, region by region."""
    return CommitmentPage(
        key=commitment_key(commitment.id),
        id=commitment.id,
        short=commitment.short,
        text=commitment.text,
        means=commitment.means,
        essential=commitment.essential,
        notices=list_notices(regions, charter),
        regions=(),
        holds=(),
        parts=tuple(parts),
    )


def quarter_part(
    region: RegionView, quarter: Quarter, number: int, names: Sequence[str]
) -> PartLink:
    """The link to one part of a region's timetable."""
    return _part_link(quarter_key(region.code, quarter), region, number, names)
