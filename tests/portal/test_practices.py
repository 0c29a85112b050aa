"""The commissioner shares what works at one prison, and a lead elsewhere takes it up."""

from collections.abc import Callable

import pytest

from providers import checking, practices, returns, uptake
from providers.practices import Telling
from tests.support.cast import BROOK, DEE
from tests.support.pages import Page, PageClient
from tests.support.stage import ANN, CORA, Stage

Open = Callable[..., PageClient]
WORDS = {
    "title": "A weekly call-back hour",
    "happened": "One nurse keeps an hour each Tuesday for ringing families back.",
    "enabled": "The rota keeps the hour free.",
    "copying": "A diary hour, a phone, and a list that somebody owns.",
}
OURS = "W4"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Brook's return is signed and confirmed."""
    here = stage.ref(BROOK)
    stage.submit(BROOK, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        checking.confirm(session, here, stage.now, stage.person(CORA))
    return stage


def share_page(stage: Stage, client: PageClient, commitment: str = OURS) -> Page:
    return client.get(f"/console/returns/{stage.ref(BROOK).id}/practice/{commitment}")


def shared(stage: Stage, words: dict[str, str] = WORDS) -> str:
    with stage.database.writing() as session:
        return practices.share(
            session, stage.ref(BROOK), OURS, Telling(**words), stage.now, stage.person(CORA)
        )


def test_a_commissioner_shares_a_practice_sees_it_listed_and_withdraws_it(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    name = stage.ref(BROOK)
    case = cora.get(f"/console/returns/{name.id}")
    (link,) = [w for w, to in case.links.items() if to.endswith(f"/practice/{OURS}")]
    assert link.startswith("Share as good practice")
    done = case.click(link).submit(WORDS, button="Share it")
    assert "Shared. Other prisons" in done.text
    assert "Shared on 5 October 2026" in done.text
    assert "Not in any signed return yet." in done.text
    over = done.submit(button="Withdraw: A weekly call-back hour")
    assert "Withdrawn." in over.text
    assert "withdrawn on 5 October 2026" in over.text
    with stage.database.reading() as session:
        assert practices.offered(session, stage.ref(DEE), OURS) == []


def test_only_what_is_fully_met_and_confirmed_has_the_link_and_the_form(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    case = cora.get(f"/console/returns/{stage.ref(BROOK).id}")
    assert not [to for to in case.links.values() if to.endswith("/practice/W1")]
    partly = share_page(stage, cora, "W1")
    assert "not fully met here" in partly.text
    assert not [b for b in partly.tree.iter("textarea")]
    refused = share_page(stage, cora)
    with stage.database.writing() as session:
        checking.challenge(
            session, stage.ref(BROOK), OURS, "Since when?", stage.now, stage.person(CORA)
        )
    again = refused.submit(WORDS, button="Share it")
    assert (again.status, "Confirm this return first" in again.text) == (409, True)
    assert "Cora Check asked a question on 5 October 2026" in again.text
    assert WORDS["copying"] in again.text
    blank = refused.submit(WORDS | {"title": ""}, button="Share it")
    assert (blank.status, WORDS["happened"] in blank.text) == (409, True)
    ann = stage.enters(open_pages, ANN)
    assert share_page(stage, ann).status == 403
    assert "/practice/" not in ann.get(f"/console/returns/{stage.ref(BROOK).id}").html


def test_words_that_may_identify_a_patient_come_back_with_what_was_typed(
    stage: Stage, open_pages: Open
):
    page = share_page(stage, stage.enters(open_pages, CORA))
    refused = page.submit(
        WORDS | {"happened": "A man, A1234BC, was rung.", "copying": ""}, button="Share it"
    )
    assert refused.status == 422
    assert refused.errors == [
        "This looks like a prison number: A1234BC. Take it out",
        "Say what others need to copy it",
    ]
    assert "The rota keeps the hour free." in refused.html
    with stage.database.reading() as session:
        assert practices.shared(session, stage.ref(BROOK), OURS) == []


def test_a_lead_reads_what_others_did_and_takes_it_up_as_an_action_that_cites_it(
    stage: Stage, open_pages: Open
):
    practice = shared(stage)
    dee = stage.enters(open_pages, DEE.email)
    here = stage.ref(DEE)
    offers = dee.get(f"/returns/{here.id}/commitments/{OURS}/practices")
    for words in ("HMP Brookbridge", *WORDS.values()):
        assert words in offers.text
    page = offers.click("Take this up: A weekly call-back hour")
    assert "Takes up: A weekly call-back hour, HMP Brookbridge" in page.text
    lacking = page.submit(button="Save and continue")
    assert lacking.status == 422
    assert "Takes up: A weekly call-back hour, HMP Brookbridge" in lacking.text
    typed = {"owner": "Lead nurse", "due-day": "31", "due-month": "1", "due-year": "2027"}
    saved = lacking.submit(typed, button="Save and continue")
    assert saved.status == 200
    with stage.database.reading() as session:
        (line,) = returns.draft(session, here).document.actions
        assert practices.offered(session, here, OURS) == []
        assert uptake.taken_up(session)[practice].drafts == 1
    assert (line.practice, line.title, line.commitment) == (practice, WORDS["title"], OURS)
    check = dee.get(f"/returns/{here.id}/check").text
    assert "Takes up A weekly call-back hour, HMP Brookbridge" in check
    assert "There is nothing to offer here" in offers.client.get(offers.path).text


@pytest.mark.parametrize("practice", ["no-such", "brb-w4-1"])
def test_a_practice_that_is_not_for_this_prison_is_not_there(
    stage: Stage, open_pages: Open, practice: str
):
    shared(stage)
    brook = stage.enters(open_pages, BROOK.email)
    dee = stage.enters(open_pages, DEE.email)
    if practice == "no-such":
        assert (
            dee.get(f"/returns/{stage.ref(DEE).id}/actions/new?practice={practice}").status == 404
        )
    else:
        assert brook.get(f"/returns/{stage.ref(DEE).id}/commitments/W4/practices").status == 404


def test_there_is_no_page_of_practices_for_a_commitment_the_charter_has_not(
    stage: Stage, open_pages: Open
):
    dee = stage.enters(open_pages, DEE.email)
    assert dee.get(f"/returns/{stage.ref(DEE).id}/commitments/W99/practices").status == 404


def test_the_words_of_a_practice_are_printed_and_never_interpreted(stage: Stage, open_pages: Open):
    shared(stage, WORDS | {"title": "<script>alert(1)</script>", "happened": "{{ 7 * 7 }} & <b>"})
    dee = stage.enters(open_pages, DEE.email)
    offers = dee.get(f"/returns/{stage.ref(DEE).id}/commitments/{OURS}/practices")
    assert "<script>alert(1)</script>" in offers.text
    assert "{{ 7 * 7 }} & <b>" in offers.text
    cora = stage.enters(open_pages, CORA)
    assert "<script>alert(1)</script>" in share_page(stage, cora).text
