"""Debian's Chromium, driven by Playwright, that may talk to this machine and to nobody else."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

from tests.support.missing import report_missing

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
HERE = {"127.0.0.1", "localhost", "::1", None}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium_path() -> str | None:
    """Where Chromium is on this machine, if it is."""
    usual = Path("/usr/bin/chromium")
    return str(usual) if usual.exists() else shutil.which("chromium")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests; no longer, since its event loop would be in others' way."""
    path = chromium_path()
    if path is None:
        report_missing("Chromium", "apt-get install chromium fonts-liberation")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


class Watcher:
    """Lets a context speak to this machine only, and remembers what else it tried."""

    def __init__(self, context: BrowserContext) -> None:
        self.outside: list[str] = []
        self.console: list[str] = []
        context.on("console", lambda message: self.hear(message.type, message.text))
        context.on("weberror", lambda error: self.hear("error", str(error.error)))
        context.route("**/*", self.let)

    def hear(self, kind: str, text: str) -> None:
        """Keeps what the page complained of."""
        if kind in {"error", "warning"}:
            self.console.append(text)

    def let(self, route: Route, request: Request) -> None:
        """Lets a request through, or stops and records it."""
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname not in HERE:
            self.outside.append(request.url)
            route.abort()
        else:
            route.continue_()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; the test fails if it called another host or complained in its console."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    watcher = Watcher(context)
    yield context.new_page()
    context.close()
    assert not watcher.outside, f"a page called outside: {watcher.outside}"
    complaints = [text for text in watcher.console if "status of 4" not in text]
    assert not complaints, f"a page complained: {complaints}"


def axe_faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, one sentence a fault, with its selector."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']} at {node['target']}"
        for rule in found
        for node in rule["nodes"]
    ]
