"""Two editions of a public page told apart, sentence by sentence, as a reader would hear them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html.parser import HTMLParser

from charter.plain_english import sentences

_BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "div", "section", "nav", "ul", "ol", "dl"}
_HEADINGS = {"h1", "h2"}
_UNSAID = {"nav", "style", "script"}


@dataclass(frozen=True)
class Said:
    """A sentence of a page, and the heading of the part that it stands in."""

    part: str
    words: str


@dataclass(frozen=True)
class Change:
    """What one part of a page no longer says, and what it says instead or besides."""

    part: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class _Listener(HTMLParser):
    """Hears the main part of a page, a sentence at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        self._text: list[str] = []
        self._part = ""
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_tag = tag == "strong" and "tag" in (dict(attrs).get("class") or "").split()
        if tag in _BLOCKS or tag == "main" or is_tag:
            self._end_of_block()
        if tag == "main" or (self._in and (is_tag or tag in _BLOCKS | _UNSAID)):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in and tag == self._in[-1]:
            self._end_of_block()
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if self._in and not _UNSAID & set(self._in):
            self._text.append(data)

    def _end_of_block(self) -> None:
        words, self._text = " ".join("".join(self._text).split()), []
        if words and self._in and self._in[-1] in _HEADINGS:
            self._part = words
        self.said += [Said(self._part, sentence) for sentence in sentences(words)]


def sentences_of(html: str) -> list[Said]:
    """What the main part of a page says, in its order; the ways to get about it are left out."""
    listener = _Listener()
    listener.feed(html)
    listener.close()
    return listener.said


@lru_cache(maxsize=64)  # two people read the same page before they approve it
def changes(before: str, after: str) -> tuple[Change, ...]:
    """What a page no longer says and what it says anew, part by part; both are whole pages."""
    return tuple(_changes(sentences_of(before), sentences_of(after)))


def _changes(before: Sequence[Said], after: Sequence[Said]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, new = before[i1:i2], after[j1:j2]
        for part in dict.fromkeys(one.part for one in (*gone, *new)):
            yield Change(
                part,
                tuple(one.words for one in gone if one.part == part),
                tuple(one.words for one in new if one.part == part),
            )
