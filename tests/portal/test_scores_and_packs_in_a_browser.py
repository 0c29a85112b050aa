"""Scores, receipts, policies and packs in a real browser: wide, narrow, and without a script."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, FilePayload

from charter.packs import PackKind
from charter.steps import RecordedNotReturned
from flows.scoring import score_returns
from providers import checking, cycles, lives, packs
from providers.packing import Asking
from tests.portal.test_every_page_in_a_browser import faults_of, opening
from tests.portal.test_scores import another, signed
from tests.support.cast import AVON, CLYDE, DEE
from tests.support.rules import CALENDAR, POLICY_TEXT
from tests.support.stage import CORA, QUARTER, Stage

__all__ = ["signed"]


OWN = POLICY_TEXT.replace('version = "2026.4"', 'version = "sample.1"')
UPLOADED = {
    "previewed": OWN.replace("\ndue = 20\n", "\ndue = 18\n"),
    "mistaken": OWN.replace("\ndue = 20\n", '\ndue = "soon"\n').replace("89", "89.5"),
    "unreachable": OWN.replace("[89, ", "[90, "),
}
"""Policies that are uploaded, by what comes of them."""


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_scores_and_packs_are_sound_wide_and_narrow(
    signed: Stage, served: Stage, chromium: Browser, script: bool
):
    here, dee, region = served.ref(AVON), served.ref(DEE), served.ref().region
    other = another(served, "2027.1", ("[77, ", "[79, "))
    broken = another(served, "2027.2", ("[89, ", "[90, "))
    served.submit(DEE, served.filled(dee), served.now)
    with served.database.writing() as session:
        question = "Which week had two people on the rota? The two logs do not agree."
        checking.challenge(session, dee, "W3", question, served.now, served.person(CORA))
        lives.record(session, served.ref(CLYDE).id, RecordedNotReturned(), served.now, "engine")
    # Of all that the flow has at hand, this needs the calendar.
    post = SimpleNamespace(calendar=CALENDAR)
    score_returns(served.database, served.now, post)  # type: ignore[arg-type]
    with served.database.writing() as session:
        cycle = cycles.cycle_of(session, region, QUARTER)
        for kind, about in ((PackKind.ASSURANCE, ""), (PackKind.TENDER, AVON.provider)):
            packs.make(session, Asking(kind, cycle, about), served.now, "operator")
    home = f"/console/regions/{region}"
    pages = {
        "scores": f"{home}/scores",
        "policies": f"{home}/scores/policies?with={other}",
        "refused": f"{home}/scores/policies?with={broken}",
        "upload": f"{home}/scores/policies/new",
        "receipt": f"/console/returns/{here.id}/score",
        "packs": f"{home}/packs",
        "assurance": f"{home}/packs/{QUARTER}/assurance",
        "tender": f"{home}/packs/{QUARTER}/tender?of={AVON.provider}",
    }
    faults = []
    with opening(served, chromium, script=script) as opener:
        page = opener.page_of(CORA)
        for name, path in pages.items():
            answer = page.goto(served.base_url + path)
            assert answer is not None
            assert answer.status == 200, path
            faults += faults_of(page, name, script=script)
            if script and (folder := os.environ.get("SHOTS")):
                for width in (1280, 320):
                    page.set_viewport_size({"width": width, "height": 800})
                    page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        for name, words in UPLOADED.items():
            page.goto(served.base_url + pages["upload"])
            file = FilePayload(name="ours.toml", mimeType="application/toml", buffer=words.encode())
            page.set_input_files("#file", file)
            page.click("text=See what it says")
            faults += faults_of(page, name, script=script)
    assert not faults, "\n".join(faults)
