"""Every letter is plain, complete and safe, whatever is put into it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise, product

import html5lib
import pytest
from jinja2 import UndefinedError

from charter.words import LETTER_WORDS
from notifications.letters import HELPLINE, WIDTH, Composed
from notifications.wording import DIGESTS, KINDS, LABELS, ROLES, STANDINGS, Item, item_words
from tests.support.letters import LETTERS, NOTICE, context, every_letter, items, mixed

EVERY = dict(every_letter())
DIGEST_NAMES = [name for name in EVERY if name != "sign_in"]
LONGEST = 20
CANARIES = ("{{7*7}}", "{% raise %}", "<script>alert(1)</script>", '"><img src=x onerror=y>')


class Words(HTMLParser):
    """The words of a page, without its head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.split("<body>")[1])

    def handle_data(self, data: str) -> None:
        self.found += data.split()


@pytest.fixture(params=DIGEST_NAMES)
def digest(request: pytest.FixtureRequest) -> Composed:
    return EVERY[request.param]


@pytest.fixture(params=EVERY)
def letter(request: pytest.FixtureRequest) -> Composed:
    return EVERY[request.param]


def test_a_letter_says_dear_gives_one_link_and_says_where_urgent_worries_go(
    letter: Composed,
) -> None:
    assert "\nDear " in f"\n{letter.text}"
    assert len(set(re.findall(r"https?://\S+", letter.text))) == 1
    assert len(re.findall(r"<a ", letter.html)) == 1
    for part in (letter.text, letter.html):
        flat = " ".join(part.split())
        assert f"Helpline on {HELPLINE}" in flat
        assert "Ring the prison straight away" in flat
        assert "Replies to this letter are not read" in flat
        assert "Why you get this letter" in flat


def test_a_digest_names_its_quarter_and_its_prison_or_how_many(digest: Composed) -> None:
    assert "2026-27-Q2" in digest.subject
    assert re.search(r"HMP Avonbridge|\d prisons|\d of \d prisons", digest.subject)
    assert len(digest.subject) < 80
    assert "July to September 2026" in " ".join(digest.text.split())


def test_no_letter_holds_anything_like_a_credential(digest: Composed) -> None:
    for part in (digest.subject, digest.text, digest.html):
        assert not re.search(r"[?&#](\w+)=", part)
        assert not re.search(
            r"[A-Za-z0-9_-]{24,}", re.sub(r"https?://portal\.example\S*", "", part)
        )
        assert not re.search(r"\b(token|password|code)\b", part, re.IGNORECASE)


