"""A quarter in a real browser: with script off it all works; with script on, axe finds no fault."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from charter.returns import State
from providers import checking, lives
from tests.support.browser import Watcher, axe_faults
from tests.support.cast import AVON, CLYDE
from tests.support.stage import ANN, CHARTER_IDS, CORA, LENA, QUARTER, Stage

WIDTHS = (1280, 320)


@dataclass
class Reader:
    """Opens browsers for people, and looks hard at every page they come to."""

    stage: Stage
    browser: Browser
    script: bool
    shots: Path
    contexts: list[tuple[BrowserContext, Watcher]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: int = 0

    def person(self) -> Page:
        """A browser of its own."""
        context = self.browser.new_context(locale="en-GB", java_script_enabled=self.script)
        self.contexts.append((context, Watcher(context)))
        return context.new_page()

    def signed_in(self, email: str) -> Page:
        """Somebody who has asked for a link and used it."""
        page = self.person()
        page.goto(f"{self.stage.base_url}/sign-in")
        self.ask(page, email)
        page.goto(self.stage.base_url + self.stage.link(email))
        page.click("main >> text=Sign in")
        return page

    def ask(self, page: Page, email: str) -> None:
        """Ask for a link, and wait for the message that follows the page."""
        before = len(self.stage.messages)
        page.fill("#email", email)
        page.click("text=Send me a link")
        for _ in range(100):
            if len(self.stage.messages) > before:
                return
            time.sleep(0.05)
        raise AssertionError(f"no message came for {email}")

    def look(self, page: Page, name: str) -> None:
        """Take both pictures; with script on, ask axe, and measure whether the page runs over."""
        self.seen += 1
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=self.shots / f"{self.seen:02}-{name}-{width}.png", full_page=True)
            if self.script:
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    self.faults.append(f"{name}: {wide} wide at {width}")
                self.faults += [f"{name} at {width}: {fault}" for fault in axe_faults(page)]
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})

    def close(self) -> None:
        """Close the browsers; nothing may have called outside or complained."""
        for context, watcher in self.contexts:
            context.close()
            assert not watcher.outside, watcher.outside
            complaints = [text for text in watcher.console if "status of 4" not in text]
            assert not complaints, complaints
        assert not self.faults, "\n".join(self.faults)


@pytest.fixture(params=[False, True], ids=["script off", "script on"])
def reader(
    request: pytest.FixtureRequest, served: Stage, chromium: Browser, tmp_path: Path
) -> Iterator[Reader]:
    shots = tmp_path / "shots"
    shots.mkdir()
    reader = Reader(served, chromium, request.param, shots)
    yield reader
    reader.close()


def test_a_lead_signs_in_by_a_code_and_hands_over(reader: Reader):
    stage, look = reader.stage, reader.look
    here = f"{stage.base_url}/returns/{stage.ref().id}"
    page = reader.person()

    page.goto(f"{stage.base_url}/sign-in")
    look(page, "ask")
    page.fill("#email", "avon")
    page.click("text=Send me a link")
    look(page, "ask-error")
    reader.ask(page, AVON.email)
    look(page, "sent")

    other = reader.person()
    other.goto(stage.base_url + stage.link(AVON.email))
    look(other, "elsewhere")
    code = other.locator(".app-code").inner_text()
    page.click("text=type in this browser")
    look(page, "code")
    page.fill("#code", "1")
    page.click("main >> text=Sign in")
    look(page, "code-error")
    page.fill("#code", code)
    page.click("main >> text=Sign in")
    assert page.locator("h1").inner_text().endswith("Your returns")
    look(page, "returns")

    page.click("a:has-text('Start')")
    look(page, "tasks")
    fill_in(reader, page)
    assert page.locator("h1").inner_text().endswith("Check your answers")
    look(page, "check")
    page.click("text=Hand over for signing >> nth=-1")
    assert page.locator("h1").inner_text() == "Handed over"
    look(page, "handed-over")
    page.goto(here)
    look(page, "tasks-waiting")
    page.goto(f"{stage.base_url}/returns/999")
    look(page, "not-here")
    sign(reader, here)
    page.goto(here)
    look(page, "record")
    page.goto(f"{here}/commitments/W1")
    look(page, "closed")


def fill_in(reader: Reader, page: Page) -> None:
    """What is unchanged ticked, one answer changed after a mistake, actions and replies given."""
    page.click("text=answers from last quarter to confirm")
    reader.look(page, "unchanged")
    for one in CHARTER_IDS[1:]:
        page.check(f"input[name=same-{one}]")
    page.click("text=Save and continue")
    change_one(reader, page)
    reader.look(page, "actions")
    page.click("text=Add an action")
    reader.look(page, "action")
    page.click("text=Save and continue")
    reader.look(page, "action-error")
    page.click("label:has-text('Get consent right')")
    page.fill("#title", "Train two more nurses to ring back")
    page.fill("#owner", "Head of healthcare")
    for part, value in (("", "31"), ("-month", "1"), ("-year", "2027")):
        page.fill(f"#due{part}", value)
    page.click("text=Save and continue")
    page.check("input[name=action-1-status][value=done]")
    page.click("text=Save and continue")
    reader.look(page, "replies")
    page.click("text=Save and continue")
    reader.look(page, "replies-error")
    page.check("input[name=reply-1-answer][value=accepted]")
    page.fill("#reply-1-words", "Yes. We ring back every day.")
    page.click("text=Save and continue")


def change_one(reader: Reader, page: Page) -> None:
    """The answer that was not ticked: a mistake, a look at what families will see, the account."""
    reader.look(page, "commitment")
    page.check("input[name=rating][value=fully]")
    page.fill("#public_statement", "")
    page.click("text=Save and continue")
    assert page.title().startswith("Error: ")
    reader.look(page, "commitment-error")
    page.fill("#public_statement", "We ring families back within one working day.")
    page.click("text=See what families will see")
    assert "We ring families back" in page.locator(".app-families").inner_text()
    reader.look(page, "commitment-preview")
    page.click("text=Save and continue")
    reader.look(page, "account")
    page.fill("#narrative", "A second nurse rings back.")
    page.click("text=Remove")
    assert page.locator("#narrative").input_value() == "A second nurse rings back."
    reader.look(page, "account-without-evidence")
    page.click("text=Save and continue")


def sign(reader: Reader, here: str) -> None:
    """The signing director reads, mistakes the button, and signs."""
    page = reader.signed_in(AVON.signer_email)
    page.goto(here)
    page.click("text=Read and sign")
    reader.look(page, "sign")
    page.click("text=Send it back")
    reader.look(page, "sign-error")
    page.click("text=Sign this return")
    assert page.locator("h1").inner_text() == "Signed and received"
    reader.look(page, "signed")
    with reader.stage.database.reading() as session:
        number = reader.stage.ref().id
        assert lives.lives(session, [number])[number].state(reader.stage.now) is State.RECEIVED


def test_a_service_that_did_not_run(reader: Reader):
    page = reader.signed_in(CLYDE.email)
    page.click("a:has-text('Start')")
    page.click("text=Say so instead")
    reader.look(page, "not-running")
    page.fill("#reason", "The wing was closed for repairs all summer.")
    page.click("text=Ask the commissioner to agree")
    reader.look(page, "not-running-asked")
    stage, here = reader.stage, reader.stage.ref(CLYDE)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.agree_not_running(session, here, "", stage.now, cora)
    page.reload()
    page.click("a:has-text('Check your answers and hand over')")
    reader.look(page, "not-running-check")
    page.click("text=Hand over for signing >> nth=-1")
    assert page.locator("h1").inner_text() == "Handed over"


def test_a_commissioner_checks_a_quarter(reader: Reader):
    stage, look = reader.stage, reader.look
    ref = stage.ref()
    stage.submit(AVON, stage.filled(ref), stage.now)
    case = f"{stage.base_url}/console/returns/{ref.id}"
    page = reader.signed_in(CORA)
    look(page, "regions")
    page.goto(f"{stage.base_url}/console/regions/{ref.region}/{QUARTER}")
    look(page, "quarter")
    page.click("a:has-text('HMP Avonbridge')")
    look(page, "case")
    second = f"a[href$='/commitments/{CHARTER_IDS[1]}']"
    page.click(f"details:has({second}) > summary")
    page.click(second)
    look(page, "deciding")
    page.click("button:has-text('Change the rating')")
    look(page, "deciding-error")
    page.check("input[name=rating][value=not_met]")
    page.fill("#why", "No card was seen on two visits.")
    page.click("button:has-text('Change the rating')")
    look(page, "case-changed")
    page.click("text=Confirm this return")
    page.click("text=Look at its page as families will see it")
    page.click("button:has-text('Approve to publish')")
    look(page, "case-approved")
    page.goto(f"{stage.base_url}/console/returns/{stage.ref(CLYDE).id}/extend")
    page.click("button:has-text('Give more time')")
    look(page, "extend-error")
    lena = reader.signed_in(LENA)
    lena.goto(f"{case}/judge")
    look(lena, "judge")
    lena.check("input[value=yes]")
    lena.click("text=Save these marks")
    look(lena, "judged")
    ann = reader.signed_in(ANN)
    ann.goto(case)
    ann.click("text=Look at its page as families will see it")
    ann.click("button:has-text('Approve to publish')")
    look(ann, "first-approval-again")
    reply(reader, stage)


def reply(reader: Reader, stage: Stage) -> None:
    """The provider reads what was changed and replies."""
    page = reader.signed_in(AVON.email)
    page.goto(f"{stage.base_url}/returns/{stage.ref().id}/reply")
    reader.look(page, "reply")
    page.fill("#words", "The cards were there, in the reception office.")
    page.click("text=Save your reply")
    reader.look(page, "record-with-reply")


def test_a_keyboard_alone_gets_through_the_door(served: Stage, page: Page):
    page.goto(f"{served.base_url}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "email"
    page.keyboard.type("avon")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title().startswith("Error: ")
