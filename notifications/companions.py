"""What stands beside a page of the families' site in other forms, each made from its data."""

import json
import posixpath
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from charter.said import Said
from notifications.exports import actions_csv, feed
from notifications.sheet import sheet
from notifications.spoken import mail, script, text

Page = Mapping[str, Any]
Shelf = Callable[[str], bytes]
"""Gives the bytes of a file that people made, by its SHA-256; LookupError where it has none."""

_NOT_SHOWN = frozenset({"holds", "said", "translations"})
"""What a page's data hold beside what the page says."""
PLACES = frozenset({"prison", "commissioner"})
SHEET, SCRIPT, TEXT, FEED, ACTIONS = (
    *("sheet.pdf", "script.txt", "text.txt"),
    *("feed.xml", "actions.csv"),
)
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def newest_told(pages: Sequence[Page]) -> Page:
    """Of one place's pages, oldest first: the newest with an update on it, else the newest."""
    told = [page for page in pages if any(one["published_on"] for one in page["accounts"])]
    return (told or pages)[-1]


def companions(page: Page, *, newest: bool, address: str) -> Iterator[tuple[str, bytes]]:
    """The text files that go with a page: each path within the page's folder, and its bytes.

    For pages of the kinds prison, commissioner and quarter; others have none. They are rebuilt
    to the byte from the page's data and `address`: that of the whole site, with no slash at its
    end, or empty where it has none; so it is frozen with a publication. `newest` for the one page
    of a place that `newest_told` picks.
    """
    if page["kind"] == "quarter":
        yield f"{page['quarter']}-mail.txt", mail(page, address).encode()
    if page["kind"] in PLACES:
        yield f"{page['quarter']}.json", _as_json(page)
    if page["kind"] == "prison" and newest:
        where = _where(page, address)
        yield SCRIPT, script(page, where).encode()
        yield TEXT, text(page, where).encode()


def of_place(pages: Sequence[Page], *, address: str) -> Iterator[tuple[str, bytes]]:
    """The text files of one prison or commissioner over all its quarters, oldest page first."""
    yield FEED, _feed(pages, address)
    yield ACTIONS, actions_csv({page["key"]: page for page in pages})


def extras(
    page: Page, *, newest: bool, address: str, shelf: Shelf | None = None
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The PDFs that go with a page: each path within its folder, and what draws it when called.

    They are hashed in the manifest, but not rebuilt: draw one only where its page's data changed.
    Those that people made come from the `shelf`; without one they are left out.
    """
    if page["kind"] == "prison" and newest:
        yield SHEET, lambda: sheet(page, _where(page, address))
    for one in page.get("formats", ()):
        if shelf is not None:
            yield one["file"], _from(shelf, one["sha"])


def _from(shelf: Shelf, sha: str) -> Callable[[], bytes]:
    return lambda: shelf(sha)


def formats_of(page: Page, *, newest: bool) -> list[dict[str, str]]:
    """The forms that a page is drawn in beside itself: `href` within its folder, and its `words`.

    Those that people made are in the page's `formats`, with who made them and when.
    """
    found = []
    if page["kind"] == "prison" and newest:
        found += [
            (SHEET, Said("A sheet for the noticeboard, to print (PDF, 1 page)")),
            (SCRIPT, Said("Words to read aloud, in under 2 minutes (text)")),
            (TEXT, Said("A short message to pass on (text)")),
        ]
    if page["kind"] in PLACES:
        found += [
            (f"{page['quarter']}.json", Said("Everything on this page as data (JSON)")),
            (ACTIONS, Said("Every promise here, in every quarter (CSV)")),
            (FEED, Said("Follow this page (Atom feed)")),
        ]
    if page["kind"] == "quarter":
        found.append((f"{page['quarter']}-mail.txt", Said("Words for a mailing list (text)")))
    return [{"href": href, "words": words} for href, words in found]


def _where(page: Page, address: str) -> str:
    """The address under which a prison's newest page stands for years, or nothing."""
    return f"{address}/{posixpath.dirname(page['key'])}/index.html" if address else ""


def _as_json(page: Page) -> bytes:
    """What the page says, with the ids that each fact rests on; nothing that it holds back."""
    shown = {name: value for name, value in page.items() if name not in _NOT_SHOWN}
    return (json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _feed(pages: Sequence[Page], address: str) -> bytes:
    """One place's Atom feed; its entries are those that the whole site's feed has, ids and all."""
    data: Any = feed({page["key"]: page for page in pages})
    name, folder = pages[-1]["site_name"], posixpath.dirname(pages[-1]["key"])
    sample = " (sample data)" if pages[-1]["notices"]["sample"] else ""
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en-GB"})
    _put(root, "id", uuid.uuid5(uuid.UUID(data["id"]), folder).urn)
    _put(root, "title", f"Charter updates for families: {name}{sample}")
    _put(root, "updated", data["updated"])
    _put(ElementTree.SubElement(root, "author"), "name", "Charter updates for families")
    base = f"{address}/{folder}/" if address else ""
    _link(root, "alternate", f"{base}index.html", "text/html")
    _link(root, "self", f"{base}{FEED}", "application/atom+xml")
    for one in data["entries"]:
        entry = ElementTree.SubElement(root, "entry")
        _put(entry, "id", one["id"])
        _put(entry, "title", one["title"])
        _put(entry, "updated", one["updated"])
        _link(entry, "alternate", f"{base}{posixpath.basename(one['href'])}", "text/html")
        _put(entry, "summary", one["summary"])
    ElementTree.indent(root, space="")
    drawn: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return drawn + b"\n"


def _put(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_XML.sub("", words)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})
