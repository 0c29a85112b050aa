"""The families' site in other languages: only what somebody reviewed is shown, and all of it is."""

import io
import re
from copy import deepcopy
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po, write_po

from docs.catalogues import updated, words
from notifications.languages import CATALOGUES, CODES, NotSound, language, reviewed
from notifications.speaking import Heard, Speaker, hearing
from tests.support.drawn import drawn, render
from tests.support.languages import accented, catalogue, longer, mirrored, turned
from tests.support.pages import page_faults
from tests.support.published import pages

ALDER = "prisons/ALD/2026-27-Q2"
RTL = ("ar", "fa")
HEADER = "# Translator: {}\n# Reviewer: {}\n# Reviewed on: {}\n"
MONTHS = re.compile(
    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|"
    "grudnia|kwiecień|czerwiec|lipiec|wrzesień|październik|grudzień"
)
MISSING = '<span lang="en" dir="ltr">'


@pytest.fixture(scope="module")
def whole():
    return drawn(pages(), languages=[longer(), mirrored()])


@pytest.fixture(scope="module")
def html(whole):
    return {path: text.decode() for path, text in whole[0].items() if path.endswith(".html")}


def in_language(code, html):
    return {path: text for path, text in html.items() if path.startswith(f"{code}/")}


class Ours(HTMLParser):
    """Every text of a page that is not marked as English, and what its attributes say."""

    def __init__(self):
        super().__init__()
        self.open, self.said = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.said += [given[one] for one in ("aria-label", "title", "alt") if given.get(one)]
        if tag not in {"meta", "link", "br"}:
            self.open.append((tag, given.get("lang", "")))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        langs = [lang for _, lang in self.open if lang]
        in_title = any(tag == "title" for tag, _ in self.open)
        if (
            data.strip()
            and not in_title
            and not langs[-1].startswith("en-GB")
            and langs[-1] != "en"
        ):
            self.said.append(data.strip())


class Apart(HTMLParser):
    """Each text in English letters on a page in another language, and whether it says so."""

    ASIDE = frozenset({"meta", "link", "br", "rect", "line", "circle"})

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.ASIDE:
            given = dict(attrs)
            way = "auto" if tag == "bdi" else given.get("dir", "")
            self.open.append((tag, given.get("lang", ""), way))

    def handle_endtag(self, tag):
        if tag not in self.ASIDE:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        inside = {tag for tag, _, _ in self.open}
        if not re.search("[A-Za-z]{2}", data) or inside & {"title", "text", "desc"}:
            return
        langs = [lang for _, lang, _ in self.open if lang]
        ways = [way for _, _, way in self.open if way]
        is_a_name_of_a_language = langs[-1] in {"en-GB", "en-XA", "ar-XB"} and len(langs) > 1
        if not is_a_name_of_a_language and (langs[-1], ways[-1]) not in AS_ENGLISH:
            self.wrong.append((data, langs[-1], ways[-1]))


AS_ENGLISH = {("en", "ltr"), ("en", "auto")}


def test_every_word_of_ours_on_every_kind_of_page_can_be_translated(html):
    left: dict[str, str] = {}
    for path, text in in_language("en-XA", html).items():
        page = Ours()
        page.feed(text)
        for said in page.said:
            if re.search("[A-Za-z]{2}", MONTHS.sub("", said)):
                left.setdefault(said, path)
        assert MISSING not in text, path
    assert left == {}


def test_each_language_has_every_page_that_english_has(html):
    english = {path for path in html if not path.startswith(("en-XA/", "ar-XB/"))}
    for code in ("en-XA", "ar-XB"):
        assert {path.removeprefix(f"{code}/") for path in in_language(code, html)} == english


def test_nothing_keeps_a_site_of_three_languages_from_being_published(whole, html):
    assert whole[1].faults == []
    assert {path: page_faults(text) for path, text in html.items() if page_faults(text)} == {}


def test_each_page_says_its_language_and_direction_and_leads_to_the_others(html):
    there = html[f"ar-XB/{ALDER}.html"]
    assert '<html lang="ar-XB" dir="rtl"' in there
    to = 'prisons/ALD/2026-27-Q2.html" hreflang='
    assert f'<a href="../../../{to}"en-GB" lang="en-GB" dir="ltr">English</a>' in there
    here = html[f"{ALDER}.html"]
    assert '<html lang="en-GB" dir="ltr"' in here
    assert (
        'href="../../ar-XB/prisons/ALD/2026-27-Q2.html" hreflang="ar-XB" lang="ar-XB" dir="rtl"'
        in here
    )


def test_names_and_others_words_keep_their_own_language_and_numbers_their_direction(html):
    there = html[f"ar-XB/{ALDER}.html"]
    assert '<h1><bdi lang="en">HMP Alder Hill</bdi></h1>' in there
    assert '<div class="said" dir="auto" lang="en"><p>The room is needed for a clinic.' in there
    assert '<a class="dial" dir="ltr" href="tel:08088082003">0808 808 2003</a>' in there


def test_every_part_in_english_on_a_page_from_right_to_left_says_so_and_turns_alone(html):
    wrong = {}
    for path, text in in_language("ar-XB", html).items():
        page = Apart()
        page.feed(text)
        if page.wrong:
            wrong[path] = page.wrong[:3]
    assert wrong == {}


