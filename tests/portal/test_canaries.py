"""The canary corpus through every field of a return to every page and file made of it."""

import csv
import io
import json
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import html5lib
import openpyxl
import pypdf
import pytest

from charter.alarm import looked_for
from charter.answers import ReturnDocument, parse
from notifications.typeset import drawable
from providers import answering, checking, cycles, returns, workbook
from tests.support import canaries
from tests.support.cast import AVON, at
from tests.support.counting import FOR_ANYONE
from tests.support.pages import PageClient
from tests.support.programme import Programme
from tests.support.stage import ANN, CORA, LENA, QUARTER, Stage

Open = Callable[..., PageClient]


class Full:
    """Avon's return of this quarter, full of canaries, saved as a draft."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ref = stage.ref()
        self.path = f"/returns/{self.ref.id}"
        filled = stage.filled(self.ref)
        self.document, self.texts = canaries.document(filled)

    def save(self) -> "Full":
        with self.stage.database.writing() as session:
            person = self.stage.person(AVON.email)
            draft = returns.draft(session, self.ref)
            answering.save_draft(
                session, self.ref, self.document, self.stage.now, person, version=draft.version
            )
        return self

    def sign(self) -> "Full":
        self.stage.submit(AVON, self.document, self.stage.now)
        return self


@pytest.fixture
def charter_text() -> str:
    """The version that has measures and a spotlight, which hold words too."""
    return FOR_ANYONE


@pytest.fixture
def full(stage: Stage) -> Full:
    return Full(stage)


def squeezed(text: str) -> str:
    """A text without spaces and permitted breaks: what a reader can compare."""
    return "".join(c for c in text if not c.isspace() and c != "\u200b")


def lost(texts: list[str], shown: str) -> list[str]:
    """The texts that a page or file does not hold to the last letter."""
    there = squeezed(shown)
    return [text[:60] for text in texts if squeezed(text) not in there]


def interpreted(shown: str) -> bool:
    """Whether a template took its chance: `{{7*7}}` come out as a number."""
    return " 49 q" in shown or "\n49 q" in shown


def values(page: Any) -> str:
    """What stands in the fields of a page's forms."""
    areas = ["".join(area.itertext()) for area in page.tree.iter("textarea")]
    return " ".join([*areas, *(box.get("value", "") for box in page.tree.iter("input"))])


def test_every_canary_is_in_every_kind_of_field(full: Full):
    kinds = {"reason", "narrative", "public_statement", "title", "file", "owner", "consulted"}
    plain = full.document.model_dump(mode="json")
    for kind in kinds:
        said = [text for text in found(plain, kind) if text]
        wanted = canaries.LINES if kind in {"title", "file", "owner"} else canaries.WORDS
        missing = [
            name
            for name, canary in wanted.items()
            if not any(squeezed(canary) in squeezed(text) for text in said)
        ]
        few = len(full.document.answers) < len(wanted)
        assert not missing or (few and kind in {"reason", "narrative", "public_statement"}), kind


def found(data: Any, key: str) -> list[str]:
    if isinstance(data, dict):
        own = [data[key]] if isinstance(data.get(key), str) else []
        return own + [text for value in data.values() for text in found(value, key)]
    return [text for one in data for text in found(one, key)] if isinstance(data, list) else []


def test_a_draft_full_of_canaries_is_drawn_by_every_page_and_loses_nothing(
    full: Full, open_pages: Open
):
    full.save()
    lead = full.stage.enters(open_pages, AVON.email)
    check = lead.get(f"{full.path}/check")
    copy = lead.get(f"{full.path}/copy")
    assert lost(full.texts, copy.text) == []
    own = [t for t in full.texts if any(t.endswith(w[-6:]) for w in publics(full))]
    assert lost(own, check.text) == []
    paths = ["", "/actions", "/replies", "/spreadsheet", "/measures", "/spotlight"]
    paths += [f"/actions/{n}" for n in range(2, 2 + len(canaries.WORDS))]
    paths += [f"/commitments/{a.commitment}" for a in full.document.answers]
    paths += [f"/commitments/{a.commitment}/account" for a in full.document.answers]
    for path in paths:
        page = lead.get(full.path + path)
        assert page.status == 200, path
        assert not interpreted(page.text), path
        assert not list(page.tree.iter("script"))
    for answer in full.document.answers:
        page = lead.get(f"{full.path}/commitments/{answer.commitment}")
        for text in (answer.reason, answer.public_statement):
            assert squeezed(text) in squeezed(values(page))


