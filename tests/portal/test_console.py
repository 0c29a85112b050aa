"""The commissioner's side: the quarter in one look, and every decision with its reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from charter.answers import ReturnDocument
from charter.returns import Life, State
from charter.scoring import receipt_text, score
from charter.steps import (
    BecameUnreachable,
    RecordedNotReturned,
    Released,
    Scored,
)
from providers import answering, cycles, documents, lives
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE, Player, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ANN, CORA, LENA, QUARTER, RITA, Stage

Open = Callable[..., PageClient]


def sign(
    stage: Stage, player: Player = AVON, when: str = "2026-10-06T09:00", **changes: Any
) -> int:
    """A player's return, received."""
    stage.now = at(when)
    here = stage.ref(player)
    stage.submit(player, stage.filled(here, **changes), stage.now)
    return here.id


def record(stage: Stage, player: Player, step: Any) -> None:
    with stage.database.writing() as session:
        lives.record(session, stage.ref(player).id, step, stage.now, "engine")


def life_of(stage: Stage, return_id: int) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [return_id])[return_id]


def cycle_page(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}")


def counts_on(page: Page) -> dict[str, int]:
    boxes = [e for e in page.tree.iter("div") if "app-count" in e.get("class", "").split()]
    return {words(box.find("dt")): int(words(box.find("dd"))) for box in boxes}


def table_on(page: Page) -> dict[str, list[str]]:
    """The table's rows by prison, the small-screen headings taken off."""
    found = {}
    for row in page.tree.iter("tr"):
        cells = [words(cell, without="nhsuk-table-responsive__heading") for cell in row.iter("td")]
        if cells:
            found[cells[0].removeprefix("Prison ")] = cells
    return found


def test_the_counts_add_up_and_the_table_agrees(stage: Stage, open_pages: Open):
    sign(stage, AVON)
    sign(stage, CLYDE, nil_return=True, nil_reason="Closed.", answers=())
    with stage.database.writing() as session:
        cycles.extend(
            session,
            stage.ref(DEE).id,
            date(2026, 11, 6),
            "Flood",
            "There was a flood.",
            stage.now,
            "person:1",
        )
        by = f"person:{stage.person(BROOK.email)}"
        here = stage.ref(BROOK)
        answering.save_draft(session, here, stage.filled(here), stage.now, by, version=0)
    stage.now = at("2026-10-31T09:00")
    record(stage, BROOK, BecameUnreachable())
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    counts = counts_on(page)
    expected = counts.pop("Expected, in all")
    assert expected == sum(counts.values()) == len(CAST)
    assert counts == {
        "Service not running": 1,
        "Received": 1,
        "Received late": 0,
        "Extended": 1,
        "Not returned": 0,
        "In progress": 1,
        "Not started": 0,
    }
    rows = table_on(page)
    assert "Received" in rows["HMP Avonbridge"][2]
    assert "8 of 9 fully met" in rows["HMP Avonbridge"][4]
    assert "Substantially compliant" in rows["HMP Avonbridge"][5]
    assert "Nothing to assess" in rows["HMP Clydebridge"][4]
    assert "3" in rows["HMP Brookbridge"][3]
    assert "Contact list failing" in rows["HMP Brookbridge"][2]
    assert "0 of 2" in rows["HMP Deebridge"][7]
    assert "Returns are due 28 October 2026 (past)" in page.text


def test_a_return_no_longer_owed_leaves_the_count_and_is_named(stage: Stage, open_pages: Open):
    record(stage, DEE, Released(reason="the service passed to another provider"))
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    assert counts_on(page)["Expected, in all"] == len(CAST) - 1
    assert "HMP Deebridge, Dee Health: the service passed to another provider" in page.text


def test_late_and_not_returned_are_counted_apart(stage: Stage, open_pages: Open):
    sign(stage, BROOK, when="2026-11-02T09:00")
    stage.now = at("2026-11-12T09:00")
    record(stage, CLYDE, RecordedNotReturned())
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    counts = counts_on(page)
    assert (counts["Received late"], counts["Not returned"]) == (1, 1)
    assert table_on(page)["HMP Brookbridge"][3].endswith("5")


