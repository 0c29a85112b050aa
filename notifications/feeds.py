"""The Atom feed of one place, in each language that its page stands in."""

import posixpath
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from charter.said import Said
from notifications.exports import feed
from notifications.languages import ENGLISH, Language
from notifications.speaking import Heard, hearing
from notifications.unmarked import Unmarked, settled, unmarked

Page = Mapping[str, Any]
FEED = "feed.xml"
NAME = Said("Charter updates for families")
OF_PLACE = Said("Charter updates for families: {prison}", prison="")
SAMPLE = Said("(sample data)")
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def feed_of_place(pages: Sequence[Page], address: str, language: Language = ENGLISH) -> bytes:
    """One place's feed; its entries are those that the whole site's feed has, ids and all.

    In another language than English each has an id of its own. `address` is that of the whole
    site, or empty.
    """
    data: Any = feed({page["key"]: page for page in pages})
    says, told = unmarked(language), {f"{page['key']}.html": page for page in pages}
    folder = posixpath.dirname(pages[-1]["key"])
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": language.code})
    _put(root, "id", _own(uuid.uuid5(uuid.UUID(data["id"]), folder), language))
    _put(root, "title", _title(pages[-1], says))
    _put(root, "updated", data["updated"])
    _put(ElementTree.SubElement(root, "author"), "name", says.gettext(NAME))
    base = f"{address}/{says.of.folder}{folder}/" if address else ""
    _link(root, "alternate", f"{base}index.html", "text/html")
    _link(root, "self", f"{base}{FEED}", "application/atom+xml")
    for one in data["entries"]:
        entry = ElementTree.SubElement(root, "entry")
        _put(entry, "id", _own(uuid.UUID(one["id"]), language))
        title, summary, is_english = _entry(one, told[one["href"]], says)
        _put(entry, "title", title)
        _put(entry, "updated", one["updated"])
        _link(entry, "alternate", f"{base}{posixpath.basename(one['href'])}", "text/html")
        _put(entry, "summary", summary)
        if is_english:
            entry[-1].set("xml:lang", ENGLISH.code)
    ElementTree.indent(root, space="")
    drawn: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return drawn + b"\n"


def _own(name: uuid.UUID, language: Language) -> str:
    return (name if language.is_english else uuid.uuid5(name, language.code)).urn


def _title(page: Page, says: Unmarked) -> str:
    sample = f" {says.gettext(SAMPLE)}" if page["notices"]["sample"] else ""
    return says.gettext(OF_PLACE.says).format(prison=page["site_name"]) + sample


def _entry(one: Mapping[str, str], page: Page, says: Unmarked) -> tuple[str, str, bool]:
    """What an entry is called and what it says first, and whether that stayed in English."""
    if says.of.is_english or not page["news"]:
        return one["title"], one["summary"], False
    made = page.get("translations", {}).get(says.of.code, {})
    with hearing(Heard(page.get("said", {}), made)) as heard:
        quarter = says.filters["ours"](page["quarter_words"])
        line = page["news"][0]
        is_ours = line["section"] == "update"
        said = says.filters["ours" if is_ours else "theirs"](line["words"])
    summary = settled(said, says.of)
    return f"{page['site_name']}: {quarter}", summary, heard.ours or heard.theirs


def _put(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_XML.sub("", words)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})
