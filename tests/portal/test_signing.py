"""Handing over, signing and what comes after: a return goes back, is asked about, is replied to."""

from collections.abc import Callable

import pytest

from charter.returns import State
from charter.steps import Rating
from providers import answering, checking, lives, returns
from tests.support.cast import AVON, at
from tests.support.pages import Page, PageClient
from tests.support.stage import CHARTER_IDS, CORA, MONA, Stage

Open = Callable[..., PageClient]


def life_of(stage: Stage, return_id: int):
    with stage.database.reading() as session:
        return lives.lives(session, [return_id])[return_id]


def hand_over(stage: Stage, client: PageClient, return_id: int) -> Page:
    page = client.get(f"/returns/{return_id}/check")
    return page.submit(button="Hand over for signing")


def ready(stage: Stage) -> int:
    """Avon's return, filled in and saved by its lead but not handed over."""
    here = stage.ref()
    with stage.database.writing() as session:
        by = stage.person(AVON.email)
        answering.save_draft(session, here, stage.filled(here), stage.now, by, version=0)
    return here.id


def test_the_signer_can_send_it_back_with_a_reason(stage: Stage, open_pages: Open):
    number = ready(stage)
    avon, ada = stage.enters(open_pages, AVON.email), stage.enters(open_pages, AVON.signer_email)
    hand_over(stage, avon, number)
    page = ada.get(f"/returns/{number}/sign")
    refused = page.submit(button="Send it back")
    assert refused.errors == ["Say why it goes back, so that it can be put right"]
    refused.submit({"reason": "W3 is too vague."}, button="Send it back")
    page = avon.get(f"/returns/{number}")
    assert "W3 is too vague." in page.text
    assert "Mend and hand over again" in avon.get("/returns").text
    assert ada.get(f"/returns/{number}/sign").status == 409


def test_a_second_press_on_sign_ends_where_the_first_did(stage: Stage, open_pages: Open):
    number = ready(stage)
    avon, ada = stage.enters(open_pages, AVON.email), stage.enters(open_pages, AVON.signer_email)
    hand_over(stage, avon, number)
    opened = ada.get(f"/returns/{number}/sign")
    assert opened.submit(button="Sign this return").h1 == "Signed and received"
    assert opened.submit(button="Sign this return").h1 == "Signed and received"


def test_an_edit_after_handing_over_voids_it(stage: Stage, open_pages: Open):
    number = ready(stage)
    avon, ada = stage.enters(open_pages, AVON.email), stage.enters(open_pages, AVON.signer_email)
    hand_over(stage, avon, number)
    opened = ada.get(f"/returns/{number}/sign")
    page = avon.get(f"/returns/{number}/commitments/W1/account")
    page.submit({"narrative": "One more thing."}, button="Save and continue")
    assert opened.submit(button="Sign this return").status == 409
    hand_over(stage, avon, number)
    refused = opened.submit(button="Sign this return")
    assert refused.status == 409
    assert "The return was changed after you opened it" in refused.text
    assert refused.submit(button="Sign this return").h1 == "Signed and received"


def test_nobody_signs_what_they_handed_over(stage: Stage, open_pages: Open):
    number = ready(stage)
    ada = stage.enters(open_pages, AVON.signer_email)
    page = ada.get(f"/returns/{number}/check")
    assert "whoever hands a return over cannot sign it" in page.text
    page.submit(button="Hand over for signing")
    page = ada.get(f"/returns/{number}/sign")
    assert "You handed this return over yourself" in page.text
    word = page.fields(page.form("Send it back"))["token"][0]
    sha = life_of(stage, number).handed_over
    refused = ada.post(f"/returns/{number}/sign", {"token": word, "sha": sha})
    assert refused.status == 409
    assert not life_of(stage, number).is_received


def test_what_is_handed_over_is_what_the_page_showed(stage: Stage, open_pages: Open):
    number = ready(stage)
    avon, ash = stage.enters(open_pages, AVON.email), stage.enters(open_pages, "ash@avon.example")
    shown = avon.get(f"/returns/{number}/check")
    ash.get(f"/returns/{number}/commitments/W1/account").submit(
        {"narrative": "Ash's."}, button="Save and continue"
    )
    met = shown.submit(button="Hand over for signing")
    assert met.status == 409
    assert "Ash's." in met.text
    assert not life_of(stage, number).handed_over
    assert met.submit(button="Hand over for signing").h1 == "Handed over"


