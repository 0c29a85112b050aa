"""Evidence on the web: a link or a file, given without naming a patient, opened only once safe."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from portal.limits import Limit
from providers import answering, evidence, returns
from providers.answering import Incomplete
from providers.evidence import Cabinet
from providers.evidence_scanning import scan_waiting
from providers.scanners import NullScanner, Verdict
from tests.support import files
from tests.support.cast import AVON, DEE, at
from tests.support.clamd import EICAR
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, EVE, LAST, LENA, MONA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
DATED = {"dated-day": "1", "dated-month": "6", "dated-year": "2026"}
MINUTES = {"title": "Minutes of the family forum", **DATED}
SAVE = "Save evidence"
BROWSER = {"Origin": "https://portal.example", "Sec-Fetch-Site": "same-origin"}


class Clearing:
    """A scanner that answers as it is told."""

    name = "clearing"

    def __init__(self) -> None:
        self.says = "clean"

    def scan(self, path: Any) -> Verdict:
        found = "infected" if EICAR in path.read_bytes() else self.says
        return Verdict(found, f"said {found}")  # type: ignore[arg-type]

    def reachable(self) -> str:
        return ""


@pytest.fixture
def scanner(stage: Stage) -> Clearing:
    """A scanner that clears all but EICAR, at work in the stage's app."""
    found = Clearing()
    stage.cabinet = Cabinet(stage.cabinet.folder, found)
    stage.open_app()
    return found


@pytest.fixture
def ava(stage: Stage, scanner: Clearing, open_pages: Open) -> PageClient:
    return stage.enters(open_pages, AVON.email)


def path(stage: Stage, place: str = "new", commitment: str = "W1") -> str:
    return f"/returns/{stage.ref().id}/commitments/{commitment}/evidence/{place}"


def give(
    stage: Stage,
    client: PageClient,
    data: bytes = files.PDF,
    name: str = "minutes.pdf",
    *,
    place: str = "new",
    kind: str = "application/pdf",
    **typed: str,
) -> Page:
    page = client.get(path(stage, place))
    return page.submit({**MINUTES, **typed}, button=SAVE, files={"file": (name, data, kind)})


def pieces(stage: Stage, commitment: str = "W1") -> Any:
    with stage.database.reading() as session:
        found = returns.draft(session, stage.ref()).document.find(commitment)
    assert found is not None
    return found.evidence


def kept(stage: Stage) -> list[Any]:
    with stage.database.reading() as session:
        return evidence.listing(session, stage.ref())


def lying(stage: Stage) -> int:
    return len(list(stage.cabinet.files()))


def filled_and_signed(stage: Stage) -> None:
    """Avon's return as drafted, with everything else filled in, handed over and signed."""
    here = stage.ref()
    filled = stage.filled(here)
    first = filled.answers[0].model_copy(update={"evidence": pieces(stage)})
    document = filled.model_copy(update={"answers": (first, *filled.answers[1:])})
    stage.submit(AVON, document, at("2026-10-05T10:00"))


def test_a_link_is_evidence(stage: Stage, ava: PageClient):
    before = len(pieces(stage))
    page = ava.get(path(stage)).submit(
        {**MINUTES, "link": "https://avon.example/minutes"}, button=SAVE
    )
    assert page.path.endswith("/account")
    assert "Minutes of the family forum" in page.text
    new = pieces(stage)[before]
    assert (new.title, str(new.dated), new.link, new.file) == (
        "Minutes of the family forum",
        "2026-06-01",
        "https://avon.example/minutes",
        "",
    )


def test_evidence_of_a_day_to_come_is_refused_at_its_date(stage: Stage, ava: PageClient):
    """It would be fresh for ever, and lift a cap that old evidence puts on a score."""
    page = ava.get(path(stage)).submit({**MINUTES, "dated-year": "2099"}, button=SAVE)
    assert (page.status, page.errors) == (
        422, ["This day has not come yet; give the date that stands on it"],
    )  # fmt: skip
    here = stage.ref()
    piece = stage.piece.model_copy(update={"dated": date(2099, 1, 1)})
    first, *rest = stage.filled(here).answers
    ahead = first.model_copy(update={"evidence": (piece,)})
    document = stage.filled(here).model_copy(update={"answers": (ahead, *rest)})
    with pytest.raises(Incomplete, match=r"evidence\[1\]\.dated: this day has not come yet"):
        stage.submit(AVON, document, at("2026-10-05T10:00"))


def test_a_file_is_checked_and_then_opens_as_it_was_given(stage: Stage, ava: PageClient):
    page = give(stage, ava)
    assert page.path.endswith("/account")
    new = pieces(stage)[-1]
    assert (new.file, len(new.sha)) == ("minutes.pdf", 64)
    assert kept(stage)[0].verdict == "clean"
    opened = page.click("minutes.pdf")
    assert opened.status == 200
    assert opened.response.content == files.PDF