def publics(full: Full) -> list[str]:
    """The texts that a whole return shows on every page of it."""
    answers = [t for a in full.document.answers for t in (a.reason, a.public_statement)]
    return [*answers, *(line.title for line in full.document.actions if "q" in line.title)]


def test_a_form_sends_back_what_it_showed_to_the_last_letter(full: Full, open_pages: Open):
    full.save()
    lead = full.stage.enters(open_pages, AVON.email)
    for answer in full.document.answers:
        lead.get(f"{full.path}/commitments/{answer.commitment}").submit(button="Save and continue")
    draft = lead.get(f"{full.path}/draft.json").response.json()
    now = ReturnDocument.model_validate_json(json.dumps(draft))
    for before, after in zip(full.document.answers, now.answers, strict=True):
        assert (before.reason, before.public_statement) == (after.reason, after.public_statement)


def test_the_files_to_keep_hold_every_letter_and_run_nothing(full: Full, open_pages: Open):
    full.save()
    lead = full.stage.enters(open_pages, AVON.email)
    plain = lead.get(f"{full.path}/draft.json").response
    assert ReturnDocument.model_validate_json(plain.text) == full.document
    pdf = pypdf.PdfReader(io.BytesIO(lead.get(f"{full.path}/copy.pdf").response.content))
    said = "".join(unframed(page.extract_text()) for page in pdf.pages)
    assert lost([drawable(" ".join(text.split())) for text in full.texts], said) == []
    assert not interpreted(said)
    assert all("/AA" not in page and "/Annots" not in page for page in pdf.pages)
    sheet = lead.get(f"{full.path}/return.xlsx").response.content
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    cells = [cell for one in book for row in one.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}
    assert any(str(cell.value).startswith("=1+1") for cell in cells)
    document, problems = parse(workbook.read(sheet))
    assert (problems, document) == ([], full.document)


def unframed(page: str) -> str:
    """A page's words without the line over it and the number under it."""
    over = r"\A(HMP Avonbridge, July to September 2026 ?)?DRAFT"
    return re.sub(r"Page \d+ of \d+\s*\Z", "", re.sub(over, "", page))


def test_signed_and_checked_it_is_drawn_whole_for_everybody(full: Full, open_pages: Open):
    full.sign()
    stage = full.stage
    case = f"/console/returns/{full.ref.id}"
    commitments = [f"{case}/commitments/{a.commitment}" for a in full.document.answers]
    for email, paths in (
        (AVON.email, [full.path, f"{full.path}/done", f"{full.path}/copy"]),
        (CORA, [case, *commitments]),
        (LENA, [f"{case}/judge"]),
    ):
        client = stage.enters(open_pages, email)
        for path in paths:
            page = client.get(path)
            assert page.status == 200, path
            assert not interpreted(page.text)
            assert not list(page.tree.iter("script"))
            if path in (full.path, case):
                assert lost(publics(full), page.text) == []


def test_handed_over_it_is_drawn_whole_for_the_signer(full: Full, open_pages: Open):
    stage = full.stage
    with stage.database.writing() as session:
        answering.hand_over(session, full.ref, full.document, stage.now, stage.person(AVON.email))
    page = stage.enters(open_pages, AVON.signer_email).get(f"{full.path}/sign")
    assert lost(publics(full), page.text) == []
    assert not interpreted(page.text)


