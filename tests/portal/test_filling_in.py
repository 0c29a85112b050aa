"""One page at a time: mistakes keep what was typed, and two people lose nothing of each other's."""

from collections.abc import Callable

import pytest

from providers import returns
from tests.support.cast import AVON, BROOK
from tests.support.pages import PageClient
from tests.support.stage import Stage

Open = Callable[..., PageClient]
WORDS = {
    "rating": "partly",
    "reason": "One clinic a month was cancelled.",
    "public_statement": "We hold a clinic for families every week.",
    "narrative": "We hired a second nurse.",
}


def test_a_page_with_something_wrong_keeps_what_was_typed(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    page = brook.get(f"/returns/{stage.ref(BROOK).id}/commitments/W1")
    typed = {
        "rating": "partly",
        "narrative": "Kept <b>as typed</b> & whole",
        "evidence-1-title": "Minutes",
        "evidence-1-dated-day": "31",
        "evidence-1-dated-month": "2",
        "evidence-1-dated-year": "2026",
        "evidence-1-link": "javascript:alert(1)",
    }
    refused = page.submit(typed, button="Save and continue")
    assert refused.status == 422
    assert refused.title.startswith("Error: Find out")
    assert refused.errors == [
        "Say why this was not fully met",
        "Say in a sentence or two what families should know",
        "The date of this evidence must be a real date, such as 27 3 2026",
    ]
    assert {refused.links[error] for error in refused.errors} == {
        "#reason",
        "#public_statement",
        "#evidence-1-dated",
    }
    kept = refused.fields(refused.form("Save and continue"))
    assert {name: kept[name][0] for name in typed} == typed
    right = {"evidence-1-dated-month": "3", "reason": "Short", "public_statement": "Weekly."}
    refused = refused.submit(right, button="Save and continue")
    assert refused.errors == ["This is not a web address; begin it with https://"]


def test_save_for_later_keeps_what_is_not_yet_whole(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    here = stage.ref(BROOK)
    page = brook.get(f"/returns/{here.id}/commitments/W3")
    page = page.submit({"rating": "not_met", "narrative": "Half"}, button="Save for later")
    assert page.path == f"/returns/{here.id}"
    assert "In progress" in page.text
    again = brook.get(f"/returns/{here.id}/commitments/W3")
    assert again.fields(again.form("Save for later"))["narrative"] == ["Half"]
    assert "In progress" in brook.get("/returns").text


def test_evidence_can_be_added_and_taken_away(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    here = stage.ref(BROOK)
    page = brook.get(f"/returns/{here.id}/commitments/W1")
    for number in (1, 2):
        row = {
            f"evidence-{number}-title": f"Paper {number}",
            f"evidence-{number}-dated-day": "1",
            f"evidence-{number}-dated-month": "8",
            f"evidence-{number}-dated-year": "2026",
            f"evidence-{number}-link": "https://example.org/a?b=1&c=2",
        }
        page = page.submit(row, button="Save and add more evidence")
    blank = {
        f"evidence-1-{part}": ""
        for part in ("title", "link", "dated-day", "dated-month", "dated-year")
    }
    page.submit(WORDS | blank, button="Save and continue")
    with stage.database.reading() as session:
        answer = returns.draft(session, here).document.find("W1")
    assert answer
    assert [e.title for e in answer.evidence] == ["Paper 2"]


def test_the_second_of_two_who_save_sees_what_changed(stage: Stage, open_pages: Open):
    lead, deputy = (
        stage.enters(open_pages, AVON.email),
        stage.enters(open_pages, "ash@avon.example"),
    )
    path = f"/returns/{stage.ref().id}/commitments/W5"
    one, two = lead.get(path), deputy.get(path)
    one.submit({"narrative": "The lead was here."}, button="Save and continue")
    met = two.submit({"narrative": "The deputy too."}, button="Save and continue")
    assert met.status == 409
    assert "Avon Avonson saved this on 5 October 2026 at 9:00am" in met.text
    assert "The lead was here." in met.text
    kept = met.fields(met.form("Save and continue"))
    assert kept["narrative"] == ["The deputy too."]
    met.submit(button="Save and continue")
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find("W5")
    assert answer
    assert answer.narrative == "The deputy too."


def test_two_who_save_different_pages_are_not_in_each_others_way(stage: Stage, open_pages: Open):
    lead, deputy = (
        stage.enters(open_pages, AVON.email),
        stage.enters(open_pages, "ash@avon.example"),
    )
    here = stage.ref()
    one = lead.get(f"/returns/{here.id}/commitments/W5")
    two = deputy.get(f"/returns/{here.id}/commitments/W6")
    one.submit({"narrative": "The lead's."}, button="Save and continue")
    assert two.submit({"narrative": "The deputy's."}, button="Save and continue").status == 200
    with stage.database.reading() as session:
        document = returns.draft(session, here).document
    said = {a.commitment: a.narrative for a in document.answers}
    assert (said["W5"], said["W6"]) == ("The lead's.", "The deputy's.")


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "{{7*7}} {% raw %}",
        "=1+1",
        "Subject: x\nBcc: y",
        "‮right to left",
        "👩‍⚕️ 😀",
        "x" * 4900,
        "a\n\nb   c",
    ],
)
def test_words_come_back_as_they_were_typed(stage: Stage, open_pages: Open, words: str):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    path = f"/returns/{here.id}/commitments/W1"
    fields = {"narrative": words, "public_statement": words, "reason": words}
    avon.get(path).submit(fields, button="Save and continue")
    page = avon.get(path)
    kept = page.fields(page.form("Save and continue"))
    assert [kept[name][0].replace("\r\n", "\n") for name in fields] == [words] * 3
    assert "<script" not in avon.get(f"/returns/{here.id}/check").html


@pytest.mark.parametrize("words", ["a\x00b", "a\x1bb", "x" * 5001])
def test_words_that_cannot_be_kept_are_refused_at_their_field(
    stage: Stage, open_pages: Open, words: str
):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    page = avon.get(f"/returns/{here.id}/commitments/W1")
    refused = page.submit({"narrative": words}, button="Save for later")
    assert refused.status == 422
    assert refused.links[refused.errors[0]] == "#narrative"
