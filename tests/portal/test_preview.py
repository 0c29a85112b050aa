"""A preview shows what families will read, to the letter: the site itself is the witness."""

import re
from collections.abc import Callable

import pytest

from charter.answers import Answer
from charter.pages import prison_key
from charter.steps import Published, Rating, RatingChanged
from notifications.bulletin import stylesheet
from portal.provider.look import confined
from providers import answering, checking, cycles, lives, returns
from tests.support.cast import AVON, at
from tests.support.drawn import build_pages, render
from tests.support.pages import Page, PageClient
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, Stage

Open = Callable[..., PageClient]
WORDS = {
    "rating": "partly",
    "reason": "One clinic a month was cancelled & <b>moved</b>.\nIt is mended.",
    "public_statement": "We hold a clinic {{ 7 * 7 }} for families.\n\nEvery week.",
}
GROUNDS = re.compile(r' data-\w+="[^"]*"')
"""What a published fact rests on, which a draft does not have yet."""
FOLD = re.compile(r'<details class="fold"(?: open)?>(.*?)</details>', re.DOTALL)
LEADS_ON = re.compile(r"\s*<p class=\"onward\"><a [^>]*>[^<]*</a></p>\s*$")
"""A commitment's own page, which a preview has no link to."""


def adopt(stage: Stage) -> None:
    here = stage.ref()
    with stage.database.writing() as session:
        cycles.adopt(session, here.region, here.charter_version, stage.now, "operator")


def preview(stage: Stage, client: PageClient, commitment: str = "W2", **words: str) -> Page:
    page = client.get(f"/returns/{stage.ref().id}/commitments/{commitment}")
    return page.submit(WORDS | words, button="See what families will see")


def card_on(html: str, statement: str = "We hold a clinic") -> str:
    """What folds around the statement, without what it rests on or where it leads to."""
    (found,) = [card for card in FOLD.findall(html) if statement in card]
    return LEADS_ON.sub("", GROUNDS.sub("", found))


def published(stage: Stage) -> str:
    """The prison's page once the draft was signed, confirmed unchanged and published."""
    here, when = stage.ref(), at("2026-12-08T09:00")
    with stage.database.writing() as session:
        document = returns.draft(session, here).document
        whole = stage.filled(here, answers=_whole(document.answers), replies=document.replies)
        replies = tuple(
            one.model_copy(update={"answer": "accepted", "words": "Yes."}) for one in whole.replies
        )
        whole = whole.model_copy(update={"replies": replies})
    stage.submit(AVON, whole, at("2026-10-06T09:00"))
    with stage.database.writing() as session:
        checking.confirm(session, here, at("2026-10-30T09:00"), stage.person(CORA))
        key = prison_key(here.region, here.site, here.quarter, is_region=False)
        lives.record(session, here.id, Published(revision=1, page=key), when, "engine")
    with stage.database.reading() as session:
        return render(build_pages(session, when, CALENDAR))[f"{key}.html"].decode()


def _whole(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return tuple(one.model_copy(update={"confirmed": True}) for one in answers)


@pytest.mark.parametrize("rating", ["fully", "partly", "not_met", "not_applicable"])
def test_the_site_shows_what_the_preview_showed(stage: Stage, open_pages: Open, rating: str):
    adopt(stage)
    shown = preview(stage, stage.enters(open_pages, AVON.email), rating=rating)
    assert shown.path == f"/returns/{stage.ref().id}/commitments/W2"
    assert card_on(shown.html) == card_on(published(stage))
    assert ("They have not done this, because" in shown.text) is (rating == "not_met")


def test_a_rating_that_the_commissioner_changed_is_shown_as_changed(stage: Stage, open_pages: Open):
    adopt(stage)
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), at("2026-10-05T10:00"))
    stage.now = at("2026-10-30T09:00")
    with stage.database.writing() as session:
        step = RatingChanged(commitment="W2", rating=Rating.NOT_MET, reason="No card was seen.")
        lives.record(session, here.id, step, stage.now, f"person:{stage.person(CORA)}")
        checking.challenge(session, here, "W2", "Where?", stage.now, stage.person(CORA))
    page = preview(stage, stage.enters(open_pages, AVON.email), rating="fully")
    assert "changed this from “Kept” to “Not kept”. Its reason: No card was seen." in page.text
    assert "has asked more" not in page.text


