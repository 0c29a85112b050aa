"""The commissioner's side: the quarter in one look, and every decision with its reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from charter.answers import ReturnDocument
from charter.returns import Life
from charter.scoring import receipt_text, score
from charter.steps import (
    BecameUnreachable,
    RecordedNotReturned,
    Released,
    Scored,
)
from providers import answering, checking, cycles, documents, lives
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE, Player, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import CORA, QUARTER, RITA, Stage

Open = Callable[..., PageClient]


def sign(
    stage: Stage, player: Player = AVON, when: str = "2026-10-06T09:00", **changes: Any
) -> int:
    """A player's return, received."""
    stage.now = at(when)
    here = stage.ref(player)
    stage.submit(player, stage.filled(here, **changes), stage.now)
    return here.id


def record(stage: Stage, player: Player, step: Any) -> None:
    with stage.database.writing() as session:
        lives.record(session, stage.ref(player).id, step, stage.now, "engine")


def life_of(stage: Stage, return_id: int) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [return_id])[return_id]


def cycle_page(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}")


def agree_not_running(stage: Stage, player: Player) -> None:
    """The commissioner agrees that a service did not run."""
    with stage.database.writing() as session:
        here, cora = stage.ref(player), stage.person(CORA)
        checking.agree_not_running(session, here, "It was closed.", stage.now, cora)


def counts_on(page: Page) -> dict[str, int]:
    boxes = [e for e in page.tree.iter("div") if "app-count" in e.get("class", "").split()]
    return {words(box.find("dt")): int(words(box.find("dd"))) for box in boxes}


def table_on(page: Page) -> dict[str, list[str]]:
    """The table's rows by prison, the small-screen headings taken off."""
    found = {}
    for row in page.tree.iter("tr"):
        cells = [words(cell, without="nhsuk-table-responsive__heading") for cell in row.iter("td")]
        if cells:
            found[cells[0].removeprefix("Prison ")] = cells
    return found


def test_the_counts_add_up_and_the_table_agrees(stage: Stage, open_pages: Open):
    sign(stage, AVON)
    agree_not_running(stage, CLYDE)
    sign(stage, CLYDE, nil_return=True, nil_reason="Closed.", answers=())
    with stage.database.writing() as session:
        checking.extend(
            session,
            stage.ref(DEE),
            date(2026, 11, 6),
            "Flood",
            "There was a flood.",
            stage.now,
            stage.person(CORA),
        )
        by = stage.person(BROOK.email)
        here = stage.ref(BROOK)
        answering.save_draft(session, here, stage.filled(here), stage.now, by, version=0)
    stage.now = at("2026-10-31T09:00")
    record(stage, BROOK, BecameUnreachable())
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    counts = counts_on(page)
    expected = counts.pop("Expected, in all")
    assert expected == sum(counts.values()) == len(CAST)
    assert counts == {
        "Service not running": 1,
        "Received": 1,
        "Received late": 0,
        "Extended": 1,
        "Not returned": 0,
        "In progress": 1,
        "Not started": 0,
    }
    rows = table_on(page)
    assert "Received" in rows["HMP Avonbridge"][2]
    assert "8 of 9 fully met" in rows["HMP Avonbridge"][4]
    assert "Substantially compliant" in rows["HMP Avonbridge"][5]
    assert "Nothing to assess" in rows["HMP Clydebridge"][4]
    assert "3" in rows["HMP Brookbridge"][3]
    assert "Contact list failing" in rows["HMP Brookbridge"][2]
    assert "0 of 2" in rows["HMP Deebridge"][7]
    assert "Returns are due 28 October 2026 (past)" in page.text


def test_a_return_no_longer_owed_leaves_the_count_and_is_named(stage: Stage, open_pages: Open):
    record(stage, DEE, Released(reason="the service passed to another provider"))
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    assert counts_on(page)["Expected, in all"] == len(CAST) - 1
    assert "HMP Deebridge, Dee Health: the service passed to another provider" in page.text


def test_late_and_not_returned_are_counted_apart(stage: Stage, open_pages: Open):
    sign(stage, BROOK, when="2026-11-02T09:00")
    stage.now = at("2026-11-12T09:00")
    record(stage, CLYDE, RecordedNotReturned())
    page = cycle_page(stage, stage.enters(open_pages, CORA))
    counts = counts_on(page)
    assert (counts["Received late"], counts["Not returned"]) == (1, 1)
    assert table_on(page)["HMP Brookbridge"][3].endswith("5")


def test_a_reader_reads_and_is_offered_nothing_to_do(stage: Stage, open_pages: Open):
    number = sign(stage)
    rita = stage.enters(open_pages, RITA)
    page = rita.get(f"/console/returns/{number}")
    assert "Call log" in page.text
    assert [words(b) for b in page.tree.iter("button")] == ["Sign out"]
    assert not any("Change or ask" in link for link in page.links)


def test_a_recorded_score_is_shown_from_its_receipt(stage: Stage, open_pages: Open):
    number = sign(stage)
    life = life_of(stage, number)
    with stage.database.writing() as session:
        here = stage.ref()
        text = documents.fetch(session, [life.document])[life.document]
        document = ReturnDocument.model_validate_json(text)
        charter = cycles.charter_of(session, here.charter_version)
        policy = cycles.policy_of(session, here.policy_version)
        receipt = score(document, life.document, charter, policy, here.quarter, {})
        kept = documents.keep(session, receipt_text(receipt))
        lives.record(
            session, number, Scored(policy=policy.version, receipt=kept), stage.now, "engine"
        )
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}")
    assert "Recorded. Policy 2026.4, Charter working-0.1." in page.text


def test_what_a_provider_promised_shows_its_first_date(stage: Stage, open_pages: Open):
    number = sign(stage)
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{number}")
    assert "Put a consent card in every reception pack" in page.text
    assert "First promised for 30 September 2026" in page.text


@pytest.mark.parametrize("did", ["nonsense", "<script>"])
def test_a_made_up_success_says_nothing(stage: Stage, open_pages: Open, did: str):
    page = stage.enters(open_pages, CORA).get(f"/console/returns/{stage.ref().id}?did={did}")
    assert "Success" not in page.text
    assert did not in page.html


def test_the_quarters_page_asks_no_more_of_the_database_when_there_are_more_returns(
    stage: Stage, open_pages: Open
):
    from sqlalchemy import event

    cora = stage.enters(open_pages, CORA)
    asked: list[str] = []

    @event.listens_for(stage.database.engine, "before_cursor_execute")
    def _hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    cycle_page(stage, cora)
    before = len([s for s in asked if s.startswith("SELECT")])
    for player in (AVON, BROOK, CLYDE):
        sign(stage, player, when="2026-10-05T09:00")
    asked.clear()
    cycle_page(stage, cora)
    assert len([s for s in asked if s.startswith("SELECT")]) <= before + 1 <= 15
