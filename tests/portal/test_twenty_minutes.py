"""An unchanged quarter takes a lead twelve pages at most, and a signing director four to sign."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Response

from charter.returns import State
from providers import lives
from tests.support.cast import AVON
from tests.support.rules import DATA
from tests.support.stage import REQUEST, Stage

WITH_FIGURES = (DATA / "charter-working-0.2.toml").read_text("utf-8")
FOR_ANYONE = WITH_FIGURES.replace("only_where_adopted = true\n", "")
LEAD_PAGES, SIGNER_PAGES = 12, 4


@pytest.fixture
def charter_text() -> str:
    """The stage's regions are asked about the version that has measures and a spotlight."""
    return FOR_ANYONE


@dataclass
class Loads:
    """Counts the pages a browser loads: every document that was shown, redirects left out."""

    page: Page
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self.count)

    def count(self, response: Response) -> None:
        """One answer to the browser."""
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.seen.append(f"{response.request.method} {response.url} {response.status}")


@pytest.fixture(params=[False, True], ids=["script off", "script on"])
def loads(request: pytest.FixtureRequest, served: Stage, chromium: Browser) -> Iterator[Loads]:
    context = chromium.new_context(locale="en-GB", java_script_enabled=request.param)
    yield Loads(context.new_page())
    context.close()


def ask_for_a_link(stage: Stage, page: Page, email: str) -> None:
    """Type the address, press, and wait for the message."""
    before = len(stage.messages)
    page.fill("#email", email)
    page.click("text=Send me a link")
    for _ in range(100):
        if len(stage.messages) > before:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"no message came for {email}")


def given_a_lead_who_has_signed_in(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.base_url}/sign-in")
    ask_for_a_link(stage, page, AVON.email)
    page.goto(stage.base_url + stage.link(AVON.email))
    page.click("main >> text=Sign in")


def when_last_quarters_answers_are_ticked_one_by_one(page: Page) -> None:
    page.click("a:has-text('Start')")
    page.click("text=answers from last quarter")
    ticks = page.locator("main input[type=checkbox]")
    assert ticks.count() == 9
    for place in range(ticks.count()):
        ticks.nth(place).check()
    page.click("text=Save and continue")


def when_the_figures_are_filled_in(page: Page) -> None:
    assert page.url.endswith("/measures"), page.url
    wholes = page.locator("main input[inputmode=numeric][name$='-whole']")
    assert wholes.count() == 4
    for place in range(wholes.count()):
        stem = (wholes.nth(place).get_attribute("name") or "").removesuffix("-whole")
        wholes.nth(place).fill("40")
        parts = page.locator(f"main input[name^='{stem}-part-']").all()
        for part, value in zip(parts, ("30", "10", "0"), strict=False):
            part.fill(value)
    for choice in page.locator("main input[type=radio][value=yes]").all():
        choice.check()
    page.click("text=Save and continue")
    assert page.url.endswith("/spotlight"), page.locator("main").inner_text()
    page.fill("main textarea", "We met two groups of families and changed our leaflet.")
    page.click("text=Save and continue")


def when_actions_and_requests_are_answered(page: Page) -> None:
    assert page.url.endswith("/actions"), page.url
    page.check("input[name=action-1-status][value=done]")
    page.click("text=Save and continue")
    assert page.url.endswith("/replies"), page.url
    page.check("input[name=reply-1-answer][value=accepted]")
    page.fill("#reply-1-words", "Yes. We ring back every day.")
    page.click("text=Save and continue")


def then_it_is_handed_over(page: Page) -> None:
    assert page.url.endswith("/check"), page.url
    page.click("text=Hand over for signing >> nth=-1")
    assert page.locator("h1").inner_text() == "Handed over"


def test_an_unchanged_quarter_is_handed_over_and_signed_in_a_few_pages(served: Stage, loads: Loads):
    page = loads.page
    given_a_lead_who_has_signed_in(served, page)
    when_last_quarters_answers_are_ticked_one_by_one(page)
    when_the_figures_are_filled_in(page)
    when_actions_and_requests_are_answered(page)
    then_it_is_handed_over(page)
    assert len(loads.seen) <= LEAD_PAGES, "\n".join(loads.seen)

    context = page.context.browser
    assert context is not None
    signer = Loads(context.new_context(locale="en-GB").new_page())
    page = signer.page
    page.goto(f"{served.base_url}/returns/{served.ref().id}/sign")
    ask_for_a_link(served, page, AVON.signer_email)
    page.goto(served.base_url + served.link(AVON.signer_email))
    page.click("main >> text=Sign in")
    assert len(signer.seen) <= SIGNER_PAGES, "\n".join(signer.seen)
    page.click("text=Sign this return")
    assert page.locator("h1").inner_text() == "Signed and received"
    with served.database.reading() as session:
        life = lives.lives(session, [served.ref().id])[served.ref().id]
    assert life.state(served.now) is State.RECEIVED
    assert REQUEST
    page.context.close()
