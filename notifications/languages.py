"""The languages that the families' site can be had in, and whether each may be shown yet."""

import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

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

    @property
    def folder(self) -> str:
        """Where its pages stand, with a slash at the end; nothing for English."""
        return "" if self.is_english else f"{self.code}/"


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


Reviewed = tuple[str, str, date]
"""Who translated, who reviewed, and when."""


def reviewed_by(catalogue: Catalog) -> Reviewed | None:
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
        text = file.read_text("utf-8")
        if reviewed_by(read(code, text)):
            found.append(language_of(code, text))
    return tuple(found)


def read(code: str, text: str) -> Catalog:
    """A catalogue from its text; NotSound where it cannot be read."""
    try:
        return read_po(io.BytesIO(text.encode()), locale=code, abort_invalid=True)
    except (PoFileError, ValueError, UnicodeError) as error:
        raise NotSound(f"the catalogue of {code} cannot be read: {error}") from error


@lru_cache(maxsize=4 * len(CODES))
def language_of(code: str, text: str) -> Language:
    """The language of a catalogue's text, once for each text."""
    return language(code, read(code, text), sha=digest(text))


def shipped(code: str) -> Catalog:
    """The catalogue that comes with the product: every sentence of today."""
    return read(code, (CATALOGUES / code / "LC_MESSAGES" / "site.po").read_text("utf-8"))


def to_translate(code: str, held: str = "", more: Iterable[str] = ()) -> bytes:
    """The catalogue that a translator fills in: every sentence of today, with what is `held`.

    `more` are sentences that this service says beside those of the product. What was translated
    and whose English changed stands beside the new English, marked fuzzy.
    """
    return brought_up(read(code, held) if held else shipped(code), _today(code, more))


def brought_up(made: Catalog, today: Catalog) -> bytes:
    """A catalogue's file with every sentence of today; what has no words at all is not fuzzy."""
    made.update(today, update_creation_date=False)
    for message in made:
        if not any(message.string or ()):
            message.flags.discard("fuzzy")
    out = io.BytesIO()
    write_po(out, made, no_location=True, sort_output=True, width=100)
    return out.getvalue()


def _today(code: str, more: Iterable[str]) -> Catalog:
    """Every sentence that the site may say, translated or not."""
    made = shipped(code)
    for text in more:
        if text not in made:
            made.add(text)
    return made


@dataclass(frozen=True)
class Slot:
    """A language that has a place: its sentences, how many are `left` in English, who reviewed."""

    code: str
    name: str
    sentences: int
    left: int
    reviewed: Reviewed | None
    is_shown: bool


def slot(code: str, held: str = "", more: Iterable[str] = ()) -> Slot:
    """How a language stands, by what is `held` of it, else by what the product has.

    A sentence is left in English where it is not translated, is marked fuzzy, or has other places
    than its English.
    """
    found, today = read(code, held) if held else shipped(code), _today(code, more)
    asked = [one.id for one in today if one.id]
    left = [one for one in asked if not _is_said(found.get(one))]
    by = reviewed_by(found)
    name = str(Locale.parse(code).get_display_name(code))
    return Slot(code, name[:1].upper() + name[1:], len(asked), len(left), by, by is not None)


def of_english(more: Iterable[str] = ()) -> Slot:
    """English, which all others are translated from."""
    asked = [one.id for one in _today(CODES[0], more) if one.id]
    return Slot(ENGLISH.code, ENGLISH.name, len(asked), 0, None, is_shown=True)


def _is_said(message: Message | None) -> bool:
    if message is None or message.fuzzy or not message.string:
        return False
    return bool(all(message.string)) and _fits(message.id, message.string)
