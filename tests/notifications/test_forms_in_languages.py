"""What is read aloud, passed on, printed and followed, in other languages than English."""

import re
import unicodedata
from copy import deepcopy
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from notifications import companions, spoken
from notifications.companions import SCRIPT, SHEET, TEXT, extras, forms_in, of_place
from notifications.languages import Language, language
from notifications.sheet import can_set
from tests.support.languages import accented, catalogue, longer, mirrored, turned
from tests.support.published import pages

ALDER, CEDAR = (f"prisons/{site}/2026-27-Q2" for site in ("ALD", "CED"))
SITE = "https://families.example"
HELPLINE = "0808 808 2003"
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
every = cache(pages)


def page(key: str = ALDER) -> dict[str, Any]:
    return deepcopy(dict(every()[key]))


def prisons() -> list[str]:
    return [key for key, one in every().items() if one["kind"] == "prison"]


def files(tongue: Language, key: str = ALDER, address: str = SITE) -> dict[str, str]:
    found = companions.companions(page(key), newest=True, address=address, language=tongue)
    return {name: content.decode() for name, content in found}


@pytest.mark.parametrize("tongue", [longer(), mirrored()], ids=lambda one: one.direction)
@pytest.mark.parametrize("address", [SITE, ""])
def test_every_prison_is_read_aloud_and_passed_on_within_its_limits(tongue: Language, address: str):
    for key in prisons():
        told = files(tongue, key, address)
        assert set(told) == {SCRIPT, TEXT}, key
        assert len(told[SCRIPT].split()) <= spoken.WORDS, key
        assert len(told[TEXT]) <= spoken.CHARACTERS, key
        for words in told.values():
            assert HELPLINE in " ".join(words.splitlines()[:3]), key
            assert ("/prisons/" in words) <= bool(address)
        assert (f"{SITE}/{tongue.code}/prisons/" in told[SCRIPT]) == bool(address)


def test_only_names_and_addresses_are_left_in_english():
    for key in prisons():
        told = files(mirrored(), key)
        own = [re.sub(f"[{LRI}{FSI}][^{PDI}]*{PDI}", "", words) for words in told.values()]
        assert [word for words in own for word in re.findall("[A-Za-z<>]+", words)] == [], key


def test_a_telephone_number_runs_from_left_to_right_among_arabic():
    told = files(mirrored())
    for words in told.values():
        assert f"{LRI}{HELPLINE}{PDI}" in words
        assert f"{FSI}HMP Alder Hill{PDI}" in words
        assert words.count(LRI) + words.count(FSI) == words.count(PDI)
        assert not [one for one in words if unicodedata.category(one) == "Co"]
    assert not re.search(f"[{LRI}{FSI}{PDI}]", "".join(files(longer()).values()))


def test_a_checked_translation_of_others_words_is_read_aloud():
    data = page()
    made = {"words": "Pokój", "maker": "A", "checker": "B", "made_on": "2026-12-01"}
    data["translations"] = {"en-XA": {"The room is needed for a clinic.": made}}
    words = spoken.script(data, SITE, longer())
    assert "Pokój." in words
    assert "The room is needed" not in words
    assert "The room is needed" in spoken.script(page(), SITE, longer())


def test_half_a_message_is_not_passed_on_and_the_page_leads_to_the_english():
    gone = frozenset({"This does not tell you how your relative is."})
    partly = language("en-XA", catalogue("pl", accented, without=gone))
    assert forms_in(page(), partly) == {TEXT, SHEET}
    assert set(files(partly)) == {TEXT}


def test_a_language_whose_help_alone_is_too_long_has_no_message():
    wordy = language("en-XA", catalogue("pl", lambda text, form=0: f"{text} {'ø' * 300}"))
    assert spoken.text(page(), "", wordy) == ""
    assert TEXT not in forms_in(page(), wordy)


def test_the_sheet_is_set_where_its_fonts_have_the_letters():
    assert can_set(page(), longer())
    assert not can_set(page(), mirrored())
    for tongue, there in ((longer(), True), (mirrored(), False)):
        found = dict(extras(page(), newest=True, address=SITE, language=tongue))
        assert (SHEET in found) is there
        if there:
            assert found[SHEET]().startswith(b"%PDF")
            assert b"(en-XA)" in found[SHEET]() or b"pl" in found[SHEET]()


@pytest.mark.parametrize("tongue", [longer(), mirrored()], ids=lambda one: one.direction)
def test_a_feed_is_in_the_language_of_its_page_with_ids_of_its_own(tongue: Language):
    data = page()
    english = dict(of_place([data], address=SITE))
    found = dict(of_place([data], address=SITE, language=tongue))
    assert set(found) == {"feed.xml"}
    root = ElementTree.fromstring(found["feed.xml"])
    assert root.get(XML_LANG) == tongue.code
    assert f"{SITE}/{tongue.code}/prisons/ALD/2026-27-Q2.html" in {
        one.get("href") for one in root.iter(f"{ATOM}link")
    }
    ids = {one.text for one in root.iter(f"{ATOM}id")}
    assert ids.isdisjoint({one.text for one in ElementTree.fromstring(english["feed.xml"]).iter()})
    title = root.findtext(f"{ATOM}title") or ""
    say = accented if tongue is longer() else turned
    assert title.startswith(say("Charter updates for families: ")[:20])
    [summary] = root.iter(f"{ATOM}summary")
    assert summary.get(XML_LANG) == "en-GB"
    data["translations"] = {
        tongue.code: {summary.text: {"words": "Ø", "maker": "A", "checker": "B", "made_on": ""}}
    }
    [summary] = ElementTree.fromstring(
        dict(of_place([data], address=SITE, language=tongue))["feed.xml"]
    ).iter(f"{ATOM}summary")
    assert (summary.text, summary.get(XML_LANG)) == ("Ø", None)