def test_confirming_shows_the_answers_beside_last_quarters(stage: Stage, open_pages: Open):
    here = stage.ref()
    filled = stage.filled(here)
    changed = filled.answers[3].model_copy(update={"public_statement": "Now we ring on Sundays."})
    answers = (*filled.answers[:3], changed, *filled.answers[4:])
    number = sign(stage, AVON, answers=answers)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}")
    headings = [words(h, without="nhsuk-u-visually") for h in page.tree.iter("h3")]
    assert headings[0] == "Be easy to reach"
    assert headings.count("Find out who supports each person (as last quarter)") == 1
    assert "Now we ring on Sundays." in page.text
    assert "8 of 9 applicable commitments are fully met." in page.text
    assert "Not recorded yet" in page.text
    done = page.submit(button="Confirm this return")
    assert "Confirmed. The provider" in done.text
    assert life_of(stage, number).confirmed_at == stage.now
    assert "Confirm this return" not in done.text


def test_a_return_signed_again_meanwhile_is_not_confirmed_unread(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}")
    fields = page.fields(page.form("Confirm this return")) | {"sha": "another"}
    refused = cora.post(f"/console/returns/{number}/confirm", fields)
    assert refused.status == 409
    assert "This return changed after you opened it" in refused.text
    assert not life_of(stage, number).confirmed_at


def test_a_rating_is_changed_with_a_reason_and_both_are_kept(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}/commitments/W2")
    refused = page.submit({"rating": "not_met"}, button="Change the rating")
    assert refused.status == 422
    assert refused.links[refused.errors[0]] == "#why"
    kept = refused.fields(refused.form("Change the rating"))
    assert kept["rating"] == ["not_met"]
    done = refused.submit({"why": "No card was seen on two visits."}, button="Change the rating")
    assert "The rating is changed" in done.text
    assert "No card was seen on two visits." in done.text
    assert "7 of 9 fully met" in done.text
    change = life_of(stage, number).changes["W2"]
    assert (change.rating, change.reason) == ("not_met", "No card was seen on two visits.")


def test_a_question_opens_the_answer_and_holds_the_confirmation(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}/commitments/W3")
    assert page.submit(button="Ask").errors == ["Write the question the provider is to answer"]
    done = page.submit({"question": "How many rang?"}, button="Ask")
    assert "Your question is on its way" in done.text
    assert "A question is open" in done.text
    assert "Confirm this return" not in done.text
    assert "Question open" in cycle_page(stage, cora).text
    refused = cora.post(
        f"/console/returns/{number}/confirm",
        {
            "token": done.fields(done.form("Sign out"))["token"][0],
            "sha": life_of(stage, number).document,
        },
    )
    assert refused.status == 409


def test_two_different_people_approve(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora, ann = stage.enters(open_pages, CORA), stage.enters(open_pages, ANN)
    page = ann.get(f"/console/returns/{number}")
    assert "Nobody can approve it to publish yet: it is not confirmed" in page.text
    cora.get(f"/console/returns/{number}").submit(button="Confirm this return")
    done = cora.get(f"/console/returns/{number}").submit(button="Approve to publish")
    assert "1 of 2: Cora Check" in done.text
    assert "another person must approve it too" in done.text
    word = done.fields(done.form("Sign out"))["token"][0]
    again = cora.post(f"/console/returns/{number}/approve", {"token": word, "seen": "guess"})
    assert again.status == 409
    done = ann.get(f"/console/returns/{number}").submit(button="Approve to publish")
    assert "2 of 2: Cora Check, Ann Approve" in done.text
    assert life_of(stage, number).approved_by == (stage.person(CORA), stage.person(ANN))


def test_an_approval_is_to_what_the_page_showed(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}").submit(button="Confirm this return")
    with stage.database.writing() as session:
        person = stage.person(AVON.email)
        answering.reply(session, stage.ref(), "We disagree.", stage.now, person)
    refused = page.submit(button="Approve to publish")
    assert refused.status == 409
    assert "We disagree." in refused.text
    assert not life_of(stage, number).approved_by
    assert "1 of 2" in refused.submit(button="Approve to publish").text


def test_more_time_takes_a_date_a_reason_and_words_for_families(stage: Stage, open_pages: Open):
    number = stage.ref(CLYDE).id
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}").click("Give more time")
    refused = page.submit(button="Give more time")
    assert [refused.links[e] for e in refused.errors] == ["#due", "#reason", "#public"]
    said = {
        "reason": "Lockdown",
        "public": "The prison was locked down.",
        "due-month": "10",
        "due-year": "2026",
    }
    refused = page.submit(said | {"due-day": "20"}, button="Give more time")
    assert refused.errors[0].startswith("An extension ends after the due date in force")
    assert refused.fields(refused.form("Give more time"))["reason"] == ["Lockdown"]
    done = refused.submit({"due-day": "6", "due-month": "11"}, button="Give more time")
    assert "More time is given" in done.text
    life = life_of(stage, number)
    assert life.due == date(2026, 11, 6)
    assert life.state(stage.now) is State.EXTENDED


