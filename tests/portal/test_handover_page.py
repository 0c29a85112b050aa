"""The page of promises left by the provider before: taken on, or declined with a reason."""

from collections.abc import Callable

import pytest

from providers import handovers, returns
from providers.steering_tables import ActionHandover
from tests.support.cast import AVON, BROOK, DEE
from tests.support.pages import Page, PageClient
from tests.support.stage import LAST, MONA, Stage

Open = Callable[..., PageClient]


@pytest.fixture
def left(stage: Stage) -> str:
    """What Avon promised last quarter, as if Brook followed it; gives the action's id."""
    before, here = stage.ref(AVON, LAST), stage.ref(BROOK)
    with stage.database.writing() as session:
        promised = returns.promises(session, [before])[before.party, before.site_id]
        row = ActionHandover(
            action_id=promised[0].id,
            from_service_id=before.service_id,
            to_service_id=here.service_id,
            offered_at=stage.now,
        )
        session.add(row)
    return promised[0].id


def page_of(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/returns/{stage.ref(BROOK).id}").click("Say which you take on")


def waiting(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return [o.promise.id for o in handovers.waiting(session, stage.ref(BROOK).service_id)]


def test_a_promise_is_taken_on(stage: Stage, open_pages: Open, left: str):
    page = page_of(stage, stage.enters(open_pages, BROOK.email))
    assert "Avon Health ran this service before you" in page.text
    assert "First promised for 30 September 2026" in page.text
    page = page.submit({"action-1-answer": "yes"}, button="Save my answers")
    assert "Your answer is recorded." in page.text
    assert "Nothing waits for your answer." in page.text
    assert waiting(stage) == []
    with stage.database.reading() as session:
        row = session.get_one(ActionHandover, (left, stage.ref(AVON).service_id))
        assert (row.accepted, row.reason) == (True, "")


def test_declining_needs_a_reason_and_what_was_typed_is_kept(
    stage: Stage, open_pages: Open, left: str
):
    page = page_of(stage, stage.enters(open_pages, BROOK.email))
    page = page.submit({"action-1-answer": "no"}, button="Save my answers")
    assert page.status == 422
    assert "Say why you do not take it on: families will read it" in page.text
    assert waiting(stage) == [left]
    page = page.submit({"action-1-reason": "No reception."}, button="Save my answers")
    assert waiting(stage) == []
    with stage.database.reading() as session:
        row = session.get_one(ActionHandover, (left, stage.ref(AVON).service_id))
        assert (row.accepted, row.reason) == (False, "No reception.")


def test_nothing_answered_is_nothing_saved(stage: Stage, open_pages: Open, left: str):
    page = page_of(stage, stage.enters(open_pages, BROOK.email))
    page = page.submit(button="Save my answers")
    assert page.status == 422
    assert "Say of at least one whether you take it on" in page.text


def test_what_was_not_offered_here_is_not_there(stage: Stage, open_pages: Open, left: str):
    dee = stage.enters(open_pages, DEE.email)
    path = f"/returns/{stage.ref(DEE).id}/handover"
    token = dee.get("/details").fields(dee.get("/details").form("These are right"))["token"][0]
    answer = dee.post(path, {"token": token, "basis-1": left, "action-1-answer": "yes"})
    assert answer.status == 404
    assert waiting(stage) == [left]
    assert dee.get(f"/returns/{stage.ref(BROOK).id}/handover").status == 404


def test_whoever_only_reads_sees_that_nothing_waits(stage: Stage, open_pages: Open):
    mona = stage.enters(open_pages, MONA)
    page = mona.get(f"/returns/{stage.ref(AVON).id}/handover")
    assert "Nothing waits for your answer." in page.text
    assert "Save my answers" not in page.text


def test_answered_twice_from_two_windows_says_so(stage: Stage, open_pages: Open, left: str):
    brook = stage.enters(open_pages, BROOK.email)
    one, other = page_of(stage, brook), page_of(stage, brook)
    one.submit({"action-1-answer": "yes"}, button="Save my answers")
    late = other.submit(
        {"action-1-answer": "no", "action-1-reason": "No."}, button="Save my answers"
    )
    assert late.status == 409
    assert "decided already" in late.text
    with stage.database.reading() as session:
        assert session.get_one(ActionHandover, (left, stage.ref(AVON).service_id)).accepted
