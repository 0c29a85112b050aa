"""A copy to keep of a return: the page to print, the PDF, the document and the workbook agree."""

import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from charter.answers import ReturnDocument, parse
from charter.measures import figures
from notifications.typeset import DRAWN, NOT_DRAWN, can_draw, drawable
from portal.provider.paper import Line, Paper
from portal.provider.pdf import as_pdf
from providers import cycles, workbook
from providers.database import Database
from tests.support.cast import AVON, BROOK, DEE, at
from tests.support.counting import FOR_ANYONE
from tests.support.pages import PageClient
from tests.support.stage import LAST, MONA, Stage


def pdf_of(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def words_of(content: bytes) -> str:
    """All the words of a PDF, spaces and permitted breaks taken out."""
    said = "".join(page.extract_text() for page in pdf_of(content).pages)
    return squeezed(said)


def squeezed(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and c != "\u200b")


@pytest.fixture
def signed(stage: Stage, open_pages: Any) -> tuple[Stage, PageClient, str]:
    """Avon's lead, and the address of Avon's signed return of this quarter."""
    stage.submit(AVON, stage.filled(stage.ref()), at("2026-10-06T09:00"))
    stage.now = at("2026-10-07T09:00")
    return stage, stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}"


def test_a_signed_copy_says_who_stands_for_it_and_since_when(
    signed: tuple[Stage, PageClient, str],
):
    stage, lead, here = signed
    page = lead.get(f"{here}/copy")
    assert page.h1 == "Quarterly return"
    assert "DRAFT" not in page.text
    for said in (
        f"{AVON.name} {AVON.name}son, handed over on 6 October 2026 at 9:00am",
        f"{AVON.signer} {AVON.name}son, signed on 6 October 2026 at 9:00am",
        "Call log, dated 1 June 2026",
        "Two posts in the team were empty.",
        "On weekdays, yes.",
    ):
        assert said in page.text
    sha = lead.get(f"{here}/copy.json").response.json()
    fingerprint = ReturnDocument.model_validate_json(json.dumps(sha)).fingerprint
    assert squeezed(fingerprint) in squeezed(page.text)
    assert squeezed(fingerprint) in words_of(lead.get(f"{here}/copy.pdf").response.content)
    assert stage.ref().region_name in page.text


def test_the_confirmation_and_the_record_lead_to_every_copy(
    signed: tuple[Stage, PageClient, str],
):
    _, lead, here = signed
    for path in (f"{here}/done", here):
        links = lead.get(path).links
        for name, to in (
            ("Page to print", "copy"),
            ("PDF", "copy.pdf"),
            ("Data (JSON)", "copy.json"),
        ):
            assert links[name] == f"{here}/{to}"


def test_a_copy_that_is_not_signed_says_draft(stage: Stage, open_pages: Any):
    lead = stage.enters(open_pages, AVON.email)
    here = f"/returns/{stage.ref().id}"
    assert "DRAFT. This is not signed yet" in lead.get(f"{here}/copy").text
    got = lead.get(f"{here}/copy.pdf").response
    assert "DRAFT" in words_of(got.content)
    assert got.headers["content-disposition"] == (
        f'attachment; filename="{AVON.site.lower()}-2026-27-Q2-draft.pdf"'
    )
    document = lead.get(f"{here}/copy.json").response.json()
    assert (document["prepared_by"], document["signed_by"]) == (None, None)


def test_the_page_and_the_pdf_hold_every_word_of_the_document(
    signed: tuple[Stage, PageClient, str],
):
    _, lead, here = signed
    document = lead.get(f"{here}/copy.json").response.json()
    page = squeezed(lead.get(f"{here}/copy").text)
    pdf = words_of(lead.get(f"{here}/copy.pdf").response.content)
    for text in texts(document):
        assert squeezed(text) in page, text
        assert squeezed(text) in pdf, text


def texts(data: Any) -> list[str]:
    """Every text a person typed into a document."""
    typed = {"reason", "narrative", "public_statement", "title", "owner", "words", "link", "name"}
    if isinstance(data, dict):
        own = [v for k, v in data.items() if k in typed and isinstance(v, str)]
        return own + [t for v in data.values() for t in texts(v)]
    return [t for v in data for t in texts(v)] if isinstance(data, list) else []


def test_the_pdf_is_tagged_and_titled_and_carries_its_fonts(signed: tuple[Stage, PageClient, str]):
    _, lead, here = signed
    got = lead.get(f"{here}/copy.pdf").response
    assert got.headers["content-type"] == "application/pdf"
    pdf = pdf_of(got.content)
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Quarterly return: HMP Avonbridge, July to September 2026"
    assert "/JavaScript" not in str(root)
    assert b"/URI" not in got.content
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            inside = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(inside.get_object())
    assert lead.get(f"{here}/copy.pdf").response.content == got.content


