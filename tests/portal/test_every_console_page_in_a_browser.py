"""Every page of the console in a real browser: the list is read from the route table."""

import io
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdf
import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from portal.cookies import Cookies
from portal.keys import hash_of, new_secret
from providers import sessions
from providers.database import Database, open_engine
from tests.portal.test_every_page_in_a_browser import faults_of
from tests.support import scale
from tests.support.browser import Watcher
from tests.support.clocked import PEOPLE, Console, console
from tests.support.programme import COMMISSIONER

SERVICES, QUARTERS = 4, 2
PAGE = "text/html"


@pytest.fixture(scope="module")
def here(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A region with two quarters of four services, on a port of this machine."""
    folder = tmp_path_factory.mktemp("pages")
    path = folder / "pages.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(open_engine(f"sqlite:///{path}"))
    scale.region(database, folder, SERVICES, QUARTERS)
    with console(database, folder) as found, serving(found):
        yield found


@contextmanager
def serving(here: Console) -> Iterator[None]:
    """The region's app over plain HTTP as long as this lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    here.stage.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    here.stage.open_app()
    config = uvicorn.Config(here.stage.app, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield
    server.should_exit = True
    thread.join(10)
    listener.close()


def enter(browser: Browser, here: Console, email: str) -> tuple[Page, Watcher]:
    """A browser in which somebody is signed in, as though they had followed their link."""
    context, stage, secret = browser.new_context(locale="en-GB"), here.stage, new_secret()
    watcher = Watcher(context)
    with stage.database.writing() as session:
        person = stage.person(email)
        sessions.begin(session, person, hash_of(secret), new_secret(), stage.now)
    name = Cookies(secure=False).name("session")
    context.add_cookies([{"name": name, "value": secret, "url": stage.base_url}])
    return context.new_page(), watcher


def visits(here: Console) -> Iterator[tuple[str, str]]:
    """Each page's route with the first of the team who may open it; files to keep are none."""
    for route in here.routes():
        for email in PEOPLE:
            client = here.clients[email].http
            answer = client.get(here.address(route), follow_redirects=False)
            if answer.status_code != 403:
                break
        if answer.headers.get("content-type", PAGE).startswith(PAGE):
            yield route, email


def test_every_page_of_the_console_is_sound_wide_and_narrow(
    here: Console, chromium: Browser
) -> None:
    faults: list[str] = []
    people = {email: enter(chromium, here, email) for email in PEOPLE}
    for route, email in visits(here):
        page = people[email][0]
        answer = page.goto(here.stage.base_url + here.address(route))
        assert answer is not None
        faults += [] if answer.status == 200 else [f"{route}: {answer.status}"]
        faults += faults_of(page, route, script=True)
    for page, watcher in people.values():
        page.context.close()
        faults += [f"called outside: {one}" for one in watcher.outside]
        faults += [f"complained: {one}" for one in watcher.console if "status of 4" not in one]
    assert not faults, "\n".join(faults)


def test_a_printed_grid_begins_on_the_first_sheet_and_says_which_commitment_is_which(
    here: Console, chromium: Browser
) -> None:
    page, _ = enter(chromium, here, COMMISSIONER)
    route = here.address("/console/regions/{region}/{quarter}")
    page.goto(f"{here.stage.base_url}{route}?view=grid")
    first = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages[0].extract_text()
    page.context.close()
    assert "HMP Place 1" in first
    assert "W2 Get consent right" in " ".join(first.split())
