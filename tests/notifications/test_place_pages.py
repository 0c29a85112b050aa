"""What the pages of one place say in their own words, and how promises stand over the quarters."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from charter.plain_english import LONGEST, sentences
from notifications.bulletin import OWN_PAGES, Drawer
from notifications.outside import ADDRESSES, OUTSIDE
from notifications.overtime import over_time
from notifications.sitecheck import check_page
from tests.support.pages import page_faults, parse, words
from tests.support.published import pages

ALDER, CEDAR, WHOLE = (
    *("prisons/ALD/2026-27-Q2", "prisons/CED/2026-27-Q2"),
    "commissioners/SAMPLE/2026-27-Q2",
)


@cache
def site() -> Mapping[str, Any]:
    """The data of every page, made once."""
    return pages()


def drawn(key: str = ALDER, **changes: Any) -> str:
    data = {**site(), key: {**site()[key], **changes}}
    return Drawer(data).page(key).decode()


def said(html: str) -> str:
    return words(parse(html)[0])


def account(**changes: Any) -> list[dict[str, Any]]:
    return [{**site()[ALDER]["accounts"][0], **changes}]


@cache
def places() -> list[tuple[str, str]]:
    """Every page of a place and every page of our own, with what draws it."""
    drawer = Drawer(site())
    found = [(key, drawer.page(key).decode()) for key in site() if key.startswith("prisons")]
    found.append((WHOLE, drawer.page(WHOLE).decode()))
    found += [(name, drawer.own_page(name).decode()) for name in OWN_PAGES]
    promised = drawer.promised("prisons/ALD")
    assert promised is not None
    return [*found, (f"{promised['key']}.html", drawer.promises(promised).decode())]


def test_every_page_of_a_place_keeps_the_rules_of_the_house() -> None:
    assert {name: page_faults(html) for name, html in places() if page_faults(html)} == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "First published on 8 December 2026."),
        (
            {"revision": 2, "published_on": "2027-01-12", "first_published": "2026-12-08"},
            "First published on 8 December 2026. Changed once, on 12 January 2027.",
        ),
        (
            {"revision": 4, "published_on": "2027-02-02", "first_published": "2026-12-08"},
            "Changed 3 times, on 2 February 2027 for the last time.",
        ),
        ({"revision": 2, "published_on": "2027-01-12"}, "Changed once, on 12 January 2027."),
    ],
    ids=["new", "once", "often", "frozen before the first day was kept"],
)
def test_a_page_says_when_it_came_out_and_how_often_it_changed(
    changes: dict[str, Any], told: str
) -> None:
    html = drawn(accounts=account(**changes))
    assert told in said(html)
    assert "Revision" not in html


def test_where_nobody_is_commissioned_to_listen_the_page_says_so_and_marks_nothing() -> None:
    text = said(drawn(partner=""))
    assert "No listening partner is commissioned here." in text
    assert "Faithful to what families said" not in text
    assert "Families Heard speaks for families." in said(drawn())


def marks(*words: str, why: str = "") -> str:
    """The section of the page whose replies are marked in these words, one after another."""
    rows = deepcopy(site()[ALDER]["asked"])[: len(words)]
    for row, mark in zip(rows, words, strict=True):
        row["faithful"] = {"words": mark, "colour": "grey", "shape": "empty"}
        row.pop("faithful_words", None)
    if why:
        rows[0]["faithful_words"] = why
    return drawn(asked=rows).partition('<h2 id="asked">')[2].partition("</section>")[0]


def test_a_mark_that_goes_for_every_reply_is_said_once_and_others_beside_each() -> None:
    unchecked, faithful = "Not checked with families", "Faithful to what families said"
    once = marks(unchecked, unchecked)
    assert (once.count(unchecked), once.count("This goes for every reply here.")) == (1, 1)
    each = marks(unchecked, faithful)
    assert (each.count(unchecked), each.count("This goes for every reply here.")) == (1, 0)
    assert marks(faithful, faithful, why="They wrote it so.").count(faithful) == 2


def test_what_is_not_there_leads_to_the_start_from_an_address_of_any_depth() -> None:
    home = {**site()["index"], "address": "https://families.example/charter"}
    far = Drawer({"index": home}).own_page("404").decode()
    assert 'href="https://families.example/charter/index.html"' in far
    assert check_page("404.html", far.encode(), 0).faults == []
    assert check_page("403.html", far.encode(), 0).faults != []
    near = Drawer({"index": site()["index"]}).own_page("404").decode()
    assert 'href="index.html"' in near
    assert "0808 808 2003" in said(near)


def test_the_official_charter_is_linked_where_its_address_is_known_and_else_is_text() -> None:
    def shown(address: str) -> str:
        home = deepcopy(site()["index"])
        home["notices"]["official_url"] = address
        return Drawer({"index": home}).own_page("how-this-works").decode()

    known = OUTSIDE["charter"].href
    assert f'<a href="{known}" rel="noreferrer">' in shown(known)
    other = shown("https://elsewhere.example/charter.pdf")
    assert "https://elsewhere.example/charter.pdf</span>" in other
    assert check_page("how-this-works.html", other.encode(), 0).faults == []


def test_what_families_said_stands_beside_the_update_with_how_many_and_when() -> None:
    text = said(drawn())
    assert "Did somebody answer when you rang? Answered48 Said yes30" in text
    assert "Asked 3 August 2026: Asked in the visits hall" in text
    assert "What families in Sample valuedNurses who ring back" in text
    assert "It was answered 2 of 3 times" in text
    assert "Is the guide clear?" not in text
    assert "Is the guide clear? Answered200 Said yes110" in said(drawn(WHOLE))


def test_who_runs_healthcare_and_owes_no_update_is_told_with_the_reason() -> None:
    text = said(drawn())
    assert "Fern Dental runs healthcare here from 1 January 2025." in text
    assert "It has not signed the Charter in this region." in text
    assert "Hart Health runs healthcare here from 1 July 2026 to 14 July 2026." in text


def test_what_is_passed_on_to_the_prison_is_told_with_its_date_and_outside_the_ratings() -> None:
    text = said(drawn())
    assert "Let children bring a drawing to a visit. Passed on 20 July 2026" in text
    assert "nobody is rated on them" in text


def test_each_promise_is_folded_with_how_it_stands_in_sight() -> None:
    tree, _ = parse(drawn())
    folds = [one for one in tree.iter("details") if one.get("class") == "fold"]
    assert len(folds) == len(site()[ALDER]["commitments"])
    assert all(one.get("open") is None for one in folds)
    assert words(folds[5].find("summary")) == "Telling it clearly Not kept"


def test_the_page_of_promises_has_each_one_once_as_it_was_last_told() -> None:
    before, now = deepcopy(site()[ALDER]), deepcopy(site()[ALDER])
    before |= {"key": "prisons/ALD/2026-27-Q1", "quarter_words": "April to June 2026"}
    now["actions"] = [
        {**one, "status": "done"}
        for one in now["actions"]
        if one["source"]["action"] == "avon-ald-2"
    ]
    data = over_time([before, now])
    assert data is not None
    assert data["key"] == "prisons/ALD/actions"
    rows = {row["source"]["action"]: row for group in data["groups"] for row in group["rows"]}
    assert (data["promised"], data["moved"]) == (len(rows), 1) == (4, 1)
    assert rows["avon-ald-2"]["status"] == "done"
    assert rows["avon-ald-2"]["told"] == ALDER
    assert rows["avon-ald-4"]["told_in"] == "April to June 2026"


def test_a_place_that_promised_nothing_has_no_page_of_promises_and_no_link_to_one() -> None:
    assert over_time([site()[CEDAR]]) is None
    assert Drawer(site()).promised("prisons/CED") is None
    assert 'href="actions.html"' not in drawn(CEDAR)
    assert 'href="actions.html"' in drawn()


def test_only_the_few_addresses_of_one_table_lead_out_of_the_site() -> None:
    for name, html in places():
        for link in parse(html)[0].iter("a"):
            href = link.get("href", "")
            assert not href.startswith(("http", "//")) or href in ADDRESSES, (name, href)
    stray = drawn().replace(min(ADDRESSES), "https://elsewhere.example/")
    whole = drawn().replace(max(ADDRESSES), "https://elsewhere.example/")
    faults = check_page("prisons/ALD/index.html", (stray + whole).encode(), 0).faults
    assert any("elsewhere.example" in fault for fault in faults)


def test_our_own_words_are_short_sentences_in_short_paragraphs() -> None:
    drawer = Drawer(site())
    long: list[str] = []
    for name in OWN_PAGES:
        tree, _ = parse(drawer.own_page(name).decode())
        for block in (one for tag in ("p", "li", "dd") for one in tree.iter(tag)):
            found = sentences(words(block))
            long += [name + ": " + words(block)] if len(found) > 3 and block.tag == "p" else []
            long += [f"{name}: {one}" for one in found if len(one.split()) > LONGEST]
    assert long == []