@pytest.mark.parametrize("code", ["en-XA", "ar-XB"])
def test_every_link_to_a_file_in_english_says_so_and_others_are_in_the_language(html, code):
    page = html[f"{code}/{ALDER}.html"]
    say = accented if code == "en-XA" else turned
    files = dict(re.findall(r'<li><a href="([^"]+[.](?:pdf|txt|xml|csv|json))" (.*?)</li>', page))
    ours = {"script.txt", "text.txt", "feed.xml"} | ({"sheet.pdf"} if code == "en-XA" else set())
    own = {href for href in files if "/" not in href}
    assert own == ours
    assert all(f'hreflang="{code}"' in files[one] for one in own)
    others = {one: after for one, after in files.items() if one not in own}
    assert {one.rpartition("/")[2] for one in others} >= {"actions.csv", "2026-27-Q2.json"}
    for href, after in others.items():
        assert 'hreflang="en' in after, href
        assert say("(in English)") in after, href


def test_english_alone_is_drawn_as_if_there_were_no_other_language():
    alone = render(pages())
    assert not any(path.startswith(CODES) for path in alone)
    assert b"hreflang" not in alone[f"{ALDER}.html"]
    assert reviewed() == ()


def test_a_sentence_without_a_translation_stands_in_english_with_a_notice():
    gone = frozenset({"What happens next"})
    partly = language("en-XA", catalogue("pl", accented, without=gone))
    text = drawn(pages(), languages=[partly])[0][f"en-XA/{ALDER}.html"].decode()
    assert f'<h2 id="next">{MISSING}What happens next</span></h2>' in text
    assert accented("Part of this page is not translated yet. That part is in English.") in text


def test_a_sentence_whose_english_changed_is_not_shown_until_it_is_looked_at_again():
    held = updated("pl", None).decode()
    held = held.replace(
        'msgid "What happens next"\nmsgstr ""', 'msgid "What comes next"\nmsgstr "Co"'
    )
    made = read_po(io.BytesIO(updated("pl", held.encode())), locale="pl")
    assert made["What happens next"].string == "Co"
    assert made["What happens next"].fuzzy
    heard = Heard()
    with hearing(heard):
        said = Speaker(language("pl", made)).gettext("What happens next")
    assert said == f"{MISSING}What happens next</span>"
    assert heard.ours


@pytest.mark.parametrize(
    ("translator", "reviewer", "day", "shown"),
    [
        ("Ada", "Bea", "2026-12-01", True),
        ("Ada", "Ada", "2026-12-01", False),
        ("Ada", "ada", "2026-12-01", False),
        ("Ada", "", "2026-12-01", False),
        ("", "Bea", "2026-12-01", False),
        ("Ada", "Bea", "", False),
        ("Ada", "Bea", "soon", False),
    ],
)
def test_a_catalogue_is_drawn_only_once_somebody_else_has_reviewed_it(
    tmp_path, translator, reviewer, day, shown
):
    empty = updated("tr", None).decode()
    file = tmp_path / "tr" / "LC_MESSAGES" / "site.po"
    file.parent.mkdir(parents=True)
    told = HEADER.format(translator, reviewer, day)
    file.write_text(empty.replace(HEADER.format("", "", "").replace(": \n", ":\n"), told), "utf-8")
    assert [one.name for one in reviewed(tmp_path)] == (["Türkçe"] if shown else [])


def test_a_catalogue_that_cannot_be_read_stops_publication_with_a_sentence(tmp_path):
    file = tmp_path / "tr" / "LC_MESSAGES" / "site.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"neither a word nor its translation")
    with pytest.raises(NotSound, match="cannot be read"):
        reviewed(tmp_path)


def test_every_catalogue_holds_every_word_of_today_and_none_is_invented():
    assert {one.name for one in CATALOGUES.iterdir()} == set(CODES)
    for code in CODES:
        held = (CATALOGUES / code / "LC_MESSAGES" / "site.po").read_bytes()
        assert updated(code, held) == held, "run make catalogues"
        assert not any(one.id and any(one.string or ()) for one in read_po(io.BytesIO(held)))


def test_a_checked_translation_of_others_words_stands_in_their_place_with_who_and_when():
    data = deepcopy(dict(pages()))
    reply = {"words": "Pokój", "maker": "Ada", "checker": "Bea", "made_on": "2026-12-01"}
    english = "The room is needed for a clinic."
    data[ALDER]["translations"] = {"en-XA": {english: reply}}
    text = drawn(data, languages=[longer()])[0][f"en-XA/{ALDER}.html"].decode()
    assert '<div class="said" dir="auto"><p>Pokój</p></div>' in text
    assert "1 grudnia 2026" in text
    assert english not in text


def test_a_sentence_is_frozen_as_plain_english_and_what_it_was_made_of_beside_it():
    data = pages()[ALDER]
    runs = data["accounts"][0]["runs"]
    assert runs == "Avon Health has run healthcare here since 1 April 2024."
    assert data["said"][runs] == {
        "says": "{who} has run healthcare here since {since}.",
        "places": {"who": "Avon Health", "since": {"day": "2024-04-01"}},
    }


def test_a_page_that_was_frozen_before_keeps_its_english_marked():
    data = deepcopy(dict(pages()))
    for page in data.values():
        page.pop("said", None)
    text = drawn(data, languages=[mirrored()])[0][f"ar-XB/{ALDER}.html"].decode()
    assert f"{MISSING}Avon Health has run healthcare here since 1 April 2024.</span>" in text


def test_words_are_listed_once_each():
    assert len(words()) == len(set(words())) > 400


def test_a_written_catalogue_reads_back_as_it_was():
    out = io.BytesIO()
    write_po(out, catalogue("ar", turned))
    assert read_po(io.BytesIO(out.getvalue()), locale="ar").num_plurals == 6
