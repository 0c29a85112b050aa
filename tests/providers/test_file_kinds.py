"""A file is what is in it: names lie, and nothing gets in that is not plainly of a kind we take."""

import pytest

from providers.file_kinds import ENDINGS, NotTaken, kind_of, safe_name
from tests.support import files


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (files.PDF, "minutes.pdf", "pdf"),
        (files.PDF, "MINUTES.PDF", "pdf"),
        (files.png(), "board.png", "png"),
        (files.JPEG, "board.jpg", "jpeg"),
        (files.JPEG, "board.jpeg", "jpeg"),
        (files.docx(), "minutes.docx", "docx"),
        (files.xlsx(), "calls.xlsx", "xlsx"),
        (files.open_document(), "minutes.odt", "odt"),
        (files.open_document("spreadsheet"), "calls.ods", "ods"),
        (files.TEXT, "calls.csv", "text"),
        (b"\xef\xbb\xbf" + files.TEXT, "calls.txt", "text"),
    ],
)
def test_each_kind_is_known_by_what_is_in_it(data: bytes, name: str, kind: str):
    assert kind_of(data, name).id == kind


def test_the_page_offers_the_endings_that_are_taken():
    assert set(ENDINGS) == {
        *(".pdf", ".png", ".jpg", ".jpeg", ".docx"),
        *(".xlsx", ".odt", ".ods", ".csv", ".txt"),
    }


SMALL = b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "minutes.pdf", "empty"),
        (b"%PDF-", "minutes.pdf", "empty"),
        (files.PDF, "minutes.png", "holds PDF, but its name does not end in .pdf"),
        (files.PDF, "minutes.pdf.exe", "does not end in .pdf"),
        (files.PDF, "minutes", "does not end in .pdf"),
        (files.png(), "board.jpg", "does not end in .png"),
        (files.TEXT, "calls.html", "does not end in .txt or .csv"),
        (files.PDF[:40], "minutes.pdf", "cut short or damaged"),
        (files.png()[:-4], "board.png", "cut short or damaged"),
        (files.png() + b"<script>", "board.png", "cut short or damaged"),
        (b"\x89PNG\r\n\x1a\n" + files.png()[33:], "board.png", "cut short or damaged"),
        (files.JPEG[:-2], "board.jpg", "cut short or damaged"),
        (files.PDF + files.docx() + b"%%EOF", "both.pdf", "two kinds in one"),
        (files.JPEG + files.docx() + b"\xff\xd9", "both.jpg", "two kinds in one"),
        (files.SVG, "board.png", "a web page, a drawing or a program"),
        (files.SVG, "board.txt", "a web page, a drawing or a program"),
        (files.HTML, "minutes.txt", "a web page, a drawing or a program"),
        (b"\xef\xbb\xbf  \n" + files.HTML, "minutes.csv", "a web page, a drawing or a program"),
        (b"#!/bin/sh\nrm -rf /", "calls.txt", "a web page, a drawing or a program"),
        (b"{\\rtf1 words words}", "calls.txt", "a web page, a drawing or a program"),
        (b"MZ\x90\x00" + bytes(60), "minutes.pdf", "no kind of file that we take"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "calls.csv", "no kind of file that we take"),
        (b"GIF89a" + bytes(60), "board.png", "no kind of file that we take"),
        (b"Larkmoor\x00,214 calls", "calls.csv", "no kind of file that we take"),
        ("Caf\u00e9,214 calls".encode("latin-1"), "calls.csv", "not written as UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "minutes.docx", "old kind of Word"),
        (files.zipped({"a.txt": b"a"}), "all.zip", "a folder of files"),
        (files.zipped({"word/document.xml": b"<w/>"}), "minutes.docx", "a folder of files"),
        (files.open_document("graphics"), "board.odt", "a folder of files"),
        (files.docx()[:-20], "minutes.docx", "damaged"),
        (b"PK\x03\x04" + bytes(60), "minutes.docx", "damaged"),
        (files.docx({"word/vbaProject.bin": b"x"}), "minutes.docx", "has macros in it"),
        (files.docx(main="document.macroEnabled.main+xml"), "minutes.docx", "has macros in it"),
        (files.docx({"xl/macrosheets/sheet1.xml": b"x"}), "minutes.docx", "has macros in it"),
        (
            files.zipped(
                {
                    "mimetype": b"application/vnd.oasis.opendocument.text",
                    "Basic/Standard/Module1.xml": b"<x/>",
                }
            ),
            "minutes.odt",
            "has macros in it",
        ),
    ],
)
def test_anything_else_is_refused_with_the_mend(data: bytes, name: str, why: str):
    with pytest.raises(NotTaken, match=why):
        kind_of(data, name)


def test_a_document_that_unpacks_to_far_too_much_is_refused_unread():
    bomb = files.docx({"word/media": bytes(201_000_000)})
    assert len(bomb) < 1_000_000
    with pytest.raises(NotTaken, match="unpacks to far more than a document would"):
        kind_of(bomb, "minutes.docx")


def test_a_document_of_very_many_parts_is_refused():
    many = files.docx({f"part{n}": b"" for n in range(5_000)})
    with pytest.raises(NotTaken, match="unpacks to far more"):
        kind_of(many, "minutes.docx")


def test_a_document_with_a_password_is_refused():
    locked = bytearray(files.docx())
    for begins, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(begins, at + 1)) >= 0:
            locked[at + flag] |= 1
    with pytest.raises(NotTaken, match="has a password"):
        kind_of(bytes(locked), "minutes.docx")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("minutes.pdf", "minutes.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ava\\minutes.pdf", "minutes.pdf"),
        ("..\\..\\minutes.pdf", "minutes.pdf"),
        ("minutes\u202efdp.exe", "minutesfdp.exe"),
        ("min\u200butes\u2066.pdf", "minutes.pdf"),
        ("minutes\r\nX-Evil: yes.pdf", "minutes X-Evil_ yes.pdf"),
        ("minutes\x00.pdf", "minutes.pdf"),
        ('"minutes".pdf', "_minutes_.pdf"),
        ("  minutes   of  May .pdf", "minutes of May .pdf"),
        ("...", ""),
        (".pdf", "pdf"),
        ("a" * 300 + ".docx", "a" * 115 + ".docx"),
        ("Cofnodion Tŷ'r teulu 👪.pdf", "Cofnodion Tŷ'r teulu 👪.pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_a_name_is_kept_for_showing_only_and_holds_nothing_that_misleads(given: str, kept: str):
    assert safe_name(given) == kept
