"""Writes a plain letter as the Markdown that GOV.UK Notify draws, with nothing in it taken as code.

Notify breaks a line where its text does, makes a link of an address and a heading of `##`. Our
letters are folded at a fixed width and indent what stands under a heading.
"""

import re

from notifications.letters import WIDTH

_ADDRESS = re.compile(r"(https?://\S+)")
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#~>|])")
_BEGINS_SOMETHING = re.compile(r"^(\d*)([-+.])(?=\s)")


def as_markdown(text: str) -> str:
    """The letter with its paragraphs on one line each, its headings marked and the rest escaped."""
    written = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = _unfolded(block.splitlines())
        for place, (indent, line) in enumerate(lines):
            leads = not indent and place + 1 < len(lines) and lines[place + 1][0] > 0
            written.append(f"## {_escaped(line)}\n" if leads else _escaped(line))
        written.append("")
    return "\n".join(written).strip() + "\n"


def _unfolded(lines: list[str]) -> list[tuple[int, str]]:
    """Lines with their indents; what was only folded for width is put together again."""
    whole: list[tuple[int, str]] = []
    last = ""
    for line in lines:
        indent, words = len(line) - len(line.lstrip()), line.strip()
        if whole and whole[-1][0] == indent and len(f"{last} {words.split()[0]}") > WIDTH:
            whole[-1] = (indent, f"{whole[-1][1]} {words}")
        else:
            whole.append((indent, words))
        last = line.rstrip()
    return whole


def _escaped(line: str) -> str:
    parts = _ADDRESS.split(line)
    parts[::2] = [_MEANS_SOMETHING.sub(r"\\\1", part) for part in parts[::2]]
    return _BEGINS_SOMETHING.sub(r"\1\\\2", "".join(parts))
