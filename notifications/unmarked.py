"""Says things in a language as plain text, for what is read aloud, passed on, printed or fed."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from charter.facts import ended
from charter.words import tally_words
from notifications.languages import Language
from notifications.speaking import Speaker

BEGIN, LTR, END = "\ue000", "\ue001", "\ue002"
"""Stand, while a text is put together, for the marks that keep other directions apart."""
MARKS = {BEGIN: "\u2068", LTR: "\u2066", END: "\u2069"}
_STOPS = (".", "!", "?", "\u2026", "\u061f", "\u06d4", "\u0964")
_BDI = re.compile(r"<bdi[^>]*>")
_PRIVATE = re.compile(f"[{BEGIN}{LTR}{END}]")
Says = Callable[..., str]


class Unmarked:
    """The filters by which templates of plain text say everything in one language."""

    def __init__(self, language: Language) -> None:
        self.of = language
        self.speaker = Speaker(language)
        self.turned = language.direction == "rtl"

    @property
    def filters(self) -> dict[str, Says]:
        """Each by its name in a template."""
        speaker = self.speaker
        return {
            "ours": self._plainly(speaker.ours),
            "name": self._plainly(speaker.name),
            "day": self._plainly(speaker.day),
            "theirs": self.theirs,
            "kept": self.kept,
            "sentence": self.sentence,
            "ended": self.ended,
            "ltr": self.ltr,
        }

    def gettext(self, message: str) -> str:
        """A sentence of a template, for Jinja."""
        return self._without_marks(self.speaker.gettext(message))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """A sentence of a template about so many, for Jinja."""
        return self._without_marks(self.speaker.ngettext(one, many, n))

    def theirs(self, text: str) -> str:
        """Words that others wrote, or what somebody made of them; others' English stands apart."""
        said = self._without_marks(self.speaker.theirs(text))
        return f"{BEGIN}{said}{END}" if self.turned and said == text else said

    def kept(self, tally: Mapping[str, Any]) -> str:
        """How many promises were kept."""
        if self.of.is_english:
            return str(tally["words"])
        return self._without_marks(self.speaker.ours(tally_words(tally)))

    def sentence(self, words: str) -> str:
        """The words up to a full stop, in English from a capital letter."""
        words = self.ended(words)
        return words[:1].upper() + words[1:] if self.of.is_english else words

    def ended(self, words: str) -> str:
        """The words with a full stop, unless they end in one already."""
        if self.of.is_english:
            return ended(words)
        words = words.strip()
        return words if words.rstrip(END).endswith(_STOPS) else f"{words}."

    def ltr(self, text: str) -> str:
        """A telephone number or an address, which runs from left to right in every language."""
        return f"{LTR}{_PRIVATE.sub('', text)}{END}" if self.turned and text else text

    def pieces(self, text: str) -> list[str]:
        """A fact of ours, sentence by sentence, the first by itself."""
        if self.of.is_english:
            first, _, rest = text.partition(". ")
            return [ended(first), rest] if rest else [ended(first)]
        return [self._without_marks(one) for one in self.speaker.parts(text)]

    def _plainly(self, say: Says) -> Says:
        return lambda text: self._without_marks(say(text))

    def _without_marks(self, said: str) -> str:
        """Text without tags; where the language runs from the right, names stand apart."""
        if self.of.is_english:
            return said
        marked = _PRIVATE.sub("", str(escape(said)))
        if self.turned:
            marked = _BDI.sub(BEGIN, marked).replace("</bdi>", END)
        return Markup(marked).striptags()


@cache
def unmarked(language: Language) -> Unmarked:
    """The one of each language."""
    return Unmarked(language)


def settled(text: str, language: Language) -> str:
    """A finished text with the marks of direction that its language needs."""
    if language.direction == "ltr":
        return text
    return text.translate({ord(one): mark for one, mark in MARKS.items()})
