"""A return goes into a workbook and comes back the same, and what is wrong is named by its cell."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from charter.actions import TAGS
from charter.answers import (
    ActionLine,
    Answer,
    Evidence,
    MeasureAnswer,
    PersonNamed,
    RequestReply,
    ReturnDocument,
    SpotlightAnswer,
    carried_forward,
    parse,
)
from charter.commitments import CharterFile
from charter.quarters import Quarter
from charter.steps import Rating
from providers import tabular, workbook
from providers.workbook import BadWorkbook
from tests.support.counting import COUNTING
from tests.support.promises import OWED, THREE, whole
from tests.support.rules import CHARTER, answer, document

CELLS = dict.fromkeys(("Answers", "Actions", "Replies", "More evidence", "Return"))


def again(doc: ReturnDocument, charter: CharterFile = THREE) -> ReturnDocument | None:
    """The document, written and read back."""
    found, problems = parse(workbook.read(workbook.write(doc, charter)))
    assert problems == []
    return found


def changed(
    doc: ReturnDocument,
    change: Callable[[openpyxl.Workbook], None],
    charter: CharterFile = THREE,
) -> bytes:
    """The workbook as somebody saved it after changing something in it."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(doc, charter)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(doc: ReturnDocument, charter: CharterFile = THREE, /, **cells: Any) -> bytes:
    """The workbook with values put in cells: `Answers_C2="Fully met"`."""

    def fill(book: openpyxl.Workbook) -> None:
        for place, value in cells.items():
            sheet, cell = place.replace("__", " ").split("_")
            sheet_of(book, sheet)[cell] = value

    return changed(doc, fill, charter)


def sheet_of(book: openpyxl.Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def refused(content: bytes) -> list[str]:
    with pytest.raises(BadWorkbook) as caught:
        workbook.read(content)
    return list(caught.value.problems)


ODD = [
    "=1+1",
    "+44 20",
    "-3",
    "@here",
    "'quoted",
    "😀 مرحبا",
    "one\ntwo\n\nthree",
    "_x0041_",
    "<&>",
]
letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
words = st.one_of(st.sampled_from(ODD), st.text(st.one_of(letters, st.sampled_from("\n\t"))))
lines = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    max_size=40,
)
names = st.one_of(st.sampled_from([o for o in ODD if "\n" not in o]), lines.filter(str.strip))
pieces = st.builds(
    Evidence,
    title=names,
    dated=st.dates(),
    link=st.sampled_from(["", "https://avon.example/a"]),
    sha=st.sampled_from(["", "0123456789abcdef" * 4]),
)
answers = st.builds(
    Answer,
    commitment=names,
    rating=st.one_of(st.none(), st.sampled_from(Rating)),
    reason=words,
    narrative=words,
    public_statement=words,
    evidence=st.lists(pieces, max_size=3).map(tuple),
    confirmed=st.booleans(),
    copied_from=lines,
)
actions = st.builds(
    ActionLine,
    id=st.one_of(st.none(), names.map(str.strip)),
    commitment=lines,
    title=lines,
    owner=lines,
    due=st.dates(),
    status=st.sampled_from(["planned", "in_progress", "done", "not_doing"]),
    reason=words,
    request=st.one_of(st.none(), names.map(str.strip)),
    changes_service=st.booleans(),
    consulted=words,
    practice=st.one_of(st.none(), names.map(str.strip)),
    tags=st.lists(st.sampled_from(list(TAGS))).map(tuple),
)
numbers = st.integers(0, 1_000_000)
measures = st.builds(
    MeasureAnswer,
    measure=names.map(str.strip),
    whole=st.none() | numbers,
    parts=st.dictionaries(names.map(str.strip), numbers, max_size=3),
    collected_from=st.none() | st.dates(),
    progress=st.sampled_from([None, "yes", "no", "by"]),
    by=st.none() | st.dates(),
    reason=words,
)
replies = st.builds(
    RequestReply,
    request=names,
    answer=st.sampled_from([None, "accepted", "partly", "declined"]),
    words=words,
)
people = st.one_of(st.none(), st.builds(PersonNamed, name=names, email=lines, role=lines))


