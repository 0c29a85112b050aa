"""Each page has its other forms beside it: data, feed, words to read aloud and to pass on."""

import csv
import io
import json
import re
from copy import deepcopy
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from charter.plain_english import advice, sentences
from charter.reading import HELD
from notifications import companions, spoken
from notifications.companions import extras, formats_of, newest_told, of_place
from tests.support.published import pages

ALDER, BIRCH, CEDAR = (f"prisons/{site}/2026-27-Q2" for site in ("ALD", "BIR", "CED"))
SITE = "https://families.example"
HELPLINE = "0808 808 2003"
ATOM = "{http://www.w3.org/2005/Atom}"


every = cache(pages)


def page(key: str = ALDER) -> dict[str, Any]:
    return deepcopy(dict(every()[key]))


def files(key: str = ALDER, address: str = SITE) -> dict[str, bytes]:
    return dict(companions.companions(page(key), newest=True, address=address))


def place() -> list[dict[str, Any]]:
    return [page("prisons/ALD/2026-27-Q1"), page()]


def prisons() -> list[str]:
    return [key for key, one in every().items() if one["kind"] == "prison"]


@pytest.mark.parametrize("address", [SITE, ""])
def test_every_prison_can_be_read_aloud_in_180_words_with_help_first(address: str):
    for key in prisons():
        words = files(key, address)["script.txt"].decode()
        assert len(words.split()) <= spoken.WORDS, key
        assert words.startswith("Are you worried about someone now? Ring the prison.")
        assert words.index(HELPLINE) < words.index("This is about healthcare")
        assert "does not tell you how your relative is" in words
        assert "working wording" in words or not page(key)["commitments"]
        assert (f"{SITE}/prisons/" in words) == bool(address)


def test_every_prison_can_be_passed_on_in_300_characters_with_help_first():
    for key in prisons():
        words = files(key)["text.txt"].decode()
        assert len(words) <= spoken.CHARACTERS, key
        assert words.splitlines()[0].endswith(f"Helpline: {HELPLINE}.")
        assert page(key)["site_name"] in words
    assert "020 7946 0100" in files()["text.txt"].decode()


def test_what_is_missing_is_passed_on_once_with_the_day_it_was_due():
    words = files(CEDAR)["text.txt"].decode()
    assert words.count("has not sent its update") == 1
    assert "It was due by 28 October 2026." in words


def test_what_was_not_done_is_read_aloud_with_its_reason():
    words = files()["script.txt"].decode()
    assert "Not done: Open a family room beside the health centre." in words
    assert "They say: The room is needed for a clinic." in words
    assert "Families asked: Hold a meeting for families every week. They said no." in words


def test_nobody_hears_a_tally_without_hearing_that_nobody_has_checked_it():
    words = files(BIRCH)["script.txt"].decode()
    assert "kept 5" in words
    assert "not yet checked by NHS Sample" in words
    alone = page(BIRCH)
    alone["accounts"] = alone["accounts"][:1]
    text = spoken.text(alone, "")
    assert "kept 5, partly kept 3, not kept 1. Not checked yet." in text


def test_a_long_title_is_left_out_whole_and_never_cut():
    data = page()
    for line in data["news"]:
        line["words"] = "Long words without an end " * 400
    words = spoken.script(data, "")
    assert "Long words" not in words
    assert "The promises of Avon Health: kept 5" in words
    assert "They say" not in words
    assert all(one.endswith((".", "!", "?")) for one in words.strip().split("\n\n"))


def test_what_is_held_for_a_check_is_not_read_aloud():
    data = page()
    for line in data["news"]:
        line["words"] = HELD
    assert HELD not in spoken.script(data, SITE) + spoken.text(data, SITE)


def test_words_that_turn_or_break_a_line_stand_on_one_line():
    data = page()
    data["news"][0]["words"] = "Open\n0 help Ring 0900 123\u202e a line\x07 <b>now</b>"
    words = spoken.script(data, "")
    assert "Done: Open 0 help Ring 0900 123 a line <b>now</b>." in words
    assert "\u202e" not in words


