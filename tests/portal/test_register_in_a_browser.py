"""The register's pages in a real browser, the register that ships with us among them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from flows.wiring import shipped
from providers import register, staff
from tests.portal.test_every_page_in_a_browser import faults_of, opening
from tests.portal.test_register import LISTS, SAMPLE, own_rows
from tests.support.cast import CLYDE
from tests.support.stage import CORA, Stage

PAGES = (*LISTS, "/prisons/AVB", "/import", "/signatories/import", "/charter/new")


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_every_page_of_the_register_is_sound_wide_and_narrow(
    served: Stage, chromium: Browser, script: bool
):
    faults: list[str] = []
    served.stand_in()
    with served.database.writing() as session:
        read = register.check(shipped("register.csv").encode(), "register.csv")
        register.import_register(session, read, served.now, "o", policy_version="2026.4")
        staff.add(session, served.now, "o", email=CORA, region_code="london", role="commissioner")
    with opening(served, chromium, script=script) as opener:
        page = opener.page_of(CORA)
        real = [f"/console/regions/london/register{path}" for path in LISTS]
        for path in (*(SAMPLE + path for path in PAGES), *real):
            answer = page.goto(served.base_url + path)
            assert answer is not None
            faults += [] if answer.status == 200 else [f"{path}: {answer.status}"]
            faults += faults_of(page, path, script=script)
    assert not faults, "\n".join(faults)


def test_a_register_is_looked_at_and_imported_by_hand(
    served: Stage, chromium: Browser, tmp_path: Path
):
    faults: list[str] = []
    file, bad = tmp_path / "ours.csv", tmp_path / "bad.csv"
    file.write_text(own_rows(without=",CLB,"), "utf-8")
    bad.write_text(own_rows().replace("avon@avon.example", "nobody"), "utf-8")
    with opening(served, chromium, script=True) as opener:
        page = opener.page_of(CORA)
        page.goto(served.base_url + SAMPLE)
        page.click("text=Import")
        page.set_input_files("#file", bad)
        page.click("text=See what it would change")
        assert page.title().startswith("Error: Import a register")
        faults += faults_of(page, "problems", script=True)
        page.set_input_files("#file", file)
        page.click("text=See what it would change")
        assert CLYDE.site_name in page.inner_text("main")
        faults += faults_of(page, "preview", script=True)
        page.click("text=Import this")
        faults += faults_of(page, "asking", script=True)
        page.click("text=End them and import")
        assert "Imported" in page.inner_text("main")
        faults += faults_of(page, "imported", script=True)
    assert not faults, "\n".join(faults)