def test_handing_over_what_lacks_something_says_where(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    page = avon.get(f"/returns/{here.id}/check").submit(button="Hand over for signing")
    assert page.status == 422
    with stage.database.reading() as session:
        document = returns.draft(session, here).document
        lacks = answering.problems(session, here, document, complete=True)
    assert len(page.errors) == len(lacks) > len(CHARTER_IDS)
    assert all(page.links[error].startswith("#row-") for error in page.errors)


def signed(stage: Stage) -> int:
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), at("2026-10-05T09:05"))
    stage.now = at("2026-10-05T09:10")
    return here.id


@pytest.mark.parametrize("part", ["commitments/W1", "actions", "replies", "not-running", "check"])
def test_a_signed_return_is_closed(stage: Stage, open_pages: Open, part: str):
    number = signed(stage)
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{number}/{part}")
    assert (page.status, page.h1) == (409, "This cannot be changed now")


def test_a_return_signed_meanwhile_refuses_the_page_that_was_open(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/commitments/W1")
    signed(stage)
    assert page.submit({"narrative": "Too late"}, button="Save and continue").status == 409


def test_a_question_opens_just_what_was_asked(stage: Stage, open_pages: Open):
    number = signed(stage)
    with stage.database.writing() as session:
        checking.challenge(
            session, stage.ref(), "W3", "How many rang?", stage.now, stage.person(CORA)
        )
    avon, ada = stage.enters(open_pages, AVON.email), stage.enters(open_pages, AVON.signer_email)
    assert "Answer the commissioner" in avon.get("/returns").text
    page = avon.get(f"/returns/{number}")
    assert "How many rang?" in page.text
    assert "The commissioner asks about this" in page.text
    for part in ("commitments/W1", "actions", "replies", "not-running"):
        assert avon.get(f"/returns/{number}/{part}").status == 409
    page = page.click("Take in what families tell us")
    assert "How many rang?" in page.text
    page = page.submit(button="Save and continue")
    assert page.path.endswith("/account")
    page = page.submit({"narrative": "Forty rang."}, button="Save and continue")
    assert "Answered again" in page.text
    page = page.click("Check your answers and hand over").submit(button="Hand over for signing")
    assert page.h1 == "Handed over"
    ada.get(f"/returns/{number}/sign").submit(button="Sign this return")
    life = life_of(stage, number)
    assert not life.questions
    assert life.state(stage.now) is State.RECEIVED
    with stage.database.reading() as session:
        document = returns.signed_document(session, stage.ref())
    answer = document.find("W3") if document else None
    assert answer
    assert answer.narrative == "Forty rang."


def test_the_provider_replies_after_the_check_in_its_own_words(stage: Stage, open_pages: Open):
    number = signed(stage)
    avon = stage.enters(open_pages, AVON.email)
    assert avon.get(f"/returns/{number}/reply").status == 409
    with stage.database.writing() as session:
        person = stage.person(CORA)
        checking.change_rating(
            session, stage.ref(), "W2", Rating.NOT_MET, "No card was seen.", stage.now, person
        )
    page = avon.get(f"/returns/{number}").click("Check the facts and reply")
    assert "No card was seen." in page.text
    assert page.submit(button="Save your reply").errors == ["Write your reply"]
    page = page.submit({"words": "The cards were in the store."}, button="Save your reply")
    assert "The cards were in the store." in page.text
    assert life_of(stage, number).reply == "The cards were in the store."


def test_a_contract_manager_reads_and_changes_nothing(stage: Stage, open_pages: Open):
    mona = stage.enters(open_pages, MONA)
    page = mona.get(f"/returns/{stage.ref().id}")
    assert page.status == 200
    assert not any("/commitments/" in link for link in page.links.values())
    signed(stage)
    assert "A nurse keeps a list" in mona.get(f"/returns/{stage.ref().id}").text
