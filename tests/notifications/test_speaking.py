"""Each language says sentences, names, dates and numbers in its own way, with our markup only."""

import pytest

from charter.quarters import Quarter
from charter.said import Said, sayings
from notifications.bulletin import Drawer
from notifications.companions import SCRIPT, TEXT, forms_in
from notifications.languages import CODES, language
from notifications.speaking import Speaker
from tests.support.languages import accented, catalogue, turned
from tests.support.published import pages

ALDER = "prisons/ALD/2026-27-Q2"
RTL = ("ar", "fa")
MISSING = '<span lang="en" dir="ltr">'


@pytest.mark.parametrize(
    ("n", "form"), [(1, 0), (2, 1), (4, 1), (5, 2), (12, 2), (22, 1), (25, 2), (101, 2)]
)
def test_polish_says_each_number_in_its_own_form(n, form):
    late = Said.counted("It came {n} day late.", "It came {n} days late.", n=n)
    made = catalogue("pl", accented)
    made.add(("It came {n} day late.", "It came {n} days late."))
    made["It came {n} day late."].string = ("{n} dzień", "{n} dni", "{n} dniów")
    told = Speaker(language("pl", made)).ours(late)
    assert told == f"{n} {('dzień', 'dni', 'dniów')[form]}"


def test_arabic_says_each_of_its_six_forms_and_may_leave_the_number_to_words():
    made = catalogue("ar", turned)
    made.add(("{n} day", "{n} days"))
    made["{n} day"].string = ("none", "one", "two", "{n} few", "{n} other", "{n} many")
    speaker = Speaker(language("ar", made))
    told = [speaker.ours(Said.counted("{n} day", "{n} days", n=n)) for n in (0, 1, 2, 3, 11, 100)]
    assert told == ["none", "one", "two", "3 few", "11 many", "100 other"]


def test_persian_has_its_own_numerals_and_months():
    speaker = Speaker(language("fa", catalogue("fa", lambda text, form=0: text)))
    assert speaker.number(28) == "۲۸"
    assert speaker.day("2026-10-28") == "۲۸ اکتبر ۲۰۲۶"
    avon, brook = '<bdi lang="en">Avon</bdi>', '<bdi lang="en">Brook</bdi>'
    assert speaker.names(["Avon", "Brook"]) == f"{avon}،\u200f {brook}"
    assert speaker.all_of(["Avon", "Brook"]) == f"{avon} و {brook}"


@pytest.mark.parametrize("code", CODES)
def test_each_of_the_ten_can_say_names_dates_and_quarters_however_many(code):
    """Babel lacks parts of some lists in six of them, which would have stopped publication."""
    speaker = Speaker(language(code, catalogue(code, turned if code in RTL else accented)))
    names = ["Avon", "Brook", "Clyde", "Dee"]
    for several in (names[:0], names[:1], names[:2], names[:3], names):
        for said in (speaker.names(several), speaker.all_of(several)):
            assert said.count("<bdi") == len(several)
    assert speaker.name("") == ""
    days = {speaker.day(f"2026-{month:02}-01") for month in range(1, 13)}
    months = {speaker.month(f"2026-{month:02}-01") for month in range(1, 13)}
    assert len(days) == len(months) == 12
    assert MISSING not in speaker.quarter(Quarter.parse("2026-27-Q4"))
    assert speaker.of.direction == ("rtl" if code in RTL else "ltr")
    data = {key: pages()[key] for key in ("index", ALDER)}
    for key in data:
        assert MISSING not in Drawer(data, language=speaker.of).page(key).decode()
    assert forms_in(data[ALDER], speaker.of) >= {SCRIPT, TEXT}


@pytest.mark.parametrize(
    "wrong",
    ["Told", "Told {dai}", "Told {day} {day}", "Told <b>{day}</b>", "<script>{day}</script>"],
)
def test_a_translation_with_other_places_or_tags_than_its_english_is_not_shown(wrong):
    made = catalogue("pl", accented)
    made["Told as done on {day}."].string = wrong
    assert language("pl", made).words.gettext("Told as done on {day}.") == ""


def test_braces_in_others_words_are_only_text():
    told = Said("Reason: {why}", why="{why} {0} %s")
    assert told == "Reason: {why} {0} %s"
    assert sayings((told,))[told]["places"] == {"why": "{why} {0} %s"}
    speaker = Speaker(language("en-XA", catalogue("pl", accented)))
    assert '<bdi lang="en">{why} {0} %s &lt;b&gt;</bdi>' in speaker.ours(
        Said("Reason: {why}", why="{why} {0} %s <b>")
    )
