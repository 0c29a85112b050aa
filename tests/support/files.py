"""Small files of each kind that may be given as evidence, and some that only pretend to be."""

import io
import zipfile
import zlib

from openpyxl import Workbook

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEXT = b"Prison,Calls returned\nLarkmoor,214\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>Minutes</title><script>alert(1)</script>"


def png() -> bytes:
    """A picture of one grey dot."""
    pieces = (
        (b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body in pieces
    )


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in parts.items():
            out.writestr(name, body)
    return whole.getvalue()


def docx(more: dict[str, bytes] | None = None, *, main: str = "document.main+xml") -> bytes:
    """The bones of a Word document, with more parts by name."""
    types = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{main}"
    return zipped(
        {
            "[Content_Types].xml": f'<Types><Override ContentType="{types}"/></Types>'.encode(),
            "word/document.xml": b"<w:document/>",
            **(more or {}),
        }
    )


def xlsx() -> bytes:
    """A workbook with one cell filled in."""
    book, whole = Workbook(), io.BytesIO()
    book.active["A1"] = 214  # type: ignore[index]
    book.save(whole)
    return whole.getvalue()


def open_document(kind: str = "text") -> bytes:
    """The bones of an OpenDocument file."""
    media = f"application/vnd.oasis.opendocument.{kind}".encode()
    return zipped({"mimetype": media, "content.xml": b"<office:document-content/>"})