def test_a_file_is_handed_over_to_be_kept_and_never_shown(stage: Stage, ava: PageClient):
    give(stage, ava, name="Cofnodion Tŷ 100% 👪.pdf")
    here = f"/returns/{stage.ref().id}/files/{kept(stage)[0].id}"
    headers = ava.get(here).headers
    assert headers["content-disposition"] == (
        'attachment; filename="Cofnodion T_ 100_ _.pdf"; '
        "filename*=UTF-8''Cofnodion%20T%C5%B7%20100%25%20%F0%9F%91%AA.pdf"
    )
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_while_it_waits_for_its_scanner_a_file_does_not_open(
    stage: Stage, ava: PageClient, scanner: Clearing
):
    scanner.says = "failed"
    page = give(stage, ava)
    assert "being checked for harm" in page.text
    assert "minutes.pdf" not in page.links
    refused = ava.get(f"/returns/{stage.ref().id}/files/{kept(stage)[0].id}")
    assert (refused.status, refused.h1) == (409, "This file cannot be opened")
    assert "being checked for harm; try again in a few minutes" in refused.text
    assert files.PDF.decode() not in refused.html


def test_a_harmful_file_is_destroyed_and_its_page_says_so(stage: Stage, ava: PageClient):
    page = give(stage, ava, EICAR, "calls.txt")
    assert "found harmful, and destroyed" in page.text
    refused = ava.get(f"/returns/{stage.ref().id}/files/{kept(stage)[0].id}")
    assert refused.status == 409
    assert "found it harmful" in refused.text
    assert lying(stage) == 0


def test_without_a_scanner_the_pages_say_that_nobody_looked(stage: Stage, open_pages: Open):
    assert isinstance(stage.cabinet.scanner, NullScanner)
    ava = stage.enters(open_pages, AVON.email)
    assert "Files are not checked for viruses here" in ava.get(path(stage)).text
    page = give(stage, ava)
    assert "not scanned" in page.text
    assert page.click("minutes.pdf").response.content == files.PDF


def test_the_page_warns_that_no_patient_may_be_named_and_says_who_can_open_it(
    stage: Stage, ava: PageClient
):
    text = ava.get(path(stage)).text
    assert "No patient may be named" in text
    assert "Only your own people on this return and your commissioner’s team can open it" in text
    assert "checked for viruses before anybody can open it" in text
    assert "Up to 10 MB" in text


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (files.SVG, "board.png", "This is a web page, a drawing or a program"),
        (files.HTML, "minutes.txt", "This is a web page, a drawing or a program"),
        (files.PDF, "minutes.pdf.exe", "its name does not end in .pdf"),
        (files.PDF, "minutes.png", "its name does not end in .pdf"),
        (files.docx({"word/vbaProject.bin": b"x"}), "minutes.docx", "This file has macros in it"),
        (b"", "minutes.pdf", "This file is empty"),
        (files.PDF, "A1234BC letter.pdf", "seems to hold a prison number"),
        (b"a" * 10_000_001, "calls.txt", "This file is larger than 10 MB"),
    ],
)
def test_a_file_of_the_wrong_kind_is_a_sentence_at_the_field_and_what_was_typed_stays(
    stage: Stage, ava: PageClient, data: bytes, name: str, why: str
):
    page = give(stage, ava, data, name)
    assert page.status == (413 if "larger" in why else 422)
    assert page.title.startswith("Error: ")
    assert len(page.errors) == 1
    assert why in page.errors[0]
    assert page.links[page.errors[0]] == "#file"
    sent = page.fields(page.form(SAVE))
    assert sent["title"] == ["Minutes of the family forum"]
    assert sent["dated-year"] == ["2026"]
    assert (kept(stage), lying(stage)) == ([], 0)


def test_what_the_browser_says_of_a_file_counts_for_nothing(stage: Stage, ava: PageClient):
    assert give(stage, ava, files.HTML, "minutes.pdf", kind="application/pdf").status == 422
    assert give(stage, ava, files.PDF, "minutes.pdf", kind="text/html").status == 200


def test_a_path_in_a_name_leads_nowhere(stage: Stage, ava: PageClient):
    give(stage, ava, name="../../../etc/cron.d/minutes.pdf")
    assert kept(stage)[0].name == "minutes.pdf"
    names = [path.name for path in stage.cabinet.files()]
    assert names == [kept(stage)[0].sha]


def test_a_far_too_large_file_is_still_the_form_again_with_what_was_typed(
    stage: Stage, ava: PageClient
):
    page = give(stage, ava, b"a" * 30_000_000, "film.txt")
    assert page.status == 413
    assert page.errors == [
        "This file is larger than 10 MB; make it smaller, or give a link",
    ]
    assert page.fields(page.form(SAVE))["title"] == ["Minutes of the family forum"]
    assert lying(stage) == 0


