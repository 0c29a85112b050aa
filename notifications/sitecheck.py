"""What must be true of each page of a bulletin before anyone may read it."""

import gzip
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from notifications.outside import ADDRESSES

HELPLINE = "0808 808 2003"
ANYWHERE = "404.html"
"""It is sent at addresses of any depth, so its links begin with the site's own address."""
BUDGET = 50_000
"""Bytes that a page may have over the wire, its style sheet included."""
STATES = (
    *("not_started", "in_progress", "received", "received_late"),
    *("nil", "extended", "not_returned"),
)
FACTS = frozenset({"card", "answer", "action", "tally"})
"""What tells a fact, by its class."""
GROUNDS = frozenset(
    {"data-return", "data-step", "data-record", "data-action", "data-request", "data-quarter"}
)
"""What a fact may rest on: an id on itself, on what it stands in, or on something within it."""
_FETCHED = {"src", "srcset", "poster", "data", "action", "formaction", "background", "style"}
_OUTSIDE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_VOID = {"meta", "link", "br", "hr", "img", "input", "source", "wbr", "col", "area", "base"}
_BLOCKS = {"p", "div", "ul", "ol", "dl", "table", "section", "h1", "h2", "h3", "h4", "aside"}


@dataclass
class _Open:
    """An element that is not closed yet."""

    tag: str
    tells: bool
    stands: bool
    """It, or what it stands in, names what it rests on."""
    holds: bool
    """Something within it does."""


@dataclass
class Reading(HTMLParser):
    """What a checker needs to know of one page."""

    h1: int = 0
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    counts: list[tuple[int, list[int]]] = field(default_factory=list)
    _counting: bool = False
    _open: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What the tag fetches, counts, names and rests on."""
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.faults.append(f"says something twice in one <{tag}>")
        self._note(tag, given)
        self._nest(tag, given)
        if "data-expected" in given:
            self.counts.append((int(given["data-expected"]), []))
        self._counting = "data-count" in given

    def _note(self, tag: str, given: Mapping[str, str]) -> None:
        self.h1 += tag == "h1"
        if "id" in given:
            if given["id"] in self.ids:
                self.faults.append(f"has two places called {given['id']}")
            self.ids.add(given["id"])
        if tag == "script" or any(name.startswith("on") for name in given):
            self.faults.append("holds a script")
        fetched = _FETCHED | ({"href"} if tag in {"link", "base"} else set())
        for name in sorted(fetched & given.keys()):
            if name == "style" or _OUTSIDE.match(given[name]):
                self.faults.append(f"makes a browser fetch or run {given[name]}")
        if tag in {"a", "link"} and "href" in given:
            self.links.append(given["href"])

    def _nest(self, tag: str, given: Mapping[str, str]) -> None:
        above = self._open[-1] if self._open else _Open("", False, False, False)
        if above.tag == "p" and tag in _BLOCKS:
            self.faults.append(f"has a <{tag}> within a paragraph")
        if tag == "a" and any(one.tag == "a" for one in self._open):
            self.faults.append("has a link within a link")
        grounded = not GROUNDS.isdisjoint(given)
        if grounded:
            for one in self._open:
                one.holds = True
        if tag not in _VOID:
            tells = not FACTS.isdisjoint(given.get("class", "").split())
            self._open.append(_Open(tag, tells, grounded or above.stands, False))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Whether the right element is closed, and whether what it told rests on anything."""
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"closes a <{tag}> that is not open there")
            return
        closed = self._open.pop()
        if closed.tells and not (closed.stands or closed.holds):
            self.faults.append(f"tells something in a <{tag}> that rests on nothing on record")

    def handle_data(self, data: str) -> None:
        """The numbers that have to add up."""
        if self._counting and data.strip():
            self.counts[-1][1].append(int(data))
            self._counting = False

    def close(self) -> None:
        """The end of the page: nothing is left open."""
        super().close()
        self.faults += [f"never closes a <{one.tag}>" for one in self._open]


@dataclass(frozen=True)
class Checked:
    """What was found of a page: its faults, its places, and where its links lead."""

    faults: list[str]
    ids: frozenset[str]
    leads: list[tuple[str, str]]
    """The file and the place in it, for each link."""


def check_page(path: str, content: bytes, sheet: int) -> Checked:
    """One page by itself; `sheet` are the bytes of the style sheet over the wire."""
    text, page = content.decode(), Reading()
    page.feed(text)
    page.close()
    faults = [*page.faults, *_page_faults(page, text, content, sheet)]
    leads = []
    for href in page.links:
        parts = urlsplit(href)
        if parts.scheme == "tel" or href in ADDRESSES:
            continue
        if parts.scheme in {"http", "https"} and posixpath.basename(path) == ANYWHERE:
            continue
        if parts.scheme or parts.netloc or href.startswith("/"):
            faults.append(f"links outside the bulletin, to {href}")
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
        target = target if parts.path else path
        if target == path and parts.fragment and parts.fragment not in page.ids:
            faults.append(f"links to {href}, but that page has no such place")
        elif target != path:
            leads.append((target, parts.fragment))
    return Checked([f"{path} {fault}" for fault in faults], frozenset(page.ids), leads)


def _page_faults(page: Reading, text: str, content: bytes, sheet: int) -> Iterator[str]:
    if page.h1 != 1:
        yield f"has {page.h1} main headings, where there is to be one"
    if HELPLINE not in text:
        yield "does not give the helpline's number"
    for expected, states in page.counts:
        if len(states) != len(STATES) or sum(states) != expected:
            yield f"says {expected} updates are owed, but its states add up to {sum(states)}"
    if (over := wire_size(content) + sheet) > BUDGET:
        yield f"takes {over:,} bytes over the wire, where {BUDGET:,} are allowed"


def wire_size(content: bytes) -> int:
    """Bytes that a web server sends for this, compressed as most servers do."""
    return len(gzip.compress(content, 6, mtime=0))


def sum_faults(counts: Mapping[str, Any], listed: Mapping[str, int]) -> Iterator[str]:
    """A quarter's counts in a region against the states of the returns that are listed for it."""
    name = f"data/returns.json, {counts['region']} {counts['quarter']}:"
    if sum(counts[state] for state in STATES) != counts["expected"]:
        yield f"{name} the seven states do not add up to {counts['expected']}"
    elif any(listed.get(state, 0) != counts[state] for state in STATES):
        yield f"{name} the returns listed are not those counted"
