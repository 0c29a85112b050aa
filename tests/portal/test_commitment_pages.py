"""A commitment on two pages: what all may read of it, then what was done, where that is due."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from charter.answers import Answer, Evidence
from charter.steps import Rating
from providers import answering, checking, lives, practices, returns
from providers.database import Database
from providers.practices import Telling
from tests.support.cast import AVON, BROOK, at
from tests.support.group import GIL, SAND, SHELL, WIDE, group, said
from tests.support.group import ref as gull
from tests.support.pages import PageClient
from tests.support.stage import CORA, Stage

Open = Callable[..., PageClient]
WORDS = {
    "rating": "partly",
    "reason": "One clinic a month was cancelled.",
    "public_statement": "We hold a clinic for families every week.",
}


def page_of(stage: Stage, commitment: str = "W2", *, part: str = "") -> str:
    return f"/returns/{stage.ref().id}/commitments/{commitment}{part}"


def answer_of(stage: Stage, commitment: str = "W2") -> Answer:
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find(commitment)
    assert answer
    return answer


def test_the_account_follows_where_the_rating_is_another_than_last_quarters(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(page_of(stage)).submit(WORDS, button="Save and continue")
    assert page.path == page_of(stage, part="/account")
    assert page.h1.endswith("What you did, and the evidence")
    page = page.submit({"narrative": "We hired a nurse."}, button="Save and continue")
    assert page.path == page_of(stage, "W3")
    answer = answer_of(stage)
    assert (answer.rating, answer.narrative) == (Rating.PARTLY, "We hired a nurse.")


def test_it_does_not_follow_where_the_rating_stays_and_can_be_opened_all_the_same(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    new = {"public_statement": "We ring back within a day."}
    page = avon.get(page_of(stage)).submit(new, button="Save and continue")
    assert page.path == page_of(stage, "W3")
    page = avon.get(page_of(stage)).submit(new, button="Save, and change this part")
    assert page.path == page_of(stage, part="/account")


def test_on_a_first_return_it_follows_every_rating(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    path = f"/returns/{stage.ref(BROOK).id}/commitments/W1"
    page = brook.get(path).submit(WORDS, button="Save and continue")
    assert page.path == f"{path}/account"
    assert page.submit(button="Save and continue").path.endswith("/W2")


def test_a_question_is_answered_on_both_pages_and_leads_back_to_the_return(
    stage: Stage, open_pages: Open
):
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), at("2026-10-05T10:00"))
    stage.now = at("2026-10-30T09:00")
    with stage.database.writing() as session:
        question = "How many clinics were held?"
        checking.challenge(session, here, "W2", question, stage.now, stage.person(CORA))
    avon = stage.enters(open_pages, AVON.email)
    task_list = avon.get(f"/returns/{here.id}")
    assert "The commissioner asks about this" in task_list.text
    page = avon.get(page_of(stage))
    assert question in page.text
    page = page.submit({"public_statement": "Twelve."}, button="Save and continue")
    assert page.path == page_of(stage, part="/account")
    assert question in page.text
    page = page.submit({"narrative": "Twelve clinics."}, button="Save and continue")
    assert page.path == f"/returns/{here.id}"
    assert "Answered again" in page.text
    assert avon.get(page_of(stage, "W3")).status == 409


def test_from_the_check_page_one_comes_back_to_it(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    check = f"/returns/{stage.ref().id}/check"
    page = avon.get(f"{page_of(stage)}?then=check")
    page = page.submit({"confirmed": "yes"}, button="Save and continue")
    assert page.path == check
    page = avon.get(f"{page_of(stage)}?then=check").submit(WORDS, button="Save and continue")
    assert page.path == page_of(stage, part="/account")
    assert page.submit(button="Save and continue").path == check
    page = avon.get(f"{page_of(stage)}?then=check")
    page = page.submit({"reason": "The nurse left."}, button="Save and continue")
    assert page.path == check, "the account was asked for when the rating changed, and once"


def test_evidence_is_listed_with_its_age_and_removed_without_losing_the_story(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    pieces = tuple(
        Evidence(title=title, dated=dated)
        for title, dated in (
            ("Old audit", date(2025, 1, 20)),
            ("Ageing audit", date(2025, 10, 10)),
            ("New audit", date(2026, 9, 1)),
        )
    )
    with stage.database.writing() as session:
        draft = returns.draft(session, stage.ref())
        told = tuple(
            one.model_copy(update={"evidence": pieces}) if one.commitment == "W2" else one
            for one in draft.document.answers
        )
        document = draft.document.model_copy(update={"answers": told})
        person = stage.person(AVON.email)
        answering.save_draft(session, stage.ref(), document, stage.now, person, version=0)
    page = avon.get(page_of(stage, part="/account"))
    assert "Dated 20 January 2025, past its 12 months since 21 January 2026" in page.text
    assert "Dated 10 October 2025, in date for this quarter" in page.text
    assert "Dated 1 September 2026 Change" in page.text
    unchanged = avon.get(f"/returns/{stage.ref().id}/unchanged").text
    assert "past its 12 months since 21 January 2026" in unchanged
    page = page.submit({"narrative": "Half a story"}, button="Remove Old audit")
    assert page.path == page_of(stage, part="/account")
    assert page.fields(page.form("Save and continue"))["narrative"] == ["Half a story"]
    assert [one.title for one in answer_of(stage).evidence] == ["Ageing audit", "New audit"]
    page = page.submit({"narrative": "More of it"}, button="Add evidence")
    assert page.path == page_of(stage, part="/evidence/new")
    page = avon.get(page_of(stage, part="/account")).submit(button="Change New audit")
    assert page.path == page_of(stage, part="/evidence/2")
    assert answer_of(stage).narrative == "More of it"


@pytest.mark.parametrize("go", ["remove-0", "remove-2", "remove-x", "change-9", "remove-"])
def test_a_piece_of_evidence_that_is_not_is_not_there(stage: Stage, open_pages: Open, go: str):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(page_of(stage, part="/account"))
    sent = page.fields(page.form("Save and continue"))
    assert avon.post(page.path, {**sent, "go": go}).status == 404
    assert len(answer_of(stage).evidence) == 1


def test_each_box_says_who_reads_it(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(page_of(stage))
    assert "Families, the listening partner and your commissioner see this." in page.text
    assert "published as you write them" in page.text
    assert "freedom of information" in page.text
    account = avon.get(page_of(stage, part="/account"))
    assert "Only your commissioner’s team sees this part" in account.text
    assert "freedom of information" in account.text


def test_a_rating_of_partly_is_shown_what_other_prisons_did_and_no_other_rating_is(
    stage: Stage, open_pages: Open
):
    practice = shared_by_avon(stage)
    brook = stage.enters(open_pages, BROOK.email)
    path = f"/returns/{stage.ref(BROOK).id}/commitments/W4"
    page = brook.get(path).submit(WORDS, button="Save and continue")
    assert "Shared from where this commitment was kept fully" in page.text
    assert "A weekly call-back hour (HMP Avonbridge)" in page.text
    page = page.submit({"narrative": "We tried."}, button="Save, and read what they did")
    assert page.path == f"{path}/practices"
    assert any(practice in link for link in page.links.values())
    account = brook.get(f"{path}/account")
    assert account.fields(account.form("Save and continue"))["narrative"] == ["We tried."]
    page = brook.get(path).submit({"rating": "not_met"}, button="Save and continue")
    assert page.path == f"{path}/account"
    assert "A weekly call-back hour" not in page.text


def shared_by_avon(stage: Stage) -> str:
    """The id of a practice on W4 that the commissioner shares from Avon's confirmed return."""
    here, cora = stage.ref(), stage.person(CORA)
    stage.submit(AVON, stage.filled(here), stage.now)
    told = Telling("A weekly call-back hour", "A nurse rings.", "The rota.", "A diary hour.")
    with stage.database.writing() as session:
        checking.confirm(session, here, stage.now, cora)
        return practices.share(session, here, "W4", told, stage.now, cora)


