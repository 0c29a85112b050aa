"""Every page that a provider can open, in a real browser: the list is read from the route table."""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from charter.answers import Evidence
from charter.steps import Rating, RecordedNotReturned
from providers import answering, checking, evidence, lives, practices, returns
from providers.database import Database
from providers.evidence_scanning import scan_waiting
from providers.practices import Telling
from tests.support import files, group
from tests.support.browser import Watcher, axe_faults
from tests.support.cast import AVON, BROOK, CLYDE, DEE
from tests.support.counting import FOR_ANYONE
from tests.support.group import GIL, SAND, SHELL
from tests.support.stage import CORA, LAST, MONA, Stage

WIDTHS = (1280, 320)
ANYBODY = ""
OF_OTHERS = re.compile(r"/(console|api|static|families|calendar|sign-in/(team|second))(/.*)?")
"""What is no provider's: the regions' own teams, programs, and the families' site."""
PART = re.compile(r"\{(\w+)\}")
PAGES = {
    "/": AVON.email,
    "/sign-in": ANYBODY,
    "/sign-in/sent": ANYBODY,
    "/sign-in/link/{link}": ANYBODY,
    "/sign-in/code": ANYBODY,
    "/signed-out": ANYBODY,
    "/returns": GIL,
    "/details": AVON.email,
    "/returns/{return_id}": AVON.email,
    "/returns/{return_id}/unchanged": AVON.email,
    "/returns/{return_id}/commitments/{commitment_id}": AVON.email,
    "/returns/{return_id}/commitments/{commitment_id}/account": AVON.email,
    "/returns/{return_id}/commitments/{commitment_id}/dispute": AVON.email,
    "/returns/{return_id}/commitments/{commitment_id}/copy": GIL,
    "/returns/{return_id}/commitments/{commitment_id}/practices": AVON.email,
    "/returns/{return_id}/commitments/{commitment_id}/evidence/{place}": AVON.email,
    "/returns/{return_id}/measures": AVON.email,
    "/returns/{return_id}/spotlight": AVON.email,
    "/returns/{return_id}/actions": AVON.email,
    "/returns/{return_id}/actions/{place}": AVON.email,
    "/returns/{return_id}/replies": AVON.email,
    "/returns/{return_id}/not-running": AVON.email,
    "/returns/{return_id}/check": AVON.email,
    "/returns/{return_id}/done": BROOK.signer_email,
    "/returns/{return_id}/sign": BROOK.signer_email,
    "/returns/{return_id}/reply": AVON.email,
    "/returns/{return_id}/extension": AVON.email,
    "/returns/{return_id}/sentence": CLYDE.email,
    "/returns/{return_id}/handover": AVON.email,
    "/returns/{return_id}/people": AVON.email,
    "/returns/{return_id}/dates": AVON.email,
    "/returns/{return_id}/history": AVON.email,
    "/returns/{return_id}/history/{sha}": AVON.email,
    "/returns/{return_id}/copy": AVON.email,
    "/returns/{return_id}/spreadsheet": AVON.email,
    "/returns/{return_id}/spreadsheet/taken": AVON.email,
}
"""Every page with whoever opens it here."""
KEPT = {
    "/returns/{return_id}/copy.pdf",
    "/returns/{return_id}/copy.json",
    "/returns/{return_id}/draft.json",
    "/returns/{return_id}/return.xlsx",
    "/returns/{return_id}/files/{file_id}",
    "/families-look.css",
    "/families-page.css",
}
"""What answers with a file instead of a page; a browser keeps it, or takes its style from it."""
REFUSED = {
    "/returns/999": (404, AVON.email),
    "/sign-in/link/long-gone": (410, ANYBODY),
    "/returns/{return_id}/measures": (403, MONA),
    "/returns/{signed}/commitments/W1": (409, AVON.email),
    "/returns/{return_id}/files/{file_id}": (409, AVON.email),
}
"""What is not there, over, another's to do, closed, or not looked into yet."""
PIECE = Evidence(
    title="Call log",
    dated=date(2026, 6, 1),
    file="calls.pdf",
    sha=hashlib.sha256(files.PDF).hexdigest(),
)


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """Every return as far along as its page needs it, with something to show on each."""
    store, site = Database(sqlite_database), tmp_path / "site"
    here = Stage(store, site_folder=site, charter_text=FOR_ANYONE, also=group.rows()).play()
    before, dee, brook = here.ref(AVON, LAST), here.ref(DEE), here.ref(BROOK)
    here.submit(DEE, here.filled(dee), here.now)
    group.save(here, SHELL, group.answer("W1", "We ask each person on arrival."))
    told = Telling("A weekly call-back hour", "A nurse rings.", "The rota.", "A diary hour.")
    with here.database.writing() as session:
        cora, seen = here.person(CORA), "Nobody was asked on two visits."
        checking.change_rating(session, before, "W1", Rating.NOT_MET, seen, here.now, cora)
        for one in (before, dee):
            checking.confirm(session, one, here.now, here.person(CORA))
        practices.share(session, dee, "W4", told, here.now, here.person(CORA))
        document = here.filled(brook)
        answering.hand_over(session, brook, document, here.now, here.person(BROOK.email))
        lives.record(session, here.ref(CLYDE).id, RecordedNotReturned(), here.now, "engine")
    give_a_file(here)
    return here


