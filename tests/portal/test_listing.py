"""Your returns: a line for each prison, what to do next, and past returns to read and keep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from charter.steps import (
    BecameUnreachable,
    Challenged,
    ExtensionAsked,
    ExtensionDeclined,
    NotRunningAgreed,
    NotRunningAsked,
    NotRunningDeclined,
    Released,
    SentBack,
    Step,
)
from providers import lives
from providers.database import Database
from tests.support.cast import AVON, DEE, at
from tests.support.group import GIL, GUS, HAL, SAND, SHELL, group, hand_over, ref
from tests.support.pages import Page, PageClient, words
from tests.support.stage import LAST, MONA, Stage

Open = Callable[..., PageClient]
NOW, BEFORE = "July to September 2026", "April to June 2026"


@pytest.fixture
def gull(sqlite_store: Database) -> Stage:
    return group(sqlite_store)


def listed(stage: Stage, open_pages: Open, email: str = GIL) -> Page:
    return stage.enters(open_pages, email).get("/returns")


def lines(page: Page, within: str = "app-line") -> list[str]:
    """The words of each line, in order."""
    return [words(e) for e in page.tree.iter("li") if within in e.get("class", "").split()]


def line(page: Page, site_name: str, number: int = 0) -> str:
    return [one for one in lines(page) if one.startswith(site_name)][number]


def record(stage: Stage, site: str, *steps: Step) -> None:
    with stage.database.writing() as session:
        for step in steps:
            lives.record(session, ref(stage, site).id, step, stage.now, "person:1")


@contextmanager
def counted(stage: Stage) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    asked: list[str] = []

    def hear(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(stage.database.engine, "before_cursor_execute", hear)
    yield asked
    event.remove(stage.database.engine, "before_cursor_execute", hear)


def test_each_line_says_how_it_stands_how_long_there_is_and_what_to_do(
    gull: Stage, open_pages: Open
):
    page = listed(gull, open_pages)
    assert page.h1 == "Gull Health Your returns"
    assert line(page, "HMP Gull Sand") == (
        "HMP Gull Sand Due 28 October 2026, 23 days left. Not started "
        "Start: HMP Gull Sand, July to September 2026"
    )


def test_what_is_open_comes_first_and_past_returns_can_be_read_kept_and_looked_back_on(
    stage: Stage, open_pages: Open
):
    page = listed(stage, open_pages, AVON.email)
    headings = [words(h) for h in page.tree.iter() if h.tag in ("h2", "h3")]
    assert headings == [NOW, "HMP Avonbridge", "Signed and past returns", BEFORE]
    old = stage.ref(AVON, LAST)
    for what, path in (("Read", ""), ("Keep a copy", "/copy"), ("History", "/history")):
        link = f"{what}: HMP Avonbridge, {BEFORE}"
        assert page.links[link] == f"/returns/{old.id}{path}"
        assert page.click(link).status == 200


def test_a_quarter_of_several_prisons_is_added_up(gull: Stage, open_pages: Open):
    assert "4 returns: 4 to do." in listed(gull, open_pages, GUS).text
    hand_over(gull, SAND, signed=True)
    hand_over(gull, SHELL)
    page = listed(gull, open_pages, GUS)
    assert "4 returns: 1 signed, 1 with the signing director, 2 to do." in page.text
    assert "Waits for your signature." in line(page, "HMP Gull Shell")
    gil = listed(gull, open_pages, GIL)
    assert "Waits for the signing director." in line(gil, "HMP Gull Shell")
    assert "3 returns: 1 signed, 1 with the signing director, 1 to do." in gil.text
    assert [one.split(" Due")[0] for one in lines(gil)][:2] == ["HMP Gull Far", "HMP Gull Shell"]


def test_what_is_answered_once_is_said_where_there_are_several_to_answer_for(
    gull: Stage, open_pages: Open
):
    said = "2 commitments are answered once for all your prisons: "
    assert listed(gull, open_pages, GIL).text.count(said) == 1
    assert said not in listed(gull, open_pages, HAL).text
    hand_over(gull, SAND, signed=True)
    assert said in listed(gull, open_pages, GIL).text
    hand_over(gull, SHELL, signed=True)
    assert said not in listed(gull, open_pages, GIL).text.split(BEFORE)[0]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            [ExtensionAsked(until=date(2026, 11, 6), reason="Flood.")],
            "More time asked for, to 6 November 2026: no answer yet.",
        ),
        (
            [
                ExtensionAsked(until=date(2026, 11, 6), reason="Flood."),
                ExtensionDeclined(reason="There is time enough."),
            ],
            "More time was not given: There is time enough.",
        ),
        (
            [NotRunningAsked(reason="Closed.")],
            "Asked to agree that the service did not run: no answer yet.",
        ),
        (
            [NotRunningAsked(reason="Closed."), NotRunningAgreed()],
            "The commissioner agrees that the service did not run.",
        ),
        (
            [NotRunningAsked(reason="Closed."), NotRunningDeclined(reason="It ran in\nJuly.")],
            "The commissioner holds that the service ran: It ran in July.",
        ),
        ([SentBack(reason="The date is wrong")], "Came back: The date is wrong."),
        ([BecameUnreachable()], "Our contact list fails for this service"),
    ],
)
def test_what_was_asked_and_answered_is_said_in_words(
    gull: Stage, open_pages: Open, steps: list[Step], said: str
):
    record(gull, SAND, *steps)
    page = listed(gull, open_pages)
    assert said in line(page, "HMP Gull Sand")
    assert said not in line(page, "HMP Gull Shell")


def test_a_question_opens_a_signed_return_again(gull: Stage, open_pages: Open):
    hand_over(gull, SAND, signed=True)
    record(gull, SAND, Challenged(commitment="W2", question="Which form?"))
    found = line(listed(gull, open_pages), "HMP Gull Sand")
    assert "The commissioner asks about 1 answer. Received Answer the commissioner" in found


def test_a_return_no_longer_owed_is_past_and_not_counted(gull: Stage, open_pages: Open):
    record(gull, SAND, Released(reason="the contract moved"))
    page = listed(gull, open_pages)
    assert "2 returns: 2 to do." in page.text
    assert "No longer owed: the contract moved." in line(page, "HMP Gull Sand", 1)


def test_lateness_is_said_in_days(gull: Stage, open_pages: Open):
    gull.now = at("2026-10-31T09:00")
    assert "Due 28 October 2026, 3 days late." in line(listed(gull, open_pages), "HMP Gull Sand")


def test_whoever_may_only_read_is_told_no_more_than_that(stage: Stage, open_pages: Open):
    page = listed(stage, open_pages, MONA)
    assert "See how it stands: HMP Avonbridge, July to September 2026" in page.links
    assert "answered once" not in page.text


def test_nobody_sees_another_providers_returns(gull: Stage, open_pages: Open):
    assert "Gull" not in listed(gull, open_pages, DEE.email).text
    assert "Stone" not in listed(gull, open_pages, GIL).text


def test_twelve_prisons_ask_no_more_of_the_database_than_three(
    gull: Stage, sqlite_store: Database, open_pages: Open
):
    gil, dee = gull.enters(open_pages, GIL), gull.enters(open_pages, DEE.email)
    with counted(gull) as few:
        dee.get("/returns")
    with counted(gull) as many:
        page = gil.get("/returns")
    assert len(lines(page)) > 2
    assert len(many) == len(few) <= 17, many


def test_a_provider_of_twelve_prisons_has_a_line_for_each(sqlite_store: Database, open_pages: Open):
    stage = group(sqlite_store, more=9)
    page = listed(stage, open_pages)
    assert "12 returns: 12 to do." in page.text
    with counted(stage) as asked:
        page.client.get("/returns")
    assert len(asked) <= 17