@st.composite
def documents(draw: st.DrawFn) -> ReturnDocument:
    """Any document at all with an answer to each commitment, and to some it does not know."""
    given_ids = [*THREE.ids, *draw(st.lists(names.map(str.strip), max_size=2))]
    ids = draw(st.permutations(list(dict.fromkeys(given_ids))))
    return ReturnDocument(
        charter_version=draw(lines),
        quarter=draw(lines),
        provider=draw(names),
        site=draw(names),
        nil_return=draw(st.booleans()),
        nil_reason=draw(words),
        answers=tuple(draw(answers).model_copy(update={"commitment": one}) for one in ids),
        actions=tuple(draw(st.lists(actions, max_size=3))),
        replies=tuple(draw(st.lists(replies, max_size=3))),
        measures=tuple(draw(st.lists(measures, max_size=2, unique_by=lambda one: one.measure))),
        spotlight=draw(st.none() | st.builds(SpotlightAnswer, group=names, words=words)),
        prepared_by=draw(people),
        signed_by=draw(people),
    )


@given(documents())
def test_whatever_a_document_holds_comes_back_from_its_workbook(doc: ReturnDocument):
    doc = ReturnDocument.model_validate_json(doc.model_dump_json())
    assert again(doc) == doc


@pytest.mark.parametrize("text", ODD)
def test_text_that_looks_like_a_formula_stays_text(text: str):
    doc = whole(answers=(answer("C1", narrative=text), answer("C2"), answer("C3")))
    assert again(doc) == doc
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(doc, THREE)))
    assert {cell.data_type for row in sheet_of(book, "Answers") for cell in row} <= {"s", "n"}


def test_a_workbook_is_the_same_to_the_byte_each_time():
    doc = carried_forward(whole(), THREE, Quarter.parse("2026-27-Q3"), "AVON", "AVB", OWED)
    assert workbook.write(doc, THREE) == workbook.write(doc, THREE)


def test_a_template_comes_back_with_nothing_confirmed_by_opening_it():
    doc = carried_forward(whole(), THREE, Quarter.parse("2026-27-Q3"), "AVON", "AVB", OWED)
    back = again(doc)
    assert back == doc
    assert [a.confirmed for a in doc.answers] == [False] * 3
    first = carried_forward(None, CHARTER, Quarter.parse("2026-27-Q3"), "AVON", "AVB", OWED)
    assert again(first, CHARTER) == first


def test_a_return_without_answers_comes_back_without_answers():
    doc = document(THREE, nil_return=True, nil_reason="Closed for repairs.", answers=())
    assert again(doc) == doc


def test_a_person_can_fill_in_the_template_and_hand_it_in():
    blank = carried_forward(None, THREE, Quarter.parse("2026-27-Q2"), "AVON", "AVB", OWED)
    content = filled(
        blank,
        Answers_C2="fully met",
        Answers_E2="We ring back.",
        Answers_G2="Log",
        Answers_H2=date(2026, 9, 1),
        Answers_K2="yes",
        More__evidence_A2="C1",
        More__evidence_B2="Audit",
        More__evidence_C2="2026-08-01",
        Actions_F2="Not done",
        Actions_G2=12,
        Actions_B3="C2",
        Actions_C3="Print a leaflet",
        Actions_E3=date(2026, 12, 1),
        Actions_F3="planned",
        Replies_C2="partly",
        Return_B8="Ann",
    )
    doc, problems = parse(workbook.read(content))
    assert doc is not None, problems
    assert doc.answers[0] == Answer(
        commitment="C1",
        rating=Rating.FULLY,
        public_statement="We ring back.",
        evidence=(
            Evidence(title="Log", dated=date(2026, 9, 1)),
            Evidence(title="Audit", dated=date(2026, 8, 1)),
        ),
    )
    assert [(a.id, a.status, a.reason) for a in doc.actions] == [
        (OWED.actions[0].id, "not_doing", "12"),
        (None, "planned", ""),
    ]
    assert doc.replies == (RequestReply(request="R7", answer="partly"),)
    assert doc.prepared_by == PersonNamed(name="Ann", email="")


