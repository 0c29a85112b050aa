"""What stands beside a page of the families' site in other forms, each made from its data."""

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from charter.said import Said
from notifications.exports import actions_csv
from notifications.feeds import feed_of_place
from notifications.languages import ENGLISH, Language
from notifications.sheet import can_set, sheet
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


def newest_told(pages: Sequence[Page]) -> Page:
    """Of one place's pages, oldest first: the newest with an update on it, else the newest."""
    told = [page for page in pages if any(one["published_on"] for one in page["accounts"])]
    return (told or pages)[-1]


def companions(
    page: Page, *, newest: bool, address: str, language: Language = ENGLISH
) -> Iterator[tuple[str, bytes]]:
    """The text files that go with a page: each path within the page's folder, and its bytes.

    For pages of the kinds prison, commissioner and quarter; others have none. They are rebuilt
    to the byte from the page's data and `address`: that of the whole site, with no slash at its
    end, or empty where it has none; so it is frozen with a publication. `newest` for the one page
    of a place that `newest_told` picks. In another `language` there is what it can say whole.
    """
    if page["kind"] == "prison" and newest and not language.is_english:
        said = forms_in(page, language)
        where = _where(page, address, language)
        for name, say in ((SCRIPT, script), (TEXT, text)):
            if name in said:
                yield name, say(page, where, language).encode()
    if not language.is_english:
        return
    if page["kind"] == "quarter":
        yield f"{page['quarter']}-mail.txt", mail(page, address).encode()
    if page["kind"] in PLACES:
        yield f"{page['quarter']}.json", _as_json(page)
    if page["kind"] == "prison" and newest:
        where = _where(page, address)
        yield SCRIPT, script(page, where).encode()
        yield TEXT, text(page, where).encode()


def forms_in(page: Page, language: Language) -> frozenset[str]:
    """Which of script, message and sheet a prison's newest page has in another language.

    Those whose every sentence of ours is translated, that keep their limits, and, for the sheet,
    in letters that its fonts can draw. The others are in English alone.
    """
    found = set()
    for name, say in ((SCRIPT, script), (TEXT, text)):
        if all(say(page, where, language) for where in ("", "https://x")):
            found.add(name)
    if can_set(page, language):
        found.add(SHEET)
    return frozenset(found)


def of_place(
    pages: Sequence[Page], *, address: str, language: Language = ENGLISH
) -> Iterator[tuple[str, bytes]]:
    """The text files of one prison or commissioner over all its quarters, oldest page first."""
    yield FEED, feed_of_place(pages, address, language)
    if language.is_english:
        yield ACTIONS, actions_csv({page["key"]: page for page in pages})


def extras(
    page: Page,
    *,
    newest: bool,
    address: str,
    shelf: Shelf | None = None,
    language: Language = ENGLISH,
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The PDFs that go with a page: each path within its folder, and what draws it when called.

    They are hashed in the manifest, but not rebuilt: draw one only where its page's data changed.
    Those that people made come from the `shelf`; without one they are left out.
    """
    if page["kind"] == "prison" and newest and (language.is_english or can_set(page, language)):
        yield SHEET, lambda: sheet(page, _where(page, address, language), language)
    for one in page.get("formats", ()):
        if shelf is not None and language.is_english:
            yield one["file"], _from(shelf, one["sha"])


def _from(shelf: Shelf, sha: str) -> Callable[[], bytes]:
    return lambda: shelf(sha)


def formats_of(page: Page, *, newest: bool, language: Language = ENGLISH) -> list[dict[str, str]]:
    """The forms that a page is drawn in beside itself: `href` within its folder, and its `words`.

    `language` is the code of that which the file is in: that of the page, or English. Those that
    people made are in the page's `formats`, with who made them and when.
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
    own = {FEED} if language.is_english else {FEED, *_forms_in(page, language, newest=newest)}
    return [
        {
            "href": href,
            "words": words,
            "language": language.code if href in own else ENGLISH.code,
        }
        for href, words in found
    ]


def _forms_in(page: Page, language: Language, *, newest: bool) -> frozenset[str]:
    return forms_in(page, language) if page["kind"] == "prison" and newest else frozenset()


def _where(page: Page, address: str, language: Language = ENGLISH) -> str:
    """The address under which a prison's newest page stands for years, or nothing."""
    return (
        f"{address}/{language.folder}{posixpath.dirname(page['key'])}/index.html" if address else ""
    )


def _as_json(page: Page) -> bytes:
    """What the page says, with the ids that each fact rests on; nothing that it holds back."""
    shown = {name: value for name, value in page.items() if name not in _NOT_SHOWN}
    return (json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
