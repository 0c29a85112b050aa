"""Requests of families: entered by their partner, edited by nobody, passed on to prisons."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from providers import ledger, passed_on, requests, returns
from tests.support.cast import AVON, BROOK
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, LENA, OTTO, REQUEST, RITA, Stage

Open = Callable[..., PageClient]
TYPED = {
    "kind": "request",
    "party": AVON.provider,
    "site": AVON.site,
    "commitment": "W4",
    "text": "Say on the line for families when it is answered.",
    "families": "12",
    "source": "A visits hall morning",
    "heard_on-day": "2",
    "heard_on-month": "10",
    "heard_on-year": "2026",
}
PASSED = {
    "site": AVON.site,
    "text": "Let families book visits by telephone.",
    "families": "12",
    "source": "A coffee morning",
    "heard_on-day": "2",
    "heard_on-month": "9",
    "heard_on-year": "2026",
    "to_whom": "The head of residence",
    "passed_on-day": "4",
    "passed_on-month": "9",
    "passed_on-year": "2026",
}


def home(stage: Stage, below: str = "") -> str:
    return f"/console/regions/{stage.ref().region}/requests{below}"


def send(stage: Stage, client: PageClient, typed: dict[str, str]) -> Page:
    return client.get(home(stage, "/new")).submit(typed, button="Enter it")


def entered(stage: Stage) -> list[requests.Asked]:
    with stage.database.reading() as session:
        return requests.entered_in(session, stage.ref().region)


def test_a_request_is_entered_asked_when_the_next_quarter_opens_and_edited_by_nobody(
    stage: Stage, open_pages: Open
):
    lena = stage.enters(open_pages, LENA)
    page = send(stage, lena, TYPED)
    assert "Entered. Nobody can edit it now." in page.text
    assert "Asked when the next quarter opens" in page.text
    assert [one.text for one in entered(stage)] == [
        "Ring us back when we leave a message about somebody’s health.",
        TYPED["text"],
    ]
    forms = {words for words in page.links if "dit" in words}
    assert forms == set()
    rita = stage.enters(open_pages, RITA)
    assert TYPED["text"] in rita.get(home(stage)).text
    twice = send(stage, lena, TYPED)
    assert twice.response.url == page.response.url
    assert len(entered(stage)) == 2


def test_a_recommendation_says_what_it_is(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    page = send(stage, lena, {**TYPED, "kind": "recommendation", "site": ""})
    assert page.h1.endswith("A recommendation")
    assert "All its prisons" in page.text
    assert "Recommendation" in lena.get(home(stage)).text


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"kind": ""}, "Choose what it is"),
        ({"party": "NOBODY"}, "Choose who is asked"),
        ({"site": BROOK.site}, f"Avon Health has no service at {BROOK.site_name}"),
        ({"commitment": "W99"}, "Choose the commitment"),
        ({"text": ""}, "Write what is asked for"),
        ({"text": "Ring Mrs Okoro back."}, "“Mrs Okoro” may be of one person"),
        (
            {"families": ""},
            "How many families asked for it: give the fewest that you are sure of, at least 1",
        ),
        (
            {"families": "0"},
            "How many families asked for it: give the fewest that you are sure of, at least 1",
        ),
        ({"families": "some"}, "How many families asked for it: write a whole number in figures"),
        ({"source": ""}, "Say where it was heard"),
        ({"heard_on-year": "2027"}, "This day is still to come"),
        ({"heard_on-year": "2001"}, "give a day from 1 October 2024, and look at the year"),
        ({"heard_on-day": "31", "heard_on-month": "2"}, "must be a real date"),
    ],
)
def test_what_cannot_be_asked_is_said_at_the_box_and_kept_on_the_page(
    stage: Stage, open_pages: Open, typed: dict[str, str], fault: str
):
    lena = stage.enters(open_pages, LENA)
    page = lena.get(home(stage, "/new"))
    sent = page.fields(page.form("Enter it")) | {n: [v] for n, v in {**TYPED, **typed}.items()}
    answer = lena.http.post(home(stage, "/new"), data=sent)
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert "A visits hall morning" in answer.text or typed.get("source") == ""
    assert len(entered(stage)) == 1


def test_a_mistake_is_taken_back_until_somebody_is_asked(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    page = send(stage, lena, TYPED)
    missing = page.submit(button="Take it back")
    assert (missing.status, "Say why it is taken back" in missing.text) == (422, True)
    over = missing.submit({"why": "Entered twice."}, button="Take it back")
    assert "Taken back on 5 October 2026: Entered twice." in over.text
    assert missing.submit({"why": "Entered twice."}, button="Take it back").status == 200
    late = missing.submit({"why": "Another’s words."}, button="Take it back")
    assert (late.status, "Lena Listen took it back on 5 October" in late.text) == (409, True)
    assert "Another’s words." in late.text
    with stage.database.reading() as session:
        assert [r.id for r in requests.requests_in(session, stage.ref().region)] == [REQUEST]
        assert requests.first_altered(session) == ""


def test_what_somebody_was_asked_about_stays(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    page = lena.get(home(stage, f"/{REQUEST}"))
    assert "Asked for July to September 2026" in page.text
    assert "Take it back" not in page.text
    token = page.fields(page.form("Sign out"))["token"][0]
    answer = lena.http.post(
        home(stage, f"/{REQUEST}/withdraw"), data={"token": token, "why": "No."}
    )
    assert answer.status_code == 409
    assert "were already asked about it" in answer.text


def test_the_reply_in_a_signed_return_is_shown_with_the_request(stage: Stage, open_pages: Open):
    stage.submit(AVON, stage.filled(stage.ref()), stage.now)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(home(stage, f"/{REQUEST}"))
    assert ("Partly accepted." in page.text, "On weekdays, yes." in page.text) == (True, True)


def test_a_request_of_another_region_is_not_there(stage: Stage, open_pages: Open):
    theirs = stage.ref_of_eve().region
    otto = stage.enters(open_pages, OTTO)
    assert otto.get(f"/console/regions/{theirs}/requests").status == 200
    assert otto.get(f"/console/regions/{theirs}/requests/{REQUEST}").status == 404
    assert otto.get(home(stage)).status == 404


def test_what_the_prison_is_asked_is_passed_on_with_its_date_and_asked_of_no_provider(
    stage: Stage, open_pages: Open
):
    before = stage.ref()
    lena = stage.enters(open_pages, LENA)
    page = lena.get(home(stage, "/prison")).submit(PASSED, button="Put it on record")
    assert "On record, with its date." in page.text
    assert "4 September 2026" in page.text
    assert "The head of residence" in page.text
    with stage.database.reading() as session:
        asked = returns.requests_for(session, before)
        assert [one.id for one in asked] == [REQUEST]
        assert passed_on.first_altered(session) == ""
    rita = stage.enters(open_pages, RITA)
    read = rita.get(home(stage, "/prison"))
    assert ("by telephone." in read.text, "Put it on record" in read.text) == (True, False)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"passed_on-month": "8"}, "It cannot be passed on before it was heard"),
        ({"to_whom": ""}, "Say to whom, by role and not by name"),
        ({"to_whom": "Mr Field"}, "“Mr Field” may be of one person"),
        ({"site": ""}, "Choose the prison"),
    ],
)
def test_what_cannot_be_passed_on_so_is_refused(
    stage: Stage, open_pages: Open, typed: dict[str, str], fault: str
):
    lena = stage.enters(open_pages, LENA)
    page = lena.get(home(stage, "/prison")).submit({**PASSED, **typed}, button="Put it on record")
    assert (page.status, fault in page.text) == (422, True)
    with stage.database.reading() as session:
        assert passed_on.passed(session, stage.ref().region) == []


@pytest.mark.parametrize("column", ["text", "kind", "withdrawn_why"])
def test_a_changed_request_is_found_by_verifying(stage: Stage, column: str):
    region, lena = stage.ref().region, stage.person(LENA)
    asked = requests.Asked("", "", AVON.provider, "W4", "Words.", "A call", date(2026, 10, 2))
    with stage.database.writing() as session:
        which = requests.enter(session, region, asked, stage.now, lena)
        requests.withdraw(session, region, which, "A slip.", stage.now, lena)
        assert requests.first_altered(session) == ""
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE family_request SET {column} = 'recommendation' WHERE id = '{which}'"
        )
    with stage.database.reading() as session:
        assert which in requests.first_altered(session)
        assert ledger.verify(session) == ""


def test_who_replies_is_told_that_few_asked_and_where_families_will_read_it(
    stage: Stage, open_pages: Open
):
    here, lena = stage.ref(), stage.person(LENA)
    asked = requests.Asked(
        "", AVON.site, AVON.provider, "W4", "Ring us.", "A hall", date(2026, 9, 2)
    )
    few = replace(asked, text="Tell us what a medicine is for.", families=7)
    with stage.database.writing() as session:
        requests.enter(session, here.region, asked, stage.now, lena)
        requests.enter(session, here.region, few, stage.now, lena)
    page = stage.enters(open_pages, AVON.email).get(f"/returns/{here.id}/replies")
    assert page.text.count("Only a few families asked for this.") == 1
    told = page.text.split("Only a few families asked for this.")[0]
    assert told.rindex("Tell us what a medicine is for.") > told.rindex("Ring us.")
