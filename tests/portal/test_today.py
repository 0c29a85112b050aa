"""Today: what waits for each role, and nothing else, with the way to where it is done."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from charter.review import Disputed, DisputeDecided
from charter.steps import (
    BecameUnreachable,
    ExtensionAsked,
    NotRunningAsked,
    Published,
    Rating,
    RatingChanged,
    Signed,
)
from notifications.tables import Letter, LetterState
from providers import answering, checking, lives, releasing, replied
from providers.console_tables import SensitivePeriod
from providers.tables import Contact, Service
from tests.portal.test_console import record, sign
from tests.support.cast import AVON, BROOK, CLYDE, DEE, at
from tests.support.pages import Page, PageClient, words
from tests.support.releases import FEW, NAMED, named_in, release_of
from tests.support.stage import ANN, CORA, IRIS, LAST, LENA, OTTO, QUARTER, REQUEST, RITA, Stage

Open = Callable[..., PageClient]


def headings(page: Page) -> dict[str, int]:
    """Each heading with its number; a list at the top has them too where there are several."""
    told = [words(e) for e in page.tree.iter("h2") if (e.get("id") or "").startswith("task-")]
    found = {
        title: int(number.rstrip(")")) for title, _, number in (t.rpartition(" (") for t in told)
    }
    tops = [e for e in page.tree.iter("ul") if "app-today" in e.get("class", "")]
    lines = [li for top in tops for li in top.iter("li")]
    listed = {words(li.find("a")): int(words(li.find("strong"))) for li in lines}
    assert listed == (found if len(found) > 1 else {})
    return found


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Something to do of every kind."""
    sign(stage, AVON)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.confirm(session, stage.ref(AVON, LAST), stage.now, cora)
        checking.change_rating(
            session, stage.ref(), "W2", Rating.NOT_MET, "No log.", stage.now, cora
        )
    record(stage, AVON, Disputed(commitment="W2", reason="There is a log."))
    record(stage, BROOK, ExtensionAsked(until=date(2026, 11, 10), reason="A flood."))
    record(stage, CLYDE, BecameUnreachable())
    record(stage, DEE, NotRunningAsked(reason="It was shut."))
    return stage


def test_the_commissioner_sees_what_a_commissioner_does(waiting: Stage, open_pages: Open):
    page = waiting.enters(open_pages, CORA).get("/console")
    found = headings(page)
    assert found.pop("Agree to a plan", 0) == 0
    assert found == {
        "Name a contact": 1,
        "Decide whether a service ran": 1,
        "Decide on more time": 1,
        "Approve to publish": 1,
    }
    assert ", due 28 October 2026" in page.text
    assert ", signed " in page.text
    for way in ("contacts", "not-running", "extend"):
        assert f"/{way}" in page.html
    place = page.click("HMP Clydebridge, Clyde Health")
    assert place.path == f"/console/returns/{waiting.ref(CLYDE).id}/contacts"
    last = waiting.ref(AVON, LAST)
    assert page.links["HMP Avonbridge, Avon Health"] == f"{release_of(last)}/{last.id}"


def test_an_arbiter_sees_disputes_and_an_approver_pages(waiting: Stage, open_pages: Open):
    assert headings(waiting.enters(open_pages, IRIS).get("/console")) == {"Decide a dispute": 1}
    assert headings(waiting.enters(open_pages, ANN).get("/console")) == {"Approve to publish": 1}


def test_a_dispute_leads_to_itself_with_the_day_it_was_raised(waiting: Stage, open_pages: Open):
    waiting.now = at("2026-10-28T10:00")
    record(waiting, BROOK, Signed(document="0" * 64))
    with waiting.database.writing() as session:
        change = RatingChanged(commitment="W3", rating=Rating.PARTLY, reason="No log.")
        lives.record(session, waiting.ref(BROOK).id, change, waiting.now, "engine")
    record(waiting, BROOK, Disputed(commitment="W3", reason="There is a log."))
    page = waiting.enters(open_pages, IRIS).get("/console")
    assert headings(page) == {"Decide a dispute": 2}
    first, second = page.text.index("raised 6 October"), page.text.index("raised 28 October 2026")
    assert first < second
    assert f"/console/disputes/{waiting.ref(BROOK).id}/W3" in page.html
    place = page.click("HMP Avonbridge, Avon Health")
    assert place.path == f"/console/disputes/{waiting.ref().id}/W2"


def test_what_was_published_unchecked_is_still_to_be_confirmed(waiting: Stage, open_pages: Open):
    record(waiting, AVON, DisputeDecided(commitment="W2", upheld=True, reason="We looked."))
    record(waiting, AVON, Published(revision=1, page="p"))
    page = waiting.enters(open_pages, CORA).get("/console")
    assert headings(page)["Confirm what was published unchecked"] == 1
    queue = page.click("Sample, July to September 2026: 1")
    assert "HMP Avonbridge" in queue.text
    with waiting.database.writing() as session:
        checking.confirm(session, waiting.ref(), waiting.now, waiting.person(CORA))
    assert "published unchecked" not in waiting.enters(open_pages, CORA).get("/console").text
    assert "published unchecked" not in waiting.enters(open_pages, ANN).get("/console").text