def test_columns_and_rows_may_be_moved_about():
    def move(book: openpyxl.Workbook) -> None:
        sheet = sheet_of(book, "Answers")
        for row in sheet.iter_rows():
            row[2].value, row[5].value = row[5].value, row[2].value
        sheet.insert_rows(3, 4)

    doc = whole()
    assert parse(workbook.read(changed(doc, move)))[0] == doc


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Answers_C3": "Mostly"}, "Answers!C3: 'Mostly' is not in the list; choose one of: Fully"),
        ({"Answers_D2": "=1+1"}, "Answers!D2: this is a formula; type what it shows"),
        ({"Answers_B2": "=1+1"}, "Answers!B2: this is a formula"),
        ({"Answers_E2": "#N/A"}, "Answers!E2: this shows #N/A, a broken formula"),
        ({"Answers_G2": "Log"}, "Answers!H2: this is missing; fill it in"),
        ({"Answers_G2": "Log", "Answers_H2": "1/9/26"}, "Answers!H2: this is not a date; write"),
        (
            {"Answers_G2": "L", "Answers_H2": datetime.fromisoformat("2026-09-01T08:00")},
            "Answers!H2: this is not a",
        ),
        ({"Answers_I2": "avon.example"}, "Answers!I2: this is not a web address; begin it with"),
        ({"Answers_E2": "x" * 5001}, "Answers!E2: this is longer than 5000 characters"),
        ({"Answers_K2": None}, "Answers!K2: say whether this has been looked at; choose one of"),
        ({"Answers_N1": "Notes"}, "Answers!N1: 'Notes' is no column of this sheet"),
        ({"Answers_N1": "Rating"}, "Answers!N1: 'Rating' is no column of this sheet, or a second"),
        ({"Answers_N3": "a note"}, "Answers!N3: this stands under no column name"),
        ({"Answers_C1": None}, "Answers!1:1: the column 'Rating' is gone; put its name back"),
        ({"More__evidence_A2": "C9", "More__evidence_B2": "x"}, "More evidence!A2: there is no"),
        ({"Actions_E2": None}, "Actions!E2: this is missing; fill it in"),
        ({"Actions_F2": None}, "Actions!F2: say how this stands; choose one of: Planned, In"),
        ({"Actions_D2": "two\nlines"}, "Actions!D2: this is more than one line; keep it to one"),
        ({"Replies_C2": "maybe"}, "Replies!C2: 'maybe' is not in the list; choose one of: Acc"),
        ({"Return_B6": None}, "Return!B6: say whether the service ran; choose one of: Yes, No"),
        ({"Return_A6": "Anything"}, "Return!A6: 'Anything' is no line of this sheet; take it out"),
        ({"Return_A14": "Provider"}, "Return!A14: 'Provider' is twice here; take it out"),
    ],
)
def test_what_is_wrong_is_named_by_sheet_and_cell(cells: dict[str, Any], said: str):
    problems = refused(filled(whole(), **cells))
    assert any(problem.startswith(said) for problem in problems), problems


def test_every_problem_is_told_at_once_and_a_flood_of_them_is_cut_short():
    assert len(refused(filled(whole(), Answers_C2="a", Answers_C3="b", Replies_C2="c"))) == 3
    many = {f"Answers_Z{row}": "note" for row in range(2, 80)}
    with pytest.raises(BadWorkbook, match="and 38 more like these"):
        workbook.read(filled(whole(), **many))


def test_a_workbook_without_a_sheet_says_which():
    def remove(book: openpyxl.Workbook) -> None:
        del book["Replies"]

    assert refused(changed(whole(), remove)) == [
        "there is no sheet called Replies; begin again from this quarter's template"
    ]


def test_a_sheet_with_too_many_rows_is_refused():
    content = filled(whole(), Actions_C999999="far away")
    assert refused(content) == ["the sheet Actions has more than 6,000 rows"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(content: bytes):
    assert refused(content) == ["this cannot be opened as a workbook; save it again as .xlsx"]


def test_a_damaged_sheet_is_refused_in_a_sentence():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook.write(whole(), THREE))) as good,
        zipfile.ZipFile(out, "w") as bad,
    ):
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(name, data[:-40] if name.endswith("sheet3.xml") else data)
    assert refused(out.getvalue()) == [
        "the sheet Answers is damaged; save the workbook again as .xlsx"
    ]