def test_figures_and_the_quarters_spotlight_are_in_every_copy(
    sqlite_database: Engine, tmp_path: Path, open_pages: Any
):
    stage = Stage(
        Database(sqlite_database), site_folder=tmp_path / "site", charter_text=FOR_ANYONE
    ).play()
    document = stage.filled(stage.ref())
    first = document.measures[0].model_copy(update={"reason": "=1+1 {{7*7}} a\u202eb نص 👩‍⚕️"})
    assert document.spotlight is not None
    said = document.spotlight.model_copy(update={"words": "<b>Grandparents</b> came on Mondays."})
    document = document.model_copy(
        update={"measures": (first, *document.measures[1:]), "spotlight": said}
    )
    stage.submit(AVON, document, at("2026-10-06T09:00"))
    stage.now = at("2026-10-07T09:00")
    lead = stage.enters(open_pages, AVON.email)
    here = f"/returns/{stage.ref().id}"
    page = lead.get(f"{here}/copy").text
    pdf = words_of(lead.get(f"{here}/copy.pdf").response.content)
    with stage.database.reading() as session:
        charter = cycles.charter_of(session, stage.ref().charter_version)
    given = {one.measure: one for one in document.measures}
    shown = [measure.asks for _, measure in charter.measures]
    for _, measure in charter.measures:
        shown += [f"{one.name}: {one.value}" for one in figures(measure, given[measure.id])]
    assert len(shown) > 2 * len(charter.measures)
    for text in (*shown, said.group, said.words):
        assert squeezed(text) in squeezed(page), text
        assert squeezed(drawable(text)) in pdf, text


def test_what_the_json_says_can_be_handed_in_again(signed: tuple[Stage, PageClient, str]):
    _, lead, here = signed
    data = lead.get(f"{here}/copy.json").response.json()
    document, problems = parse(data)
    assert document is not None
    assert not problems
    assert document.prepared_by is not None
    assert document.signed_by is not None
    assert (document.prepared_by.email, document.signed_by.email) == (
        AVON.email,
        AVON.signer_email,
    )


def test_the_workbook_holds_the_draft_as_it_is_saved(stage: Stage, open_pages: Any):
    lead = stage.enters(open_pages, AVON.email)
    here = f"/returns/{stage.ref().id}"
    got = lead.get(f"{here}/return.xlsx").response
    assert got.headers["content-type"].endswith("spreadsheetml.sheet")
    document, problems = parse(workbook.read(got.content))
    assert (problems, document) == ([], stage_draft(lead, here))


def stage_draft(lead: PageClient, here: str) -> ReturnDocument:
    return ReturnDocument.model_validate_json(lead.get(f"{here}/draft.json").response.text)


def test_whoever_may_read_a_return_may_keep_a_copy_and_nobody_else(stage: Stage, open_pages: Any):
    mona, dee = stage.enters(open_pages, MONA), stage.enters(open_pages, DEE.email)
    for kind in ("copy", "copy.pdf", "copy.json", "draft.json", "return.xlsx"):
        assert mona.get(f"/returns/{stage.ref().id}/{kind}").status == 200
        assert dee.get(f"/returns/{stage.ref().id}/{kind}").status == 404


def test_a_return_never_begun_and_an_old_one_have_copies_too(stage: Stage, open_pages: Any):
    lead = stage.enters(open_pages, BROOK.email)
    for quarter in ("", LAST):
        ref = stage.ref(BROOK, quarter) if quarter else stage.ref(BROOK)
        for kind in ("copy", "copy.pdf", "copy.json", "return.xlsx"):
            assert lead.get(f"/returns/{ref.id}/{kind}").status == 200


def paper(*words: str) -> Paper:
    return Paper("Quarterly return", "HMP Avonbridge", "", (), (Line("Said", words),), ())


def test_every_character_called_drawable_is_drawn_by_the_fonts_inside():
    drawn = [
        chr(code)
        for first, last in DRAWN
        for code in range(first, last + 1)
        if code not in NOT_DRAWN
    ]
    lines = ["x" + "".join(drawn[i : i + 40]) + "x" for i in range(0, len(drawn), 40)]
    content = as_pdf(paper(*lines), at("2026-10-06T09:00"))
    said = words_of(content)
    lost = [c for c in drawn if not c.isspace() and c not in said and same(c) not in said]
    assert lost == []


def same(character: str) -> str:
    return unicodedata.normalize("NFKC", character).replace(" ", "")


def test_what_cannot_be_drawn_is_written_out_by_name_and_the_paper_says_so():
    nurse, arabic, override = "👩‍⚕️", "نص", "a\u202eb"
    assert drawable(nurse).startswith("[U+1F469 WOMAN][U+200D ZERO WIDTH JOINER]")
    assert drawable(override) == "a[U+202E RIGHT-TO-LEFT OVERRIDE]b"
    content = as_pdf(paper(nurse, arabic, override), at("2026-10-06T09:00"))
    said = words_of(content)
    for character in f"{nurse}{arabic}\u202e":
        assert f"U+{ord(character):04X}" in said
    assert squeezed("written out by number and name") in said
    assert squeezed("written out by number") not in words_of(
        as_pdf(paper("plain"), at("2026-10-06T09:00"))
    )


def test_a_very_long_word_stays_on_the_paper():
    content = as_pdf(paper("w" * 5000), at("2026-10-06T09:00"))
    assert words_of(content).count("w") == 5000
    assert not any(can_draw(c) for c in "\x00\n\t\u200b\u202e\ufeff")


DRAWABLE = [chr(c) for first, last in DRAWN for c in range(first, last + 1) if c not in NOT_DRAWN]


@given(st.text(st.one_of(st.sampled_from(DRAWABLE), st.characters(codec="utf-8")), max_size=60))
def test_whatever_is_typed_makes_a_pdf(words: str):
    assert as_pdf(paper(words), at("2026-10-06T09:00")).startswith(b"%PDF-1.7")


def test_what_the_fonts_turn_out_not_to_draw_is_still_written_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("notifications.typeset.DRAWN", ((0x20, 0x1FFFF),))
    said = words_of(as_pdf(paper("a 👩 day"), at("2026-10-06T09:00")))
    assert squeezed("a [U+1F469 WOMAN] day") in said
