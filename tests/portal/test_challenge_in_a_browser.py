"""Confirm and challenge in a real browser: the queue, a case, a dispute, and its decision."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from charter.quarters import Quarter
from charter.steps import Rating
from providers import checking, disputes, listening
from tests.portal.test_every_page_in_a_browser import faults_of, sign_in
from tests.portal.test_queue import survey
from tests.support.browser import Watcher
from tests.support.cast import AVON, BROOK, CLYDE, DEE, at
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, IRIS, LAST, LENA, QUARTER, Stage


@pytest.fixture
def told(served: Stage) -> Stage:
    """A return to look at, one to confirm by itself, one asked about, and one with a dispute."""
    stage = served
    stage.now = at("2026-11-02T09:00")
    before = stage.ref(DEE, LAST)
    stage.submit(DEE, stage.filled(before), stage.now)
    for player in (AVON, BROOK, CLYDE, DEE):
        here = stage.ref(player)
        stage.submit(player, stage.filled(here), stage.now)
    here, cora, avon = stage.ref(), stage.person(CORA), stage.person(AVON.email)
    region, quarter = here.region, Quarter.parse(QUARTER)
    with stage.database.writing() as session:
        why = "No card was seen on two visits in September, and none was on the wing."
        for commitment in ("W2", "W4"):
            checking.change_rating(session, here, commitment, Rating.NOT_MET, why, stage.now, cora)
        said = "Two other visits in the same month saw the card in every reception pack."
        disputes.dispute(session, here, "W2", said, stage.now, avon, CALENDAR)
        checking.challenge(
            session, stage.ref(CLYDE), "W3", "Which team takes in what families say, and when?",
            stage.now, cora,
        )  # fmt: skip
        basis = listening.record(session, region, quarter).basis("surveys")
        surveys = [survey(20, AVON.site), survey(62, ""), survey(31, BROOK.site)]
        lena = stage.person(LENA)
        listening.save(session, region, quarter, "surveys", surveys, basis, stage.now, lena)
    return stage


def pages(stage: Stage) -> Iterator[tuple[str, str]]:
    """Every page of confirming, challenging and disputing, with who opens it."""
    here, region = stage.ref(), stage.ref().region
    yield CORA, f"/console/regions/{region}/{QUARTER}/queue"
    yield CORA, f"/console/returns/{here.id}"
    yield CORA, f"/console/returns/{stage.ref(BROOK).id}"
    yield CORA, f"/console/returns/{here.id}/commitments/W4"
    yield IRIS, "/console/disputes"
    yield IRIS, f"/console/disputes/{here.id}/W2"
    yield AVON.email, f"/returns/{here.id}"
    yield AVON.email, f"/returns/{here.id}/commitments/W4/dispute"


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_every_page_of_a_challenge_is_sound_wide_and_narrow(
    told: Stage, chromium: Browser, script: bool
):
    faults: list[str] = []
    for email in (CORA, IRIS, AVON.email):
        context = chromium.new_context(locale="en-GB", java_script_enabled=script)
        watcher, page = Watcher(context), context.new_page()
        sign_in(told, page, email)
        for who, path in pages(told):
            if who == email:
                answer = page.goto(told.base_url + path)
                assert answer is not None
                faults += [] if answer.status == 200 else [f"{path}: {answer.status}"]
                keep(page, path)
                faults += faults_of(page, path, script=script)
        context.close()
        assert not watcher.outside
    assert not faults, "\n".join(faults)


def keep(page: Page, path: str) -> None:
    """A picture of the page at both widths, where somebody asked for them."""
    if folder := os.environ.get("SHOTS"):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            name = path.strip("/").replace("/", "_")
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
