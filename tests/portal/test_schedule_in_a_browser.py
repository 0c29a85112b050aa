"""Dates to come and promises in a real browser, wide and narrow, as a commissioner works them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.portal.test_actions_page import HARM, keep_promises
from tests.portal.test_in_a_browser import Reader
from tests.support.stage import CORA, Stage

MOVED = {"opens": "12", "opens-month": "4", "opens-year": "2027"}


@pytest.fixture
def reader(served: Stage, chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    shots = tmp_path / "shots"
    shots.mkdir()
    keep_promises(served)
    reader = Reader(served, chromium, True, shots)
    yield reader
    reader.close()


def test_a_commissioner_looks_ahead_moves_agrees_and_follows_the_promises(reader: Reader):
    page = reader.signed_in(CORA)
    region = f"{reader.stage.base_url}/console/regions/{reader.stage.ref().region}"
    page.goto(f"{region}/schedule")
    reader.look(page, "schedule")
    page.click("main >> text=January to March 2027")
    reader.look(page, "plan")
    page.click("text=Move the opening to a later day")
    page.click("button >> text=Move the opening")
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    for box, value in MOVED.items():
        page.fill(f"#{box}", value)
    page.fill("#reason", "The register is being mended.")
    reader.look(page, "move")
    page.click("button >> text=Move the opening")
    page.click("button >> text=Agree to this plan")
    expect(page.locator("main")).to_contain_text("Agreed to. This plan is what happens")
    reader.look(page, "agreed")
    page.goto(f"{region}/schedule")
    expect(page.locator("main")).to_contain_text("Moved by Cora Check from 1 April 2027")
    page.click("main >> text=Decide what is due")
    reader.look(page, "run")
    page.click("button >> text=Decide what is due now")
    expect(page.locator("main")).to_contain_text("lines put into letters")
    page.goto(f"{region}/actions")
    expect(page.locator("main")).to_contain_text(HARM)
    reader.look(page, "actions")
    page.select_option("#choose-outcome", label="Overdue")
    page.click("button >> text=Show")
    expect(page.locator("main")).to_contain_text("2 of 6 promises.")
    page.emulate_media(media="print")
    page.screenshot(path=reader.shots / "in-print.png", full_page=True)