def test_held_words_are_counted_until_a_person_has_cleared_them(stage: Stage, open_pages: Open):
    named_in(stage)
    with stage.database.writing() as session:
        answering.reply(session, stage.ref(), FEW, stage.now, stage.person(AVON.email))
    ann = stage.enters(open_pages, ANN)
    page = ann.get("/console")
    assert headings(page)["Clear held words"] == 2
    assert page.click("Sample, July to September 2026: 2").path == release_of(stage.ref())
    with stage.database.writing() as session:
        here, person = stage.ref(), stage.person(ANN)
        releasing.clear_hold(session, here, NAMED, "Agreed.", stage.now, person)
    assert headings(ann.get("/console"))["Clear held words"] == 1
    assert "Clear held words" not in stage.enters(open_pages, LENA).get("/console").text


def test_a_page_somebody_approved_waits_for_somebody_else(waiting: Stage, open_pages: Open):
    with waiting.database.writing() as session:
        here, person = waiting.ref(AVON, LAST), waiting.person(ANN)
        checking.approve(session, here, waiting.now, person)
    ann, cora = waiting.enters(open_pages, ANN), waiting.enters(open_pages, CORA)
    assert headings(ann.get("/console")) == {}
    assert "Nothing waits for you today." in ann.get("/console").text
    assert headings(cora.get("/console"))["Approve as the second person"] == 1


def test_a_reader_and_another_region_have_nothing_of_ours_to_do(waiting: Stage, open_pages: Open):
    assert headings(waiting.enters(open_pages, RITA).get("/console")) == {}
    otto = waiting.enters(open_pages, OTTO).get("/console")
    assert headings(otto) == {}
    assert "Sample" not in otto.text


def test_the_partner_is_asked_for_what_families_said(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, LENA).get("/console")
    assert headings(page) == {"Tell what families said": 1}


def test_gaps_letters_in_doubt_and_quiet_days_are_counted(stage: Stage, open_pages: Open):
    here = stage.ref()
    doubtful = Letter(
        key="k",
        to_person=1,
        to_email="a@avon.example",
        kind="lead",
        region=here.region,
        day=date(2026, 10, 1),
        state=LetterState.IN_DOUBT,
        queued_at=stage.now,
    )
    quiet = SensitivePeriod(
        site_id=here.site_id,
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 20),
        set_by="person:1",
        set_at=stage.now,
    )
    gap = Service(site_id=here.site_id, role="prime", starts=date(2026, 8, 1))
    with stage.database.writing() as session:
        session.add_all([doubtful, quiet, gap])
    page = stage.enters(open_pages, CORA).get("/console")
    found = headings(page)
    assert [found[each] for each in (
        "Settle letters in doubt", "Agree to a sensitive period", "Find the provider",
    )] == [1, 1, 1]  # fmt: skip
    assert "1 August 2026" in page.text


def test_an_address_that_turns_letters_away_is_named_though_another_is_reached(
    stage: Stage, open_pages: Open
):
    with stage.database.writing() as session:
        contact = session.exec(
            select(Contact).where(Contact.person_id == stage.person(AVON.email))
        ).one()
        contact.refused_at = stage.now
    cora = stage.enters(open_pages, CORA)
    page = cora.get("/console")
    assert headings(page)["Put an address right"] == 1
    assert "Name a contact" not in headings(page)
    way = "/console/regions/sample/register/contacts?show=refused"
    assert way in page.html
    assert AVON.email in cora.get(way).text
    assert "Put an address right" not in stage.enters(open_pages, RITA).get("/console").text


def test_bank_holidays_that_run_out_are_said_in_time(stage: Stage, open_pages: Open):
    stage.now = at("2028-11-20T09:00")
    page = stage.enters(open_pages, CORA).get("/console")
    assert headings(page)["Bring the bank holidays up to date"] == 1


def test_the_way_to_the_others_leads_to_the_quarter_with_only_those(
    waiting: Stage, open_pages: Open
):
    cora = waiting.enters(open_pages, CORA)
    way = f"/console/regions/{waiting.ref().region}/{QUARTER}?waits=name_contact"
    assert way in cora.get("/console").html
    page = cora.get(way)
    assert "1 of 4 returns" in page.text
    assert "HMP Clydebridge" in page.text
    assert "HMP Brookbridge" not in page.text


def test_the_partner_sees_the_replies_that_wait_for_a_mark_until_they_are_published(
    any_stage: Stage, open_pages: Open
):
    stage, waits = any_stage, "Mark the replies to families"
    lena = stage.enters(open_pages, LENA)
    assert waits not in headings(lena.get("/console"))
    stage.submit(AVON, stage.filled(stage.ref()), stage.now)
    assert waits not in headings(stage.enters(open_pages, CORA).get("/console"))
    page = lena.get("/console")
    assert headings(page)[waits] == 1
    listed = page.click("Sample, July to September 2026: 1")
    assert listed.path.endswith(f"/listening/{QUARTER}/replies")
    assert "1 not checked" in listed.text
    with stage.database.writing() as session:
        here, lena_id = stage.ref(), stage.person(LENA)
        replied.mark(session, here, REQUEST, True, "", stage.now, lena_id)
        assert replied.to_mark(session, [here.region]) == []
        answering.reply(session, here, "We ring back by noon.", stage.now, stage.person(AVON.email))
        assert [one.many for one in replied.to_mark(session, [here.region, "Elsewhere"])] == [1]
        lives.record(session, here.id, Published(revision=1, page="p"), stage.now, "engine")
        assert replied.to_mark(session, [here.region]) == []
