"""What goes on around a return: not running, more time, a sentence, stand-ins, its history."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.returns import State
from charter.steps import Approved, RecordedNotReturned
from providers import answering, lives
from tests.portal.test_action_pages import day
from tests.portal.test_signing import life_of
from tests.support.cast import AVON, BROOK, CLYDE, at
from tests.support.pages import Page, PageClient
from tests.support.stage import ANN, CHARTER_IDS, CORA, LAST, MONA, QUARTER, Stage

Open = Callable[..., PageClient]
ASK = "Ask the commissioner to agree"
WHY = {"reason": "The wing was closed for repairs."}


def decide(stage: Stage, open_pages: Open, **typed: str) -> Page:
    cora = stage.enters(open_pages, CORA)
    quarter = cora.get(f"/console/regions/{stage.ref().region}/{QUARTER}")
    assert "Did it run? Decide" in quarter.text
    page = cora.get(f"/console/returns/{stage.ref(CLYDE).id}")
    assert WHY["reason"] in page.text
    return page.click("Agree, or say why a return is owed").submit(
        typed, button="Save your decision"
    )


def test_a_service_that_did_not_run_is_agreed_then_signed(stage: Stage, open_pages: Open):
    clyde, here = stage.enters(open_pages, CLYDE.email), stage.ref(CLYDE)
    page = clyde.get(f"/returns/{here.id}").click("Say so instead")
    refused = page.submit(button=ASK)
    assert refused.errors == ["Say why the service did not run this quarter"]
    page = refused.submit(WHY, button=ASK)
    assert page.path == f"/returns/{here.id}"
    assert "you have asked your commissioner to agree" in page.text
    early = clyde.get(f"/returns/{here.id}/check").submit(button="Hand over for signing")
    assert early.status == 422
    assert "has been asked to agree" in early.errors[0]
    assert "Wait for the commissioner to agree" in clyde.get("/returns").text
    assert "You agree that the service did not run" in decide(stage, open_pages, agree="yes").text
    page = clyde.get("/returns")
    assert "Check and hand over" in page.text
    page = clyde.get(f"/returns/{here.id}/check").submit(button="Hand over for signing")
    assert page.h1 == "Handed over"
    cal = stage.enters(open_pages, CLYDE.signer_email)
    cal.get(f"/returns/{here.id}/sign").submit(button="Sign this return")
    assert life_of(stage, here.id).state(stage.now) is State.NIL


def test_a_commissioner_who_does_not_agree_says_why(stage: Stage, open_pages: Open):
    clyde, here = stage.enters(open_pages, CLYDE.email), stage.ref(CLYDE)
    clyde.get(f"/returns/{here.id}/not-running").submit(WHY, button=ASK)
    refused = decide(stage, open_pages, agree="no")
    assert refused.errors == ["Say why a return is owed; the provider reads it"]
    refused.submit({"reason": "You saw 40 people."}, button="Save your decision")
    assert "You saw 40 people." in clyde.get(f"/returns/{here.id}").text
    page = clyde.get(f"/returns/{here.id}/not-running")
    assert "You saw 40 people." in page.text
    again = page.submit({"reason": "Those were at another prison."}, button=ASK)
    assert "you have asked" in again.text


def test_a_decision_has_to_be_chosen(stage: Stage, open_pages: Open):
    clyde = stage.enters(open_pages, CLYDE.email)
    clyde.get(f"/returns/{stage.ref(CLYDE).id}/not-running").submit(WHY, button=ASK)
    refused = decide(stage, open_pages)
    assert refused.errors == ["Say whether you agree that the service did not run"]


def test_a_service_that_ran_after_all_starts_afresh(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    path = f"/returns/{here.id}/not-running"
    avon.get(path).submit(WHY, button=ASK)
    page = avon.get(path).submit(button="It did run after all")
    assert page.path == f"/returns/{here.id}"
    assert page.text.count("to confirm") == 1 + len(CHARTER_IDS)
    assert life_of(stage, here.id).not_running_asked == ""


def ask_for_time(stage: Stage, open_pages: Open) -> PageClient:
    brook, here = stage.enters(open_pages, BROOK.email), stage.ref(BROOK)
    page = brook.get(f"/returns/{here.id}").click("Ask for more time")
    refused = page.submit(button="Ask for more time")
    assert [refused.links[e] for e in refused.errors] == ["#until", "#reason"]
    soon = day("until", date(2026, 10, 28)) | {"reason": "We were flooded."}
    refused = refused.submit(soon, button="Ask for more time")
    assert "after the due date in force" in refused.errors[0]
    assert "We were flooded." in refused.text
    page = refused.submit(day("until", date(2026, 11, 6)), button="Ask for more time")
    assert "you have asked for until 6 November 2026" in page.text
    return brook


def test_more_time_is_asked_for_and_given(stage: Stage, open_pages: Open):
    brook = ask_for_time(stage, open_pages)
    cora, here = stage.enters(open_pages, CORA), stage.ref(BROOK)
    assert "More time asked for" in cora.get(f"/console/regions/{here.region}/{QUARTER}").text
    page = cora.get(f"/console/returns/{here.id}").click("Give more time")
    page = page.submit({"public": "The prison was flooded."}, button="Give more time")
    assert "More time is given" in page.text
    page = brook.get(f"/returns/{here.id}")
    assert "Due 6 November 2026" in page.text
    assert "you have asked" not in page.text


def test_more_time_is_asked_for_and_not_given(stage: Stage, open_pages: Open):
    brook = ask_for_time(stage, open_pages)
    cora, here = stage.enters(open_pages, CORA), stage.ref(BROOK)
    page = cora.get(f"/console/returns/{here.id}").click("give no more time")
    refused = page.submit(button="Give no more time")
    assert refused.errors == ["Say why there is no more time; the provider reads it"]
    refused.submit({"declined": "It is three pages."}, button="Give no more time")
    assert "No more time: It is three pages." in brook.get(f"/returns/{here.id}").text


def test_a_decision_taken_meanwhile_is_shown_with_who_and_when_and_what_was_typed(
    stage: Stage, open_pages: Open
):
    ask_for_time(stage, open_pages)
    clyde, brook = stage.ref(CLYDE).id, stage.ref(BROOK).id
    stage.enters(open_pages, CLYDE.email).get(f"/returns/{clyde}/not-running").submit(
        WHY, button=ASK
    )
    cora = stage.enters(open_pages, CORA)
    ran = cora.get(f"/console/returns/{clyde}/not-running")
    more = cora.get(f"/console/returns/{brook}/extend")
    no_more = cora.get(f"/console/returns/{brook}/no-more-time")
    ran.submit({"agree": "yes"}, button="Save your decision")
    no_more.submit({"declined": "It is short."}, button="Give no more time")
    too_late = (
        (ran, {"agree": "no", "reason": "It ran."}, "Save your decision", "agreed that the"),
        (more, {"public": "A flood."}, "Give more time", "gave no more time"),
        (no_more, {"declined": "No."}, "Give no more time", "gave no more time"),
    )
    for page, typed, button, did in too_late:
        late = page.submit(typed, button=button)
        assert (late.status, f"Cora Check {did}" in late.text) == (409, True)
        kept = late.fields(late.form(button))
        assert {name: kept[name] for name in typed} == {n: [v] for n, v in typed.items()}
        assert "on 5 October 2026" in late.text
    assert life_of(stage, clyde).not_running_agreed
    assert life_of(stage, brook).extension_asked is None


def test_one_sentence_is_seen_as_families_will_and_then_kept(stage: Stage, open_pages: Open):
    here = stage.ref(BROOK)
    with stage.database.writing() as session:
        for step in (RecordedNotReturned(), Approved(person=stage.person(ANN))):
            lives.record(session, here.id, step, at("2026-10-05T08:00"), "engine")
    brook = stage.enters(open_pages, BROOK.email)
    page = brook.get(f"/returns/{here.id}").click("Add one sentence beside “not returned”")
    assert page.submit(button="Save your sentence").errors == ["Write your sentence"]
    two = page.submit({"words": "We are sorry. It was late."}, button="Save your sentence")
    assert two.errors == ["This is more than one sentence; keep it to one"]
    named = {"words": "We looked after 943 476 5919."}
    held = page.submit(named, button="See what families will see")
    assert "would be held for a check" in held.text
    seen = page.submit({"words": "We are sorry."}, button="See what families will see")
    assert "What families will see" in seen.text
    assert life_of(stage, here.id).sentence == ""
    seen.submit(button="Save your sentence")
    assert life_of(stage, here.id).sentence == "We are sorry."
    assert life_of(stage, here.id).approved_by == ()
    assert "We are sorry." in stage.enters(open_pages, CORA).get(f"/console/returns/{here.id}").text


def test_there_is_no_sentence_while_the_return_may_still_come(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    page = brook.get(f"/returns/{stage.ref(BROOK).id}/sentence")
    assert page.status == 409
    assert "not recorded as not returned" in page.text


STAND_IN = {
    "name": "Dora Deputy",
    "email": "dora@avon.example",
    **day("first", date(2026, 10, 5)),
    **day("last", date(2026, 10, 9)),
}


def test_a_lead_names_a_deputy_who_signs_in_and_is_ended(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    page = avon.get(f"/returns/{here.id}").click("People and stand-ins")
    assert "They stand in as deputy." in page.text
    refused = page.submit(button="Name this person")
    assert [refused.links[e] for e in refused.errors] == ["#name", "#email", "#first", "#last"]
    long = STAND_IN | day("last", date(2027, 1, 31))
    refused = refused.submit(long, button="Name this person")
    assert refused.errors == ["92 days at most, so until 4 January 2027; you can name them again"]
    page = refused.submit(STAND_IN, button="Name this person")
    assert "Dora Deputy, as deputy, from 5 October 2026 to 9 October 2026" in page.text
    dora = stage.enters(open_pages, "dora@avon.example")
    assert dora.get(f"/returns/{here.id}/commitments/W1").status == 200
    assert "Name this person" not in dora.get(f"/returns/{here.id}/people").text
    page.submit(button="End this now: Dora Deputy, deputy")
    assert dora.get(f"/returns/{here.id}").h1 == "Sign in"


def test_a_contract_manager_sees_the_people_and_names_nobody(stage: Stage, open_pages: Open):
    mona, here = stage.enters(open_pages, MONA), stage.ref()
    page = mona.get(f"/returns/{here.id}/people")
    assert "Avon Avonson, lead" in page.text
    assert "Name this person" not in page.text


def test_the_history_tells_every_step_with_who_and_keeps_what_was_signed(
    stage: Stage, open_pages: Open
):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref(AVON, LAST)
    page = avon.get(f"/returns/{here.id}").click("Everything that happened to this return")
    assert "The return was signed." in page.text
    assert "20 July 2026 at 10:00am. Ada Avonson (signing director)." in page.text
    assert "A fingerprint is a long number" in page.text
    sha = life_of(stage, here.id).document
    signed = avon.get(f"/returns/{here.id}/history/{sha}")
    assert signed.h1.endswith("What was signed")
    assert "We ring families back within two working days." in signed.text
    assert avon.get(f"/returns/{stage.ref().id}/history/{sha}").status == 404


def test_others_are_named_by_their_organisation(stage: Stage, open_pages: Open):
    clyde, here = stage.enters(open_pages, CLYDE.email), stage.ref(CLYDE)
    clyde.get(f"/returns/{here.id}/not-running").submit(WHY, button=ASK)
    decide(stage, open_pages, agree="no", reason="You saw 40 people.")
    text = clyde.get(f"/returns/{here.id}/history").text
    assert "You saw 40 people." in text
    assert "The commissioner for Sample" in text
    assert "Cora" not in text


@pytest.mark.parametrize("part", ["commitments/W1", "actions/new", "not-running"])
def test_a_return_closed_meanwhile_keeps_what_was_typed(stage: Stage, open_pages: Open, part: str):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    page = avon.get(f"/returns/{here.id}/{part}")
    stage.submit(AVON, stage.filled(here), stage.now)
    name = {"commitments/W1": "public_statement", "actions/new": "title"}.get(part, "reason")
    button = {"not-running": ASK}.get(part, "Save and continue")
    closed = page.submit({name: "All my afternoon’s work"}, button=button)
    assert closed.status == 409
    assert "was signed by Ada Avonson on 5 October 2026" in closed.text
    assert "All my afternoon’s work" in closed.text
    draft = closed.click("download the draft as it was saved last")
    assert draft.status == 200
    assert "json" in draft.headers["content-type"]


def test_the_page_after_handing_over_says_what_happens_and_when(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    with stage.database.writing() as session:
        who = stage.person(AVON.email)
        answering.hand_over(session, here, stage.filled(here), stage.now, who)
    text = avon.get(f"/returns/{here.id}/done").text
    for told in ("due on 28 October 2026", "By 25 November 2026", "On 8 December 2026"):
        assert told in text
