"""A return filled in as a spreadsheet: taken in whole or not at all, and every mistake by cell."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from charter.answers import ReturnDocument
from providers import answering, returns
from tests.support.cast import AVON, DEE
from tests.support.pages import Page, PageClient
from tests.support.stage import LAST, Stage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Change = Callable[[Any], object]


class Desk:
    """Avon's lead with the spreadsheet of this quarter's return."""

    def __init__(self, stage: Stage, lead: PageClient) -> None:
        self.stage = stage
        self.lead = lead
        self.here = f"/returns/{stage.ref().id}"

    def fetched(self) -> bytes:
        content: bytes = self.lead.get(f"{self.here}/return.xlsx").response.content
        return content

    def hand_in(self, content: bytes, name: str = "filled.xlsx") -> Page:
        page = self.lead.get(f"{self.here}/spreadsheet")
        return page.submit(files={"file": (name, content, XLSX)}, button="Upload")

    def draft(self) -> ReturnDocument:
        text = self.lead.get(f"{self.here}/draft.json").response.text
        return ReturnDocument.model_validate_json(text)

    def saved(self, **changes: Any) -> ReturnDocument:
        """Save a whole draft, as somebody would on the pages."""
        document = self.stage.filled(self.stage.ref(), **changes)
        with self.stage.database.writing() as session:
            version = returns.draft(session, self.stage.ref()).version
            person = self.stage.person(AVON.email)
            answering.save_draft(
                session, self.stage.ref(), document, self.stage.now, person, version=version
            )
        return document


def changed(content: bytes, change: Change) -> bytes:
    """The workbook after somebody worked on it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: str, cell: str, value: object) -> Change:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


@pytest.fixture
def desk(stage: Stage, open_pages: Any) -> Desk:
    return Desk(stage, stage.enters(open_pages, AVON.email))


def test_a_spreadsheet_goes_out_and_comes_back_as_the_draft(desk: Desk):
    before = desk.draft()
    page = desk.hand_in(changed(desk.fetched(), put("Answers", "C2", "Not met")))
    assert page.status == 200
    assert page.h1.endswith("Your spreadsheet is saved")
    now = desk.draft()
    assert str(now.answers[0].rating) == "not_met"
    assert now.answers[1:] == before.answers[1:]
    assert "What is missing" in page.text


def test_a_whole_one_leads_to_the_check(desk: Desk):
    document = desk.saved()
    page = desk.hand_in(desk.fetched())
    assert "Nothing is missing" in page.text
    assert desk.lead.get(page.links["Check it and hand it over"]).status == 200
    assert desk.draft() == document


def test_every_mistake_is_named_by_sheet_and_cell_and_nothing_is_taken(desk: Desk):
    document = desk.saved()

    def wrong(book: Any) -> None:
        book["Answers"]["C2"] = "Splendid"
        book["Answers"]["K3"] = "Perhaps"
        book["Answers"]["H4"] = "last spring"

    page = desk.hand_in(changed(desk.fetched(), wrong))
    assert page.status == 422
    assert page.title.startswith("Error: ")
    for said in (
        "Sheet Answers Cell C2 What to mend 'Splendid' is not in the list",
        "Sheet Answers Cell K3 What to mend 'Perhaps' is not in the list",
        "Sheet Answers Cell H4 What to mend This is not a date",
    ):
        assert said in page.text
    assert "Nothing of it is saved" in page.text
    assert desk.draft() == document


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("https://elsewhere.example","x")'])
def test_a_formula_is_never_worked_out_but_named_as_a_mistake(desk: Desk, formula: str):
    page = desk.hand_in(changed(desk.fetched(), put("Answers", "E3", formula)))
    assert page.status == 422
    assert "Sheet Answers Cell E3 What to mend This is a formula" in page.text


def test_what_the_rules_refuse_in_a_draft_is_named_by_cell_too(desk: Desk):
    page = desk.hand_in(changed(desk.fetched(), put("Answers", "A2", "W99")))
    assert page.status == 422
    assert "A2" in page.text
    assert "W99" in page.text