def give_a_file(stage: Stage) -> None:
    """A file as the evidence of the first answer that waits to be confirmed."""
    here, who = stage.ref(), stage.person(AVON.email)
    with stage.database.writing() as session:
        evidence.take(session, stage.cabinet, here, "calls.pdf", files.PDF, stage.now, "person:1")
        draft = returns.draft(session, here)
        first = draft.document.answers[0].model_copy(update={"evidence": (PIECE,)})
        answers = (first, *draft.document.answers[1:])
        document = draft.document.model_copy(update={"answers": answers})
        answering.save_draft(session, here, document, stage.now, who, version=draft.version)


def routes(stage: Stage) -> set[str]:
    """The addresses of a provider that a browser may open."""
    found = iter_route_contexts(stage.app.routes)
    opened = {str(r.path) for r in found if "GET" in (getattr(r, "methods", None) or {"GET"})}
    return {path for path in opened if not OF_OTHERS.fullmatch(path)}


@dataclass
class Opener:
    """Opens each address in the browser of whoever it is for."""

    stage: Stage
    browser: Browser
    script: bool
    pages: dict[str, Page]

    def page_of(self, email: str) -> Page:
        """That person's browser, signed in unless it is nobody's."""
        if email not in self.pages:
            context = self.browser.new_context(locale="en-GB", java_script_enabled=self.script)
            self.pages[email] = context.new_page()
            self.watchers.append(Watcher(context))
            if email:
                sign_in(self.stage, self.pages[email], email)
        return self.pages[email]

    def __post_init__(self) -> None:
        self.watchers: list[Watcher] = []

    def address(self, route: str) -> str:
        """The route with something real behind each of its parts."""
        stage, (signed, sha) = self.stage, self.stage.signed()
        return_id = stage.ref().id
        if "history/" in route or route.endswith(("/reply", "/dispute")):
            return_id = signed.id
        elif route.endswith(("/sign", "/done")):
            return_id = stage.ref(BROOK).id
        elif route.endswith("/sentence"):
            return_id = stage.ref(CLYDE).id
        elif route.endswith("}/copy") and "commitments" in route:
            return_id = group.ref(stage, SAND).id
        values = {
            "return_id": return_id,
            "commitment_id": "W4" if "practices" in route else "W1",
            "place": "new" if "actions" in route else 1,
            "sha": sha,
            "file_id": 1,
            "signed": signed.id,
            "link": stage.link(AVON.email).rpartition("/")[2] if "link" in route else "",
        }
        return stage.base_url + PART.sub(lambda part: str(values[part[1]]), route)

    def close(self) -> None:
        """Close the browsers; no page may have called outside or complained."""
        for page in self.pages.values():
            page.context.close()
        assert not [one for watcher in self.watchers for one in watcher.outside]
        said = [text for watcher in self.watchers for text in watcher.console]
        assert not [text for text in said if "status of 4" not in text], said


@contextmanager
def opening(stage: Stage, browser: Browser, *, script: bool) -> Iterator[Opener]:
    opener = Opener(stage, browser, script, {})
    yield opener
    opener.close()


def sign_in(stage: Stage, page: Page, email: str) -> None:
    """Ask for a link, wait for it, and use it."""
    ask(stage, page, email)
    page.goto(stage.base_url + stage.link(email))
    page.click("main >> text=Sign in")


def ask(stage: Stage, page: Page, email: str) -> None:
    page.goto(f"{stage.base_url}/sign-in")
    before = len(stage.messages)
    page.fill("#email", email)
    page.click("text=Send me a link")
    for _ in range(200):
        if len(stage.messages) > before:
            return
        time.sleep(0.05)
    raise AssertionError(f"no message came for {email}")


