"""What is shown of a page that was drawn beforehand, and what can be decided on it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from flows import foreseen
from providers import (
    checking,
    quiet,
)
from providers import foreseen as kept
from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.releases import (
    LOOK,
    OUT,
    approve_by_two,
    draw,
    drawn,
    life_of,
    look,
    named_in,
    one_more_request,
    publish,
    release_of,
)
from tests.support.stage import ANN, CORA, LENA, OTTO, RITA, Stage

Open = Callable[..., PageClient]


@pytest.fixture
def named(stage: Stage) -> Stage:
    """Avon's return confirmed and on its way out, its page drawn."""
    named_in(stage)
    draw(stage)
    return stage


def test_nobody_approves_or_clears_on_a_drawing_that_is_out_of_date(
    named: Stage, open_pages: Open
) -> None:
    here, cora, ann = named.ref(), named.enters(open_pages, CORA), named.enters(open_pages, ANN)
    page = look(cora, here)
    hold = page.click(LOOK)
    with named.database.writing() as session:
        person = named.person(CORA)
        period = quiet.set_period(session, here.region, here.site_id, date(2026, 12, 7),
                                  date(2026, 12, 20), named.now, person)  # fmt: skip
        quiet.agree(session, here.region, period, named.now, named.person(ANN))
    for refused in (
        page.submit(button="Approve to publish"),
        hold.submit({"reason": "Agreed."}, button="Clear these words"),
    ):
        assert refused.status == 409
        assert "draw it again first" in refused.text
        assert "Put on record by Ann Approve on 1 December 2026 at 10:00am." in refused.text
    assert not life_of(named, here).approved_by
    path = f"{release_of(here)}/{here.id}"
    stale = ann.get(path)
    assert "This drawing is not up to date." in stale.text
    assert "Ann Approve put something on record on 1 December 2026 at 10:00am" in stale.text
    assert "Look at the words" not in stale.text
    assert [b for b in ("Approve to publish", "Draw the page again") if f"{b}\n" in stale.html] == [
        "Draw the page again"
    ]
    for below in ("/preview", "/pages"):
        assert "Not up to date." in ann.get(path + below).text
    assert "This drawing is not up to date." in ann.get(hold.path).text
    fresh = stale.submit(button="Draw the page again")
    assert "Drawn as it would go out now." in fresh.text
    assert "not up to date" not in fresh.text
    late = page.submit(button="Approve to publish")
    assert (late.status, "drawn again after you opened it" in late.text) == (409, True)
    assert "1 of 2" in late.submit(button="Approve to publish").text


def test_a_page_that_was_never_drawn_says_so_and_is_drawn_by_a_button(
    stage: Stage, open_pages: Open
) -> None:
    here, rita = named_in(stage).ref(), stage.enters(open_pages, RITA)
    path = f"{release_of(here)}/{here.id}"
    for below in ("", "/preview", "/pages"):
        assert "The page is not drawn yet" in rita.get(path + below).text
    cora = stage.enters(open_pages, CORA)
    page = cora.get(path)
    assert "Approve to publish" not in page.html
    token = page.fields(page.form("Sign out"))["token"][0]
    refused = cora.post(f"{path}/approve", {"token": token, "seen": ""})
    assert refused.status == 409
    otto = stage.enters(open_pages, OTTO)
    word = otto.get("/console").fields(otto.get("/console").form("Sign out"))["token"][0]
    assert otto.post(f"{path}/draw", {"token": word}).status == 404
    page = rita.get(path).submit(button="Draw the page")
    assert "all of it is new" in page.text


def test_who_acts_and_then_looks_finds_the_page_as_it_would_go_out(
    named: Stage, open_pages: Open
) -> None:
    here, cora = named.ref(), named.enters(open_pages, CORA)
    changed = cora.get(f"/console/returns/{here.id}/commitments/W2").submit(
        {"rating": "not_met", "why": "No card was seen."}, button="Change the rating"
    )
    assert changed.status == 200
    assert drawn(named).is_fresh
    lead = named.enters(open_pages, AVON.email)
    page = lead.get(f"/returns/{here.id}/reply")
    page.submit({"words": "They were there."}, button="Save your reply")
    assert drawn(named).is_fresh
    assert "They were there." in cora.get(f"{release_of(here)}/{here.id}/preview").text


def test_an_act_stands_though_its_page_cannot_be_drawn(
    named: Stage, open_pages: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = look(named.enters(open_pages, CORA), named.ref())
    monkeypatch.setattr(foreseen, "foresee", lambda *_: 1 / 0)
    with named.database.writing() as session:
        one_more_request(session, named, AVON)
    named.enters(open_pages, LENA)
    done = page.click(LOOK)
    assert "not up to date" in done.text
    case = named.enters(open_pages, CORA).get(f"/console/returns/{named.ref().id}/commitments/W2")
    done = case.submit({"rating": "not_met", "why": "None was seen."}, button="Change the rating")
    assert done.status == 200
    assert life_of(named, named.ref()).changes


def test_what_is_published_waits_no_longer_until_it_is_revised(
    named: Stage, open_pages: Open
) -> None:
    here = named.ref()
    named.now = OUT
    approve_by_two(named, open_pages, here)
    publish(named)
    with named.database.reading() as session:
        assert here.id not in kept.awaited(session, named.now)
    page = named.enters(open_pages, RITA).get(f"{release_of(here)}/{here.id}")
    assert "not up to date" not in page.text
    assert "Nothing: it reads as it did" in page.text
    with named.database.writing() as session:
        checking.revise(session, here, "A figure was wrong.", OUT, named.person(CORA))
    with named.database.reading() as session:
        assert here.id in kept.awaited(session, named.now + timedelta(days=200))
