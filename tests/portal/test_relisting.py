"""Every list that a release touches is seen before it goes out, as it then stands."""

from collections.abc import Callable

import pytest

from charter.pages import commitment_key, quarter_key
from notifications.compared import sentences_of
from tests.support.pages import PageClient
from tests.support.releases import OUT, approve_by_two, look, named_in, publish, release_of
from tests.support.stage import CORA, OTTO, Stage

Open = Callable[..., PageClient]
OTHERS = "Every other page it is on: the timetable, each commitment, the start page"


@pytest.fixture
def named(stage: Stage) -> Stage:
    """Avon's return confirmed, and a site that tells of it without its answers."""
    named_in(stage).now = OUT
    publish(stage)
    return stage


def site_file(stage: Stage, key: str) -> list[str]:
    assert stage.site_folder is not None
    html = (stage.site_folder / f"{key}.html").read_text("utf-8")
    return [one.words for one in sentences_of(html)]


def test_each_list_reads_once_published_as_it_was_foreseen(named: Stage, open_pages: Open):
    here = named.ref()
    cora = named.enters(open_pages, CORA)
    path = f"{release_of(here)}/{here.id}/pages"
    page = look(cora, here).click(OTHERS)
    assert page.path == path
    keys = [quarter_key(here.region, here.quarter), commitment_key("W1"), "index"]
    foreseen = {key: cora.get(f"{path}?page={key}&whole=1").html for key in keys}
    timetable = page.click("See “The timetable of July to September 2026”")
    assert "New: Published 8 December 2026" in timetable.text
    commitment = cora.get(f"{path}?page={keys[1]}")
    assert "New: HMP Avonbridge" in commitment.text
    start = cora.get(f"{path}?page=index")
    assert "Nothing: it reads as it did when it was last published." in start.text
    approve_by_two(named, open_pages, here)
    publish(named)
    for key, html in foreseen.items():
        assert [one.words for one in sentences_of(html)] == site_file(named, key)


def test_a_list_that_is_no_page_of_this_release_is_not_here(named: Stage, open_pages: Open):
    here, cora = named.ref(), named.enters(open_pages, CORA)
    path = f"{release_of(here)}/{here.id}/pages"
    for key in ("commitments/none", "prisons/brookbridge/2026-27-Q2", "../index"):
        assert cora.get(f"{path}?page={key}").status == 404
    assert named.enters(open_pages, OTTO).get(path).status == 404


def test_before_the_first_publication_there_are_no_lists(stage: Stage, open_pages: Open):
    here = named_in(stage).ref()
    page = look(stage.enters(open_pages, CORA), here).click(OTHERS)
    assert "was never published, so it has no lists yet" in page.text
