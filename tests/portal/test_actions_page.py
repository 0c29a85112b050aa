"""Every promise of a region on one page: each slip and its reason, and what became of it."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from charter.document import ActionLine
from providers import opening
from tests.support.cast import AVON, BROOK, at
from tests.support.pages import Page, PageClient
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, LENA, OTTO, QUARTER, Stage

Open = Callable[..., PageClient]
NEXT = "2026-27-Q3"
LEAFLET, CARD, BELL, LATER, HARM = (
    "A leaflet",
    "A consent card",
    "A bell",
    "A later thing",
    "=1+1 looks like a formula",
)


def promise(title: str, due: date, **more: Any) -> ActionLine:
    return ActionLine(commitment="W1", title=title, owner="Head of healthcare", due=due, **more)


def sign(stage: Stage, quarter: str, lines: tuple[ActionLine, ...], **became: Any) -> None:
    """Avon's return: what it promised before stands as `became` says by title, `lines` are new."""
    here = stage.ref(AVON, quarter)
    document = stage.filled(here)
    earlier = tuple(
        line.model_copy(update=became[line.title])
        for line in document.actions
        if line.title in became
    )
    document = document.model_copy(update={"actions": (*earlier, *lines)})
    stage.submit(AVON, document, stage.now)


@pytest.fixture
def told(stage: Stage) -> Stage:
    """Five promises of Avon's: kept, moved, given up, overdue, and to come."""
    keep_promises(stage)
    return stage


def keep_promises(stage: Stage) -> None:
    """Avon signs two quarters' returns, with five promises in the first, and February has come."""
    stage.now = at("2026-10-12T11:00")
    first = date(2026, 11, 16)
    made = (
        promise(LEAFLET, first),
        promise(CARD, first),
        promise(BELL, first),
        promise(HARM, date(2027, 1, 11)),
        promise(LATER, date(2027, 9, 1)),
    )
    before = {line.title: {"status": "done"} for line in stage.filled(stage.ref()).actions}
    sign(stage, QUARTER, made, **before)
    stage.now = at("2027-01-04T09:00")
    with stage.database.writing() as session:
        opening.open_due(session, stage.now, CALENDAR)
    sign(
        stage,
        NEXT,
        (),
        **{
            LEAFLET: {"status": "done"},
            CARD: {"status": "in_progress", "due": date(2027, 2, 1), "reason": "A strike."},
            BELL: {"status": "not_doing", "reason": "No money."},
            HARM: {"status": "planned", "due": date(2027, 1, 11), "reason": ""},
            LATER: {"status": "planned", "due": date(2027, 9, 1), "reason": ""},
        },
    )
    stage.now = at("2027-02-02T09:00")


def actions(stage: Stage, client: PageClient, query: str = "") -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/actions{query}")


def counts(page: Page) -> list[int]:
    said = page.text.split("= ")[0].split("Promised, in all")[1]
    return [int(part) for part in said.replace("+", " ").split() if part.isdigit()][1:]


def test_each_promise_shows_its_first_date_each_slip_and_its_reason_and_what_became_of_it(
    told: Stage, open_pages: Open
):
    page = actions(told, told.enters(open_pages, CORA))
    for words in (
        "A consent card",
        "To 1 February 2027: A strike.",
        "Due 1 February 2027",
        "Told on 4 January 2027: No money.",
        "Owner: Head of healthcare",
        "Overdue promise to the lead, 1 working day after its date",
        "Overdue promise to the signing director, 10 working days after its date",
    ):
        assert words in page.text, page.text
    assert page.text.index(HARM) < page.text.index(LATER) < page.text.index(LEAFLET)
    assert page.click(CARD).path == f"/console/returns/{told.ref(AVON, NEXT).id}"


def test_the_outcomes_add_up_and_the_rate_leaves_out_what_is_to_come(told: Stage, open_pages: Open):
    cora = told.enters(open_pages, CORA)
    page = actions(told, cora, "?prison=AVB")
    assert "2 + 1 + 2 + 0 + 1 + 0 = 6 promised." in page.text, page.text
    assert "40%" in page.text
    assert "2 of 5 whose first date has come" in page.text


def test_it_is_narrowed_by_provider_prison_commitment_and_state_and_kept_as_it_is_shown(
    told: Stage, open_pages: Open
):
    cora = told.enters(open_pages, CORA)
    for query, shown in (
        ("?outcome=overdue", {CARD, HARM}),
        ("?outcome=not_done&commitment=W1", {BELL}),
        ("?outcome=overdue&provider=AVON&prison=AVB", {CARD, HARM}),
        ("?outcome=nonsense&provider=NOBODY&page=99", {CARD, HARM, BELL, LATER, LEAFLET}),
    ):
        page = actions(told, cora, query)
        found = {title for title in (LEAFLET, CARD, BELL, LATER, HARM) if title in page.text}
        assert found == shown, query
    path = f"/console/regions/{told.ref().region}/actions/promises"
    sheet = cora.http.get(f"{path}.csv?outcome=overdue").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["promise"] for row in rows] == [f"'{HARM}", CARD]
    assert rows[1]["moves_and_reasons"] == "2026-11-16 to 2027-02-01: A strike."
    book = openpyxl.load_workbook(io.BytesIO(cora.http.get(f"{path}.xlsx").content))
    assert book.worksheets[0].max_row == 1 + 6
    assert all(cell.data_type != "f" for line in book.worksheets[0] for cell in line)


def test_a_partner_reads_it_and_another_region_does_not(told: Stage, open_pages: Open):
    assert actions(told, told.enters(open_pages, LENA)).status == 200
    assert actions(told, told.enters(open_pages, OTTO)).status == 404
    other = told.enters(open_pages, OTTO)
    mine = other.get(f"/console/regions/{told.ref_of_eve().region}/actions")
    assert "Nothing has been promised yet" in mine.text
    assert "Avon" not in mine.text


def test_it_is_the_same_on_every_database(any_stage: Stage, open_pages: Open):
    any_stage.now = at("2026-10-12T11:00")
    before = {line.title: {"status": "done"} for line in any_stage.filled(any_stage.ref()).actions}
    sign(any_stage, QUARTER, (promise(CARD, date(2026, 11, 16)),), **before)
    any_stage.now = at("2026-11-17T09:00")
    page = actions(any_stage, any_stage.enters(open_pages, CORA), "?outcome=overdue")
    assert CARD in page.text
    assert any_stage.ref(BROOK).site_name not in page.text.split("First promised")[-1]