def test_a_file_that_says_beforehand_that_it_is_enormous_is_not_read_at_all(
    stage: Stage, ava: PageClient
):
    answer = ava.http.post(
        path(stage),
        content=b"",
        headers={
            **BROWSER,
            "content-type": "multipart/form-data; boundary=x",
            "content-length": "99000000",
        },
    )
    assert answer.status_code == 413
    assert f'href="{path(stage)}"' in answer.text


def test_where_the_file_came_before_the_fields_the_page_says_so_and_offers_the_form(
    stage: Stage, ava: PageClient
):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    answer = ava.post(
        path(stage),
        content=head + b"a" * 12_000_000,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status, answer.h1) == (413, "That is more than we can take")
    assert answer.click("fill in the page again").h1.endswith("Add evidence")


def test_only_the_page_for_evidence_takes_so_much(stage: Stage, ava: PageClient):
    answer = ava.http.post(
        f"/returns/{stage.ref().id}/replies",
        content=b"",
        headers={
            **BROWSER,
            "content-type": "multipart/form-data; boundary=x",
            "content-length": "2000000",
        },
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"title": ""}, ["#title", "#file"]),
        ({"dated-day": ""}, ["#dated", "#file"]),
        ({"link": "https://avon.example/minutes"}, ["#link", "#file"]),
        ({"link": "avon.example", "title": ""}, ["#title", "#link", "#link", "#file"]),
    ],
)
def test_with_something_else_wrong_the_file_is_not_kept_and_the_page_says_so(
    stage: Stage, ava: PageClient, typed: dict[str, str], fields: list[str]
):
    page = give(stage, ava, files.PDF, "minutes.pdf", **typed)
    assert page.status == 422
    assert [page.links[error] for error in page.errors] == fields
    assert (kept(stage), lying(stage)) == ([], 0)


def test_a_form_without_its_own_token_keeps_nothing(stage: Stage, ava: PageClient):
    page = ava.post(
        path(stage), data={**MINUTES, "token": "guess"}, files={"file": ("m.pdf", files.PDF)}
    )
    assert page.status == 403
    assert (kept(stage), lying(stage)) == ([], 0)


def test_from_somebody_unknown_no_file_is_read(
    stage: Stage, open_pages: Open, monkeypatch: pytest.MonkeyPatch
):
    taken: list[str] = []
    monkeypatch.setattr(evidence, "take", lambda *given: taken.append("a file"))
    page = open_pages(stage.app).post(
        path(stage), data=MINUTES, files={"file": ("m.pdf", b"a" * 2_000_000)}
    )
    assert page.status in (303, 401)
    assert (taken, lying(stage)) == ([], 0)


def test_an_eleventh_file_is_a_sentence_at_the_field(stage: Stage, ava: PageClient):
    for number in range(10):
        give(stage, ava, b"Log number %d\n" % number, f"log {number}.txt")
    page = give(stage, ava)
    assert page.errors == [
        "This return has 10 files already; take one out, or give a link",
    ]


def test_files_sent_one_upon_another_do_not_fill_the_disk(
    stage: Stage, ava: PageClient, monkeypatch: pytest.MonkeyPatch
):
    """Each takes the place of the one before, which lies there until the next sweep."""
    few = Limit(2, timedelta(minutes=10))
    monkeypatch.setattr("portal.provider.evidence.FILES_PER_PERSON", few)
    last = str(len(pieces(stage)) + 1)
    pages = [
        give(
            stage, ava, files.PDF + b"\n%%EOF" * number, place=last if number else "new", drop="yes"
        )
        for number in range(3)
    ]
    assert [page.status for page in pages] == [200, 200, 422]
    assert pages[2].errors == [
        "Too many files have come from you just now; wait ten minutes, and choose it again"
    ]
    assert lying(stage) == 2
    stage.now = at("2026-10-05T09:21")
    assert give(stage, ava, place=last).status == 200


def test_a_file_can_take_another_ones_place_and_the_old_one_is_gone(stage: Stage, ava: PageClient):
    give(stage, ava)
    place = str(len(pieces(stage)))
    shown = ava.get(path(stage, place))
    assert "minutes.pdf" in shown.links
    give(stage, ava, files.png(), "board.png", place=place)
    assert [piece.file for piece in pieces(stage) if piece.file] == ["board.png"]
    assert [file.name for file in kept(stage)] == ["board.png"]


def test_other_boxes_can_be_changed_and_the_file_stays(stage: Stage, ava: PageClient):
    give(stage, ava)
    place = str(len(pieces(stage)))
    ava.get(path(stage, place)).submit({"title": "Minutes of May"}, button=SAVE)
    assert (pieces(stage)[-1].title, pieces(stage)[-1].file) == ("Minutes of May", "minutes.pdf")
    assert len(kept(stage)) == 1


