"""Long lists stand in parts that add up, and every prison is found by its letter."""

import pytest

from charter.lists import letter_pages, prison_link, region_pages, start, summary
from charter.pages import PartLink, PrisonLink, QuarterPage
from charter.parts import SumsDisagree
from charter.quarters import Quarter
from charter.summary import quarter_page
from charter.timetable import PartOfQuarter, quarter_of_parts
from charter.views import ReturnView
from tests.support.published import everybody
from tests.support.returned import CHARTER, DATES, PUBLISHED, Q2, SAMPLE

LINK = PartLink(page="quarters/SAMPLE/x/1", region_name="Sample", first="A", last="B")


def links(names: list[str]) -> list[PrisonLink]:
    return [
        PrisonLink(letter=n[4:5].upper(), name=n, page=f"prisons/P{i}", region_name="S", parties=())
        for i, n in enumerate(names)
    ]


def part(views: list[ReturnView], number: int) -> PartOfQuarter:
    page = quarter_page(
        SAMPLE, Q2, views, DATES, CHARTER, expected=len(views), as_at=PUBLISHED, part=number
    )
    assert page.key == f"quarters/SAMPLE/{Q2}/{number}"
    return PartOfQuarter(LINK, page.counts, page.waits_for, page.notices.first_update)


def whole(expected: int) -> QuarterPage:
    parts = [part(everybody()[:3], 1), part(everybody()[3:], 2)]
    return quarter_of_parts(SAMPLE, Q2, parts, DATES, CHARTER, expected=expected, as_at=PUBLISHED)


def test_parts_of_a_timetable_add_up_to_what_one_page_would_say() -> None:
    in_one = quarter_page(
        SAMPLE, Q2, everybody(), DATES, CHARTER, expected=len(everybody()), as_at=PUBLISHED
    )
    page = whole(len(everybody()))
    assert page.counts == in_one.counts
    assert page.waits_for == in_one.waits_for
    assert (page.key, page.dates, page.notices) == (in_one.key, in_one.dates, in_one.notices)
    assert page.rows == ()


def test_parts_that_do_not_add_up_make_no_page() -> None:
    with pytest.raises(SumsDisagree):
        whole(len(everybody()) + 1)


def test_many_who_wait_are_counted_and_named_in_their_parts() -> None:
    some = part(everybody(), 1)
    waiting = PartOfQuarter(LINK, some.counts, (("NHS Sample", ("Dell",) * 30),), False)
    page = quarter_of_parts(
        SAMPLE, Q2, [waiting], DATES, CHARTER, expected=len(everybody()), as_at=PUBLISHED
    )
    assert page.waits_for == (("NHS Sample", ("30 updates. Each part below names its own",)),)


def test_many_prisons_stand_by_their_letters_few_on_the_start_page() -> None:
    few = links([f"HMP {letter}ton" for letter in "ABC"])
    assert start(few, [], [SAMPLE], CHARTER).prisons == tuple(few)
    assert list(letter_pages(few, start(few, [], [SAMPLE], CHARTER).notices)) == []
    many = links([f"HMP A{n:03}" for n in range(250)] + ["HMP Éa", "HMP B"])
    home = start(many, [], [SAMPLE], CHARTER)
    assert home.prisons == ()
    assert [(one.letter, one.page) for one in home.letters] == [
        ("A", "find/a"),
        ("A", "find/a-2"),
        ("B", "find/b"),
        ("É", "find/other"),
    ]
    pages = list(letter_pages(many, home.notices))
    assert [page.key for page in pages] == [one.page for one in home.letters]
    assert sorted(link.name for page in pages for link in page.prisons) == sorted(
        link.name for link in many
    )


def test_a_region_names_its_prisons_and_its_quarters_newest_first() -> None:
    one = quarter_page(
        SAMPLE, Q2, everybody(), DATES, CHARTER, expected=len(everybody()), as_at=PUBLISHED
    )
    here = summary(SAMPLE, one)
    older = here.model_copy(update={"quarter": str(Quarter.parse("2026-27-Q1"))})
    sites = [prison_link(view.site, ()) for view in everybody()[:2]]
    (page,) = region_pages(SAMPLE, CHARTER, [older, here], [sites])
    assert [row.quarter for row in page.quarters] == ["2026-27-Q2", "2026-27-Q1"]
    assert page.prisons == tuple(sites)
    parted = list(region_pages(SAMPLE, CHARTER, [here], [sites[:1], sites[1:]]))
    assert [one.key for one in parted] == ["regions/SAMPLE", "regions/SAMPLE/1", "regions/SAMPLE/2"]
    assert parted[0].prisons == ()
    assert [link.page for link in parted[0].parts] == ["regions/SAMPLE/1", "regions/SAMPLE/2"]
