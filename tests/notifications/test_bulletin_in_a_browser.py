"""Every kind of page works on a small phone and on a wide screen, and axe finds no fault in it."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.browser import axe_faults
from tests.support.drawn import put
from tests.support.languages import longer, mirrored
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
    "region": "regions/SAMPLE.html",
    "quarter in every region": "quarters/2026-27-Q2.html",
    "letter": "find/a.html",
    "how this works": "how-this-works.html",
    "accessibility": "accessibility.html",
    "promises over time": "prisons/ALD/actions.html",
    "information": "information.html",
    "corrections": "corrections.html",
    "not signed up": "prisons/FIR/index.html",
    "nobody known": "prisons/GOR/index.html",
    "not there": "404.html",
    "another format": "another-format.html",
    "large print": "prisons/ALD/index.html#large-print",
}
SIZES = {"phone": (320, 568), "desk": (1280, 800)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    put(home, pages(), entries=1, languages=[longer(), mirrored()])
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
    path, _, place = KINDS[kind].partition("#")
    page.goto((site / path).as_uri() + (f"#{place}" if place else ""))
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page, served, kind, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{served}/{KINDS[kind]}")
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


TOLD_APART = ["prison", "promises over time"]
"""From left to right axe looks at every kind in English; at these in a longer language as well."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", ["en-XA", "ar-XB"])
def test_another_language_reads_as_well_from_either_side(page, served, code, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for kind, path in KINDS.items():
        page.goto(f"{served}/{code}/{path}")
        if code == "ar-XB" or kind in TOLD_APART:
            assert axe_faults(page) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
        assert page.evaluate("document.documentElement.scrollLeft") == 0, kind


def test_a_page_from_right_to_left_begins_at_the_right(page, site):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((site / "ar-XB" / KINDS["promises over time"]).as_uri())
    heading, label = page.locator("h1").bounding_box(), page.locator(".app-chart__text").first
    assert heading["x"] + heading["width"] > 1000
    drawing = page.locator(".app-chart__drawing").first.bounding_box()
    assert label.bounding_box()["x"] > drawing["x"] + drawing["width"] / 3
    right = label.bounding_box()["x"] + label.bounding_box()["width"]
    assert right <= drawing["x"] + drawing["width"] + 1


ABOUT_A_PLACE = [
    "prison",
    "older quarter",
    "two organisations",
    "not returned",
    "not published",
    "commissioner",
]


@pytest.mark.parametrize("code", ["", "en-XA/", "ar-XB/"])
def test_the_first_screen_of_a_phone_holds_a_number_to_ring_and_what_changed(page, site, code):
    width, bottom = SIZES["phone"]
    page.set_viewport_size({"width": width, "height": bottom})
    for kind in ABOUT_A_PLACE:
        if code == "en-XA/" and kind == "older quarter":
            continue  # a third longer, and with one notice more: only the newest page has the room
        page.goto((site / code / KINDS[kind]).as_uri())
        if code:  # no real page says that it is a sample
            page.evaluate("document.querySelector('.sample').remove()")
        for selector in (".urgent .dial >> nth=0", "h1", ".news li >> nth=0"):
            box = page.locator(selector).bounding_box()
            assert box is not None, (kind, selector)
            assert box["y"] + box["height"] <= bottom, (kind, selector)
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
    put(tmp_path, data, entries=1)
    opened(page, tmp_path / "site", "prison", "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


SIZE = "e => parseFloat(getComputedStyle(e).fontSize)"


def test_large_print_makes_every_word_half_as_large_again_on_screen_and_on_paper(page, site):
    root = page.locator("html")
    opened(page, site, "prison", "phone")
    usual = root.evaluate(SIZE)
    opened(page, site, "large print", "phone")
    assert root.evaluate(SIZE) == 1.5 * usual
    assert page.locator("text=Usual print").is_visible()
    page.emulate_media(media="print")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main *, aside *')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 16 / 0.75, "sixteen points, in pixels of a ninety-sixth of an inch"


def test_paper_has_what_the_screen_folds_away(page, site):
    opened(page, site, "prison", "desk")
    inside = page.locator(".fold .answer .said >> nth=0")
    assert not inside.is_visible()
    page.emulate_media(media="print")
    assert inside.bounding_box()["height"] > 0


def test_paper_carries_the_page_and_leaves_the_menus_out(page, site):
    opened(page, site, "prison", "desk")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("text=0808 808 2003").first.is_visible()
    assert page.locator("#promises").is_visible()
