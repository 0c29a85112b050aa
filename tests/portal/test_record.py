"""The record of a region: its own entries in sentences, sought and kept, and the ledger's head."""

import ast
import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from charter.policy import Role
from charter.steps import Approved, Challenged
from portal.console import recounted
from providers import (
    checking,
    evidence,
    forgetting,
    ledger,
    lives,
    naming,
    pauses,
    record,
    register_history,
    staff,
    tokens,
)
from providers.database import Database
from providers.record import Sought
from tests.support import files
from tests.support.cast import AVON, BROOK, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ADAM, ANN, CORA, IRIS, LENA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
PROVIDERS = Path(record.__file__).parent


def path(stage: Stage, query: str = "") -> str:
    return f"/console/regions/{stage.ref().region}/record{query}"


def told(page: Page) -> list[tuple[str, str]]:
    """Who and what of each entry on the page."""
    lines = []
    for row in page.tree.iter("tr"):
        cells = [words(list(cell)[-1]) for cell in row.iter("td")]
        if cells:
            lines.append((cells[2], cells[3]))
    return lines


def play(stage: Stage) -> None:
    """A little of everything that the record tells."""
    here, cora = stage.ref(), stage.person(CORA)
    stage.now = at("2026-10-06T09:00")
    stage.submit(AVON, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        checking.challenge(session, here, "W1", "How many were asked?", stage.now, cora)
        brook = stage.ref(BROOK)
        naming.name(session, brook, Role.DEPUTY, "Una", "una@brook.example", stage.now, cora)
        by = f"person:{cora}"
        pauses.pause(session, pauses.scope_of(here.region, "BROOK"), "Flood.", stage.now, by)
        tokens.add(session, stage.now, "operator", party="BROOK", name="records")
        evidence.take(session, stage.cabinet, here, "calls.pdf", files.PDF, stage.now, by)


@pytest.mark.parametrize("email", [CORA, ANN, LENA, RITA, ADAM, IRIS])
def test_the_whole_team_reads_who_did_what(stage: Stage, open_pages: Open, email: str):
    play(stage)
    page = stage.enters(open_pages, email).get(path(stage))
    assert page.status == 200
    found = told(page)
    wanted = [
        ("Cora Check", f"A file was given as evidence: {stage.ref().site_name}"),
        ("Whoever runs this service", "A key for the programs of Brook Health was made."),
        ("Cora Check", "Brook Health was paused."),
        ("Cora Check", "Una was put on the contact list of"),
        ("Cora Check", "A question was asked about “Find out who supports each person”. In their"),
    ]
    for (who, what), (said_who, said) in zip(wanted, found, strict=False):
        assert (who, said[: len(what)]) == (said_who, what)


def test_each_step_leads_to_its_return(stage: Stage, open_pages: Open):
    play(stage)
    page = stage.enters(open_pages, CORA).get(path(stage, "?kind=checking"))
    assert len(told(page)) == 1
    label = next(name for name in page.links if stage.ref().site_name in name)
    assert page.links[label] == f"/console/returns/{stage.ref().id}"


def test_it_is_sought_by_provider_person_return_kind_and_day(stage: Stage, open_pages: Open):
    play(stage)
    client = stage.enters(open_pages, CORA)

    def of(query: str) -> list[tuple[str, str]]:
        return told(client.get(path(stage, query)))

    assert all("Brook" in what for _, what in of("?party=BROOK"))
    assert len(of("?party=BROOK")) >= 3
    assert {who for who, _ in of("?who=CORA")} == {"Cora Check"}
    assert {who for who, _ in of("?who=cora@commissioner")} == {"Cora Check"}
    assert {who for who, _ in of("?who=operator")} == {"Whoever runs this service"}
    assert of("?who=%25") == []
    avon, _ = stage.signed()
    mine = of(f"?return={avon.id}")
    assert mine
    assert all("April to June 2026" in what or "evidence" in what for _, what in mine)
    assert of(f"?return={stage.ref_of_eve().id}") == []
    assert len(of("?first=2026-10-06&last=2026-10-06")) == 7
    assert of("?first=2026-10-07") == []
    assert {what.split(":")[0] for _, what in of("?kind=team&last=2026-06-15")} >= {
        "Rita Read was given the role of reader, from 15 June 2026 on."
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?first=yesterday", "Write the day as 2026-10-28"),
        ("?last=0001-01-01", "Write the day as 2026-10-28"),
        ("?first=2026-10-06&last=2026-10-05", "The last day lies before the first"),
        ("?return=x", "Give the number in the address of a return"),
        ("?return=99999999999999999999", "Give the number in the address of a return"),
    ],
)
def test_what_cannot_be_sought_is_said_at_its_field(
    stage: Stage, open_pages: Open, query: str, said: str
):
    page = stage.enters(open_pages, CORA).get(path(stage, query))
    assert (page.status, said in page.text) == (422, True)
    typed = {i.get("name"): i.get("value", "") for i in page.tree.iter("input")}
    for name, value in (pair.split("=") for pair in query[1:].split("&")):
        assert typed[name] == value