def test_the_listening_partner_judges_in_its_own_words_and_sees_no_evidence(
    stage: Stage, open_pages: Open
):
    number = sign(stage)
    lena = stage.enters(open_pages, LENA)
    page = lena.get(f"/console/returns/{number}")
    assert "Call log" not in page.text
    assert "A nurse keeps a list" not in page.text
    assert "We ring families back" in page.text
    page = page.click("Judge the replies to families")
    assert "On weekdays, yes." in page.text
    assert page.submit(button="Record this judgement").errors == [
        "Say whether the replies are faithful"
    ]
    refused = page.submit({"faithful": "no"}, button="Record this judgement")
    assert refused.links[refused.errors[0]] == "#reason"
    done = refused.submit(
        {"reason": "Families asked for weekends."}, button="Record this judgement"
    )
    assert "Not faithful" in done.text
    judged = life_of(stage, number).judged
    assert judged and (judged.faithful, judged.reason) == (False, "Families asked for weekends.")


def test_a_reader_reads_and_is_offered_nothing_to_do(stage: Stage, open_pages: Open):
    number = sign(stage)
    rita = stage.enters(open_pages, RITA)
    page = rita.get(f"/console/returns/{number}")
    assert "Call log" in page.text
    assert [words(b) for b in page.tree.iter("button")] == ["Sign out"]
    assert not any("Change or ask" in link for link in page.links)


def test_a_recorded_score_is_shown_from_its_receipt(stage: Stage, open_pages: Open):
    number = sign(stage)
    life = life_of(stage, number)
    with stage.database.writing() as session:
        here = stage.ref()
        text = documents.fetch(session, [life.document])[life.document]
        document = ReturnDocument.model_validate_json(text)
        charter = cycles.charter_of(session, here.charter_version)
        policy = cycles.policy_of(session, here.policy_version)
        receipt = score(document, life.document, charter, policy, here.quarter, {})
        kept = documents.keep(session, receipt_text(receipt))
        lives.record(
            session, number, Scored(policy=policy.version, receipt=kept), stage.now, "engine"
        )
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}")
    assert "Recorded. Policy 2026.1, Charter working-0.1." in page.text


def test_what_a_provider_promised_shows_its_first_date(stage: Stage, open_pages: Open):
    number = sign(stage)
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}")
    assert "Put a consent card in every reception pack" in page.text
    assert "First promised for 30 September 2026" in page.text


@pytest.mark.parametrize("did", ["nonsense", "<script>"])
def test_a_made_up_success_says_nothing(stage: Stage, open_pages: Open, did: str):
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{stage.ref().id}?did={did}")
    assert "Success" not in page.text
    assert did not in page.html


def test_the_quarters_page_asks_no_more_of_the_database_when_there_are_more_returns(
    stage: Stage, open_pages: Open
):
    from sqlalchemy import event

    cora = stage.enters(open_pages, CORA)
    asked: list[str] = []

    @event.listens_for(stage.database.engine, "before_cursor_execute")
    def _hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    cycle_page(stage, cora)
    before = len([s for s in asked if s.startswith("SELECT")])
    for player in (AVON, BROOK, CLYDE):
        sign(stage, player, when="2026-10-05T09:00")
    asked.clear()
    cycle_page(stage, cora)
    assert len([s for s in asked if s.startswith("SELECT")]) <= before + 1 <= 12
