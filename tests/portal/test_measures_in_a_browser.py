"""A lead gives figures in a real browser, with script off and on, wide and narrow."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from providers import returns
from providers.database import Database
from tests.support.browser import Watcher, axe_faults
from tests.support.cast import AVON
from tests.support.counting import FOR_ANYONE
from tests.support.stage import Stage

WIDTHS = (1280, 320)


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The cast under a Charter that counts."""
    database = Database(sqlite_database)
    return Stage(database, site_folder=tmp_path / "site", charter_text=FOR_ANYONE).play()


def sign_in(stage: Stage, page: Page, email: str) -> None:
    page.goto(f"{stage.base_url}/sign-in")
    before = len(stage.messages)
    page.fill("#email", email)
    page.click("text=Send me a link")
    for _ in range(200):
        if len(stage.messages) > before:
            break
        time.sleep(0.05)
    page.goto(stage.base_url + stage.link(email))
    page.click("main >> text=Sign in")


def faults_of(page: Page, name: str, *, script: bool) -> list[str]:
    """What axe finds, and whether the page runs over, at both widths."""
    found = []
    for width in WIDTHS if script else ():
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name} is {wide} wide at {width}"] if wide > width else []
        found += [f"{name} at {width}: {fault}" for fault in axe_faults(page)]
    return found


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_a_lead_gives_figures_and_looks_at_the_quarters_families(
    served: Stage, chromium: Browser, script: bool
):
    context = chromium.new_context(locale="en-GB", java_script_enabled=script)
    watcher = Watcher(context)
    page, here = context.new_page(), f"{served.base_url}/returns/{served.ref().id}"
    sign_in(served, page, AVON.email)

    page.goto(f"{here}/measures")
    faults = faults_of(page, "measures", script=script)
    page.get_by_text("We do not count this yet").first.click()
    assert page.locator("#measure-1-from").is_visible()
    page.click("text=Save and continue")
    assert page.title().startswith("Error: Measures")
    faults += faults_of(page, "measures-error", script=script)
    page.click(".nhsuk-error-summary a >> nth=0")
    assert page.url.endswith("#measure-1-whole")

    for measure in (1, 4, 5, 6):
        for field, number in (("whole", "40"), ("part-1", "30"), ("part-2", "10")):
            page.fill(f"#measure-{measure}-{field}", number)
    page.fill("#measure-4-part-3", "0")
    page.check("input[name=measure-2-progress][value=no]")
    page.check("input[name=measure-3-progress][value=yes]")
    page.click("text=Save and continue")
    assert not page.url.endswith("/measures")

    page.goto(f"{here}/spotlight")
    page.click("text=Save and continue")
    faults += faults_of(page, "spotlight-error", script=script)
    page.fill("#words", "We met them twice.")
    page.click("text=Save and continue")
    with served.database.reading() as session:
        document = returns.draft(session, served.ref()).document
    context.close()
    assert [one.whole for one in document.measures] == [40, None, None, 40, 40, 40]
    assert document.spotlight_words == "We met them twice."
    assert faults == []
    assert watcher.outside == []
    assert [said for said in watcher.console if "status of 4" not in said] == []