def test_a_hundred_stand_on_a_page_and_the_next_goes_on(stage: Stage, open_pages: Open):
    here, cora = stage.ref(), stage.person(CORA)
    with stage.database.writing() as session:
        for number in range(130):
            step = Challenged(commitment="W1", question=f"Question {number}?")
            lives.record(session, here.id, step, stage.now, f"person:{cora}")
    page = stage.enters(open_pages, CORA).get(path(stage, "?kind=checking"))
    first = told(page)
    assert (len(first), "Question 129?" in first[0][1]) == (100, True)
    rest = page.click("Older entries")
    assert len(told(rest)) == 30
    assert "Older entries" not in rest.links
    assert told(rest.click("The newest")) == first


def test_nothing_of_another_region_is_told(stage: Stage, open_pages: Open):
    play(stage)
    elsewhere = stage.ref_of_eve()
    with stage.database.writing() as session:
        otto = f"person:{stage.person(OTTO)}"
        lives.record(session, elsewhere.id, Approved(person=9), stage.now, otto)
        pauses.pause(session, pauses.scope_of(elsewhere.region, "EVE"), "x", stage.now, otto)
        staff.add(
            session,
            stage.now,
            "operator",
            email="far@elsewhere.example",
            region_code=elsewhere.region,
            role="reader",
            name="Far Away",
        )
    page = stage.enters(open_pages, CORA).get(path(stage))
    table = stage.enters(open_pages, CORA).http.get(path(stage) + ".csv").text
    for name in ("Otto", "Eve Eve", "Far Away", "EVE", elsewhere.site_name):
        assert name not in page.text
        assert name not in table
    theirs = told(stage.enters(open_pages, OTTO).get(f"/console/regions/{elsewhere.region}/record"))
    assert any(who == "Otto Other" and "approved for publication" in what for who, what in theirs)
    assert not any("Avon" in what for _, what in theirs)


def test_it_is_kept_as_a_table_in_which_no_cell_is_a_formula(stage: Stage, open_pages: Open):
    play(stage)
    with stage.database.writing() as session:
        question = "=HYPERLINK(1)"
        checking.challenge(session, stage.ref(), "W2", question, stage.now, stage.person(CORA))
    client = stage.enters(open_pages, CORA)
    answer = client.http.get(path(stage) + ".csv?kind=checking")
    assert answer.headers["content-disposition"] == 'attachment; filename="sample-record.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["challenged", "challenged"]
    assert rows[0]["return_id"] == str(stage.ref().id)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_the_head_and_length_of_the_ledger_stand_below(stage: Stage, open_pages: Open):
    with stage.database.reading() as session:
        entries, head = ledger.head(session)
    text = stage.enters(open_pages, CORA).get(path(stage)).text
    assert f"one link of a chain of {entries:,}." in text
    assert head[:8] in text


def test_an_erased_person_is_nobody_in_it(stage: Stage, open_pages: Open):
    with stage.database.writing() as session:
        region = stage.ref().region
        staff.end(session, stage.now, "operator", email=RITA, region_code=region, role="reader")
    with stage.database.writing() as session:
        forgetting.forget(session, RITA, stage.now, "operator")
    page = stage.enters(open_pages, CORA).get(path(stage, "?kind=team"))
    assert "Rita" not in page.text
    assert "Somebody who was erased holds the role of reader no longer" in page.text


