"""Contacts confirm themselves: what is on record of them, one button, and a question a year on."""

from collections.abc import Callable
from datetime import date

from charter.quarters import london_date
from providers import confirming, ledger
from providers.tables import Person
from tests.support.cast import AVON, at
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, Stage

Open = Callable[..., PageClient]
ASKED = "It is a year since you last said"


def details(client: PageClient) -> Page:
    return client.get("/returns").click(f"{client_name(client)}: your details")


def client_name(client: PageClient) -> str:
    return next(link for link in client.get("/returns").links if "your details" in link).partition(
        ":"
    )[0]


def test_somebody_sees_what_is_on_record_of_them_and_says_that_it_is_right(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    page = details(avon)
    assert AVON.email in page.text
    assert "HMP Avonbridge Lead, Avon Health" in page.text
    assert "Last confirmed Not yet" in page.text
    page = page.submit(button="These are right")
    assert "Thank you. We ask again in a year." in page.text
    assert "Last confirmed 5 October 2026" in page.text
    assert "These are right" not in page.text
    with stage.database.reading() as session:
        who = stage.person(AVON.email)
        entry = list(ledger.entries(session))[-1]
        assert confirming.confirmed_on(session, who) == date(2026, 10, 5)
        assert confirming.first_altered(session) == ""
    assert (entry.kind, entry.by, entry.subject) == (
        "details_confirmed",
        f"person:{who}",
        f"person:{who}",
    )
    assert "avon" not in (entry.body + entry.subject).lower()


def test_a_second_press_on_the_same_day_is_the_same_as_one(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = details(avon)
    page.submit(button="These are right")
    page.submit(button="These are right")
    with stage.database.reading() as session:
        said = [e for e in ledger.entries(session) if e.kind == "details_confirmed"]
    assert len(said) == 1


def test_a_year_after_the_listing_the_question_stands_above_the_returns_until_answered(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    assert ASKED not in avon.get("/returns").text
    listed = london_date(at("2026-06-15T09:00"))
    stage.now = at("2027-06-15T09:00")
    assert (london_date(stage.now) - listed).days == 365
    avon = stage.enters(open_pages, AVON.email)
    assert ASKED not in avon.get("/returns").text
    stage.now = at("2027-06-16T09:00")
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get("/returns")
    assert ASKED in page.text
    page = page.click("Look at your details")
    assert ASKED in page.text
    page.submit(button="These are right")
    assert ASKED not in avon.get("/returns").text


def test_a_link_to_the_details_leads_there_by_way_of_signing_in(stage: Stage, open_pages: Open):
    client = open_pages(stage.app, base_url=stage.base_url)
    client.get("/details").submit({"email": AVON.email}, button="Send me a link")
    assert client.get(stage.link(AVON.email)).submit(button="Sign in").path == "/details"


def test_a_member_of_a_team_sees_their_role(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, CORA).get("/details")
    assert "Sample Commissioner" in page.text
    assert "whoever runs this service" in page.text


def test_a_day_changed_behind_the_ledgers_back_is_found(stage: Stage):
    who = stage.person(AVON.email)
    with stage.database.writing() as session:
        confirming.confirm(session, who, stage.now)
    with stage.database.writing() as session:
        session.get_one(Person, who).confirmed_on = date(2020, 1, 1)
        session.flush()
        assert f"person {who}" in confirming.first_altered(session)
