"""A dispute on the pages: the provider's reason, the arbiter's decision, and the whole exchange."""

from collections.abc import Callable

import pytest

from charter.steps import Rating
from providers import checking, disputes
from tests.portal.test_console import life_of, sign
from tests.portal.test_queue import heard
from tests.support.cast import AVON, DEE, at
from tests.support.pages import Page, PageClient
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, IRIS, LENA, MONA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
SEEN = "Two other visits saw the card."


@pytest.fixture
def number(stage: Stage) -> int:
    """Avon's return, received, with the rating of W2 changed."""
    found = sign(stage, when="2026-11-02T09:00")
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        rating, why = Rating.NOT_MET, "No card was seen."
        checking.change_rating(session, stage.ref(), "W2", rating, why, stage.now, cora)
    return found


def dispute(stage: Stage) -> None:
    with stage.database.writing() as session:
        avon = stage.person(AVON.email)
        disputes.dispute(session, stage.ref(), "W2", SEEN, stage.now, avon, CALENDAR)


def texts_in_order(page: Page, *said: str) -> bool:
    """Whether the page says these one after another."""
    places = [page.text.index(one) for one in said]
    return places == sorted(places)


def test_a_lead_disputes_from_the_returns_own_page(stage: Stage, number: int, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{number}").click("Dispute this rating: Get consent right")
    assert "until 2 December 2026" in page.text
    assert "within 10 working days" in page.text
    refused = page.submit(button="Dispute this rating")
    assert (refused.status, refused.errors) == (422, ["Say why the changed rating is not right"])
    done = refused.submit({"words": SEEN}, button="Dispute this rating")
    assert texts_in_order(
        done,
        "The commissioner for Sample. Changed the rating of “Get consent right” to not met",
        "No card was seen.",
        "Avon Avonson (lead). Disputed the changed rating of “Get consent right”",
        SEEN,
        "To be decided by 16 November 2026.",
    )
    assert "Dispute this rating" not in done.text
    again = avon.get(f"/returns/{number}/commitments/W2/dispute")
    assert again.status == 409
    assert "can be disputed once" in again.text


@pytest.mark.parametrize("email", ["ash@avon.example", MONA])
def test_a_deputy_and_a_contract_manager_read_and_do_not_dispute(
    stage: Stage, number: int, open_pages: Open, email: str
):
    client = stage.enters(open_pages, email)
    assert "Dispute this rating" not in client.get(f"/returns/{number}").text
    assert client.get(f"/returns/{number}/commitments/W2/dispute").status == 403


def test_another_provider_finds_nothing_there(stage: Stage, number: int, open_pages: Open):
    dee = stage.enters(open_pages, DEE.email)
    assert dee.get(f"/returns/{number}/commitments/W2/dispute").status == 404


def test_what_was_not_changed_cannot_be_disputed(stage: Stage, number: int, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    closed = avon.get(f"/returns/{number}/commitments/W3/dispute")
    assert closed.status == 409
    assert "has not changed this rating" in closed.text
    assert avon.get(f"/returns/{number}/commitments/W99/dispute").status == 404


def test_the_arbiter_decides_with_both_sides_in_view(stage: Stage, number: int, open_pages: Open):
    dispute(stage)
    iris = stage.enters(open_pages, IRIS)
    listed = iris.get("/console/disputes")
    assert "To be decided by 16 November 2026" in listed.text
    page = listed.click("Get consent right, HMP Avonbridge, Avon Health")
    assert texts_in_order(page, "No card was seen.", SEEN)
    refused = page.submit(button="Decide")
    assert [refused.links[e] for e in refused.errors] == ["#stands", "#why"]
    refused = refused.submit({"stands": "own"}, button="Decide")
    assert refused.fields(refused.form("Decide"))["stands"] == ["own"]
    done = refused.submit({"why": "The card was there."}, button="Decide")
    assert "The dispute is decided." in done.text
    assert "No dispute waits for a decision." in done.text
    late = page.submit({"stands": "changed", "why": "No card at all."}, button="Decide")
    assert (late.status, "decided a dispute on 2 November" in late.text) == (409, True)
    assert "No card at all." in late.text
    assert life_of(stage, number).changes == {}
    for email, path in ((CORA, "/console"), (AVON.email, "")):
        read = stage.enters(open_pages, email).get(f"{path}/returns/{number}")
        assert texts_in_order(read, "No card was seen.", SEEN, "The card was there.")
        assert "the provider’s own rating stands" in read.text


def test_a_decision_taken_meanwhile_is_shown_with_who_and_when(
    stage: Stage, number: int, open_pages: Open
):
    dispute(stage)
    iris = stage.enters(open_pages, IRIS)
    page = iris.get(f"/console/disputes/{number}/W2")
    with stage.database.writing() as session:
        person = stage.person(IRIS)
        disputes.decide(session, stage.ref(), "W2", True, "It was not.", stage.now, person)
    late = page.submit({"stands": "own", "why": "It was."}, button="Decide")
    assert late.status == 409
    assert "Iris Impartial decided a dispute on 2 November 2026 at 9:00am." in late.text
    assert life_of(stage, number).disputes["W2"].upheld is True


@pytest.mark.parametrize(("email", "status"), [(CORA, 403), (RITA, 403), (LENA, 403), (OTTO, 404)])
def test_nobody_else_decides(stage: Stage, number: int, open_pages: Open, email: str, status: int):
    dispute(stage)
    client = stage.enters(open_pages, email)
    assert client.get(f"/console/disputes/{number}/W2").status == status
    listed = client.get("/console/disputes")
    assert ("Get consent right" in listed.text) is (email != OTTO)


def test_a_decision_that_is_late_says_so(stage: Stage, number: int, open_pages: Open):
    dispute(stage)
    stage.now = at("2026-11-17T09:00")
    page = stage.enters(open_pages, IRIS).get("/console/disputes")
    assert "It was to be decided by 16 November 2026." in page.text
    case = stage.enters(open_pages, CORA).get(f"/console/returns/{number}")
    assert "Open for 15 days. It was to be decided by 16 November 2026." in case.text


def test_a_disputed_rating_is_not_changed_again_and_the_page_says_why(
    stage: Stage, number: int, open_pages: Open
):
    dispute(stage)
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}/commitments/W2")
    assert "somebody outside the region is to decide" in page.text
    assert "Change the rating" not in [b.text for b in page.tree.iter("button")]


def test_the_history_names_the_arbiter_as_somebody_from_outside(
    stage: Stage, number: int, open_pages: Open
):
    dispute(stage)
    with stage.database.writing() as session:
        person = stage.person(IRIS)
        disputes.decide(session, stage.ref(), "W2", True, "It was not.", stage.now, person)
    page = stage.enters(open_pages, AVON.email).get(f"/returns/{number}/history")
    assert "Somebody from outside the region. The dispute about “Get consent right”" in page.text
    assert "Iris" not in page.text


def test_a_dispute_is_drawn_in_few_questions_to_the_database(
    stage: Stage, number: int, open_pages: Open
):
    dispute(stage)
    iris = stage.enters(open_pages, IRIS)
    for path in ("/console/disputes", f"/console/disputes/{number}/W2"):
        with heard(stage) as asked:
            iris.get(path)
        assert len(asked) <= 12, asked