def test_looking_saves_the_draft_and_confirms_nothing_else(stage: Stage, open_pages: Open):
    page = preview(stage, stage.enters(open_pages, AVON.email), reason="")
    assert page.status == 200, "a gap keeps nobody from looking"
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find("W2")
        assert answering.problems(
            session, stage.ref(), returns.draft(session, stage.ref()).document, complete=True
        )
    assert answer
    assert answer.public_statement.startswith("We hold a clinic")


def test_a_region_that_has_not_adopted_the_wording_is_told_what_stands_there_instead(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    page = preview(stage, avon)
    sentence = "Ratings are not shown, because this region has not adopted this working wording."
    assert (
        f"Not published for now. In the place of ratings the page says: “{sentence}”" in page.text
    )
    assert card_on(page.html)
    adopt(stage)
    assert "Not published for now" not in preview(stage, avon).text


def test_without_a_rating_nothing_is_shown_and_what_to_do_is_said(stage: Stage, open_pages: Open):
    page = preview(stage, stage.enters(open_pages, AVON.email), rating="")
    assert "Nothing yet: choose a rating" in page.text
    assert not FOLD.findall(page.html)


def test_telling_words_are_shown_held_as_they_would_be(stage: Stage, open_pages: Open):
    words = "Ring about A1234BC, born on 3 May 1990."
    page = preview(stage, stage.enters(open_pages, AVON.email), public_statement=words)
    assert "These words are held for a check before they are shown." in page.text
    assert "seems to hold a prison number and a date of birth" in page.text
    assert words not in card_on(page.html, "These words are held")


def test_every_kind_that_the_policy_holds_is_named_in_plain_words(stage: Stage, open_pages: Open):
    words = "His mother Joan rang 07700 900123. 2 men in cell 12 died."
    avon = stage.enters(open_pages, AVON.email)
    page = preview(stage, avon, public_statement=words)
    assert (
        "seems to hold a person’s name, a cell or wing, a phone number, a small number of people "
        "and a death or self-harm." in page.text
    )
    assert words not in card_on(page.html, "These words are held")
    quiet = preview(stage, avon, public_statement="We ring families back within 2 working days.")
    assert "seems to hold" not in quiet.text


def test_advice_stands_beside_the_preview_and_refuses_nothing(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    words = "The PPV visits. Avon and the NHS know. " + "We really do try very hard " * 4 + "here."
    page = preview(stage, avon, rating="fully", reason="RAG", public_statement=words)
    assert "Say what “PPV” stands for, or use other words." in page.text
    assert "One sentence has 25 words" in page.text
    assert "RAG" not in page.text.partition("What families will see")[2].partition("Save and")[0]
    page = page.submit({"confirmed": "yes"}, button="Save and continue")
    assert page.status == 200
    check = avon.get(f"/returns/{stage.ref().id}/check")
    assert "Say what “PPV” stands for, or use other words." in check.text


def test_the_sites_style_sheet_touches_nothing_outside_its_frame(stage: Stage, open_pages: Open):
    css = confined(stylesheet())
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", css)
    selectors = [one.strip() for rule in rules for one in rule.split(",")]
    assert len(selectors) > 100
    assert [one for one in selectors if not one.startswith(".app-families")] == []
    assert css.count("@media") == stylesheet().count("@media")
    assert css.count("{") == css.count("}") == stylesheet().count("{")
    served = open_pages(stage.app).http.get("/families-look.css")
    assert (served.text, served.headers["content-type"]) == (css, "text/css; charset=utf-8")
    page = preview(stage, stage.enters(open_pages, AVON.email))
    assert any("/families-look.css?v=" in e.get("href", "") for e in page.tree.iter("link"))


def test_a_size_of_the_sheet_is_reckoned_by_the_sheets_own_page():
    css = (
        "html { font: 100%/1.5 Arial; } p { margin: 0 0 1.5rem -2rem; } "
        "@media (min-width: 40rem) { html { font-size: 112.5%; } }"
    )
    assert confined(css, ".x").split("}") == [
        ".x { font: 1rem/1.5 Arial;  --rem: 1rem;",
        " .x p { margin: 0 0 calc(1.5 * var(--rem)) calc(-2 * var(--rem)); ",
        " @media (min-width: 40rem) { .x { font-size: 1.125rem;  --rem: 1.125rem;",
        " ",
        "",
    ]
