"""The tables and the feed say what the pages say, in forms that are safe to open."""

import csv
import io
import json
from collections import Counter
from copy import deepcopy
from xml.etree import ElementTree

import pytest

from notifications.exports import guarded
from tests.support.drawn import render
from tests.support.published import pages

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


def test_the_returns_are_listed_once_each_and_match_their_counts(files):
    listed = rows(files, "data/returns.csv")
    counts = pages()["quarters/SAMPLE/2026-27-Q2"]["counts"]
    assert len(listed) == counts["expected"] == 7
    assert Counter(row["state"] for row in listed) == {
        "received": 3,
        "received_late": 1,
        "nil": 1,
        "extended": 1,
        "not_returned": 1,
    }
    alder = next(row for row in listed if row["site"] == "ALD")
    assert (alder["kept"], alder["partly_kept"], alder["not_kept"]) == ("5", "2", "2")
    assert (alder["wording"], alder["sample"], alder["checked"]) == (
        "working wording",
        "yes",
        "yes",
    )
    data = json.loads(files["data/returns.json"])
    assert [row["state"] for row in data["returns"]] == [row["state"] for row in listed]
    assert data["returns"][0]["ratings"]["C6"] == "not_met"


def test_withheld_ratings_are_withheld_from_the_tables_too():
    data = edited(["commitments"], [])
    account = data[ALDER]["accounts"][0]
    account |= {"tally": None, "withheld": "The party has not signed."}
    data["prisons/ALD/2026-27-Q1"] |= {"accounts": data[ALDER]["accounts"], "commitments": []}
    row = rows(render(data), "data/returns.csv")[0]
    assert (row["kept"], row["ratings_withheld"]) == ("", "The party has not signed.")
    assert json.loads(render(data)["data/returns.json"])["returns"][0]["ratings"] == {}


def test_actions_are_listed_with_first_and_present_date(files):
    listed = [r for r in rows(files, "data/actions.csv") if r["quarter"] == "2026-27-Q2"]
    moved = next(row for row in listed if row["action"] == "avon-ald-2")
    assert (moved["first_promised"], moved["due"]) == ("2026-09-30", "2026-12-31")
    assert (moved["times_moved"], moved["because"]) == ("1", "The translator was ill for a month.")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(text):
    assert guarded(text) == f"'{text}"
    files = render(edited(["actions", 0, "title"], text))
    titles = [row["title"] for row in rows(files, "data/actions.csv")]
    assert f"'{text}" in titles


def test_tables_end_their_lines_and_quote_as_the_standard_asks():
    files = render(edited(["actions", 0, "title"], 'a "word", and\nanother'))
    text = files["data/actions.csv"]
    assert b'"a ""word"", and\nanother"' in text
    assert text.endswith(b"\r\n")
    assert not text.startswith(b"\xef\xbb\xbf")


def test_the_feed_names_each_revision_and_links_within(files):
    feed = ElementTree.fromstring(files["feed.xml"])
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", space)
    links = [link.get("href") for link in feed.iter(f"{{{space['a']}}}link")]
    assert len(entries) == 5
    assert all(link in files for link in links)
    assert {e.findtext("a:updated", "", space) for e in entries} == {"2026-12-08T00:00:00Z"}
    ids = [e.findtext("a:id", "", space) for e in entries]
    assert len(set(ids)) == len(ids)
    revised = edited(["accounts", 0, "revision"], 2)
    again = ElementTree.fromstring(render(revised)["feed.xml"])
    assert len(set(ids) & {e.findtext("a:id", "", space) for e in again.iter()}) == 4