@pytest.mark.parametrize(
    "link",
    [
        "https://portal.example/returns?token=abc",
        "https://portal.example/returns#abc",
        "javascript:alert(1)",
        "portal.example",
        "https://portal.example/a b",
        "",
    ],
)
def test_a_link_is_an_address_and_nothing_more(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        LETTERS.render("request", context(*items("request", 1), link=link))


def test_text_and_page_say_the_same_words(letter: Composed) -> None:
    page = Words(letter.html).found
    for word in letter.subject.split():
        page.remove(word)
    assert sorted(page) == sorted(letter.text.split())


def test_the_page_is_sound_and_plain(letter: Composed) -> None:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(letter.html)
    assert tree.get("lang") == "en-GB"
    assert len(tree.findall(".//h1")) == 1
    assert tree.find(".//title").text == letter.subject
    for unwanted in ("table", "img", "script", "form", "i", "em"):
        assert tree.findall(f".//{unwanted}") == []
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h\d", str(e.tag))]
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_plain_text_is_folded_and_its_link_is_whole(letter: Composed) -> None:
    for line in letter.text.splitlines():
        assert len(line) <= WIDTH or line.startswith("https://")
        assert line == line.rstrip()
    assert "\n\n\n" not in letter.text


def test_sentences_are_short(letter: Composed) -> None:
    paragraphs = re.split(r"\n\n|\n(?=  )|(?<=[^ ])\n(?=https)", letter.text)
    for paragraph in paragraphs:
        for sentence in re.split(r"(?<=[.?!])\s", " ".join(paragraph.split())):
            assert len(sentence.split()) <= LONGEST, sentence


def test_sample_data_says_so_in_the_first_line_and_nowhere_else() -> None:
    marked = LETTERS.render("request", context(*items("request", 1), sample=True))
    real = LETTERS.render("request", context(*items("request", 1)))
    assert marked.text.startswith("This letter is sample data.")
    assert Words(marked.html).found[:5] == ["This", "letter", "is", "sample", "data."]
    assert "sample data" not in real.text + real.html


@pytest.mark.parametrize("notice", [NOTICE, "The official text is not ours to write."])
def test_working_wording_says_so_while_it_is(notice: str) -> None:
    marked = LETTERS.render("request", context(*items("request", 1), working_wording=notice))
    official = LETTERS.render("request", context(*items("request", 1)))
    for part in (marked.text, marked.html):
        assert "working wording" in " ".join(part.split())
        assert notice in " ".join(part.split())
    assert "wording" not in official.text + official.html


def test_a_warning_says_what_will_be_published_when_and_how_to_object() -> None:
    text = " ".join(LETTERS.render("warning", context(*items("warning", 1))).text.split())
    assert "before 11 November 2026, we will record it as not returned" in text
    assert "Families will be able to read that from 8 December 2026" in text
    assert "The public page will say that the return was not returned" in text
    assert "How to object" in text
    assert "tell your NHS commissioner before the date given above" in text
    told = context(*items("warning", 1), object_to="Ann Other, ann@icb.example")
    text = " ".join(LETTERS.render("warning", told).text.split())
    assert "tell Ann Other, ann@icb.example before" in text


@pytest.mark.parametrize("kind", ["request", "notice", "reminder", "overdue", "warning"])
def test_each_standing_reads_differently_and_the_signer_is_spoken_to(kind: str) -> None:
    item = replace(items("warning", 1)[0], kind=kind)
    said = {standing: item_words(replace(item, standing=standing)) for standing in STANDINGS}
    assert said["in_progress"].startswith("This return has been started, and is not finished")
    assert said["with_signer"].startswith("This return is waiting for you to sign")
    for_lead = item_words(replace(item, role="lead", standing="with_signer"))
    assert for_lead.startswith("This return is waiting for the signing director")
    first_three = [said["not_started"], said["in_progress"], said["with_signer"]]
    assert len(set(first_three)) == 3
    assert "28 October 2026" in said["not_started"]


def test_every_item_has_words_for_every_reader() -> None:
    for kind, role, standing in product(DIGESTS, ROLES, STANDINGS):
        item = replace(items("warning", 1)[0], kind=kind, role=role, standing=standing, answer="no")
        words = item_words(item)
        assert words.endswith(".")
        assert "  " not in words
        assert max(len(s.split()) for s in re.split(r"(?<=\.)\s", words)) <= LONGEST, words


def test_every_kind_has_its_three_parts_and_a_label() -> None:
    from notifications.letters import _TEMPLATES

    folders = {path.name for path in _TEMPLATES.iterdir() if path.is_dir()}
    assert folders == set(KINDS)
    for kind in KINDS:
        parts = {path.name for path in (_TEMPLATES / kind).iterdir()}
        assert parts == {"subject.txt", "text.txt", "html.jinja"}
    assert set(LABELS) == set(LETTER_WORDS) == set(DIGESTS)


def test_a_mixed_digest_is_worded_by_its_own_kind_and_tells_the_rest_apart() -> None:
    letter = LETTERS.render("overdue", mixed())
    assert letter.kind == "overdue"
    assert letter.subject == "Overdue Charter returns: 3 of 4 prisons, 2026-27-Q2"
    own, others = letter.text.split("Also in this letter")
    assert "HMP Clydebridge" not in own
    assert "HMP Clydebridge (Clyde Health): received" in others
    assert "HMP Clydebridge (Clyde Health), April to June 2026: published" in " ".join(
        others.split()
    )
    assert "Revision 2 of the page is published. A date in it was wrong." in others
    assert "names you as a provider lead and a signing director" in " ".join(letter.text.split())


def test_a_digest_about_one_thing_and_others_counts_the_others() -> None:
    one = items("overdue", 1)
    letter = LETTERS.render("overdue", context(*one, *items("receipt", 3)[1:2]))
    assert letter.subject.endswith("HMP Avonbridge and 1 other prison, 2026-27-Q2")
    letter = LETTERS.render("overdue", context(*one, *items("receipt", 3)))
    assert letter.subject.endswith("HMP Avonbridge and 2 other prisons, 2026-27-Q2")
    same = LETTERS.render("overdue", context(*one, *items("receipt", 1)))
    assert same.subject.endswith(": HMP Avonbridge, 2026-27-Q2")


def test_a_reminder_gives_the_date_in_its_subject_only_when_there_is_one_date() -> None:
    two = items("reminder", 2)
    assert "due 28 October 2026" in LETTERS.render("reminder", context(*two)).subject
    apart = [two[0], replace(two[1], due="4 November 2026")]
    assert "due" not in LETTERS.render("reminder", context(*apart)).subject


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("kind", DIGESTS)
def test_nothing_that_is_put_into_a_letter_is_obeyed(kind: str, canary: str) -> None:
    item = replace(
        items(kind, 1)[0], prison=canary, provider=canary, note=canary, about=canary, due=canary
    )
    put = context(item, to_name=canary, region=canary, working_wording=canary, object_to=canary)
    letter = LETTERS.render(kind, put | {"quarter": canary, "quarter_words": canary})
    assert canary in letter.subject
    assert canary in " ".join(letter.text.split())
    assert "49" not in letter.subject + letter.text + letter.html
    assert "<script" not in letter.html
    assert "<img" not in letter.html


def test_a_value_cannot_add_a_line_to_a_letter() -> None:
    broken = replace(items("request", 1)[0], prison="HMP A\r\nBcc: all@avon.example\x00")
    letter = LETTERS.render("request", context(broken, to_name="Avon\n\nPay here: x"))
    assert "\n" not in letter.subject
    assert "HMP A Bcc: all@avon.example" in letter.subject
    assert "Dear Avon Pay here: x," in letter.text


def test_a_letter_to_nobody_in_particular_still_says_dear() -> None:
    assert (
        "Dear colleague,"
        in LETTERS.render("request", context(*items("request", 1), to_name="")).text
    )


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        ("begging", {}, "no letter 'begging'"),
        ("overdue", {}, "needs an item of that kind"),
        ("request", {"items": [{"kind": "request", "prison": "A", "provider": "B"}]}, "due date"),
        ("request", {"items": [{"kind": "request", "colour": "red"}]}, "no 'colour'"),
        ("request", {"items": [{"kind": "begging", "prison": "A", "provider": "B"}]}, "kind"),
    ],
)
def test_a_letter_that_cannot_be_right_is_not_written(
    kind: str, change: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        LETTERS.render(kind, context(*items("request", 1)) | change)


def test_a_warning_without_its_dates_is_not_written() -> None:
    with pytest.raises(ValueError, match="when it will be recorded"):
        Item("warning", "HMP A", "B", due="28 October 2026")


def test_a_context_that_lacks_something_is_not_papered_over() -> None:
    put = context(*items("request", 1))
    del put["region"]
    with pytest.raises(UndefinedError):
        LETTERS.render("request", put)


def test_an_answer_says_yes_or_no_and_the_date_and_cannot_be_written_without() -> None:
    given = replace(items("answer", 1)[0], due="11 November 2026")
    assert item_words(given) == "The answer is yes. The due date is now 11 November 2026."
    declined = item_words(replace(given, answer="no"))
    assert declined.startswith("The answer is no. The due date is still 11 November 2026.")
    with pytest.raises(ValueError, match="yes or no, and the due date"):
        replace(given, answer="")
    with pytest.raises(ValueError, match="yes or no, and the due date"):
        replace(given, due="")


@pytest.mark.parametrize(
    ("refused", "instead", "says"),
    [
        (("lead",), "deputy", "Mail to the lead was turned away. We now write to the deputy lead."),
        (("lead",), "lead", "We now write to another person in that role."),
        (("signer",), "", "Nobody else on our list can be asked in their place."),
        ((), "signer", "Mail to somebody on our list was turned away."),
    ],
)
def test_a_refused_address_is_told_by_role_and_so_is_who_comes_next(
    refused: tuple[str, ...], instead: str, says: str
) -> None:
    item = replace(items("refused", 1)[0], refused=refused, instead=instead)
    assert says in item_words(item)


def test_how_long_nobody_was_reached_is_the_number_of_quarters_and_not_a_fixed_one() -> None:
    item = replace(items("name_contact", 1)[0], quarters=5)
    assert "for 5 quarters running" in item_words(item)


def test_a_digest_asks_once_whether_your_details_are_right_however_many_prisons() -> None:
    letter = LETTERS.render("request", context(*items("request", 3), *items("confirm", 3)))
    assert letter.subject == "Please send your Charter returns: 3 prisons, 2026-27-Q2"
    for part in (letter.text, letter.html):
        assert part.count("Are your details right?") == 1
    assert "Also in this letter" not in letter.text
    alone = LETTERS.render("request", context(*items("request", 3)))
    assert "details" not in alone.text
