"""The quarter's page: what is chosen, in what order, on which page, and the same rows in a file."""

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest

from charter.steps import Rating, RecordedNotReturned
from providers import checking
from tests.portal.test_console import counts_on, record, sign, table_on
from tests.support.cast import AVON, BROOK, CAST, CLYDE, at
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, QUARTER, Stage

Open = Callable[..., PageClient]


@pytest.fixture
def cora(stage: Stage, open_pages: Open) -> PageClient:
    """Two signed, one of them late, one not returned; a rating of the first was changed."""
    sign(stage, AVON)
    with stage.database.writing() as session:
        person = stage.person(CORA)
        checking.change_rating(
            session, stage.ref(), "W2", Rating.NOT_MET, "No log.", stage.now, person
        )
    sign(
        stage,
        BROOK,
        when="2026-11-02T09:00",
    )
    stage.now = at("2026-11-12T09:00")
    record(stage, CLYDE, RecordedNotReturned())
    return stage.enters(open_pages, CORA)


def see(stage: Stage, client: PageClient, asked: str = "") -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}{asked}")


def prisons(page: Page) -> list[str]:
    return list(table_on(page))


def sheet(stage: Stage, client: PageClient, asked: str = "") -> list[dict[str, str]]:
    path = f"/console/regions/{stage.ref().region}/{QUARTER}/returns.csv{asked}"
    return list(csv.DictReader(io.StringIO(client.http.get(path).content.decode("utf-8-sig"))))


def test_returns_are_sorted_as_the_address_says(stage: Stage, cora: PageClient):
    assert prisons(see(stage, cora)) == sorted(player.site_name for player in CAST)
    assert prisons(see(stage, cora, "?sort=late"))[0] in ("HMP Clydebridge", "HMP Deebridge")
    assert prisons(see(stage, cora, "?sort=score"))[:2] == ["HMP Avonbridge", "HMP Brookbridge"]
    assert prisons(see(stage, cora, "?sort=state"))[0] == "HMP Avonbridge"


def test_returns_are_chosen_as_the_address_says(stage: Stage, cora: PageClient):
    assert prisons(see(stage, cora, "?state=not_returned")) == ["HMP Clydebridge"]
    assert prisons(see(stage, cora, "?provider=BROOK")) == ["HMP Brookbridge"]
    assert prisons(see(stage, cora, "?waits=confirm")) == ["HMP Avonbridge", "HMP Brookbridge"]
    none = see(stage, cora, "?state=nil")
    assert "No return of this quarter is like that." in none.text
    assert counts_on(none)["Expected, in all"] == len(CAST)


@pytest.mark.parametrize("odd", ["?state=gone", "?sort=%25", "?page=999", "?page=-1", "?view=<b>"])
def test_what_the_address_says_wrong_is_as_if_it_were_not_said(
    stage: Stage, cora: PageClient, odd: str
):
    page = see(stage, cora, odd)
    assert page.status == 200
    assert len(prisons(page)) == len(CAST)


def test_the_form_asks_by_the_address_alone_and_keeps_what_was_chosen(
    stage: Stage, cora: PageClient
):
    page = see(stage, cora, "?state=received_late&sort=late&view=grid")
    assert '<option value="received_late" selected>' in page.html
    assert '<option value="late" selected>' in page.html
    assert 'type="hidden" name="view" value="grid"' in page.html


def test_the_grid_says_each_rating_in_a_word_and_what_was_changed(stage: Stage, cora: PageClient):
    rows = table_on(see(stage, cora, "?view=grid"))
    assert "Partly" in rows["HMP Avonbridge"][3]
    assert "Not met" in rows["HMP Avonbridge"][4]
    assert "they said Fully" in rows["HMP Avonbridge"][4]
    assert rows["HMP Clydebridge"][3].endswith("–")


def test_the_sum_is_written_out_with_the_rate(stage: Stage, cora: PageClient):
    page = see(stage, cora)
    assert "0 + 1 + 1 + 0 + 1 + 0 + 1 = 4 expected." in page.text
    assert "Of 4 from services that ran, 1 came on time (25%) and 1 late." in page.text


def test_the_file_has_the_rows_of_the_page_and_adds_up(stage: Stage, cora: PageClient):
    rows = sheet(stage, cora)
    counts = counts_on(see(stage, cora))
    assert counts.pop("Expected, in all") == len(rows) == len(CAST)
    states = [row["state"] for row in rows]
    assert {state: many for state, many in counts.items() if many} == {
        state: states.count(state) for state in states
    }
    first = rows[0]
    assert (first["W2"], first["ratings_changed"]) == ("Not met", "W2")
    assert (first["fully_met"], first["applicable"]) == ("7", "9")
    assert [r["site"] for r in sheet(stage, cora, "?state=not_returned")] == [CLYDE.site]


def test_the_workbook_says_the_same_and_no_cell_is_a_formula(stage: Stage, cora: PageClient):
    path = f"/console/regions/{stage.ref().region}/{QUARTER}/returns.xlsx"
    answer = cora.http.get(path)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book["Returns"].iter_rows()]
    told = sheet(stage, cora)
    assert [str(name).replace(" ", "_") for name in rows[0]] == list(told[0])
    assert len(rows) == len(told) + 1
    assert {cell.data_type for row in book["Returns"].iter_rows() for cell in row} <= {"s", "n"}
    assert answer.content == cora.http.get(path).content


def test_a_region_shows_its_quarters_with_their_rates(stage: Stage, cora: PageClient):
    page = cora.get(f"/console/regions/{stage.ref().region}")
    rows = [words.split() for words in page.text.split("\n")]
    assert rows
    assert "25%" in page.text
    assert "<svg" in page.html
    assert "1 July to 30 September 2026" in page.text or "July to September 2026" in page.text