def test_families_pages_data_and_letters_hold_the_words_as_words(
    full: Full, open_pages: Open, tmp_path: Path
):
    full.sign()
    programme, stage = published(full, tmp_path)
    site = programme.home / "site"
    client = open_pages(stage.app)
    page = client.get(f"/families/prisons/{AVON.site}/{QUARTER}.html")
    assert page.status == 200
    assert not list(page.tree.iter("script"))
    public = [t for a in full.document.answers for t in (a.reason, a.public_statement)]
    turned = [text.replace("\u202e", "") for text in public]  # families read every letter in order
    held = [text for text in turned if looked_for(text, frozenset(), 8)]
    assert 0 < len(held) < len(turned)
    assert lost([text for text in turned if text not in held], page.text) == []
    assert lost(held, page.text) == [text[:60] for text in held]
    cells: set[str] = set()
    for kept in site.rglob("*.csv"):
        rows = list(csv.reader(io.StringIO(kept.read_text("utf-8"), newline="")))
        cells |= {cell for row in rows for cell in row}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    titles = {line.title for line in full.document.actions}
    assert titles <= {cell.removeprefix("'") for cell in cells}
    for kept in site.rglob("*.json"):
        assert json.loads(kept.read_text("utf-8"))
    feed = html5lib.parse((site / "feed.xml").read_text("utf-8"))
    assert not list(feed.iter("{http://www.w3.org/1999/xhtml}script"))
    letters = list((programme.home / "mail").rglob("*.eml"))
    assert letters
    for letter in letters:
        message = message_from_bytes(letter.read_bytes(), policy=policy.default)
        assert message["Bcc"] is None
        assert "<script>alert" not in letter.read_text("utf-8")


def published(full: Full, tmp_path: Path) -> tuple[Programme, Stage]:
    """The return confirmed, approved and published, with every letter that is owed sent."""
    stage = full.stage
    programme = Programme(stage.database, tmp_path / "home")
    assert stage.site_folder is not None
    stage.site_folder = programme.home / "site"
    stage.now = at("2026-11-20T10:00")
    with stage.database.writing() as session:
        version = full.ref.charter_version
        cycles.adopt(session, full.ref.region, version, stage.now, "operator")
        checking.confirm(session, full.ref, stage.now, stage.person(CORA))
    programme.chase("2026-11-20T11:00")
    programme.deliver("2026-11-20T12:00")
    programme.score("2026-11-20T12:00")
    stage.now = at("2026-12-03T10:00")
    with stage.database.writing() as session:
        for email in (CORA, ANN):
            checking.approve(session, full.ref, stage.now, stage.person(email))
    programme.publish("2026-12-08T10:00")
    stage.now = at("2026-12-08T11:00")
    stage.open_app()
    return programme, stage


FIELDS = (
    ("answers", "reason"),
    ("answers", "narrative"),
    ("answers", "public_statement"),
    ("actions", "title"),
    ("actions", "owner"),
    ("actions", "reason"),
    ("actions", "consulted"),
    ("replies", "words"),
)


@pytest.mark.parametrize("refused", canaries.REFUSED, ids=ascii)
@pytest.mark.parametrize(("part", "field"), FIELDS)
def test_what_cannot_be_shown_is_refused_in_words_in_every_field(
    full: Full, part: str, field: str, refused: str
):
    data = full.document.model_dump(mode="json")
    data[part][-1][field] = refused
    document, problems = parse(data)
    assert document is None
    assert len(problems) == 1
    assert "cannot be shown" in problems[0].what or "half a character" in problems[0].what


@pytest.mark.parametrize("line", ["ok\r\nBcc: everybody@elsewhere.example", "a\u2028b", "a\nb"])
def test_a_field_of_one_line_takes_no_second(full: Full, line: str):
    data = full.document.model_dump(mode="json")
    data["actions"][-1]["title"] = line
    document, problems = parse(data)
    assert document is None
    assert "more than one line" in problems[0].what