def test_a_large_file_is_refused_before_it_is_opened():
    assert refused(b"P" * (tabular.LARGEST + 1)) == [
        "the workbook has more than 5 MB, so it is no return"
    ]


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(7):
            packed.writestr(f"{number}.xml", b"0" * 10 * 1024 * 1024)
    assert len(out.getvalue()) < 100_000
    assert refused(out.getvalue()) == [
        "the workbook unpacks to more than 60 MB; save it again as .xlsx"
    ]


@pytest.mark.parametrize(
    ("part", "many", "there"),
    [("xl/styles.xml", "<xf/>", "</cellXfs>"), ("xl/worksheets/sheet2.xml", "<c/>", "</row>")],
)
def test_a_small_file_that_would_fill_the_memory_is_refused_unread(
    part: str, many: str, there: str
):
    """Some 10 MB of tags pack to 20 kB, and cost a reader a hundred times what they unpack to."""
    stuffed = with_part(part, lambda xml: xml.replace(there, many * 2_000_000 + there, 1))
    with pytest.raises(BadWorkbook, match="far more than a return"):
        workbook.read(stuffed)


def test_rows_that_a_file_leaves_out_cost_nothing():
    """A last row at the very bottom: a hundred million cells, if each were looked at."""
    bottom = '<row r="1048576"></row></sheetData>'
    stretched = with_part(
        "xl/worksheets/sheet2.xml", lambda xml: xml.replace("</sheetData>", bottom)
    )
    began = time.process_time()
    workbook.read(stretched)
    assert time.process_time() - began < 2


def with_part(name: str, change: Callable[[str], str]) -> bytes:
    """A whole return's workbook with one of its parts changed."""
    out = io.BytesIO()
    made = zipfile.ZipFile(io.BytesIO(workbook.write(whole(), THREE)))
    with made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in made.namelist():
            text = made.read(part)
            packed.writestr(part, change(text.decode()) if part == name else text)
    return out.getvalue()


def test_the_words_of_families_stand_beside_their_replies_and_are_only_to_be_read():
    content = workbook.write(whole(), THREE, {"R7": "Please ring us back."})
    sheet = sheet_of(openpyxl.load_workbook(io.BytesIO(content)), "Replies")
    assert [cell.value for cell in sheet[2]] == ["R7", "Please ring us back.", "Accepted", None]
    assert parse(workbook.read(content))[0] == whole()


