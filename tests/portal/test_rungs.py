"""A commissioner sees what came after each letter, and is told where that says little."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text

from notifications import outbox
from notifications.outbox import Line
from tests.support.cast import AVON, BROOK, CLYDE, DEE, Player, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import CORA, LAST, OTTO, QUARTER, Stage

Open = Callable[..., PageClient]
PAGE = "/console/regions/sample/rungs"


def said(stage: Stage, player: Player, rung: str, when: datetime, quarter: str = QUARTER) -> None:
    """A letter about a return was handed over."""
    key = f"{player.name}-{rung}-{quarter}"
    line = Line(f"return:{stage.ref(player, quarter).id}", rung)
    with stage.database.writing() as session:
        outbox.enqueue(
            session,
            key=key,
            person=stage.person(player.email),
            email=player.email,
            kind="request",
            region="sample",
            day=when.date(),
            lines=[line],
            now=when,
        )
        session.connection().execute(
            text("UPDATE letter SET state = 'sent', settled_at = :at WHERE key = :key"),
            {"at": when.replace(tzinfo=None).isoformat(" ", "microseconds"), "key": key},
        )


def rows(page: Page, letter: str) -> list[list[str]]:
    """What stands beside a letter in each table, all quarters first."""
    found = []
    for row in page.tree.iter("tr"):
        cells = [words(cell, without="nhsuk-table__heading") for cell in row.iter("td")]
        if cells and cells[0] == letter:
            found.append(cells[1:])
    return found


def chased(stage: Stage) -> Stage:
    asked, reminded = at("2026-10-01T10:00"), at("2026-10-14T10:00")
    said(stage, AVON, "request", at("2026-07-01T10:00"), LAST)
    for player in (AVON, BROOK, CLYDE, DEE):
        said(stage, player, "request", asked)
    said(stage, BROOK, "remind-10", reminded)
    said(stage, CLYDE, "remind-10", reminded)
    stage.submit(AVON, stage.filled(stage.ref()), asked + timedelta(days=4))
    stage.submit(BROOK, stage.filled(stage.ref(BROOK)), reminded + timedelta(hours=3))
    stage.now = at("2026-10-20T09:00")
    return stage


def test_what_came_after_each_letter_is_counted_by_quarter(stage: Stage, open_pages: Open):
    cora = chased(stage).enters(open_pages, CORA)
    page = cora.get(f"/console/regions/sample/{QUARTER}").click(
        "Which letter works: what came after each, and how soon"
    )
    assert page.path == PAGE
    request = "Request to the lead, at the opening"
    assert rows(page, request)[0] == ["5", "2", "Too few to say"]
    assert rows(page, request)[1] == ["4", "1", "Too few to say"]
    reminder = "Reminder to the lead, 10 working days before the due date"
    assert rows(page, reminder)[0] == ["2", "1", "Too few to say"]
    assert rows(page, "Reminder to the lead, on the due date")[0] == ["0", "0", "–"]
    assert "3 of 8 returns received." in page.text
    assert "need not have come because of it" in page.text


def test_the_table_for_a_spreadsheet_says_the_same(stage: Stage, open_pages: Open):
    answer = chased(stage).enters(open_pages, CORA).http.get(f"{PAGE}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    request = next(r for r in table if (r["quarter"], r["rung"]) == (QUARTER, "request"))
    assert request["returns_it_spoke_of"] == "4"
    assert request["received_after_it_and_before_the_next"] == "1"
    assert request["median_days_to_receipt"] == ""
    assert request["note"] == "fewer than 5 received, too few to say how soon"
    for quarter, came in (("all", 3), (QUARTER, 2), (LAST, 1)):
        here = [r for r in table if r["quarter"] == quarter]
        assert sum(int(r["received_after_it_and_before_the_next"]) for r in here) == came


def test_five_receipts_are_enough_for_a_usual_wait(stage: Stage, open_pages: Open, monkeypatch):
    monkeypatch.setattr("charter.rungs.FEWEST", 2)
    page = chased(stage).enters(open_pages, CORA).get(PAGE)
    assert rows(page, "Request to the lead, at the opening")[0] == ["5", "2", "11.5 days"]


def test_a_region_of_somebody_elses_is_not_there(stage: Stage, open_pages: Open):
    otto = stage.enters(open_pages, OTTO)
    assert otto.get(PAGE).status == 404
    assert otto.http.get(f"{PAGE}.csv").status_code == 404
    assert otto.get(f"/console/regions/sample/{QUARTER}/dates").status == 404
