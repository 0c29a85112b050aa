"""The bulletin is drawn from page data alone, alike to the byte, safe to read and to open."""

import csv
import io
import json
import re
import subprocess
import sys
from copy import deepcopy
from xml.etree import ElementTree

import pytest

from charter.reading import HELD
from notifications.outside import ADDRESSES
from notifications.templating import environment
from tests.support.drawn import faults, render
from tests.support.pages import page_faults, parse, words
from tests.support.published import pages
from tests.support.returned import CHARTER

ALDER = "prisons/ALD/2026-27-Q2"


HELPLINE = 'href="tel:08088082003">0808 808 2003</a>'


BLOCKS = {"p", "li", "dd", "dt", "h1", "h2", "h3"}


@pytest.fixture(scope="module")
def files():
    return render(pages())


@pytest.fixture(scope="module")
def html(files):
    return {path: text.decode() for path, text in files.items() if path.endswith(".html")}


def edited(path, value):
    """The page data with one value of Alder Hill's page replaced."""
    data = deepcopy(dict(pages()))
    here = data[ALDER]
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return data


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def test_the_files_stand_where_they_will_stand_for_years(files):
    assert {
        "index.html",
        "prisons/ALD/index.html",
        "prisons/ALD/2026-27-Q1.html",
        "prisons/ALD/2026-27-Q2.html",
        "commissioners/SAMPLE/index.html",
        "commitments/C1.html",
        "quarters/SAMPLE/2026-27-Q2.html",
        "how-this-works.html",
        "accessibility.html",
        "data/returns.csv",
        "data/returns.json",
        "data/actions.csv",
        "feed.xml",
        "style.css",
    } <= set(files)
    assert list(files) == sorted(files)


def test_nothing_keeps_the_bulletin_from_being_published(files):
    assert faults(pages()) == []


def test_every_page_keeps_the_rules_of_the_house(html):
    assert {path: page_faults(text) for path, text in html.items() if page_faults(text)} == {}


def test_the_same_data_gives_the_same_bytes_in_another_process_and_locale(files):
    program = (
        "import hashlib; from tests.support.published import pages;"
        "from tests.support.drawn import render;"
        "data = dict(reversed(pages().items()));"
        "print(hashlib.sha256(repr(render(data)).encode()).hexdigest())"
    )
    answers = set()
    for seed, zone, language in [("1", "Pacific/Auckland", "C"), ("2", "UTC", "de_DE.UTF-8")]:
        env = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONUTF8": "1"}
        ran = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, check=True
        )
        answers.add(ran.stdout)
    assert len(answers) == 1
    assert render(json.loads(json.dumps(pages()))) == files


def test_urgent_help_and_the_helpline_stand_first_and_last_on_every_page(html):
    for path, text in html.items():
        assert text.count(HELPLINE) >= 2, path
        body = text[text.index("<body>") :]
        assert body.index("Ring the prison") < body.index("<main")
        assert body.index(HELPLINE) < body.index("<main")
        assert body.rindex(HELPLINE) > body.rindex("not an NHS website")
        assert "0808 808 3444" not in text


def test_the_prisons_own_numbers_are_links_that_dial(html):
    text = html[f"{ALDER}.html"]
    assert text.index('href="tel:02079460100"') < text.index("<main")
    assert text.index('href="tel:02079460101"') < text.index("<main")
    assert "Healthcare line for families" in text
    assert "number checked 1 September 2026" in text


def test_every_page_but_the_list_of_prisons_leads_back_to_it_in_its_head(html):
    for path, text in html.items():
        head = text.partition("</header>")[0]
        assert ('index.html">All prisons</a>' in head) == (path != "index.html"), path


def test_the_notice_on_the_wording_is_given_once_on_a_page(html):
    for path, text in html.items():
        assert text.count(CHARTER.notice) == 1, path


def test_every_page_says_that_the_wording_is_working_and_the_data_are_samples(html):
    for path, text in html.items():
        assert "working wording" in text.lower(), path
        assert CHARTER.notice in text, path
        assert "Sample data" in text, path
        assert "This is not an NHS website" in text, path


def test_the_banners_come_from_the_data():
    data = deepcopy(dict(pages()))
    for page in data.values():
        page["notices"] |= {"sample": False, "working_wording": ""}
    for path, text in render(data).items():
        if path.endswith(".html"):
            assert b"Sample data" not in text, path
            assert b"orking wording" not in text, path


def test_no_page_has_a_script_a_cookie_or_an_address_outside(html):
    for path, text in html.items():
        tree, _ = parse(text)
        assert not list(tree.iter("script")), path
        links = [a.get("href", "") for a in tree.iter("a")]
        led_out = {h for h in links if re.match(r"(?!tel:)[a-z]+:|//|/", h)}
        assert led_out <= ADDRESSES, path


def test_every_prisons_page_says_what_it_cannot_tell(html):
    for path, text in html.items():
        if path.startswith(("prisons/", "commissioners/", "commitments/")):
            assert "This page does not tell you how your relative is." in text, path


def test_the_newest_quarter_stands_at_the_prisons_own_address(files, html):
    assert files["prisons/ALD/index.html"] == files["prisons/ALD/2026-27-Q2.html"]
    old, new = html["prisons/ALD/2026-27-Q1.html"], html["prisons/ALD/2026-27-Q2.html"]
    assert '<a href="2026-27-Q2.html">A newer update is out. Read it.</a>' in old
    assert "A newer update is out" not in new
    assert '<a href="2026-27-Q1.html">April to June 2026</a>' in new


def test_a_page_that_is_not_there_is_not_linked_to(html):
    data = {key: page for key, page in pages().items() if not key.startswith("prisons/")}
    files = render(data)
    assert faults(data) == []
    assert b"(no update yet)" in files["index.html"]


