"""The case page: three voices side by side, what stands out, and the exchange in its order."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.answers import ReturnDocument
from charter.steps import Rating
from providers import answering, checking, family_calls, returns
from tests.portal.test_console import life_of, sign
from tests.portal.test_queue import hear, heard, survey
from tests.support.cast import AVON, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import CORA, LENA, Stage

Open = Callable[..., PageClient]


def case(stage: Stage, client: PageClient, number: int) -> Page:
    return client.get(f"/console/returns/{number}")


def voices(page: Page) -> dict[str, list[str]]:
    """What stands beside each commitment: the provider, the confirmed rating, and families."""
    found = {}
    for section in page.tree.iter("section"):
        name, boxes = section.find(".//h3"), section.find(".//dl[@class='app-voices']")
        if boxes is not None:
            said = [" ".join(words(d) for d in box.iter("dd")) for box in boxes]
            found[words(name, without="nhsuk-u-visually").split(" (as")[0]] = said
    return found


def test_three_voices_stand_side_by_side_and_a_gap_of_two_steps_suggests_a_question(
    stage: Stage, open_pages: Open
):
    number = sign(stage)
    hear(stage, survey(20, AVON.site), survey(90, ""), survey(5, "BRB"))
    page = case(stage, stage.enters(open_pages, CORA), number)
    own, confirmed, families = voices(page)["Be easy to reach"]
    assert (own, confirmed) == ("Fully met", "Not confirmed yet")
    assert "20 per cent of 48 people said so" in families
    assert "Tokens in the visits hall, 12 August 2026" in families
    assert "90 per cent of 48 people said so" in families
    assert "in the whole region" in families
    assert "5 per cent" not in families
    assert "Consider asking how the two fit together." in page.text
    assert page.links["Ask about it: Be easy to reach"].endswith(f"/{number}/commitments/W4")
    assert "Families say otherwise: “Be easy to reach”" in page.text
    assert "8 of 9 fully met" in page.text  # what families say is never part of the score


def test_too_few_families_say_nothing(stage: Stage, open_pages: Open):
    number = sign(stage)
    hear(stage, survey(20, AVON.site).model_copy(update={"base": 9}))
    page = case(stage, stage.enters(open_pages, CORA), number)
    assert "Too few to say" in voices(page)["Be easy to reach"][2]
    assert "20 per cent" not in page.text
    assert "Consider asking" not in page.text


def test_the_confirmed_rating_stands_beside_the_providers_own(stage: Stage, open_pages: Open):
    number = sign(stage)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.change_rating(
            session, stage.ref(), "W4", Rating.NOT_MET, "No answer.", stage.now, cora
        )
    client = stage.enters(open_pages, CORA)
    assert voices(case(stage, client, number))["Be easy to reach"][:2] == [
        "Fully met", "Not met Changed, not confirmed yet",
    ]  # fmt: skip
    done = case(stage, client, number).submit(button="Confirm this return")
    assert voices(done)["Be easy to reach"][:2] == ["Fully met", "Not met"]
    assert voices(done)["Get consent right"][:2] == ["Fully met", "Fully met"]


def test_what_did_not_change_is_folded_away(stage: Stage, open_pages: Open):
    number = sign(stage)
    page = case(stage, stage.enters(open_pages, CORA), number)
    folded = next(iter(page.tree.iter("details")))
    assert words(folded.find("summary")) == "9 answers as last quarter"
    assert len(folded.findall(".//h3")) == 9
    assert folded.get("open") is None


def answer_again(stage: Stage, commitment: str, **changes: object) -> None:
    """Avon answers what was asked, and signs again."""
    with stage.database.reading() as session:
        signed = returns.signed_document(session, stage.ref())
    assert signed is not None
    answers = tuple(
        a.model_copy(update=changes) if a.commitment == commitment else a for a in signed.answers
    )
    document: ReturnDocument = signed.model_copy(update={"answers": answers})
    stage.submit(AVON, document, stage.now)


def test_the_whole_exchange_stays_in_view_on_both_sides(stage: Stage, open_pages: Open):
    number = sign(stage)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.challenge(session, stage.ref(), "W4", "How many rang?", stage.now, cora)
    stage.now = at("2026-10-09T11:00")
    waiting = case(stage, stage.enters(open_pages, CORA), number)
    assert (
        "Open for 3 days. An answer by 20 October 2026 counts in this quarter’s check."
        in waiting.text
    )
    said = {"rating": Rating.PARTLY, "reason": "Only on weekdays.", "public_statement": "Mostly."}
    answer_again(stage, "W4", **said)
    with stage.database.writing() as session:
        avon = stage.person(AVON.email)
        checking.change_rating(
            session, stage.ref(), "W4", Rating.NOT_MET, "Half.", stage.now, stage.person(CORA)
        )
        answering.reply(session, stage.ref(), "We have since hired.", stage.now, avon)
    for email, path in ((CORA, "/console"), (AVON.email, "")):
        page = stage.enters(open_pages, email).get(f"{path}/returns/{number}")
        in_order = [
            "Asked about “Be easy to reach”", "How many rang?",
            "Answered about “Be easy to reach” and signed again",
            "Rating, “Be easy to reach”: beforeFully met NowPartly met",
            "beforeWe ring families back within two working days. NowMostly.",
            "Changed the rating of “Be easy to reach” to not met", "Half.",
            "Replied We have since hired.",
        ]  # fmt: skip
        places = [page.text.find(one) for one in in_order]
        assert places == sorted(places) and places[0] > 0, page.text  # noqa: PT018
        assert "Open for" not in page.text


def test_a_partner_reads_the_exchange_without_what_only_the_team_sees(
    stage: Stage, open_pages: Open
):
    number = sign(stage)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.challenge(session, stage.ref(), "W4", "How many rang?", stage.now, cora)
    answer_again(stage, "W4", narrative="Nurse Smith keeps the list.", public_statement="Mostly.")
    told = case(stage, stage.enters(open_pages, LENA), number).text
    assert "Mostly." in told
    assert "Nurse Smith" not in told
    assert "Nurse Smith" in case(stage, stage.enters(open_pages, CORA), number).text


def test_a_rating_changed_meanwhile_is_shown_with_who_and_when_and_what_was_typed_is_kept(
    stage: Stage, open_pages: Open
):
    number = sign(stage)
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}/commitments/W4")
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.change_rating(session, stage.ref(), "W4", Rating.PARTLY, "Half.", stage.now, cora)
    sent = {"rating": "not_met", "why": "Nobody answered."}
    late = page.submit(sent, button="Change the rating")
    assert late.status == 409
    assert "Cora Check changed a rating on 6 October 2026 at 9:00am." in late.text
    kept = late.fields(late.form("Change the rating"))
    assert (kept["rating"], kept["why"]) == (["not_met"], ["Nobody answered."])
    assert life_of(stage, number).changes["W4"].reason == "Half."
    late.submit(button="Change the rating")
    assert life_of(stage, number).changes["W4"].reason == "Nobody answered."


def test_a_return_confirmed_meanwhile_says_who_confirmed_it(stage: Stage, open_pages: Open):
    number = sign(stage)
    page = case(stage, stage.enters(open_pages, CORA), number)
    with stage.database.writing() as session:
        checking.confirm(session, stage.ref(), stage.now, stage.person(CORA))
    late = page.submit(button="Confirm this return")
    assert late.status == 409
    assert "This return was confirmed already. Cora Check confirmed the return on" in late.text


def test_calls_to_the_family_line_are_shown_beside_the_answers(stage: Stage, open_pages: Open):
    number, here = sign(stage), stage.ref()
    with stage.database.writing() as session:
        for answered in (True, False):
            family_calls.note(
                session, here.region, here.site, date(2026, 9, 14), answered, 4, 3,
                stage.now, stage.person(LENA),
            )  # fmt: skip
    page = case(stage, stage.enters(open_pages, CORA), number)
    told = "rang this prison’s line for families: 1 of 2 calls answered, 8 minutes waited in all."
    assert told in page.text


@pytest.mark.parametrize("part", ["", "/commitments/W4"])
def test_a_case_is_drawn_in_few_questions_to_the_database(
    stage: Stage, open_pages: Open, part: str
):
    number = sign(stage)
    hear(stage, survey(20, AVON.site))
    cora = stage.enters(open_pages, CORA)
    with heard(stage) as asked:
        cora.get(f"/console/returns/{number}{part}")
    assert len(asked) <= 12, asked
