"""Every page of the listening partner's desk and of good practice, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from charter.quarters import Quarter
from providers import checking, family_calls, listening, passed_on, practices
from providers.passed_on import Passed
from providers.practices import Telling
from tests.portal.test_every_page_in_a_browser import faults_of, sign_in
from tests.support.browser import Watcher
from tests.support.cast import AVON, BROOK, DEE
from tests.support.stage import LENA, QUARTER, REQUEST, Stage

PAGES = (
    "/listening",
    f"/listening/{QUARTER}",
    f"/listening/{QUARTER}/calls",
    f"/listening/{QUARTER}/replies",
    *(
        f"/listening/{QUARTER}/{part}"
        for part in ("activities", "themes", "surveys", "voice", "spotlight", "events", "report")
    ),
    f"/listening/{QUARTER}/safeguarding",
    "/requests",
    "/requests/new",
    "/requests/prison",
    f"/requests/{REQUEST}",
    "/practices",
)
SAID = {
    "activities": {"interview": 41, "paper_survey": 12, "call": 9},
    "themes": {"waiting": 17, "consent": 9, "reaching": 22},
    "surveys": [
        {
            "commitment": "W7",
            "question": "Did you feel involved enough in the care of your family member?",
            "share": 50,
            "base": 159,
            "method": "Tokens in the visits hall",
            "asked_on": "2026-09-03",
            "site_code": AVON.site,
        },
        {
            "commitment": "W4",
            "question": "Was your call answered?",
            "share": 44,
            "base": 9,
            "method": "Paper form",
            "asked_on": "2026-08-03",
        },
    ],
    "voice": {
        "valued": ["Nurses who ring back the same day", "A letter in plain words"],
        "worried": ["Nine weeks for a dentist", "Nobody says what can be shared"],
        "positive": 33,
        "negative": 48,
        "base": 120,
        "definition": "Content: the family named nothing to be mended. Not content at all: the "
        "family named nothing that went well.",
    },
    "spotlight": {"group": "Muslim families", "words": "Families ask for Friday to be kept free."},
    "events": [
        {"kind": "coffee_morning", "held_on": "2026-09-08", "attendance": "8_to_15",
         "site_code": BROOK.site},
    ],
    "report": {"reference": "Listening Report, July to September 2026", "dated": "2026-09-30"},
    "safeguarding": {"escalated": 12, "in_time": 9},
}  # fmt: skip


def told(stage: Stage) -> None:
    """Something on every page."""
    region, quarter, lena = stage.ref().region, Quarter.parse(QUARTER), stage.person(LENA)
    dee, cora = stage.ref(DEE), stage.person("cora@commissioner.example")
    stage.submit(DEE, stage.filled(dee), stage.now)
    with stage.database.writing() as session:
        for part, said in SAID.items():
            basis = listening.record(session, region, quarter).basis(part)
            listening.save(session, region, quarter, part, said, basis, stage.now, lena)
        for day, answered in ((3, True), (7, False)):
            on = date(2026, 9, day)
            family_calls.note(session, region, AVON.site, on, answered, 8, 3, stage.now, lena)
        passed_on.pass_on(
            session,
            region,
            Passed(AVON.site, "Let families book visits by telephone.", "A coffee morning",
                   date(2026, 9, 8), "The head of residence", date(2026, 9, 9)),
            stage.now,
            lena,
        )  # fmt: skip
        checking.confirm(session, dee, stage.now, cora)
        words = Telling("A weekly call-back hour", "A nurse rings.", "The rota.", "A diary hour.")
        practices.share(session, dee, "W4", words, stage.now, cora)


def opened(stage: Stage, browser: Browser, *, script: bool) -> tuple[Page, Watcher]:
    context = browser.new_context(locale="en-GB", java_script_enabled=script)
    watcher, page = Watcher(context), context.new_page()
    sign_in(stage, page, LENA)
    return page, watcher


@pytest.mark.parametrize("script", [False, True], ids=["script off", "script on"])
def test_every_page_of_the_desk_is_sound_wide_and_narrow(
    served: Stage, chromium: Browser, script: bool
):
    told(served)
    page, watcher = opened(served, chromium, script=script)
    home = f"{served.base_url}/console/regions/{served.ref().region}"
    faults: list[str] = []
    for below in PAGES:
        answer = page.goto(home + below)
        assert answer is not None
        faults += [] if answer.status == 200 else [f"{below}: {answer.status}"]
        faults += faults_of(page, below, script=script)
    page.context.close()
    assert not faults, "\n".join(faults)
    assert not watcher.outside
    assert not watcher.console


def test_a_live_worry_is_refused_where_the_reader_looks_first(served: Stage, chromium: Browser):
    page, _ = opened(served, chromium, script=False)
    region = served.ref().region
    page.goto(f"{served.base_url}/console/regions/{region}/listening/{QUARTER}/voice")
    page.fill("#worried", "He has talked of suicide.")
    page.click("text=Save")
    assert page.title().startswith("Error: ")
    assert page.locator("[role=alert]", has_text="Is somebody in danger now?").is_visible()
    assert page.input_value("#worried") == "He has talked of suicide."
    page.context.close()
