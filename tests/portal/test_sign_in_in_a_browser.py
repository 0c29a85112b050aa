"""Every way in, in a real browser without script, on a narrow screen; nothing typed is lost."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from portal.signin.oidc import IdentityProvider
from tests.support.browser import Watcher, axe_faults
from tests.support.cast import AVON
from tests.support.idp import CLIENT, SECRET, StubProvider, identity_provider
from tests.support.stage import CORA, Stage

NARROW: ViewportSize = {"width": 320, "height": 640}
NAME = "Region Login"


@pytest.fixture
def idp(served: Stage) -> Iterator[StubProvider]:
    """An identity provider on another site than the portal, with a page of its own."""
    with identity_provider() as stub:
        stub.issuer = stub.issuer.replace("127.0.0.1", "localhost")
        stub.email, stub.now, stub.asks = CORA, served.now.timestamp(), True
        served.app.state.desk.__dict__["oidc"] = IdentityProvider(stub.issuer, CLIENT, SECRET, NAME)
        yield stub


class Narrow:
    """Browsers on small screens, script off; every page looked at is measured and kept."""

    def __init__(self, browser: Browser, shots: Path) -> None:
        self.browser = browser
        self.shots = shots
        self.contexts: list[tuple[BrowserContext, Watcher]] = []

    def person(self, *, script: bool = False) -> Page:
        context = self.browser.new_context(
            locale="en-GB", java_script_enabled=script, viewport=NARROW
        )
        self.contexts.append((context, Watcher(context)))
        return context.new_page()

    def look(self, page: Page, name: str) -> None:
        """Take the picture; axe and the ruler need script, and look at a copy of the page."""
        page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        copy = self.person(script=True)
        html = page.content()
        copy.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        copy.goto(page.url)
        assert copy.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        assert not axe_faults(copy), name
        copy.close()

    def close(self) -> None:
        for context, watcher in self.contexts:
            context.close()
            assert not watcher.outside, watcher.outside
            complaints = [text for text in watcher.console if "status of 4" not in text]
            assert not complaints, complaints


@pytest.fixture
def narrow(chromium: Browser, tmp_path: Path) -> Iterator[Narrow]:
    found = Narrow(chromium, tmp_path)
    yield found
    found.close()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def ask(stage: Stage, page: Page, email: str) -> None:
    """Ask for a link, and wait for the message."""
    before = len(stage.messages)
    page.goto(f"{stage.base_url}/sign-in")
    page.fill("#email", email)
    page.click("text=Send me a link")
    for _ in range(200):
        if len(stage.messages) > before:
            return
        time.sleep(0.05)
    raise AssertionError(f"no message came for {email}")


def test_a_commissioner_comes_in_by_the_identity_provider(
    served: Stage, idp: StubProvider, narrow: Narrow
):
    page = narrow.person()
    page.goto(f"{served.base_url}/console/returns/{served.ref().id}")
    assert heading(page) == "Sign in"
    narrow.look(page, "sign-in-with-a-provider")
    page.click(f"a:has-text('Sign in with {NAME}')")
    assert heading(page) == "Stub"
    page.click(f"text=Continue as {CORA}")
    assert page.url == f"{served.base_url}/console/returns/{served.ref().id}"
    page.click("text=Sign out")
    assert heading(page) == "You have signed out"


def test_the_pages_for_those_who_do_not_come_in_are_good_pages(
    served: Stage, idp: StubProvider, narrow: Narrow
):
    page = narrow.person()
    for name, email, claims, expected in (
        ("not-on-the-team", "nobody@unknown.example", {}, "You are not on a region’s team"),
        ("not-believed", CORA, {"email_verified": False}, "You are not signed in"),
    ):
        idp.email, idp.claims = email, claims
        page.goto(f"{served.base_url}/sign-in")
        page.click(f"a:has-text('Sign in with {NAME}')")
        page.click("text=Continue as")
        assert heading(page) == expected
        narrow.look(page, name)
    idp.email = CORA
    ask(served, page, CORA)
    page.goto(served.base_url + served.link(CORA))
    page.click("main >> text=Sign in")
    assert heading(page) == f"Sign in with {NAME} for this page"
    narrow.look(page, "by-link-only")


def test_a_code_from_another_screen_lets_the_first_browser_in(served: Stage, narrow: Narrow):
    page, other = narrow.person(), narrow.person()
    ask(served, page, AVON.email)
    narrow.look(page, "sent")
    other.goto(served.base_url + served.link(AVON.email))
    narrow.look(other, "elsewhere")
    code = other.locator(".app-code").inner_text()
    page.click("text=type in this browser")
    narrow.look(page, "code")
    page.fill("#code", code)
    with page.expect_navigation():
        page.press("#code", "Enter")
    assert page.url == f"{served.base_url}/returns"
    other.goto(f"{served.base_url}/returns")
    assert heading(other) == "Sign in"


def test_what_was_typed_when_the_session_ended_is_there_to_be_copied(served: Stage, narrow: Narrow):
    page = narrow.person()
    ask(served, page, AVON.email)
    page.goto(served.base_url + served.link(AVON.email))
    page.click("main >> text=Sign in")
    path = f"{served.base_url}/returns/{served.ref().id}/commitments/W1"
    page.goto(path)
    words = "We ring back within two days.\n\nAveryveryverylongwordwithoutanyspace" + "x" * 80
    page.fill("[name=public_statement]", words)
    served.now += timedelta(minutes=30)
    page.click("text=Save and continue")
    assert heading(page) == "You were signed out after 30 minutes"
    page.wait_for_load_state()  # the style sheet keeps the line breaks
    assert page.locator(".app-kept dd").last.inner_text() == words
    narrow.look(page, "signed-out")
    page.click("text=Sign in again")
    ask(served, page, AVON.email)
    page.goto(served.base_url + served.link(AVON.email))
    page.click("main >> text=Sign in")
    assert page.url == path