def faults_of(page: Page, name: str, *, script: bool) -> list[str]:
    """What axe finds at each width, and whether the page runs over to the side."""
    found = [] if page.locator("h1").count() == 1 else [f"{name}: no single heading"]
    for width in WIDTHS if script else ():
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name} is {wide} wide at {width}"] if wide > width else []
        found += [f"{name} at {width}: {fault}" for fault in axe_faults(page)]
    return found


def test_every_address_of_a_provider_is_visited(stage: Stage):
    assert routes(stage) == set(PAGES) | KEPT


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_every_page_of_a_provider_is_sound_wide_and_narrow(
    served: Stage, chromium: Browser, script: bool
):
    faults: list[str] = []
    with opening(served, chromium, script=script) as opener:
        ask(served, opener.page_of(AVON.email), AVON.email)
        visits = [(path, 200, who) for path, who in PAGES.items()]
        visits += [(path, status, who) for path, (status, who) in REFUSED.items()]
        for route, status, who in visits:
            page = opener.page_of(who)
            answer = page.goto(opener.address(route))
            assert answer is not None
            faults += [] if answer.status == status else [f"{route}: {answer.status}"]
            faults += faults_of(page, route, script=script)
    assert not faults, "\n".join(faults)


def test_what_a_provider_keeps_comes_as_a_file(served: Stage, chromium: Browser):
    scan_waiting(served.database, served.cabinet, served.now)
    with opening(served, chromium, script=False) as opener:
        page = opener.page_of(AVON.email)
        for route in sorted(KEPT):
            answer = page.request.get(opener.address(route))
            assert answer.status == 200, route
            assert "text/html" not in answer.headers["content-type"], route


STOP = """() => {
  const at = document.activeElement;
  return at === document.body ? "" : at.id || at.name || at.innerText.trim();
}"""


def tab_to(page: Page, wanted: str) -> list[str]:
    """Presses Tab until it has reached an element by its id, name or words: all that it passed."""
    passed: list[str] = []
    while not passed or passed[-1] != wanted:
        page.keyboard.press("Tab")
        passed.append(page.evaluate(STOP))
        assert len(passed) < 100, f"{wanted} is out of reach; passed {passed}"
        shown = page.evaluate("document.activeElement.getBoundingClientRect().height > 0")
        assert shown, f"{passed[-1]} takes the focus and cannot be seen"
    return passed


def test_a_keyboard_alone_answers_a_commitment(served: Stage, chromium: Browser):
    with opening(served, chromium, script=True) as opener:
        page = opener.page_of(AVON.email)
        page.goto(opener.address("/returns/{return_id}/commitments/{commitment_id}"))
        assert tab_to(page, "Skip to main content") == ["Skip to main content"]
        page.keyboard.press("Enter")
        passed = tab_to(page, "reason")
        assert passed[-2].startswith("rating"), passed
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        assert tab_to(page, "public_statement") == ["public_statement"]
        page.keyboard.press("Control+a")
        page.keyboard.type("We ring back within one day.")
        press(page, "go", "Save and continue")
        assert page.title().startswith("Error: ")
        tab_to(page, "Say why this was not fully met")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "reason"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("ArrowUp")
        assert page.locator("input[name=rating][value=fully]").is_checked()
        press(page, "go", "Save and continue")
    with served.database.reading() as session:
        answer = returns.draft(session, served.ref()).document.answers[0]
    assert (answer.rating, answer.reason) == ("fully", "")
    assert answer.public_statement == "We ring back within one day."


def press(page: Page, name: str, words: str) -> None:
    """Tab to a button with these words and press it."""
    for _ in range(10):
        tab_to(page, name)
        if page.evaluate("document.activeElement.innerText") == words:
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_keyboard_alone_ticks_what_is_held_and_hands_over(served: Stage, chromium: Browser):
    here = served.ref()
    filled = served.filled(here)
    done = tuple(line.model_copy(update={"status": "done"}) for line in filled.actions)
    first = filled.answers[0].model_copy(update={"narrative": "The desk’s number is A1234BC."})
    document = filled.model_copy(update={"actions": done, "answers": (first, *filled.answers[1:])})
    with served.database.writing() as session:
        version, who = returns.draft(session, here).version, served.person(AVON.email)
        answering.save_draft(session, here, document, served.now, who, version=version)
    with opening(served, chromium, script=True) as opener:
        page = opener.page_of(AVON.email)
        page.goto(opener.address("/returns/{return_id}/check"))
        hold = page.locator("input[name^=hold-]").get_attribute("id") or ""
        passed = tab_to(page, hold)
        assert sum(1 for one in passed if one.startswith("Change")) >= len(filled.answers)
        page.keyboard.press("Space")
        assert tab_to(page, "Hand over for signing") == ["Hand over for signing"]
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("h1").inner_text() == "Handed over"
