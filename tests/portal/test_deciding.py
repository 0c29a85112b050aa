"""What a region's team decides about a return, each with its reason and never unread."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from charter.faithful import RIGHT_OF_REPLY
from charter.returns import Life, State
from providers import answering, lives, replied, staff
from providers.cycles import NotAllowed
from tests.support.cast import AVON, CLYDE, Player, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ANN, CORA, LENA, QUARTER, Stage

Open = Callable[..., PageClient]
SAVE = "Save these marks"
ITS_PAGE = "Look at its page as families will see it, and approve it"


def sign(
    stage: Stage, player: Player = AVON, when: str = "2026-10-06T09:00", **changes: Any
) -> int:
    """A player's return, received."""
    stage.now = at(when)
    here = stage.ref(player)
    stage.submit(player, stage.filled(here, **changes), stage.now)
    return here.id


def life_of(stage: Stage, return_id: int) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [return_id])[return_id]


def cycle_page(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}")


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
    page = cora.get(f"/console/returns/{number}").click(ITS_PAGE)
    done = page.submit(button="Approve to publish")
    assert "1 of 2: Cora Check" in done.text
    assert "another person must approve it too" in done.text
    word = done.fields(done.form("Sign out"))["token"][0]
    again = cora.post(f"{page.path}/approve", {"token": word, "seen": "guess"})
    assert again.status == 409
    done = ann.get(f"/console/returns/{number}").click(ITS_PAGE).submit(button="Approve to publish")
    assert "2 of 2: Cora Check, 6 October 2026 at 9:00am; Ann Approve" in done.text
    assert life_of(stage, number).approved_by == (stage.person(CORA), stage.person(ANN))


def test_an_approval_is_to_what_the_page_showed(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}").submit(button="Confirm this return")
    page = page.click(ITS_PAGE)
    with stage.database.writing() as session:
        person = stage.person(AVON.email)
        answering.reply(session, stage.ref(), "We disagree.", stage.now, person)
    refused = page.submit(button="Approve to publish")
    assert refused.status == 409
    assert "Avon Avonson replied on 6 October 2026" in refused.text
    assert not life_of(stage, number).approved_by
    drawn = refused.submit(button="Draw the page again")
    assert "1 of 2" in drawn.submit(button="Approve to publish").text


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
    page = page.click("Mark the replies to families")
    assert "On weekdays, yes." in page.text
    assert page.submit(button=SAVE).errors == ["Mark one reply at least, or change a mark"]
    unsaid = page.submit({"reply-1-reason": "Families asked for weekends."}, button=SAVE)
    assert unsaid.links[unsaid.errors[0]] == "#reply-1-faithful"
    refused = page.submit({"reply-1-faithful": "no"}, button=SAVE)
    assert refused.links[refused.errors[0]] == "#reply-1-reason"
    done = refused.submit({"reply-1-reason": "Families asked for weekends."}, button=SAVE)
    assert "Not faithful" in done.text
    assert "Families asked for weekends." in done.text
    (mark,) = life_of(stage, number).marks.values()
    assert (mark.faithful, mark.reason) == (False, "Families asked for weekends.")


def test_a_mark_on_a_reply_that_changed_meanwhile_is_refused_with_who_changed_it(
    stage: Stage, open_pages: Open
):
    number = sign(stage)
    lena = stage.enters(open_pages, LENA)
    page = lena.get(f"/console/returns/{number}/judge")
    with stage.database.writing() as session:
        answering.reply(session, stage.ref(), "We now do.", stage.now, stage.person(AVON.email))
    typed = {"reply-1-faithful": "yes", "reply-1-reason": "It is what they said."}
    late = page.submit(typed, button=SAVE)
    assert (late.status, life_of(stage, number).marks) == (409, {})
    assert "It is what they said." in late.text
    assert "Avon Avonson replied on" in late.text
    both = late.submit({"reply-1-faithful": "yes", "reply-2-faithful": "yes"}, button=SAVE)
    assert both.text.count("Faithful") == 2
    assert len(life_of(stage, number).marks) == 2
    again = lena.get(f"/console/returns/{number}/judge").submit(button=SAVE)
    assert again.errors == ["Mark one reply at least, or change a mark"]


def test_who_may_not_ask_any_more_finds_the_words_that_were_typed(stage: Stage, open_pages: Open):
    number = sign(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{number}/commitments/W2")
    with stage.database.writing() as session:
        home, by = stage.ref().region, "operator"
        staff.add(session, stage.now, by, email=CORA, region_code=home, role="reader")
        staff.end(session, stage.now, by, email=CORA, region_code=home, role="commissioner")
    late = page.submit({"question": "Since when is that so?"}, button="Ask")
    assert (late.status, "Since when is that so?" in late.text) == (403, True)


def test_nobody_else_may_write_or_edit_a_mark(stage: Stage, open_pages: Open):
    number = sign(stage)
    for who in (CORA, ANN):
        page = stage.enters(open_pages, who).get(f"/console/returns/{number}/judge")
        assert page.status == 403
    here, cora = stage.ref(), stage.person(CORA)
    with stage.database.writing() as session, pytest.raises(NotAllowed, match="only the listening"):
        replied.mark(session, here, RIGHT_OF_REPLY, True, "", stage.now, cora)