def test_the_sheet_of_another_quarter_or_prison_is_refused_naming_both(desk: Desk):
    for cell, value, said in (("B4", LAST, "April to June 2026"), ("B3", DEE.site, DEE.site)):
        page = desk.hand_in(changed(desk.fetched(), put("Return", cell, value)))
        assert page.status == 422
        assert said in page.text
        assert f"here goes {AVON.provider}’s for {AVON.site}, July to September 2026" in page.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose the spreadsheet"),
        (b"commitment,rating\nW1,fully", "This is not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "an older Excel file"),
        (b"PK\x03\x04 and no more", "cannot be opened as a workbook"),
        (b"PK\x03\x04" + b"x" * 5_300_000, "smaller than 5 MB"),
        (b"PK\x03\x04" + b"x" * 11_000_000, "smaller than 5 MB"),
    ],
    ids=["none", "CSV under the name", "old", "damaged", "a little large", "far too large"],
)
def test_what_is_no_spreadsheet_of_ours_is_refused_at_the_field(
    desk: Desk, content: bytes, said: str
):
    page = desk.hand_in(content)
    assert page.status == 422
    assert said in page.text
    linked = [text for text, to in page.links.items() if to == "#file"]
    assert any(said in text or "mistakes" in text for text in linked)


def test_a_bomb_is_refused_before_it_is_unpacked(desk: Desk):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * 100_000_000)
    page = desk.hand_in(out.getvalue())
    assert page.status == 422
    assert "unpacks to more than" in page.text


def test_a_file_of_another_kind_inside_the_zip_is_refused(desk: Desk, tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../etc/passwd", "root:x:0:0")
    page = desk.hand_in(out.getvalue(), name="../../etc/passwd")
    assert page.status == 422
    assert not list(tmp_path.rglob("passwd"))


def test_who_saved_meanwhile_is_not_overwritten_unasked(desk: Desk):
    fetched = changed(desk.fetched(), put("Answers", "F2", "Said in the spreadsheet."))
    document = desk.saved()
    page = desk.hand_in(fetched)
    assert page.status == 409
    assert "saved this return on 5 October 2026" in page.text
    assert "A nurse keeps a list and a deputy checks it weekly." in page.text
    assert "Said in the spreadsheet." in page.text
    assert desk.draft() == document
    asked = page.submit(button="Save your spreadsheet over it")
    assert asked.status == 200
    assert desk.draft().answers[0].narrative == "Said in the spreadsheet."


def test_it_is_asked_again_when_somebody_saves_while_being_asked(desk: Desk):
    fetched = desk.fetched()
    desk.saved()
    page = desk.hand_in(fetched)
    second = desk.saved(replies=())
    again = page.submit(button="Save your spreadsheet over it")
    assert again.status == 409
    assert desk.draft() == second


def test_a_workbook_whose_maker_is_forgotten_is_held_to_the_page_it_was_sent_from(desk: Desk):
    def forget(book: Any) -> None:
        del book.custom_doc_props["Charter basis"]
        book["Answers"]["F2"] = "Changed."

    fetched = changed(desk.fetched(), forget)
    assert desk.hand_in(fetched).status == 200
    page = desk.lead.get(f"{desk.here}/spreadsheet")
    document = desk.saved()
    late = page.submit(files={"file": ("filled.xlsx", fetched, XLSX)}, button="Upload")
    assert late.status == 409
    assert desk.draft() == document


@pytest.mark.parametrize("carried", ["", "{", "[" * 5000, '{"quarter": 9}', "7", "null"])
def test_a_document_made_up_on_the_way_is_no_way_in(desk: Desk, carried: str):
    before = desk.draft()
    page = desk.lead.get(f"{desk.here}/spreadsheet")
    answer = page.submit({"document": carried}, button="Upload")
    assert answer.status == 422
    assert desk.draft() == before


def test_a_signed_return_takes_no_spreadsheet(desk: Desk):
    fetched = desk.fetched()
    page = desk.lead.get(f"{desk.here}/spreadsheet")
    desk.stage.submit(AVON, desk.stage.filled(desk.stage.ref()), desk.stage.now)
    late = page.submit(files={"file": ("filled.xlsx", fetched, XLSX)}, button="Upload")
    assert late.status == 409
    assert "This cannot be changed now" in late.text or "signed" in late.text