def first_sheet(charter: CharterFile) -> str:
    """What the sheet Read me says."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(document(charter), charter)))
    sheet = sheet_of(book, book.sheetnames[0])
    return "\n".join(str(row[0].value) for row in sheet.iter_rows())


def test_working_wording_says_so_on_the_first_sheet_and_official_wording_does_not():
    assert CHARTER.notice in first_sheet(CHARTER)
    assert "0808 808 2003" in first_sheet(CHARTER)
    assert "Working wording" not in first_sheet(THREE)


def test_what_is_given_looks_given_and_headers_stay_in_sight():
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(whole(), THREE)))
    for name in CELLS:
        assert sheet_of(book, name).freeze_panes == "B2"
    sheet = sheet_of(book, "Answers")
    assert sheet["A2"].fill.fgColor.rgb == "FFE4E8EA"
    assert sheet["C2"].fill.fgColor.rgb != "FFE4E8EA"
    assert sheet["E2"].alignment.wrap_text
    offered = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert offered["C2"] == '"Fully met,Partly met,Not met,Not applicable"'
    assert offered["K2"] == '"Yes,No,New"'


NEXT = Quarter.parse("2026-27-Q3")


def figures(**cells: Any) -> bytes:
    """The template of a Charter that counts, with values put in cells."""
    return filled(carried_forward(None, COUNTING, NEXT, "AVON", "AVB", OWED), COUNTING, **cells)


def test_figures_have_a_row_for_each_number_and_the_spotlight_has_one():
    book = openpyxl.load_workbook(io.BytesIO(figures()))
    rows = [[c.value for c in row[:3]] for row in sheet_of(book, "Measures").iter_rows(min_row=2)]
    assert rows == [
        ["arrivals", None, "How many new arrivals were asked?\nNew arrivals"],
        ["arrivals", "asked", "asked"],
        ["arrivals", "not-asked", "not asked"],
        ["record", None, "Is there one shared record?"],
    ]
    sheet = sheet_of(book, "Measures")
    shut = {cell for cell in ("F2", "D5", "E5", "E3", "H4") if not _is_open(sheet, cell)}
    assert shut == {"F2", "D5", "E5", "E3", "H4"}
    assert all(_is_open(sheet, cell) for cell in ("D2", "E2", "H2", "D3", "F5", "G5"))
    checked = [rule for rule in sheet.data_validations.dataValidation if rule.type == "whole"]
    assert [str(rule.sqref) for rule in checked] == ["D2:D501"]
    assert [c.value for c in sheet_of(book, "Spotlight")[2]] == ["women", None]
    assert "about one patient" not in first_sheet(CHARTER)
    assert "never anything about one patient" in first_sheet(COUNTING)
    assert "Measures" not in openpyxl.load_workbook(io.BytesIO(workbook.write(whole(), THREE)))


def _is_open(sheet: Worksheet, cell: str) -> bool:
    return bool(sheet[cell].fill.fgColor.rgb != "FFE4E8EA")


def test_a_template_with_figures_comes_back_and_can_be_filled_in():
    blank = carried_forward(None, COUNTING, NEXT, "AVON", "AVB", OWED)
    assert again(blank, COUNTING) == blank
    content = figures(
        Measures_D2="1,200",
        Measures_D3=1200,
        Measures_D4=0,
        Measures_H2="More came.",
        Measures_F5="by a date",
        Measures_G5=date(2027, 3, 31),
        Spotlight_B2="We met.",
    )
    doc, problems = parse(workbook.read(content))
    assert doc is not None, problems
    assert doc.measures == (
        MeasureAnswer(
            measure="arrivals",
            whole=1200,
            parts={"asked": 1200, "not-asked": 0},
            reason="More came.",
        ),
        MeasureAnswer(measure="record", progress="by", by=date(2027, 3, 31)),
    )
    assert doc.spotlight == SpotlightAnswer(group="women", words="We met.")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Measures_D2": "about ten"}, "Measures!D2: 'about ten' is no whole number; write it in"),
        ({"Measures_D3": 1.5}, "Measures!D3: '1.5' is no whole number"),
        ({"Measures_D3": -1}, "Measures!D3: '-1' is no whole number"),
        ({"Measures_D3": 1_000_001}, "Measures!D3: this is more than 1000000"),
        ({"Measures_D2": "9" * 5000}, "Measures!D2: '9999"),
        ({"Measures_D2": "=1+1"}, "Measures!D2: this is a formula"),
        ({"Measures_E2": "soon"}, "Measures!E2: this is not a date; write it as"),
        ({"Measures_F5": "perhaps"}, "Measures!F5: 'perhaps' is not in the list; choose one of"),
        ({"Measures_H3": "why"}, "Measures!H3: this belongs in the measure's own row; move it"),
        ({"Measures_B3": "not-asked"}, "Measures!B4: this part is here twice; keep one row"),
        ({"Measures_A5": "arrivals"}, "Measures!A5: this measure is here twice; keep one row"),
        ({"Measures_D9": 4}, "Measures!A9: say which measure this row is of"),
        ({"Spotlight_A3": "men"}, "Spotlight!A3: there is one group a quarter; take this row out"),
        ({"Spotlight_B2": "x" * 5001}, "Spotlight!B2: this is longer than 5000 characters"),
    ],
)
def test_what_is_wrong_with_figures_is_named_by_cell(cells: dict[str, Any], said: str):
    problems = refused(figures(**cells))
    assert [p for p in problems if p.startswith(said)], problems


def test_a_sheet_of_figures_somebody_deleted_is_as_good_as_blank():
    def remove(book: openpyxl.Workbook) -> None:
        del book["Measures"]
        del book["Spotlight"]

    doc = document(COUNTING)
    content = changed(carried_forward(doc, COUNTING, NEXT, "A", "B", OWED), remove, COUNTING)
    found, problems = parse(workbook.read(content))
    assert problems == []
    assert found is not None
    assert (found.measures, found.spotlight) == ((), None)
