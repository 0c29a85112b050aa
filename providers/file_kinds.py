"""Which kind a file is, from what is in it and never from its name; every other kind is refused."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

MOST_UNPACKED = 200_000_000
"""Bytes a document may say it unpacks to: forty times what a full one of ours does."""
MOST_MEMBERS = 5_000
LONGEST_NAME = 120
"""Characters of a name that are kept: what a folder on a prison computer shows."""
LEAST = 10
"""Bytes; anything shorter is an empty file or an accident."""


@dataclass(frozen=True)
class Kind:
    """A kind that is taken: its name for people, and the endings its names may have."""

    id: str
    words: str
    endings: tuple[str, ...]


PDF = Kind("pdf", "PDF", ("pdf",))
PNG = Kind("png", "PNG picture", ("png",))
JPEG = Kind("jpeg", "JPEG picture", ("jpg", "jpeg"))
DOCX = Kind("docx", "Word document", ("docx",))
XLSX = Kind("xlsx", "Excel workbook", ("xlsx",))
ODT = Kind("odt", "OpenDocument text", ("odt",))
ODS = Kind("ods", "OpenDocument spreadsheet", ("ods",))
TEXT = Kind("text", "plain text or CSV", ("txt", "csv"))
KINDS = {kind.id: kind for kind in (PDF, PNG, JPEG, DOCX, XLSX, ODT, ODS, TEXT)}
TAKEN = "PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt, .ods), PNG, JPEG, CSV or plain text"
ENDINGS = tuple(f".{ending}" for kind in KINDS.values() for ending in kind.endings)

_OFFICE = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_MAIN = {
    DOCX: "wordprocessingml.document.main+xml",
    XLSX: "spreadsheetml.sheet.main+xml",
}
_OPEN = {
    b"application/vnd.oasis.opendocument.text": ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": ODS,
}
_MACROS = re.compile(
    r"vbaproject|vbadata|(^|/)(basic|scripts|macrosheets|activex)(/|$)", re.IGNORECASE
)
_PAGE_OR_PROGRAM = re.compile(r"\s*(?:<|#!|%!|\{\\rtf|@echo|mz)", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class NotTaken(ValueError):
    """The file is not one we take; the message says why, with the mend."""


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of a file of that name; NotTaken unless it is one of ours, and no other as well."""
    if len(data) < LEAST:
        raise NotTaken("this file is empty; choose another")
    kind = _from_content(data)
    ending = PurePath(name.lower()).suffix.removeprefix(".")
    if ending not in kind.endings:
        right = " or ".join(f".{one}" for one in kind.endings)
        raise NotTaken(
            f"this file holds {kind.words}, but its name does not end in {right}; "
            "give it its right ending, or save it again"
        )
    return kind


def _from_content(data: bytes) -> Kind:
    for begins, kind, sound in (
        (b"%PDF-", PDF, _is_pdf),
        (b"\x89PNG\r\n\x1a\n", PNG, _is_png),
        (b"\xff\xd8\xff", JPEG, _is_jpeg),
    ):
        if data.startswith(begins):
            if not sound(data):
                raise NotTaken(f"this {kind.words} is cut short or damaged; save it again")
            if zipfile.is_zipfile(io.BytesIO(data)):
                raise NotTaken("this file is two kinds in one; save it again as one of them")
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(_OLD_OFFICE):
        raise NotTaken(
            "this is an old kind of Word or Excel file, or one with a password; "
            "save it as .docx or .xlsx with no password"
        )
    return _text(data)


def _is_pdf(data: bytes) -> bool:
    return b"%%EOF" in data[-2048:]


def _is_png(data: bytes) -> bool:
    """A header, pieces that follow on, an end, and nothing after it."""
    at, first = 8, True
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if first and name != b"IHDR":
            return False
        at, first = at + 12 + size, False
        if name == b"IEND":
            return at == len(data)
    return False


def _is_jpeg(data: bytes) -> bool:
    return b"\xff\xd9" in data[-65536:]  # some cameras add a note after the end


def _zipped(data: bytes) -> Kind:
    """An office document, by the parts inside it; only two small ones are ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            members = parts.infolist()
            _safe(members)
            names = {member.filename for member in members}
            kind = _office(parts, names) or _open_document(parts, members)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, NotTaken):
            raise
        raise NotTaken("this file is damaged; save it again") from None
    if kind is None:
        raise NotTaken(f"this is a folder of files; give one file: {TAKEN}")
    return kind


def _safe(members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise NotTaken("this file has a password; save it without one")
    if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
        raise NotTaken("this file unpacks to far more than a document would; save it again")
    if any(_MACROS.search(member.filename) for member in members):
        raise NotTaken("this file has macros in it; save it without them, as .docx or .xlsx")


def _office(parts: zipfile.ZipFile, names: set[str]) -> Kind | None:
    found = [kind for part, kind in _OFFICE.items() if part in names]
    if len(found) != 1 or "[Content_Types].xml" not in names:
        return None
    types = _read(parts, "[Content_Types].xml").decode(errors="replace")
    if "macroenabled" in types.lower():
        raise NotTaken("this file has macros in it; save it without them, as .docx or .xlsx")
    return found[0] if _MAIN[found[0]] in types else None


def _open_document(parts: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Kind | None:
    if not members or members[0].filename != "mimetype":
        return None
    return _OPEN.get(_read(parts, "mimetype").strip())


def _read(parts: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of one part, whatever size it says it is."""
    with parts.open(name) as part:
        return part.read(1_000_000)


def _text(data: bytes) -> Kind:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _BINARY.search(data):
            raise NotTaken(f"this is no kind of file that we take; give {TAKEN}") from None
        raise NotTaken(
            "the letters in this file are not written as UTF-8; in Excel save it as "
            "'CSV UTF-8', in Notepad with the encoding UTF-8"
        ) from None
    if _NOT_TEXT.search(text):
        raise NotTaken(f"this is no kind of file that we take; give {TAKEN}")
    if _PAGE_OR_PROGRAM.match(text):
        raise NotTaken(f"this is a web page, a drawing or a program; give {TAKEN}")
    return TEXT


def safe_name(name: str) -> str:
    """A file's name fit to be shown and saved under: no folder, nothing unseen, not too long."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        " " if char.isspace() else char
        for char in name
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot:
        return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip()}.{ending}"[:LONGEST_NAME]
    return name[:LONGEST_NAME]
