"""Says what a page says in its language: our sentences, others' words, names, dates and numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from typing import Any

from babel.dates import format_date, format_skeleton, get_month_names
from babel.lists import format_list
from markupsafe import Markup, escape

from charter.few import WOULD_TELL
from charter.quarters import Quarter, say
from charter.reading import HELD
from charter.said import Said
from notifications.languages import Language

QUARTER = Said("{first} to {last} {year}", first="", last="", year="")
"""How the months of a quarter are said."""
IN_FULL = Said("The rest is in the file {file}, beside this page.", file="")
"""What stands below words that were cut."""
SAME_FIGURES = Said("The same figures are in the table below.")
"""What stands below every drawing."""
NOUGHTS = {"arab": "\u0660", "arabext": "\u06f0", "beng": "\u09e6"}
"""The nought of each row of numerals that a language of ours may use; nine others follow it."""
_QUARTER = re.compile(r"(?:April|July|October|January) to (June|September|December|March) (\d{4})")
_ENDS = {"June": 1, "September": 2, "December": 3, "March": 4}
_CUT = re.compile(r"\nThe rest is in the file (\S+), beside this page\.\Z")
_PLACE = re.compile(r"\{(\w+)\}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass
class Heard:
    """A page while it is drawn: what its sentences were made of, and what stayed in English.

    `ours` when words of the product have no translation, `theirs` when others' words have none.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)
    ours: bool = False
    theirs: bool = False


_now: ContextVar[Heard] = ContextVar("heard", default=Heard())  # noqa: B039 - read by English only


@contextmanager
def hearing(heard: Heard) -> Iterator[Heard]:
    """Draw a page within this, and see afterwards what stayed in English."""
    before = _now.set(heard)
    try:
        yield heard
    finally:
        _now.reset(before)


