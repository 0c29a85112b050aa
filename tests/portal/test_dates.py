"""How a due date was counted is on a page for its provider and one for its commissioner."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from flows.moving import move_deadlines
from providers import checking, pauses
from tests.portal.test_every_page_in_a_browser import WIDTHS, opening
from tests.support.browser import axe_faults
from tests.support.cast import AVON, BROOK, at
from tests.support.holidays import NEW, take_up
from tests.support.pages import PageClient
from tests.support.stage import CORA, LAST, QUARTER, Stage

Open = Callable[..., PageClient]
MORE = date(2026, 11, 11)


def moved(stage: Stage) -> Stage:
    """A holiday was added, Avon was given more time, and Avon stood still for a day."""
    done = take_up(stage.database, "2026-10-05T09:00", also=[NEW])
    move_deadlines(stage.database, stage.now, done.calendar)
    here, cora = stage.ref(), stage.person(CORA)
    with stage.database.writing() as session:
        scope = pauses.scope_of(here.region, AVON.provider)
        pauses.pause(session, scope, "strike", stage.now, "operator")
        pauses.resume(session, scope, at("2026-10-06T09:00"), "operator")
        reason, public = "Two of the team are ill.", "Illness in the team."
        checking.extend(session, here, MORE, reason, public, at("2026-10-06T09:00"), cora)
    stage.now = at("2026-10-06T10:00")
    return stage


def test_a_provider_reads_how_the_due_date_was_counted(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, BROOK.email).get(f"/returns/{stage.ref(BROOK).id}")
    proof = page.click("How the due date was counted")
    assert proof.h1.endswith("How your due date was counted")
    assert "due by 11:59pm on 28 October 2026, London time" in proof.text
    assert "Working day 20 after 30 September 2026, when the quarter ended" in proof.text
    assert "Thursday 1 October 2026 1 Friday 2 October 2026 2" in proof.text
    assert "Saturday 3 and Sunday 4 October 2026 Not counted" in proof.text
    assert "Wednesday 28 October 2026 The date it comes to 20" in proof.text
    assert "gov.uk/bank-holidays.json" in proof.text
    assert "29 October 2026 Overdue letter to the lead, 1 working day after" in proof.text


def test_a_date_that_has_gone_by_is_told_as_past(stage: Stage, open_pages: Open):
    stage.now = at("2026-10-29T09:00")
    page = stage.enters(open_pages, BROOK.email).get(f"/returns/{stage.ref(BROOK).id}/dates")
    assert "It was due by 11:59pm on 28 October 2026, London time" in page.text


def test_all_that_moved_the_date_is_told_oldest_first(stage: Stage, open_pages: Open):
    moved(stage)
    text = stage.enters(open_pages, AVON.email).get(f"/returns/{stage.ref().id}/dates").text
    told = [
        "The return was asked for, due on 28 October 2026.",
        "The due date moved to 29 October 2026. There is a new bank holiday on 26 October 2026",
        "This provider was paused until 6 October 2026. A pause stops letters and moves no date.",
        "More time was given, until 11 November 2026. Two of the team are ill.",
    ]
    assert [words in text for words in told] == [True] * 4
    assert [text.index(words) for words in told] == sorted(text.index(words) for words in told)
    assert "Monday 26 October 2026 Bank holiday for a coronation Not counted" in text
    assert "After that, more time was given." in text


def test_a_return_that_came_is_proved_by_the_date_it_came_under(stage: Stage, open_pages: Open):
    here, _ = stage.signed()
    page = stage.enters(open_pages, AVON.email).get(f"/returns/{here.id}/dates")
    assert "It was due by 11:59pm on 28 July 2026" in page.text
    assert "Letters counted from this date" not in page.text


def test_a_commissioner_reads_the_quarters_dates_and_which_returns_differ(
    stage: Stage, open_pages: Open
):
    region = moved(stage).ref().region
    cycle = stage.enters(open_pages, CORA).get(f"/console/regions/{region}/{QUARTER}")
    page = cycle.click("How these dates were counted, and a calendar file of them")
    assert (
        "What Returns are due Date 29 October 2026 Moved from 28 October 2026 Working day 20"
        in page.text
    )
    assert "Published to families Date 8 December 2026 Working day 48" in page.text
    assert "26 October 2026: Bank holiday for a coronation" in page.text
    assert "3 of 4 returns are due on the quarter’s own date" in page.text
    assert "HMP Avonbridge, Avon Health: due 11 November 2026" in page.text
    assert "HMP Brookbridge, Brook Health: due" not in page.text
    last = page.client.get(f"/console/regions/{region}/{LAST}/dates")
    assert "None from the end of the quarter" not in last.text
    assert "31 August 2026: Summer bank holiday" in last.text


def test_the_pages_follow_a_list_that_is_taken_up_while_the_portal_runs(
    stage: Stage, open_pages: Open
):
    client = stage.enters(open_pages, BROOK.email)
    path = f"/returns/{stage.ref(BROOK).id}/dates"
    assert "26 October 2026 18" in client.get(path).text
    take_up(stage.database, "2026-10-05T09:00", also=[NEW])
    told = client.get(path).text
    assert "A bank holiday was added since: the next round moves it to 29 October 2026." in told


@pytest.mark.browser
def test_the_pages_hold_in_a_browser(served: Stage, chromium: Browser, tmp_path: Path):
    here = moved(served).ref()
    start = f"/console/regions/{here.region}"
    pages = [
        (AVON.email, f"/returns/{here.id}/dates"),
        (CORA, f"{start}/{QUARTER}/dates"),
        (CORA, f"{start}/rungs"),
    ]
    faults = []
    with opening(served, chromium, script=True) as opener:
        for email, path in pages:
            tab = opener.page_of(email)
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 900})
                tab.goto(served.base_url + path)
                tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                faults += [f"{path}: {fault}" for fault in axe_faults(tab)]
                wide = tab.evaluate("document.documentElement.scrollWidth")
                faults += [f"{path} is {wide} wide at {width}"] if wide > width else []
    assert faults == []
