"""The languages that the families' site can be had in, and whether each may be shown yet."""

import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from charter.ledger import digest

CATALOGUES = Path(__file__).parent / "locale"
CODES = ("ar", "bn", "es", "fa", "gu", "pl", "pt", "so", "ta", "tr")
"""The ten that a catalogue is kept for beside English, which is the source of all."""
_HEADER = re.compile(r"^# (Translator|Reviewer|Reviewed on):(.*)$", re.MULTILINE)
_PLACES = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]*>")


NUMBERS = frozenset({"{n}", "%(owed)s", "%(more)s", "%(times)s", "%(minutes)s"})
"""The places of how many there are, in sentences with a form for each number."""
Said = str | tuple[str, ...] | list[str]


class NotSound(ValueError):
    """A catalogue cannot be read, or says of itself what cannot be so."""


@dataclass(frozen=True, eq=False)
class Language:
    """A language to draw pages in: what it is called in itself, and its words.

    `code` is what HTML and addresses call it. Words that a catalogue lacks are None in `words`.
    """

    code: str
    locale: Locale
    name: str
    words: NullTranslations
    sha: str = ""
    is_english: bool = False

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)


class _Nothing(NullTranslations):
    """Stands behind a catalogue and has no word for anything."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


ENGLISH = Language("en-GB", Locale("en", "GB"), "English", NullTranslations(), is_english=True)


def language(code: str, catalogue: Catalog, *, name: str = "", sha: str = "") -> Language:
    """A language of these words; a message that is fuzzy, or has other places than its English,
    is left out."""
    locale = catalogue.locale
    if locale is None:
        raise NotSound(f"the catalogue of {code} does not say which language it is in")
    for message in list(catalogue):
        if message.id and message.string and not _fits(message.id, message.string):
            catalogue[message.id].string = "" if isinstance(message.id, str) else ("",)
    held = io.BytesIO()
    write_mo(held, catalogue)
    held.seek(0)
    words = GNUTranslations(held)
    words.add_fallback(_Nothing())
    own = name or str(locale.get_display_name(locale.language))
    return Language(code, locale, own[:1].upper() + own[1:], words, sha)


def _fits(english: Said, said: Said) -> bool:
    """Whether every form has the places and the tags of the English, and no others.

    Of several forms, those about one or few may leave the number to words.
    """
    asked = _within(english if isinstance(english, str) else english[-1])
    if isinstance(said, str):
        return _within(said) == asked
    least = Counter({one: n for one, n in asked.items() if one not in NUMBERS})
    return all(form and _within(form) in (asked, least) for form in said)


def _within(text: str) -> Counter[str]:
    return Counter(_PLACES.findall(text))


def reviewed_by(catalogue: Catalog) -> tuple[str, str, date] | None:
    """Who translated, who reviewed and when; None while nobody else than the translator has."""
    told = dict(_HEADER.findall(catalogue.header_comment))
    translator, reviewer = (told.get(name, "").strip() for name in ("Translator", "Reviewer"))
    try:
        day = date.fromisoformat(told.get("Reviewed on", "").strip())
    except ValueError:
        return None
    if not translator or not reviewer or translator.casefold() == reviewer.casefold():
        return None
    return translator, reviewer, day


@cache
def reviewed(folder: Path = CATALOGUES) -> tuple[Language, ...]:
    """The languages that pages are drawn in beside English, by their codes.

    Each has a catalogue whose header names a translator, another reviewer, and the day; NotSound
    where one cannot be read.
    """
    found = []
    for code in CODES:
        file = folder / code / "LC_MESSAGES" / "site.po"
        if not file.is_file():
            continue
        content = file.read_bytes()
        try:
            catalogue = read_po(io.BytesIO(content), locale=code, abort_invalid=True)
        except (PoFileError, ValueError) as error:
            raise NotSound(f"the catalogue {file} cannot be read: {error}") from error
        if reviewed_by(catalogue):
            found.append(language(code, catalogue, sha=digest(content.decode())))
    return tuple(found)
