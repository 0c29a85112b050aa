"""A provider's quarter, page by page: from signing in to signed, and every way it can turn."""

from collections.abc import Callable
from datetime import date

from charter.returns import State
from charter.steps import Rating
from providers import answering, checking, documents, ledger, lives, returns
from tests.support.cast import AVON, BROOK, at
from tests.support.pages import Page, PageClient
from tests.support.stage import CHARTER_IDS, CORA, LAST, Stage

Open = Callable[..., PageClient]
WORDS = {
    "rating": "partly",
    "reason": "One clinic a month was cancelled.",
    "public_statement": "We hold a clinic for families every week.",
}
ACCOUNT = {"narrative": "We hired a second nurse."}


def life_of(stage: Stage, return_id: int):
    with stage.database.reading() as session:
        return lives.lives(session, [return_id])[return_id]


def answer_everything(page: Page) -> Page:
    """Fill in every commitment from an empty return, by Save and continue alone."""
    first = CHARTER_IDS[0]
    page = page.client.get(f"{page.path}/commitments/{first}")
    for one in CHARTER_IDS:
        assert page.path.endswith(one), page.path
        page = page.submit(WORDS, button="Save and continue")
        assert page.path.endswith(f"{one}/account"), page.path
        page = page.submit(ACCOUNT, button="Save and continue")
    return page


def test_a_first_return_from_signing_in_to_signed(stage: Stage, open_pages: Open):
    here = stage.ref(BROOK)
    brook = open_pages(stage.app)
    page = stage.sign_in(brook, BROOK.email)
    page = page.click(next(link for link in page.links if link.startswith("Start")))
    assert page.h1.endswith("Quarterly return")
    assert "Cannot start yet" in page.text
    page = answer_everything(page)
    assert page.path == f"/returns/{here.id}/check"
    page = brook.get(f"/returns/{here.id}")
    assert "Cannot start yet" not in page.text
    page = page.click("Your actions").submit(button="Add an action")
    promise = {
        "commitment": "W4",
        "title": "Answer the family line until 8pm",
        "owner": "Head of healthcare",
        "due-day": "31",
        "due-month": "1",
        "due-year": "2027",
    }
    page = page.submit(promise, button="Save and continue")
    assert "Answer the family line until 8pm, by 31 January 2027" in page.text
    page = brook.get(f"/returns/{here.id}").click("Check your answers and hand over")
    assert "Bea Brookson will read it" in page.text
    page = page.submit(button="Hand over for signing")
    assert page.h1 == "Handed over"
    assert life_of(stage, here.id).state(stage.now) is State.IN_PROGRESS

    bea = open_pages(stage.app)
    page = stage.sign_in(bea, BROOK.signer_email)
    page = page.click(next(link for link in page.links if link.startswith("Read and sign")))
    sha = life_of(stage, here.id).handed_over
    assert sha[:8] in page.text
    assert "We hired a second nurse." in page.text
    page = page.submit(button="Sign this return")
    assert page.h1 == "Signed and received"
    assert "25 November 2026" in page.text
    life = life_of(stage, here.id)
    assert (life.state(stage.now), life.document) == (State.RECEIVED, sha)
    with stage.database.reading() as session:
        signed = returns.signed_document(session, here)
    assert signed
    assert [a.rating for a in signed.answers] == [Rating.PARTLY] * len(CHARTER_IDS)
    assert signed.actions[0].due == date(2027, 1, 31)
    assert "Received" in brook.get("/returns").text


def test_an_unchanged_quarter_is_ticked_answer_by_answer(stage: Stage, open_pages: Open):
    here = stage.ref()
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{here.id}")
    assert page.text.count("to confirm") == 1 + len(CHARTER_IDS)
    page = page.click("9 answers from last quarter to confirm")
    ticks = {f"same-{one}": "yes" for one in CHARTER_IDS}
    page = page.submit(ticks, button="Save and continue")
    assert page.path == f"/returns/{here.id}/actions"
    assert "to confirm" not in avon.get(f"/returns/{here.id}").text
    page = page.submit({"action-1-status": "done"}, button="Save and continue")
    assert page.path == f"/returns/{here.id}/replies"
    answered = {"reply-1-answer": "declined", "reply-1-words": "We have no telephone for this."}
    page = page.submit(answered, button="Save and continue")
    assert page.path == f"/returns/{here.id}/check"
    page = page.submit(button="Hand over for signing")
    assert page.h1 == "Handed over"
    with stage.database.reading() as session:
        sha = lives.lives(session, [here.id])[here.id].handed_over
        frozen = documents.fetch(session, [sha])[sha]
    assert "We have no telephone for this." in frozen


def test_an_answer_carried_forward_needs_its_own_tick_or_a_change(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    path = f"/returns/{stage.ref().id}/commitments/W2"
    page = avon.get(path)
    assert "What you said last quarter" in page.text
    refused = page.submit(button="Save and continue")
    assert refused.status == 422
    assert (
        refused.links[
            "This was carried forward from last quarter; confirm that it still holds, or change it"
        ]
        == "#confirmed"
    )
    new = {"public_statement": "Something else now."}
    changed = refused.submit(new, button="Save and continue")
    assert changed.path.endswith("W3")
    assert "I have checked this" not in avon.get(path).text


def test_more_time_and_lateness_are_said_in_words(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    assert "Due 28 October 2026, 23 days left." in avon.get("/returns").text
    with stage.database.writing() as session:
        checking.extend(
            session,
            here,
            date(2026, 11, 6),
            "Lockdown",
            "The prison was locked down.",
            stage.now,
            stage.person(CORA),
        )
    stage.now = at("2026-11-05T09:00")
    stage.sign_in(avon, AVON.email)
    assert "Due 6 November 2026, 1 day left. Extended" in avon.get("/returns").text
    stage.now = at("2026-11-09T09:00")
    stage.sign_in(avon, AVON.email)
    assert "3 days late" in avon.get("/returns").text
    assert "Signed on 20 July 2026" in avon.get(f"/returns/{stage.ref(AVON, LAST).id}").text


def test_a_promise_brought_forward_after_the_draft_was_begun_can_be_accounted_for(
    stage: Stage, open_pages: Open
):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    with stage.database.writing() as session:
        begun = stage.filled(here, actions=())
        answering.save_draft(session, here, begun, stage.now, stage.person(AVON.email), version=0)
    page = avon.get(f"/returns/{here.id}/actions")
    assert "Put a consent card in every reception pack" in page.text
    page.submit({"action-1-status": "done"}, button="Save and continue")
    with stage.database.reading() as session:
        (line,) = returns.draft(session, here).document.actions
    assert line.status == "done"


def test_a_clock_behind_the_record_is_said_in_words(stage: Stage, open_pages: Open):
    avon, here = stage.enters(open_pages, AVON.email), stage.ref()
    with stage.database.writing() as session:
        ledger.append(session, at("2026-10-05T12:00"), "engine", "noted", "cycle:1", {})
    page = avon.get(f"/returns/{here.id}/commitments/W1")
    refused = page.submit({"confirmed": "yes"}, button="Save and continue")
    assert refused.status == 409
    assert "the record's last entry is of 5 October 2026" in refused.text
