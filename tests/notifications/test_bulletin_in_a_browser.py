"""Every kind of page works on a small phone and on a wide screen, and axe finds no fault in it."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from notifications.bulletin import render
from notifications.site import write_site
from tests.support.browser import axe_faults
from tests.support.published import pages

KINDS = {
    "start page": "index.html",
    "prison": "prisons/ALD/index.html",
    "older quarter": "prisons/ALD/2026-27-Q1.html",
    "two organisations": "prisons/BIR/index.html",
    "not returned": "prisons/CED/index.html",
    "not published": "prisons/DEL/index.html",
    "commissioner": "commissioners/SAMPLE/index.html",
    "commitment": "commitments/C6.html",
    "timetable": "quarters/SAMPLE/index.html",
    "how this works": "how-this-works.html",
    "accessibility": "accessibility.html",
}
SIZES = {"phone": (320, 568), "desk": (1280, 800)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    write_site(home, render(pages()), entries=1, head="00" * 32)
    return home / "site"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture(scope="module")
def served(site):
    """The same site on a plain web server, for axe fetches style sheets a second time."""
    handler = functools.partial(Quiet, directory=site)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def opened(page, site, kind, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto((site / KINDS[kind]).as_uri())
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page, served, kind, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{served}/{KINDS[kind]}")
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", ["prison", "two organisations", "not returned", "not published"])
def test_the_first_screen_of_a_phone_holds_a_number_to_ring_and_what_changed(page, site, kind):
    opened(page, site, kind, "phone")
    bottom = SIZES["phone"][1]
    for selector in (".urgent .dial >> nth=0", "h1", ".news li >> nth=0"):
        box = page.locator(selector).bounding_box()
        assert box is not None, selector
        assert box["y"] + box["height"] <= bottom, selector
    assert page.locator(".urgent .dial").first.get_attribute("href").startswith("tel:")


def test_a_keyboard_reaches_the_page_itself_first_and_sees_where_it_is(page, site):
    opened(page, site, "prison", "phone")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = "e => getComputedStyle(document.activeElement).backgroundColor"
    assert page.locator("body").evaluate(focused) == "rgb(255, 216, 61)"


def test_a_very_long_word_and_a_very_long_answer_stay_within_the_screen(page, site, tmp_path):
    data = dict(pages())
    key = "prisons/ALD/2026-27-Q2"
    account = {**data[key]["accounts"][0], "reply": "long" * 10_000}
    data[key] = {**data[key], "accounts": [account], "site_name": "HMP " + "Long" * 40}
    write_site(tmp_path, render(data), entries=1, head="00" * 32)
    opened(page, tmp_path / "site", "prison", "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_carries_the_page_and_leaves_the_menus_out(page, site):
    opened(page, site, "prison", "desk")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("text=0808 808 2003").first.is_visible()
    assert page.locator("#promises").is_visible()