def test_a_page_of_it_asks_as_often_however_much_is_on_record(stage: Stage, open_pages: Open):
    play(stage)
    client, here, cora = stage.enters(open_pages, CORA), stage.ref(), stage.person(CORA)
    pages = [path(stage), path(stage, "?party=AVON&who=cora&kind=checking"), f"{path(stage)}.csv"]
    client.get(pages[0])
    few = [asked(stage, client, page) for page in pages]
    with stage.database.writing() as session:
        for number in range(90):
            step = Challenged(commitment="W1", question=f"Question {number}?")
            lives.record(session, here.id, step, stage.now, f"person:{cora}")
    assert [asked(stage, client, page) for page in pages] == few
    assert max(few) <= 12, few


def asked(stage: Stage, client: PageClient, page: str) -> int:
    """How many statements a page sends to the database."""
    said: list[str] = []

    def hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            said.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", hear)
    client.http.get(page)
    event.remove(stage.database.engine, "before_cursor_execute", hear)
    return len(said)


def test_the_store_tells_the_same_on_both_databases(store: Database, tmp_path: Path):
    stage = Stage(store, site_folder=tmp_path / "site").play()
    play(stage)
    region = stage.ref().region
    with store.reading() as session:
        whole, more = record.entries(session, region, Sought(), limit=500)
        own, _ = record.entries(session, region, Sought(return_id=stage.ref().id))
        brook, _ = record.entries(session, region, Sought(party="BROOK"))
        names = record.names(session, whole)
    assert not more
    assert [one.seq for one in whole] == sorted((one.seq for one in whole), reverse=True)
    assert own[0].kind == "evidence_taken"
    assert {one.kind for one in brook} >= {"paused", "token_added", "contact_named", "requested"}
    assert names[f"return:{stage.ref().id}"].charter
    assert names[whole[1].subject].name


def test_a_region_called_like_a_part_of_an_entry_reads_its_own_files_and_no_others(store: Database):
    with store.writing() as session:
        for seq, regions in enumerate((["file"], ["other"], ["other", "north"], ["other"]), 1):
            body = {"file": "ab" * 32, "regions": regions, "added": seq}
            ledger.append(session, at("2026-10-05T09:00"), "operator", "register_imported",
                          "register", body)  # fmt: skip
    with store.reading() as session:
        own, more = record.entries(session, "file", Sought(), limit=2)
        changes = register_history.history(session, "file")
        last, _ = record.entries(session, "north", Sought(), limit=2)
    assert [one.body["added"] for one in own] == [one.body["added"] for one in changes] == [1]
    assert not more
    assert [one.body["added"] for one in last] == [3]


def kinds_written() -> set[str]:
    """Every kind that a store writes into the ledger under a name of its own."""
    found = set()
    for file in PROVIDERS.glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        constants: dict[str, str] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
                target = node.targets[0]
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                        constants[name.id] = str(value.value)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "ledger.append" and len(call.args) > 3:
                kind = call.args[3]
                if isinstance(kind, ast.Constant):
                    found.add(str(kind.value))
                elif isinstance(kind, ast.Name) and kind.id in constants:
                    found.add(constants[kind.id])
    return found


def test_every_kind_of_entry_has_its_sentence_and_is_found_under_some_heading():
    written = kinds_written()
    assert len(written) > 30
    assert written - set(recounted.SAID) == set()
    grouped = [kind for _, kinds in recounted.GROUPS.values() for kind in kinds]
    assert len(grouped) == len(set(grouped))
    assert set(recounted.SAID) - set(grouped) == set()


def test_every_subject_that_a_store_writes_about_is_one_that_the_record_finds():
    subjects = set()
    for file in PROVIDERS.glob("*.py"):
        for call in re.findall(r"ledger\.append\((.*?)\n\s*\)?\n", file.read_text("utf-8"), re.S):
            subjects |= set(re.findall(r'f"([a-z_]+):\{', call))
    looked_for = set(re.findall(r'"([a-z_]+):?["{]', (PROVIDERS / "record.py").read_text("utf-8")))
    looked_for |= set(re.findall(r'f"([a-z_]+):\{', (PROVIDERS / "record.py").read_text("utf-8")))
    assert subjects - looked_for == set()