def test_an_answer_for_all_prisons_stands_in_the_others_and_the_next_page_says_in_how_many(
    sqlite_store: Database, tmp_path: Path, open_pages: Open
):
    stage = group(sqlite_store, tmp_path / "site")
    gil = stage.enters(open_pages, GIL)
    here = gull(stage, SAND)
    avon = stage.enters(open_pages, AVON.email).get(f"/returns/{stage.ref().id}/unchanged")
    assert "all your prisons" not in avon.text
    task_list = gil.get(f"/returns/{here.id}")
    assert task_list.text.count("Answered once for all your prisons") == 2
    page = gil.get(f"/returns/{here.id}/commitments/{WIDE}")
    assert "Answered once for all your prisons." in page.text
    page = page.submit(WORDS, button="Save for later")
    assert "other prisons" not in page.text
    assert not said(stage, SHELL).says_something
    page = gil.get(f"/returns/{here.id}/commitments/{WIDE}")
    page = page.submit(WORDS, button="Save and continue")
    assert "Saved here, and in your returns for 2 other prisons" in page.text
    assert "1 other return was left as it is" in page.text
    page = page.submit({"narrative": "The board decided."}, button="Save and continue")
    assert "Saved here, and in your returns for 2 other prisons" in page.text
    there = said(stage, SHELL)
    assert (there.rating, there.narrative) == (Rating.PARTLY, "The board decided.")
    assert "other prisons" not in gil.get(page.path).text


@pytest.mark.parametrize("told", ["-1", "x", "9999", "<b>", "٣"])
def test_an_address_can_put_no_words_into_the_notice(stage: Stage, open_pages: Open, told: str):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}", params={"shared": told, "left": told})
    assert "Saved here" not in page.text
    assert "left as" not in page.text


def test_the_record_keeps_one_start_whatever_the_page(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    avon.get(page_of(stage, part="/account")).submit(
        {"narrative": "Begun."}, button="Save for later"
    )
    with stage.database.reading() as session:
        assert lives.lives(session, [stage.ref().id])[stage.ref().id].started