def test_a_file_can_be_taken_out_for_a_link(stage: Stage, ava: PageClient):
    give(stage, ava)
    place = str(len(pieces(stage)))
    link = {"link": "https://avon.example/minutes"}
    assert ava.get(path(stage, place)).submit(link, button=SAVE).errors == [
        "Give a link or a file, not both"
    ]
    ava.get(path(stage, place)).submit({**link, "drop": "yes"}, button=SAVE)
    assert (pieces(stage)[-1].link, pieces(stage)[-1].file, pieces(stage)[-1].sha) == (
        "https://avon.example/minutes",
        "",
        "",
    )
    assert kept(stage) == []


def test_evidence_is_removed_with_its_file(stage: Stage, ava: PageClient):
    before = pieces(stage)
    give(stage, ava)
    ava.get(path(stage, str(len(before) + 1))).submit(button="Remove this evidence")
    assert pieces(stage) == before
    assert kept(stage) == []


def test_a_place_that_is_not_there_is_not_there(stage: Stage, ava: PageClient):
    for place in ("0", "99", "x", "-1"):
        assert ava.get(path(stage, place)).status == 404


def test_the_second_to_save_sees_that_and_keeps_what_they_typed(
    stage: Stage, ava: PageClient, open_pages: Open
):
    ash = stage.enters(open_pages, "ash@avon.example")
    theirs = ash.get(path(stage))
    give(stage, ava)
    page = theirs.submit({**MINUTES, "title": "A survey"}, button=SAVE)
    assert page.status == 409
    assert "Avon Avonson saved this on" in page.text
    page = page.submit(button=SAVE)
    assert page.path.endswith("/account")
    assert [piece.title for piece in pieces(stage)][-2:] == [
        "Minutes of the family forum",
        "A survey",
    ]


OTHERS = [DEE.email, DEE.signer_email, EVE, OTTO]


def test_who_may_open_a_draft_s_file_and_who_a_signed_one(
    stage: Stage, ava: PageClient, open_pages: Open
):
    give(stage, ava)
    file = kept(stage)[0].id
    here = stage.ref().id
    people = {
        email: stage.enters(open_pages, email)
        for email in (AVON.signer_email, MONA, CORA, RITA, LENA, *OTHERS)
    }

    def tried() -> dict[str, list[int]]:
        return {
            email: [
                client.get(f"/returns/{here}/files/{file}").status,
                client.get(f"/console/returns/{here}/files/{file}").status,
            ]
            for email, client in people.items()
        }

    drafted = {
        AVON.signer_email: [200, 404],
        MONA: [200, 404],
        CORA: [404, 404],
        RITA: [404, 404],
        LENA: [404, 403],
        **{email: [404, 404] for email in OTHERS},
    }
    assert tried() == drafted
    filled_and_signed(stage)
    assert tried() == {**drafted, CORA: [404, 200], RITA: [404, 200]}


def test_another_providers_file_is_not_there_under_ones_own_return(
    stage: Stage, ava: PageClient, open_pages: Open
):
    give(stage, ava)
    file = kept(stage)[0].id
    dee = stage.enters(open_pages, DEE.email)
    assert dee.get(f"/returns/{stage.ref(DEE).id}/files/{file}").status == 404
    assert ava.get(f"/returns/{stage.ref().id}/files/99999999999").status == 404
    assert ava.get(f"/returns/{stage.ref().id}/files/x").status == 404


def test_the_signed_file_is_linked_for_the_commissioner(
    stage: Stage, ava: PageClient, open_pages: Open
):
    give(stage, ava)
    filled_and_signed(stage)
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{stage.ref().id}")
    assert page.click("minutes.pdf").response.content == files.PDF


def test_last_quarters_file_still_opens_in_this_quarter(stage: Stage, ava: PageClient):
    earlier = stage.ref(AVON, LAST)
    with stage.database.writing() as session:
        old = evidence.take(
            session, stage.cabinet, earlier, "old.pdf", files.PDF, stage.now, "person:1"
        )
    scan_waiting(stage.database, stage.cabinet, stage.now)
    here = f"/returns/{stage.ref().id}/files/{old.id}"
    assert ava.get(here).status == 404
    with stage.database.writing() as session:
        drafted = returns.draft(session, stage.ref())
        first = drafted.document.answers[0]
        piece = first.evidence[0].model_copy(update={"file": "old.pdf", "sha": old.sha})
        answers = (first.model_copy(update={"evidence": (piece,)}), *drafted.document.answers[1:])
        document = drafted.document.model_copy(update={"answers": answers})
        person = stage.person(AVON.email)
        answering.save_draft(
            session, stage.ref(), document, stage.now, person, version=drafted.version
        )
    assert ava.get(here).response.content == files.PDF
