"""The door's second factor, the team, the record and the letters in a real browser."""

import base64

import pytest
from playwright.sync_api import Browser, Page

from portal.signin import onetime
from providers import second_factors
from tests.portal.test_every_page_in_a_browser import faults_of, opening
from tests.portal.test_letters_page import doubtful
from tests.portal.test_record import play
from tests.portal.test_second_factor import SECRET_KEY
from tests.support.stage import ADAM, CORA, RITA, Stage

PAGES = {
    "/team": ADAM,
    "/team/new": ADAM,
    "/team/{member}/end": ADAM,
    "/team/{member}/telephone": ADAM,
    "/team/deputies": CORA,
    "/record": CORA,
    "/record?first=x": CORA,
    "/letters": CORA,
    "/letters/{key}": CORA,
}


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_every_page_is_sound_wide_and_narrow(served: Stage, chromium: Browser, script: bool):
    faults: list[str] = []
    play(served)
    values = {"{member}": str(served.member(RITA)), "{key}": doubtful(served)}
    base = f"{served.base_url}/console/regions/{served.ref().region}"
    with opening(served, chromium, script=script) as opener:
        for path, who in PAGES.items():
            page = opener.page_of(who)
            for name, value in values.items():
                path = path.replace(name, value)
            answer = page.goto(base + path)
            assert answer is not None
            wanted = 422 if "first=x" in path else 200
            faults += [] if answer.status == wanted else [f"{path}: {answer.status}"]
            faults += faults_of(page, path, script=script)
    assert not faults, "\n".join(faults)


def test_a_second_factor_is_set_up_and_asked_for(served: Stage, chromium: Browser):
    faults: list[str] = []
    with opening(served, chromium, script=True) as opener:
        page = opener.page_of(CORA)
        page.goto(f"{served.base_url}/details")
        page.click("text=Set up")
        faults += faults_of(page, "set up", script=True)
        letters = page.inner_text(".app-key").replace(" ", "")
        secret = base64.b32decode(letters)
        page.fill("#code", "000")
        page.click("text=Set it up")
        assert page.title().startswith("Error: Set up a second factor")
        assert page.inner_text(".app-key").replace(" ", "") == letters
        step = int(served.now.timestamp()) // onetime.STEP
        page.fill("#code", onetime.code_at(secret, step))
        page.click("text=Set it up")
        assert page.url.endswith("/console")
        page.click("text=Sign out")
        page.goto(f"{served.base_url}/sign-in")
        before = len(served.messages)
        page.fill("#email", CORA)
        page.click("text=Send me a link")
        for _ in range(200):
            if len(served.messages) > before:
                break
            page.wait_for_timeout(50)
        page.goto(served.base_url + served.link(CORA))
        page.click("main >> text=Sign in")
        assert page.locator("h1").inner_text() == "Type the code from your app"
        assert page.locator("#code").get_attribute("autocomplete") == "one-time-code"
        faults += faults_of(page, "code", script=True)
        page.fill("#code", onetime.code_at(secret, step + 1))
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
    assert not faults, "\n".join(faults)


def test_a_first_one_is_set_up_by_keyboard_on_a_telephone_without_script(
    stage: Stage, request: pytest.FixtureRequest, chromium: Browser
):
    faults: list[str] = []
    stage.second_factor = True
    served: Stage = request.getfixturevalue("served")
    with served.database.writing() as session:
        cora = served.person(CORA)
        given = second_factors.allow(session, cora, served.now, "operator")
    figures = onetime.told_code(SECRET_KEY, cora, given.entry)
    with opening(served, chromium, script=False) as opener:
        page = opener.page_of(CORA)
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"{served.base_url}/console")
        assert page.locator("h1").inner_text() == "Set up a second factor"
        faults += faults_of(page, "needed", script=False)
        secret = base64.b32decode(page.inner_text(".app-key").replace(" ", ""))
        code = onetime.code_at(secret, int(served.now.timestamp()) // onetime.STEP)
        for typed in ("0000 0000", figures):
            reach(page, "told")
            page.keyboard.press("Control+A")
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
            page.keyboard.press("Control+A")
            page.keyboard.type(code)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            faults += faults_of(page, typed, script=False)
        assert page.url.endswith("/console")
    assert not faults, "\n".join(faults)


def reach(page: Page, name: str) -> None:
    """Goes on with the tab key until a field has the focus, as long as the page may be."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("id") == name:
            return
    raise AssertionError(f"no tab leads to {name}")
