"""Packs are made from the record, kept as they were made, and every row names its returns."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from charter.keeping import Outcome
from charter.packs import PackData, PackKind, frozen_from
from charter.returns import State
from charter.steps import RecordedNotReturned
from flows.freezing import freeze_packs
from providers import checking, cycles, documents, keeping, lives, packing, packs, returns
from providers.cycles import NotAllowed
from providers.packing import Asking
from tests.portal.test_access import token_of
from tests.portal.test_actions_page import keep_promises
from tests.support.cast import AVON, BROOK, CLYDE, DEE, at
from tests.support.pages import PageClient
from tests.support.rules import CALENDAR, POLICY
from tests.support.stage import CORA, LAST, OTTO, QUARTER, RITA, Stage

Open = Callable[..., PageClient]
DANGEROUS = '=HYPERLINK("https://evil.example","Read")'


@pytest.fixture
def stood(stage: Stage) -> Stage:
    """Avon signed, with a question open and a formula in its words; Clyde did not return."""
    here = stage.ref(AVON)
    stage.submit(AVON, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.challenge(session, here, "W3", DANGEROUS, stage.now, cora)
        lives.record(session, stage.ref(CLYDE).id, RecordedNotReturned(), stage.now, "engine")
    return stage


def home(stage: Stage) -> str:
    return f"/console/regions/{stage.ref().region}/packs"


def made(stage: Stage, kind: PackKind, about: str = "", now: str = "") -> PackData:
    """The pack as the record stands."""
    when = at(now) if now else stage.now
    with stage.database.reading() as session:
        cycle = cycles.cycle_of(session, stage.ref().region, QUARTER)
        return packing.make(session, Asking(kind, cycle, about), when)


def table(pack: PackData, name: str):
    return next(one for _, one in pack.tables if one.id == name)


def cells(pack: PackData, name: str) -> list[list[object]]:
    return [list(row.cells) for row in table(pack, name).rows]


def test_the_states_of_a_report_add_up_to_what_is_expected_and_name_their_returns(stood: Stage):
    pack = made(stood, PackKind.ASSURANCE)
    for row in table(pack, "states").rows:
        counts = [int(cell) for cell in row.cells[1 : 1 + len(State)]]
        assert sum(counts) == row.cells[1 + len(State)] == len(row.returns)
    now = table(pack, "states").rows[0]
    assert now.cells[:9] == ("July to September 2026", 0, 1, 0, 0, 1, 0, 2, 4)
    assert sorted(now.returns) == sorted(stood.ref(p).id for p in (AVON, BROOK, CLYDE, DEE))


def test_every_row_of_every_pack_names_the_returns_it_comes_from(stood: Stage):
    with stood.database.reading() as session:
        known = {ref.id for ref in returns.refs(session, region=stood.ref().region)}
    for kind, about in (*((k, "") for k in PackKind if k != "tender"), (PackKind.TENDER, "AVON")):
        for _, one in made(stood, kind, about).tables:
            for row in one.rows:
                assert one.id == "voices" or row.returns, (kind, one.id, row.cells)
                assert set(row.returns) <= known


def test_a_pack_counts_what_was_kept_as_the_page_of_actions_does(stage: Stage, open_pages: Open):
    stage.play()
    keep_promises(stage)
    pack = made(stage, PackKind.ASSURANCE)
    with stage.database.reading() as session:
        counted = keeping.counted(session, stage.ref().region, stage.now.date(), {})
    sums = table(pack, "action-sums")
    assert sums.columns[-1].words == "Kept on time, of those whose first date has come"
    assert counted.kept.of > counted.kept.on_time > 0
    assert cells(pack, "action-sums")[0][-1] == f"{counted.kept.on_time} of {counted.kept.of}"
    told = Counter(row[-1] for row in cells(pack, "actions"))
    assert told["Kept on time"] == counted.by_outcome[Outcome.KEPT]
    assert told["Overdue"] == counted.by_outcome[Outcome.OVERDUE]


def test_no_two_states_that_lie_side_by_side_in_a_bar_share_a_colour(stood: Stage):
    for _, one in made(stood, PackKind.ASSURANCE).tables:
        drawn = [column.colour for column in one.columns if column.colour]
        assert len(set(drawn)) == len(drawn)
        styles = Path("portal/static/app.css").read_text(encoding="utf-8")
        assert all(f".app-chart__fill--{colour} " in styles for colour in drawn)


def test_the_seminar_pack_has_the_questions_still_open(stood: Stage):
    assert cells(made(stood, PackKind.SEMINAR), "questions") == [
        ["HMP Avonbridge", "Avon Health", "Take in what families tell us", DANGEROUS]
    ]


def test_a_tender_pack_tells_of_one_provider_and_cites_the_duty(stood: Stage):
    pack = made(stood, PackKind.TENDER, AVON.provider)
    assert "13Q" in pack.foot
    assert [row[1] for row in cells(pack, "scores")] == [
        "April to June 2026", "July to September 2026",
    ]  # fmt: skip
    assert "Only 2 of 4 quarters are on record." in pack.sections[0].words
    with stood.database.reading() as session:
        cycle = cycles.cycle_of(session, stood.ref().region, QUARTER)
        with pytest.raises(NotAllowed, match="owed no return in Sample"):
            packing.make(session, Asking(PackKind.TENDER, cycle, "EVE"), stood.now)


def test_three_quarters_running_and_no_fewer_are_for_contract_review(stood: Stage):
    assert cells(made(stood, PackKind.CONTRACT), "streaks") == []
    assert (
        "No return failed to come 3 quarters running."
        in table(made(stood, PackKind.CONTRACT), "streaks").nothing
    )
    told = packing._told
    with stood.database.reading() as session:
        cycle = cycles.cycle_of(session, stood.ref().region, QUARTER)
        refs = [r for r in returns.refs(session, region=cycle.region) if r.party == CLYDE.provider]
        found = told(session, refs, cycle, date(2026, 11, 20))
    assert packing._streaks(found, 1).rows[0].cells[2] == 1
    assert packing._streaks(found, 1).rows[0].returns == (stood.ref(CLYDE).id,)


def test_the_commissioner_makes_a_report_with_a_click_and_the_team_reads_it(
    stood: Stage, open_pages: Open
):
    page = stood.enters(open_pages, CORA).get(home(stood))
    page = page.submit({"kind": "assurance", "quarter": QUARTER}, button="Make this pack")
    assert page.h1.endswith("Quarterly assurance report")
    assert f"Return {stood.ref(CLYDE).id}" in page.text
    assert "Returns expected, by how they stand" in page.text
    rita = stood.enters(open_pages, RITA)
    assert "Make a pack" not in rita.get(home(stood)).text
    assert rita.get(home(stood)).click("Quarterly assurance report, July to September 2026")
    sent = {"kind": "assurance", "quarter": QUARTER, "token": token_of(rita)}
    assert rita.post(home(stood), sent).status == 403


def test_a_pack_is_a_pdf_a_workbook_and_a_list_and_none_of_them_runs_a_formula(
    stood: Stage, open_pages: Open
):
    cora = stood.enters(open_pages, CORA)
    cora.get(home(stood)).submit({"kind": "seminar", "quarter": QUARTER}, button="Make this pack")
    where = f"{home(stood)}/{QUARTER}/seminar"
    listed = cora.request("GET", f"{where}/csv").response.content
    rows = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))))
    question = next(row for row in rows if row["figure"] == "Question")
    assert question["value"] == f"'{DANGEROUS}"
    assert question["return_ids"] == str(stood.ref(AVON).id)
    book = openpyxl.load_workbook(io.BytesIO(cora.request("GET", f"{where}/xlsx").response.content))
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(book.sheetnames) > 5
    assert {"2 Disputed ratings", "3 Ratings in force", "4 Ratings changed by the…"} <= set(
        book.sheetnames
    )
    assert all(cell.data_type != "f" for cell in values)
    assert any(cell.value == f"'{DANGEROUS}" for cell in values)
    pdf = cora.request("GET", f"{where}/pdf").response.content
    assert pdf.startswith(b"%PDF-")
    assert pdf == cora.request("GET", f"{where}/pdf").response.content


def test_a_kept_pack_does_not_change_when_the_record_does(stood: Stage, open_pages: Open):
    cora = stood.enters(open_pages, CORA)
    cora.get(home(stood)).submit({"kind": "assurance", "quarter": QUARTER}, button="Make this pack")
    where = f"{home(stood)}/{QUARTER}/assurance/csv"
    before = cora.request("GET", where).response.content
    dee = stood.ref(DEE)
    stood.submit(DEE, stood.filled(dee), stood.now)
    assert cora.request("GET", where).response.content == before
    cora.get(home(stood)).submit({"kind": "assurance", "quarter": QUARTER}, button="Make this pack")
    assert cora.request("GET", where).response.content != before


def test_what_is_not_chosen_is_said_at_its_field(stood: Stage, open_pages: Open):
    page = stood.enters(open_pages, CORA).get(home(stood))
    page = page.submit({"quarter": QUARTER}, button="Make this pack")
    assert (page.status, page.errors) == (422, ["Choose which pack to make"])
    page = page.submit({"kind": "tender", "of": ""}, button="Make this pack")
    assert page.errors == ["Choose the provider that the pack is of"]


def test_another_regions_packs_are_not_there(stood: Stage, open_pages: Open):
    cora = stood.enters(open_pages, CORA)
    cora.get(home(stood)).submit({"kind": "assurance", "quarter": QUARTER}, button="Make this pack")
    otto = stood.enters(open_pages, OTTO)
    for path in ("", f"/{QUARTER}/assurance", f"/{QUARTER}/assurance/csv"):
        assert otto.get(home(stood) + path).status == 404, path
    assert cora.get(f"{home(stood)}/{QUARTER}/assurance/exe").status == 404
    assert cora.get(f"{home(stood)}/{QUARTER}/gold").status == 404
    assert cora.get(f"{home(stood)}/{QUARTER}/assurance?table=gold").status == 404
    assert cora.get(f"{home(stood)}/{LAST}/assurance").status == 404


def test_the_seminar_pack_freezes_on_its_day_once_and_stays(any_stage: Stage, open_pages: Open):
    stage = any_stage
    freezes = frozen_from(POLICY, date(2026, 10, 28), CALENDAR)
    assert freezes == date(2026, 11, 6)
    assert freeze_packs(stage.database, at("2026-11-05T23:00"), CALENDAR) == 0
    stage.now = at("2026-11-05T23:00")
    cora = stage.enters(open_pages, CORA)
    page = cora.get(home(stage)).submit({"kind": "seminar"}, button="Make this pack")
    assert "Frozen" not in page.text
    stage.now = at("2026-11-06T09:00")
    assert freeze_packs(stage.database, stage.now, CALENDAR) == 2  # Elsewhere has one too
    assert freeze_packs(stage.database, stage.now, CALENDAR) == 0
    where, cora = f"{home(stage)}/{QUARTER}/seminar", stage.enters(open_pages, CORA)
    assert "Frozen on 6 November 2026" in cora.get(where).text
    page = cora.get(home(stage)).submit({"kind": "seminar"}, button="Make this pack")
    assert page.status == 409
    assert "This pack was frozen on 6 November 2026" in page.errors
    with stage.database.reading() as session:
        assert packs.first_altered(session) == ""
        assert documents.first_changed(session) == ""


def test_a_paused_region_freezes_nothing_until_it_resumes(stage: Stage):
    with stage.database.writing() as session:
        for code in ("Sample", "Elsewhere"):
            cycles.pause(session, code, "strike", stage.now, "operator")
    now = at("2026-11-06T09:00")
    assert freeze_packs(stage.database, now, CALENDAR) == 0
    with stage.database.writing() as session:
        cycles.resume(session, "Sample", now, "operator")
    assert freeze_packs(stage.database, now, CALENDAR) == 1
    assert freeze_packs(stage.database, at("2027-02-01T09:00"), CALENDAR) == 0


def test_a_pack_changed_behind_the_ledger_is_told_of(stage: Stage):
    with stage.database.writing() as session:
        cycle = cycles.cycle_of(session, stage.ref().region, QUARTER)
        packs.make(session, Asking(PackKind.ASSURANCE, cycle), stage.now, "operator")
        assert packs.first_altered(session) == ""
        row = packs._row(session, cycle.region, QUARTER, PackKind.ASSURANCE, "")
        assert row is not None
        row.document = documents.keep(session, "{}")
        session.add(row)
        session.flush()
        assert "has been changed" in packs.first_altered(session)