@dataclass(frozen=True, eq=False)
class Speaker:
    """The filters and functions by which templates say everything in one language."""

    of: Language

    def gettext(self, message: str) -> str:
        """A sentence of a template, for Jinja."""
        if self.of.is_english:
            return message
        return self.of.words.gettext(message) or str(self._missing(Markup(message)))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """A sentence of a template about so many, for Jinja."""
        if self.of.is_english:
            return one if n == 1 else many
        english = Markup(one if n == 1 else many)
        return self.of.words.ngettext(one, many, n) or str(self._missing(english))

    def ours(self, text: str) -> str:
        """A sentence or a word of the product that comes from the page's data."""
        if self.of.is_english or not text:
            return text
        made_of = self._made_of(text)
        if made_of is not None:
            return self._speak(made_of, text)
        if text.isdigit():
            return self._digits(text)
        if found := _QUARTER.fullmatch(text):
            number = _ENDS[found[1]]
            return self.quarter(Quarter(int(found[2]) - (number == 4), number))
        said = self.of.words.gettext(str(text))
        return escape(said) if said else self._missing(text)

    def _made_of(self, text: str) -> Mapping[str, Any] | None:
        if isinstance(text, Said) and text.places:
            return text.data
        found: Mapping[str, Any] | None = _now.get().said.get(text)
        return found

    def _speak(self, data: Mapping[str, Any], english: str) -> Markup:
        says, places = data["says"], data["places"]
        if data.get("many"):
            pattern = self.of.words.ngettext(says, data["many"], places["n"])
        else:
            pattern = self.of.words.gettext(says) or ("" if _words_of(says) else says)
        if not pattern:
            return self._missing(english)
        pieces = _PLACE.split(pattern)
        return Markup("").join(
            self._place(places[piece]) if i % 2 else escape(piece) for i, piece in enumerate(pieces)
        )

    def _place(self, place: Any) -> str:  # noqa: ANN401 - any JSON value
        if isinstance(place, str):
            return self.name(place)
        if isinstance(place, int):
            return self.number(place)
        if "day" in place:
            return self.day(place["day"])
        if "quarter" in place:
            return self.quarter(Quarter.parse(place["quarter"]))
        if "all" in place:
            return self._in_a_row([self._place(one) for one in place["all"]])
        return self._speak(place, place["says"])

    def parts(self, text: str) -> list[str]:
        """A fact sentence by sentence, where it is made of several."""
        made_of = self._made_of(text)
        if made_of is None or _words_of(made_of["says"]):
            return [self.theirs(text)]
        return [self._place(one) for one in made_of["places"].values()]

    def _missing(self, english: str) -> Markup:
        _now.get().ours = True
        return Markup('<span lang="en" dir="ltr">{}</span>').format(english)

    def name(self, text: str) -> str:
        """A name, which stays as it is; or words of ours that stand where a name would."""
        if self.of.is_english or not text:
            return text
        if text.isdigit():
            return self._digits(text)
        if said := self.of.words.gettext(str(text)):
            return escape(said)
        return Markup('<bdi lang="en">{}</bdi>').format(text)

    def names(self, several: Iterable[str]) -> str:
        """Several names in a row, or what stands for them."""
        if self.of.is_english:
            return Markup(", ").join(several)
        return self._in_a_row([self._named(one) for one in several])

    def all_of(self, several: Iterable[str]) -> str:
        """Several names, all of which are meant."""
        if self.of.is_english:
            return Markup(" and ").join(several)
        safe = [str(escape(self._named(one))) for one in several]
        return Markup(format_list(safe, style="standard", locale=self.of.locale))

    def _named(self, text: str) -> str:
        return self.ours(text) if self._made_of(text) is not None else self.name(text)

    def _in_a_row(self, several: list[str]) -> Markup:
        """Each after the comma of the language; Babel's own lists of this style want parts in six
        of our languages."""
        pattern = self.of.locale.list_patterns["standard"]["start"]
        safe = [str(escape(one)) for one in several]
        return Markup(reduce(pattern.format, safe) if safe else "")

    def theirs(self, text: str) -> str:
        """Words that others wrote: as they are, or as somebody translated and checked them.

        What stands in their place, or around them, is ours.
        """
        if self.of.is_english or not text:
            return text
        if self._is_ours(text):
            return self.ours(text)
        if cut := _CUT.search(text):
            _now.get().theirs = True
            rest = Said("The rest is in the file {file}, beside this page.", file=cut[1])
            return Markup("{}\n{}").format(text[: cut.start()], self.ours(rest))
        if translated := self.translation(text):
            return str(translated["words"])
        _now.get().theirs = True
        return text

    def _is_ours(self, text: str) -> bool:
        return text in (HELD, WOULD_TELL) or self._made_of(text) is not None

    def translation(self, text: str) -> Mapping[str, Any] | None:
        """What somebody made of these very words in this language, with who, who checked, when."""
        if self.of.is_english:
            return None
        found: Mapping[str, Any] | None = _now.get().translations.get(text)
        return found

    def own(self, text: str = "") -> Markup:
        """The attributes of what holds others' words: their direction, and their language."""
        if self.of.is_english or self._is_ours(text) or self.translation(text):
            return Markup(' dir="auto"')
        return Markup(' dir="auto" lang="en"')

    def in_english(self, text: str) -> Markup:
        """The attribute of what holds others' words and turns no direction: their language."""
        if self.of.is_english or not text:
            return Markup("")
        _now.get().theirs = True
        return Markup(' lang="en"')

    def plainly(self, text: str) -> str:
        """A sentence of ours where no markup can stand, as in a drawing."""
        return text if self.of.is_english else Markup(escape(self.ours(text))).striptags()

    def along(self, place: float, width: float = 0) -> float:
        """Where something of this width begins, in hundredths from the left of a drawing.

        `place` counts from where lines of the language begin.
        """
        return place if self.of.direction == "ltr" else round(100 - place - width, 1)

    def begin(self) -> str:
        """Where lines of a drawing begin."""
        return "0" if self.of.direction == "ltr" else "100%"

    def end(self) -> str:
        """Where they end."""
        return "100%" if self.of.direction == "ltr" else "0"

    def ltr(self) -> Markup:
        """The attribute of what runs from left to right in every language: a telephone number."""
        return Markup(' dir="ltr"' if self.of.direction == "rtl" else "")

    def day(self, day: str | date) -> str:
        """A date with its month in words."""
        when = date.fromisoformat(str(day))
        if self.of.is_english:
            return say(when)
        return self._digits(format_date(when, format="long", locale=self.of.locale))

    def month(self, day: str | date) -> str:
        """A month and its year."""
        when = date.fromisoformat(str(day))
        if self.of.is_english:
            return f"{when:%B %Y}"
        return self._digits(format_skeleton("yMMMM", when, locale=self.of.locale))

    def quarter(self, quarter: Quarter) -> str:
        """The months of a quarter."""
        months = get_month_names("wide", context="stand-alone", locale=self.of.locale)
        pattern = self.of.words.gettext(QUARTER.says)
        if not pattern:
            return self._missing(quarter.in_words)
        first, last, year = quarter.starts, quarter.ends, str(quarter.ends.year)
        return escape(
            pattern.format(
                first=months[first.month], last=months[last.month], year=self._digits(year)
            )
        )

    def number(self, number: int) -> str:
        """A whole number in the numerals of the language."""
        return str(number) if self.of.is_english else self._digits(str(number))

    def _digits(self, text: str) -> str:
        return text.translate(self._numerals)

    @cached_property
    def _numerals(self) -> dict[int, str]:
        """The numerals that are usual in the language, by those of English."""
        nought = NOUGHTS.get(self.of.locale.default_numbering_system, "0")
        return {ord(str(i)): chr(ord(nought) + i) for i in range(10)}


def _words_of(says: str) -> bool:
    """Whether a pattern has words of its own, and not places alone."""
    return bool(_LETTER.search(_PLACE.sub("", says)))
