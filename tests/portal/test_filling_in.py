"""One page at a time: mistakes keep what was typed, and two people lose nothing of each other's."""

from collections.abc import Callable

import pytest

from providers import returns
from tests.support.cast import AVON, BROOK
from tests.support.pages import PageClient
from tests.support.stage import Stage

Open = Callable[..., PageClient]


def test_a_page_with_something_wrong_keeps_what_was_typed(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    page = brook.get(f"/returns/{stage.ref(BROOK).id}/commitments/W1")
    typed = {"rating": "partly", "public_statement": "Kept <b>as typed</b> & whole\x1b"}
    refused = page.submit(typed, button="Save and continue")
    assert refused.status == 422
    assert refused.title.startswith("Error: Find out")
    assert refused.errors == ["This holds a character that cannot be shown; type it again"]
    kept = refused.fields(refused.form("Save and continue"))
    assert kept["rating"] == ["partly"]
    assert kept["public_statement"][0].startswith("Kept <b>as typed</b> & whole")
    refused = refused.submit({"public_statement": ""}, button="Save and continue")
    assert refused.errors == [
        "Say why this was not fully met",
        "Say in a sentence or two what families should know",
    ]
    assert [refused.links[error] for error in refused.errors] == ["#reason", "#public_statement"]
    refused = refused.submit({"rating": "superb"}, button="Save and continue")
    assert refused.links[refused.errors[0]] == "#rating"


def test_save_for_later_keeps_what_is_not_yet_whole(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    here = stage.ref(BROOK)
    page = brook.get(f"/returns/{here.id}/commitments/W3")
    page = page.submit({"rating": "not_met", "reason": "Half"}, button="Save for later")
    assert page.path == f"/returns/{here.id}"
    assert "In progress" in page.text
    again = brook.get(f"/returns/{here.id}/commitments/W3")
    assert again.fields(again.form("Save for later"))["reason"] == ["Half"]
    account = brook.get(f"/returns/{here.id}/commitments/W3/account")
    page = account.submit({"narrative": "Half a story"}, button="Save for later")
    assert page.path == f"/returns/{here.id}"
    account = brook.get(f"/returns/{here.id}/commitments/W3/account")
    assert account.fields(account.form("Save for later"))["narrative"] == ["Half a story"]
    assert "In progress" in brook.get("/returns").text


def test_the_second_of_two_who_save_sees_what_changed(stage: Stage, open_pages: Open):
    lead, deputy = (
        stage.enters(open_pages, AVON.email),
        stage.enters(open_pages, "ash@avon.example"),
    )
    path = f"/returns/{stage.ref().id}/commitments/W5"
    one, two = lead.get(path), deputy.get(path)
    one.submit({"public_statement": "The lead was here."}, button="Save and continue")
    met = two.submit({"public_statement": "The deputy too."}, button="Save and continue")
    assert met.status == 409
    assert "Avon Avonson saved this on 5 October 2026 at 9:00am" in met.text
    assert "The lead was here." in met.text
    kept = met.fields(met.form("Save and continue"))
    assert kept["public_statement"] == ["The deputy too."]
    met.submit(button="Save and continue")
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find("W5")
    assert answer
    assert answer.public_statement == "The deputy too."


def test_two_who_save_the_rating_and_the_account_are_not_in_each_others_way(
    stage: Stage, open_pages: Open
):
    lead, deputy = (
        stage.enters(open_pages, AVON.email),
        stage.enters(open_pages, "ash@avon.example"),
    )
    path = f"/returns/{stage.ref().id}/commitments/W5"
    one, two, late = lead.get(path), deputy.get(f"{path}/account"), lead.get(f"{path}/account")
    one.submit({"public_statement": "The lead's."}, button="Save and continue")
    assert two.submit({"narrative": "The deputy's."}, button="Save and continue").status == 200
    met = late.submit({"narrative": "The lead's too."}, button="Save and continue")
    assert (met.status, "Ash Avonson saved this" in met.text) == (409, True)
    assert "The deputy's." in met.text
    assert met.fields(met.form("Save and continue"))["narrative"] == ["The lead's too."]
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find("W5")
    assert answer
    assert (answer.public_statement, answer.narrative) == ("The lead's.", "The deputy's.")


def test_two_who_save_different_pages_are_not_in_each_others_way(stage: Stage, open_pages: Open):
    lead, deputy = (
        stage.enters(open_pages, AVON.email),
        stage.enters(open_pages, "ash@avon.example"),
    )
    here = stage.ref()
    one = lead.get(f"/returns/{here.id}/commitments/W5")
    two = deputy.get(f"/returns/{here.id}/commitments/W6")
    one.submit({"public_statement": "The lead's."}, button="Save and continue")
    saved = two.submit({"public_statement": "The deputy's."}, button="Save and continue")
    assert saved.status == 200
    with stage.database.reading() as session:
        document = returns.draft(session, here).document
    said = {a.commitment: a.public_statement for a in document.answers}
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
    for page, fields in (
        (path, ("public_statement", "reason")),
        (f"{path}/account", ("narrative",)),
    ):
        avon.get(page).submit(dict.fromkeys(fields, words), button="Save and continue")
        again = avon.get(page)
        kept = again.fields(again.form("Save and continue"))
        assert [kept[name][0].replace("\r\n", "\n") for name in fields] == [words] * len(fields)
    assert "<script" not in avon.get(f"{path}?preview=yes").html
    assert "<script" not in avon.get(f"/returns/{here.id}/check").html


@pytest.mark.parametrize("words", ["a\x00b", "a\x1bb", "x" * 5001])
def test_words_that_cannot_be_kept_are_refused_at_their_field(
    stage: Stage, open_pages: Open, words: str
):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    path = f"/returns/{here.id}/commitments/W1"
    for page, field in ((path, "public_statement"), (f"{path}/account", "narrative")):
        refused = avon.get(page).submit({field: words}, button="Save for later")
        assert refused.status == 422
        assert refused.links[refused.errors[0]] == f"#{field}"