def test_a_request_put_to_two_organisations_stands_once_with_both_replies():
    row = pages()[ALDER]["asked"][0]
    other = {**row, "party_name": "Brook Health", "source": {**row["source"], "request": "R9"}}
    page = render(edited(["asked"], [row, other]))[f"{ALDER}.html"].decode()
    assert "Request 1 of 1" in page
    assert page.count("Give families one telephone number") == 1
    assert page.count('data-request="R9"') == 1
    held = [{**one, "asked": HELD} for one in (row, other)]
    assert b"Request 2 of 2" in render(edited(["asked"], held))[f"{ALDER}.html"]


def test_a_page_with_no_update_yet_leads_to_the_last_one_that_was_told():
    data = deepcopy(dict(pages()))
    for account in data[ALDER]["accounts"]:
        account |= {"published": False, "published_on": None, "revision": None}
    page = render(data)[f"{ALDER}.html"].decode()
    assert 'told in full is for <a href="2026-27-Q1.html">April to June 2026</a>' in page


def test_both_sides_of_a_changed_rating_can_be_read(html):
    text = html[f"{ALDER}.html"]
    assert "NHS Sample changed this from “Partly kept” to “Not kept”." in text
    assert "kept 5, partly kept 2, not kept 2" in text


def test_what_was_held_shows_neither_words_nor_kind(files):
    hold = {"where": "the reply", "kinds": ["prison number"], "source": {"return_id": 1}}
    files = render(edited(["holds"], [hold]))
    assert not [path for path, text in files.items() if b"prison number" in text]


def test_facts_carry_what_they_rest_on(html):
    tree, _ = parse(html[f"{ALDER}.html"])
    carried = [e for e in tree.iter() if e.get("data-return") and not e.get("data-record")]
    records = {e.get("data-record") for e in tree.iter() if e.get("data-record")}
    assert {"service:21", "passed_on:sample-ald-prison-1", "practice:ald-c4-1"} <= records
    assert {e.get("data-step") for e in carried} == {"41"}
    assert len(carried) > 20
    assert all(len(e.get("data-document", "")) == 64 for e in carried)
    assert all(len(e.get("data-receipt", "")) == 64 for e in carried)
    assert {e.get("data-action") for e in carried} >= {f"avon-ald-{n}" for n in range(1, 5)}
    assert {e.get("data-request") for e in carried} >= {f"R{n}" for n in range(1, 5)}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "</p></div></main><h1>Another</h1>",
        "{{ 7 * 7 }} {% raw %} {{ page.__class__ }}",
        "[read this](javascript:alert(1)) https://elsewhere.example",
        "\u202eturned around\u202c and \u2067never closed",
        "control \x00 \x0b \x1b characters",
        "مرحبا and English and 2026",
        "heaped" + "\u0301" * 200,
        "word " * 8000,
        "long" * 10000,
    ],
)
def test_whatever_a_provider_writes_is_shown_as_harmless_text(text):
    spots = [
        ["accounts", 0, "reply"],
        ["asked", 0, "words"],
        ["actions", 0, "title"],
        ["commitments", 0, "answers", 0, "statement"],
        ["news", 0, "words"],
    ]
    for spot in spots:
        files = render(edited(spot, text))
        assert faults(edited(spot, text)) == []
        page = files[f"{ALDER}.html"].decode()
        assert page_faults(page) == []
        tree, _ = parse(page)
        assert not [e for e in tree.iter() if e.tag in {"script", "img"}]
        assert "\u202e" not in page
        assert "\u0301" * 5 not in page
        assert "49 " not in page
        ElementTree.fromstring(files["feed.xml"])


def test_a_missing_name_is_an_error_and_not_a_gap():
    data = edited(["news"], [])
    del data[ALDER]["phones"]
    with pytest.raises(Exception, match="phones"):
        render(data)


def test_the_templates_cannot_reach_beyond_what_they_are_given():
    with pytest.raises(Exception, match="unsafe"):
        environment().from_string("{{ ''.__class__.__mro__ }}").render()


@pytest.mark.parametrize("key", ["../up", "/root", "prisons/A B/2026-27-Q1", "a//b", ".hidden", ""])
def test_a_key_that_is_no_address_is_refused(key):
    page = {**pages()["commitments/C1"], "key": key}
    with pytest.raises(ValueError, match="no address"):
        render({**pages(), key: page})


def test_a_page_filed_under_another_key_is_refused():
    with pytest.raises(ValueError, match="says it is another"):
        render({**pages(), "commitments/C0": pages()["commitments/C1"]})


def test_addresses_that_differ_only_in_capitals_are_refused():
    page = {**pages()["commitments/C1"], "key": "commitments/c1"}
    with pytest.raises(ValueError, match="capital"):
        render({**pages(), "commitments/c1": page})


def test_a_bulletin_without_a_start_page_is_refused():
    with pytest.raises(ValueError, match="start page"):
        render({key: page for key, page in pages().items() if key != "index"})


def test_our_own_sentences_are_short(html):
    long = set()
    for text in html.values():
        tree, _ = parse(text)
        for block in tree.iter():
            inside = (one for one in block.iter() if one is not block)
            if block.tag in BLOCKS and not any(one.tag in BLOCKS for one in inside):
                for sentence in re.split(r"(?<=[.?!:])\s+", words(block)):
                    if len(sentence.split()) > 20:
                        long.add(sentence)
    assert long == set()


def test_the_style_sheet_is_small_and_asks_for_nothing(files):
    style = files["style.css"].decode()
    assert len(style) < 12_000
    assert "url(" not in style
    assert "@import" not in style


def test_no_page_is_heavier_than_a_poor_signal_bears(files, html):
    assert max(len(text.encode()) for text in html.values()) + len(files["style.css"]) < 50_000