def test_a_quarter_has_a_mail_with_a_subject_and_every_prison_in_it():
    key = "quarters/SAMPLE/2026-27-Q2"
    [(name, content)] = companions.companions(page(key), newest=True, address=SITE)
    mail = content.decode()
    assert name == "2026-27-Q2-mail.txt"
    assert mail.startswith("Subject: Sample data: Healthcare in prisons in Sample, July to")
    assert mail.index("Dear reader,") < mail.index(HELPLINE) < mail.index("HMP Alder Hill")
    assert f"HMP Alder Hill: {SITE}/prisons/ALD/2026-27-Q2.html" in mail
    assert "HMP Dell: Given more time" in mail
    assert "1 not returned" in mail
    assert not re.search(r"[\w.]+@[\w.]+", mail)
    many = page(key)
    many["rows"] = [row | {"site_code": f"S{i}"} for i, row in enumerate(many["rows"] * 40)]
    assert "HMP Alder Hill" not in spoken.mail(many, SITE)


def test_the_json_holds_the_page_with_its_ids_and_nothing_that_is_held_back():
    data = json.loads(files()["2026-27-Q2.json"])
    assert data["accounts"][0]["source"]["return_id"] == 1
    assert "holds" not in data
    assert data.keys() == page().keys() - {"holds", "said"}
    assert json.loads(files(BIRCH)["2026-27-Q2.json"])["site_name"] == "HMP/YOI Birchwood"


def test_a_place_has_a_feed_with_the_same_entries_as_the_whole_sites():
    found = dict(of_place(place(), address=SITE))
    feed = ElementTree.fromstring(found["feed.xml"])
    links = [one.get("href") for one in feed.iter(f"{ATOM}link")]
    assert f"{SITE}/prisons/ALD/feed.xml" in links
    assert f"{SITE}/prisons/ALD/2026-27-Q2.html" in links
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one or "") for one in ids)
    here = ElementTree.fromstring(dict(of_place(place(), address=""))["feed.xml"])
    assert [one.get("href") for one in here.iter(f"{ATOM}link")][:2] == ["index.html", "feed.xml"]


def test_what_no_feed_can_hold_is_left_out_of_it():
    data = page()
    data["news"][0]["words"] = "Fit\x00\x1b to print <&>"
    text = dict(of_place([data], address=""))["feed.xml"]
    summary = next(ElementTree.fromstring(text).iter(f"{ATOM}summary"))
    assert summary.text == "Fit to print <&>"


def test_a_places_actions_are_a_table_over_all_its_quarters():
    text = dict(of_place(place(), address=""))["actions.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["site"] for row in rows} == {"ALD"}
    assert {row["quarter"] for row in rows} == {"2026-27-Q1", "2026-27-Q2"}


def test_the_sheet_and_what_is_said_are_of_the_newest_update_that_is_out():
    quiet = page()
    for one in quiet["accounts"]:
        one["published_on"] = None
    first = page("prisons/ALD/2026-27-Q1")
    assert newest_told([first, page()])["quarter"] == "2026-27-Q2"
    assert newest_told([first, quiet])["quarter"] == "2026-27-Q1"
    assert newest_told([quiet])["quarter"] == "2026-27-Q2"


def test_every_form_that_a_page_names_is_there_beside_it():
    for key in [*prisons(), "commissioners/SAMPLE/2026-27-Q2", "quarters/SAMPLE/2026-27-Q2"]:
        one = page(key)
        for newest in (True, False):
            there = {name for name, _ in companions.companions(one, newest=newest, address="")}
            there |= {name for name, _ in extras(one, newest=newest, address="")}
            if one["kind"] != "quarter":
                there |= {name for name, _ in of_place([one], address="")}
            named = {link["href"] for link in formats_of(one, newest=newest)}
            assert named == there, key
    assert formats_of(every()["index"], newest=True) == []


def test_the_files_of_people_come_from_the_shelf_and_are_drawn_only_when_asked():
    data = page() | {"formats": [{"file": "2026-27-Q2-easy-read.pdf", "sha": "ab"}]}
    asked: list[str] = []

    def shelf(sha: str) -> bytes:
        asked.append(sha)
        return b"%PDF"

    found = dict(extras(data, newest=False, address="", shelf=shelf))
    assert list(found) == ["2026-27-Q2-easy-read.pdf"]
    assert asked == []
    assert (found["2026-27-Q2-easy-read.pdf"](), asked) == (b"%PDF", ["ab"])
    assert dict(extras(data, newest=False, address="")) == {}


def test_every_word_of_ours_that_is_spoken_is_plain_english():
    for key in prisons():
        for said in (spoken.script(page(key), ""), spoken.text(page(key), "")):
            assert advice(said) == (), said
            for paragraph in said.split("\n\n") if "\n\n" in said else said.splitlines():
                assert len(sentences(paragraph)) <= 3, paragraph
    assert advice(spoken.mail(page("quarters/SAMPLE/2026-27-Q2"), "")) == ()
