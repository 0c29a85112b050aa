"""Before a return is handed over, whatever may name a patient is mended or looked at one by one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from charter.answers import ActionLine, Evidence, RequestReply, ReturnDocument
from charter.steps import Rating
from providers import answering, lives, returns
from tests.support.cast import AVON
from tests.support.pages import Page, PageClient
from tests.support.stage import REQUEST, Stage

Open = Callable[..., PageClient]
NUMBER, PRISON, BIRTH = "943 476 5919", "A1234BC", "3 May 1971"
HAND_OVER = "Hand over for signing"


def draft(stage: Stage, **changes: Any) -> ReturnDocument:
    """Saves a whole return of Avon's, with its first answer changed."""
    here = stage.ref()
    filled = stage.filled(here)
    first = filled.answers[0].model_copy(update=changes.pop("first", {}))
    done = tuple(line.model_copy(update={"status": "done"}) for line in filled.actions)
    answers = (first, *filled.answers[1:])
    document = filled.model_copy(update={"answers": answers, "actions": done, **changes})
    with stage.database.writing() as session:
        version = returns.draft(session, here).version
        person = stage.person(AVON.email)
        answering.save_draft(session, here, document, stage.now, person, version=version)
    return document


@pytest.fixture
def ava(stage: Stage, open_pages: Open) -> PageClient:
    return stage.enters(open_pages, AVON.email)


def check(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/returns/{stage.ref().id}/check")


def ticks(page: Page) -> list[str]:
    return [
        element.get("name", "")
        for element in page.tree.iter("input")
        if element.get("name", "").startswith("hold-")
    ]


def handed_over(stage: Stage) -> bool:
    with stage.database.reading() as session:
        return bool(lives.lives(session, [stage.ref().id])[stage.ref().id].handed_over)


def test_a_return_that_names_nobody_is_handed_over_with_no_more_ado(stage: Stage, ava: PageClient):
    draft(stage)
    page = check(stage, ava)
    assert "Does this name a patient?" not in page.text
    assert ticks(page) == []
    assert page.submit(button=HAND_OVER).path.endswith("/done")
    assert handed_over(stage)


def test_each_thing_that_may_name_a_patient_has_its_own_tick_and_its_own_way_back(
    stage: Stage, ava: PageClient
):
    line = ActionLine(commitment="W2", title=f"See {PRISON}", owner="Lead", due=date(2026, 12, 1))
    document = draft(
        stage,
        first={
            "narrative": f"We looked at {NUMBER}.",
            "evidence": (Evidence(title=f"Born {BIRTH}", dated=date(2026, 6, 1)),),
        },
        replies=(RequestReply(request=REQUEST, answer="partly", words=f"As for {NUMBER}, yes."),),
    )
    draft(
        stage,
        first={
            "narrative": document.answers[0].narrative,
            "evidence": document.answers[0].evidence,
        },
        replies=document.replies,
        actions=(*document.actions, line),
    )
    page = check(stage, ava)
    here = f"/returns/{stage.ref().id}"
    ways = [link for words, link in page.links.items() if words.startswith("Change ")]
    for way in (
        f"{here}/commitments/W1/account?then=check#narrative",
        f"{here}/commitments/W1/evidence/1?then=check#title",
        f"{here}/actions?then=check",
        f"{here}/replies?then=check",
    ):
        assert way in ways
        assert ava.get(way).status == 200
    assert len(ticks(page)) == 4
    for words in ("like an NHS number.", "like a prison number.", "like a date of birth."):
        assert words in page.text


def test_without_each_tick_it_is_refused_and_the_ticks_that_were_made_stay(
    stage: Stage, ava: PageClient
):
    draft(stage, first={"narrative": f"{NUMBER} and {PRISON}"})
    page = check(stage, ava)
    one, other = ticks(page)
    page = page.submit({one: "yes"}, button=HAND_OVER)
    assert (page.status, handed_over(stage)) == (422, False)
    assert len(page.errors) == 1
    assert f"“{PRISON}” looks like a prison number" in page.errors[0]
    assert page.links[page.errors[0]] == f"#{other}"
    assert page.fields(page.form(HAND_OVER))[one] == ["yes"]
    assert page.submit({other: "yes"}, button=HAND_OVER).path.endswith("/done")
    assert handed_over(stage)


def test_a_tick_for_one_number_is_none_for_another(stage: Stage, ava: PageClient):
    draft(stage, first={"narrative": NUMBER})
    ticked = ticks(check(stage, ava))[0]
    draft(stage, first={"narrative": "401 023 2137"})
    page = check(stage, ava).submit({ticked: "yes"}, button=HAND_OVER)
    assert (page.status, handed_over(stage)) == (422, False)


def test_what_lacks_and_what_is_held_are_told_together(stage: Stage, ava: PageClient):
    draft(stage, first={"narrative": NUMBER, "public_statement": ""})
    page = check(stage, ava).submit(button=HAND_OVER)
    assert page.status == 422
    assert len(page.errors) == 2


def test_a_return_from_a_file_is_not_refused_for_it(stage: Stage):
    document = draft(stage, first={"narrative": NUMBER})
    stage.submit(AVON, document, stage.now)
    assert stage.ref().received_at is not None


def test_the_preparer_reads_before_handing_over_what_the_signer_reads_after(
    stage: Stage, ava: PageClient, open_pages: Open
):
    draft(stage)
    before = check(stage, ava)
    before.submit(button=HAND_OVER)
    after = stage.enters(open_pages, AVON.signer_email).get(f"/returns/{stage.ref().id}/sign")

    def told(page: Page) -> list[str]:
        said = []
        for element in page.tree.iter("div"):
            if "nhsuk-summary-list__row" in element.get("class", ""):
                said.append(" ".join("".join(element.itertext()).split()))
        return [row for row in said if row]

    assert told(before) == told(after)
    assert len(told(after)) > 20


def test_fully_met_with_no_evidence_or_old_evidence_is_asked_about_and_not_refused(
    stage: Stage, ava: PageClient
):
    old = (Evidence(title="Survey", dated=date(2024, 6, 1)),)
    draft(stage, first={"rating": Rating.FULLY, "reason": "", "evidence": old})
    page = check(stage, ava)
    assert "Its newest evidence is past its" in page.text
    assert page.submit(button=HAND_OVER).path.endswith("/done")
    draft(stage, first={"rating": Rating.FULLY, "reason": "", "evidence": ()})
    page = check(stage, ava)
    assert "You say it was fully met, and give no evidence." in page.text
    assert page.submit(button=HAND_OVER).path.endswith("/done")


def test_advice_on_plain_english_stands_there_and_refuses_nothing(stage: Stage, ava: PageClient):
    long = "We ring back " + "and again " * 20 + "on weekdays."
    draft(stage, first={"public_statement": long})
    page = check(stage, ava)
    assert "To make it easier to read" in page.text
    assert "Before you hand over" not in page.text
    assert page.submit(button=HAND_OVER).path.endswith("/done")
