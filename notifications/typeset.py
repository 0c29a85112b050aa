"""Sets plain data in type as a tagged PDF, by typst: nothing that anybody typed is ever run."""

import json
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

import typst

LONGEST_WORD = 40
"""Letters after which a word may be broken, so that none runs off the paper."""
BREAK = "\u200b"

ONE_AT_A_TIME = Lock()
"""A very long return takes most of a gigabyte while it is set: two must not at once."""

DRAWN = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),
    (0x370, 0x377),
    (0x37A, 0x37F),
    (0x384, 0x38A),
    (0x38E, 0x3A1),
    (0x3A3, 0x482),
    (0x48A, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20C0),
    (0x2190, 0x22FF),
)
"""The characters that the fonts inside typst can draw and that read the same way back, by code."""
NOT_DRAWN = {0x38D, 0x2041, 0x2043, 0x2053, 0x22AC}
"""Gaps in these ranges."""


def set_in_type(template: Path, plain: object, at: datetime) -> bytes:
    """The PDF (PDF/UA-1, fonts inside) that a template makes of plain data.

    The same words and instant give the same bytes. What the fonts cannot draw is written out by
    name, and the template is told so.
    """
    try:
        return _compiled(template, _drawable(plain, can_draw), at)
    except typst.TypstError:  # each can be drawn alone, but not in this company
        return _compiled(template, _drawable(plain, str.isascii), at)


def _compiled(template: Path, plain: object, at: datetime) -> bytes:
    words = json.dumps(plain, ensure_ascii=False)
    given = {"data": words, "odd": "yes" if "[U+" in words else ""}
    compiler = typst.Compiler(template.read_bytes(), font_paths=_fonts(), sys_inputs=given)
    with ONE_AT_A_TIME:
        made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=int(at.timestamp()))
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst, and none of this machine's."""
    return typst.Fonts(include_system_fonts=False)


def can_draw(character: str) -> bool:
    """Whether the fonts inside typst have this character, and it hides nothing."""
    code = ord(character)
    return code not in NOT_DRAWN and any(first <= code <= last for first, last in DRAWN)


def _drawable(value: object, can: Callable[[str], bool]) -> object:
    """The same data with every text made fit to draw."""
    if isinstance(value, str):
        return drawable(value, can)
    if isinstance(value, dict):
        return {name: _drawable(one, can) for name, one in value.items()}
    return [_drawable(one, can) for one in value] if isinstance(value, list | tuple) else value


def drawable(text: str, can: Callable[[str], bool] = can_draw) -> str:
    """The text with what cannot be drawn written out by name, and long words given breaks."""
    said = "".join(c if can(c) else _by_name(c) for c in text.replace("\t", " "))
    return " ".join(map(_breakable, said.split(" ")))


def _by_name(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"[U+{ord(character):04X}{' ' + name if name else ''}]"


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return BREAK.join(word[i : i + LONGEST_WORD] for i in range(0, len(word), LONGEST_WORD))
