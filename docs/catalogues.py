"""Takes every word of the families' site into the catalogues that people translate from.

`make catalogues` runs it. What was translated stays; a sentence whose English changed is kept
beside the new one as a hint, marked fuzzy, and is not shown until somebody has looked at it again.
"""

import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from charter.words import (
    ACTION_WORDS,
    FAITHFUL_WORDS,
    RATING_WORDS,
    REPLY_WORDS,
    STATE_WORDS,
)
from notifications.languages import CATALOGUES, CODES, brought_up

HERE = Path(__file__).parent.parent
TEMPLATES = tuple(f"notifications/templates/{one}" for one in ("bulletin", "shared", "spoken"))
ROOMS = ("charter", "notifications", "providers", "flows")
SAID = {"Said": None, "counted": (1, 2)}
"""What in the source holds a sentence: the class of one, and of one about a number."""
ASKED = {"gettext": None, "ngettext": (1, 2)}
OPTIONS = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
HEAD = """\
# The words of the families' site. How they are translated and checked: docs/languages.md.
#
# Translator:
# Reviewer:
# Reviewed on:"""
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands for every date that Babel would write by the clock."""
Id = str | tuple[str, ...]


@cache
def words() -> list[Id]:
    """Every sentence, or both its forms where it has two, sorted and once each."""
    found = {one for one in (*_of_templates(), *_of_code(), *_of_tables(), *_of_charters()) if one}
    plural = {one[0] for one in found if not isinstance(one, str)}
    return sorted(found - plural, key=lambda one: one if isinstance(one, str) else one[0])


def _of_templates() -> Iterator[Id]:
    for folder in TEMPLATES:
        for file in sorted(one for one in (HERE / folder).iterdir() if one.suffix != ".typ"):
            with file.open("rb") as opened:
                for _, _, said, _ in babel_extract(opened, list(ASKED), (), OPTIONS):
                    yield said if isinstance(said, str) else tuple(one for one in said or () if one)


def _of_code() -> Iterator[Id]:
    for room in ROOMS:
        for file in sorted((HERE / room).glob("*.py")):
            with file.open("rb") as opened:
                for _, said, _, _ in extract("python", opened, SAID):
                    yield said if isinstance(said, str) else tuple(said)


def _of_tables() -> Iterator[str]:
    """The words of each status."""
    for table in (STATE_WORDS, RATING_WORDS, ACTION_WORDS, REPLY_WORDS, FAITHFUL_WORDS):
        yield from (word.public for word in table.values())


def _of_charters() -> Iterator[str]:
    """The wording that the product ships: its name, its notice, and each promise."""
    for file in sorted((HERE / "providers" / "data").glob("charter-*.toml")):
        charter = tomllib.loads(file.read_text("utf-8"))
        yield from (charter["title"], charter.get("notice", ""))
        for one in charter["commitments"]:
            yield from (" ".join(one.get(name, "").split()) for name in ("short", "text", "means"))


def template() -> Catalog:
    """A catalogue of all of it with nothing translated."""
    made = Catalog(creation_date=NEVER, revision_date=NEVER, fuzzy=False)
    for one in words():
        made.add(one)
    return made


def updated(code: str, held: bytes | None) -> bytes:
    """The catalogue of a language with every sentence of today, from what is held of it."""
    made = Catalog(
        code,
        header_comment=HEAD,
        project="Charter updates for families",
        version="1",
        msgid_bugs_address="none",
        last_translator="named above",
        language_team="none",
        creation_date=NEVER,
        revision_date=NEVER,
        fuzzy=False,
    )
    if held is not None:
        made = read_po(io.BytesIO(held), locale=code)
    return brought_up(made, template())


def main() -> None:
    """Write every catalogue."""
    for code in CODES:
        file = CATALOGUES / code / "LC_MESSAGES" / "site.po"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(updated(code, file.read_bytes() if file.is_file() else None))


if __name__ == "__main__":
    main()
