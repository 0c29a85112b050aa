"""Copies and spreadsheets in a real browser: axe finds no fault, wide or narrow, and all fits."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page

from charter.answers import ReturnDocument
from providers import answering, returns
from tests.support import canaries
from tests.support.browser import Watcher, axe_faults
from tests.support.cast import AVON
from tests.support.stage import Stage


@pytest.fixture
def page(served: Stage, chromium: Browser) -> Iterator[Page]:
    """Avon's lead, signed in; at the end nothing may have called outside or complained."""
    context = chromium.new_context(locale="en-GB")
    watcher = Watcher(context)
    page = context.new_page()
    page.goto(f"{served.base_url}/sign-in")
    before = len(served.messages)
    page.fill("#email", AVON.email)
    page.click("text=Send me a link")
    for _ in range(100):
        if len(served.messages) > before:
            break
        page.wait_for_timeout(50)
    page.goto(served.base_url + served.link(AVON.email))
    page.click("main >> text=Sign in")
    yield page
    context.close()
    assert not watcher.outside
    assert not [text for text in watcher.console if "status of 4" not in text]


def look(page: Page, shots: Path, name: str) -> None:
    """Pictures at both widths, asked of axe, and no sideways scroll."""
    faults = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{name}: {wide} wide at {width}"] if wide > width else []
        faults += [f"{name} at {width}: {fault}" for fault in axe_faults(page)]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not faults, "\n".join(faults)


def hand_in(page: Page, path: Path, **cells: str) -> None:
    """Fetch nothing anew: write cells of the sheet Answers, and hand the file in."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book["Answers"][cell] = value
    book.save(path)
    page.set_input_files("#file", path)
    page.click("button:has-text('Upload')")


def test_a_spreadsheet_is_fetched_mended_overtaken_and_taken_in(
    served: Stage, page: Page, tmp_path: Path
):
    here = f"{served.base_url}/returns/{served.ref().id}"
    page.goto(here)
    page.click("text=fill it in as a spreadsheet")
    look(page, tmp_path, "spreadsheet")
    with page.expect_download() as coming:
        page.click("text=Spreadsheet of this return")
    path = tmp_path / "return.xlsx"
    coming.value.save_as(path)
    hand_in(page, path, C2="Splendid", H3="last spring")
    assert page.title().startswith("Error: ")
    look(page, tmp_path, "spreadsheet-error")
    page.click("a[href='#file']")
    assert page.evaluate("document.activeElement.id") == "file"
    save(served, served.filled(served.ref()))
    hand_in(page, path, C2="Partly met", H3="2026-06-01")
    assert "saved this return on" in page.inner_text("main")
    look(page, tmp_path, "spreadsheet-overtaken")
    page.click("button:has-text('Save your spreadsheet over it')")
    assert "is saved" in page.inner_text("h1")
    look(page, tmp_path, "spreadsheet-taken")


def test_a_copy_fits_the_paper_and_the_smallest_screen(served: Stage, page: Page, tmp_path: Path):
    here = f"{served.base_url}/returns/{served.ref().id}"
    page.goto(f"{here}/copy")
    look(page, tmp_path, "copy")
    document, _ = canaries.document(served.filled(served.ref()))
    save(served, document)
    page.reload()
    look(page, tmp_path, "copy-of-canaries")
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    content = page.pdf(prefer_css_page_size=True)
    (tmp_path / "printed.pdf").write_bytes(content)
    assert io.BytesIO(content).read(5) == b"%PDF-"


def save(stage: Stage, document: ReturnDocument) -> None:
    """Somebody else saves the whole return meanwhile."""
    with stage.database.writing() as session:
        version = returns.draft(session, stage.ref()).version
        person = stage.person(AVON.email)
        answering.save_draft(session, stage.ref(), document, stage.now, person, version=version)
