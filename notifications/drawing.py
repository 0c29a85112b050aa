"""A bulletin as units that are drawn one by one, each with a fingerprint of all it is made of."""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from charter.ledger import canonical, digest
from notifications import companions, exports
from notifications.bulletin import OWN_PAGES, Drawer, Page, by_folder, path_of, stylesheet
from notifications.companions import Shelf
from notifications.fitting import fitted
from notifications.languages import ENGLISH, Language, language_of, reviewed
from notifications.manifests import sha256
from notifications.releases import release
from notifications.texts import texts_of

Fetch = Callable[[Iterable[str]], dict[str, Page]]
"""Gives the data of pages by their keys."""
Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True)
class Piece:
    """Files that are drawn together, and the fingerprint of what they are made of.

    A piece that `is_page` draws a page that somebody reads; one of `extras` is not rebuilt, and
    says which files it would draw.
    """

    name: str
    inputs: str
    draw: Callable[[], Files]
    is_page: bool = False
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opened:
    """A unit whose data were read: its pieces, what else it read, and what lists take from it."""

    pieces: Sequence[Piece]
    gist: Mapping[str, Any] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """A part of a bulletin that is looked at whole: a place, a list, a page of our own."""

    name: str
    inputs: str
    open: Callable[[], Opened]


class Withheld(ValueError):
    """Words that are held for a person stand in a page's data all the same."""


class Bulletin:
    """All units of a bulletin, in one order, from frozen pages by their fingerprints.

    `shelf` gives the files that people made, and `words` the catalogues that the start page names,
    by their SHA-256s; those come before what the product has. ValueError without a start page, for
    a key that is no address, and for two pages whose addresses differ only in capitals.
    """

    def __init__(
        self,
        shas: Mapping[str, str],
        fetch: Fetch,
        shelf: Shelf | None = None,
        languages: Sequence[Language] | None = None,
        words: Callable[[str], str] | None = None,
    ) -> None:
        if "index" not in shas:
            raise ValueError("a bulletin needs a start page, under the key 'index'")
        self.shas, self.fetch, self.shelf = shas, fetch, shelf
        self.folders = by_folder(shas)
        self.known = {path_of(key) for key in shas}
        self.known |= {f"{folder}/index.html" for folder in self.folders}
        if len({path.lower() for path in self.known}) < len(self.known):
            raise ValueError("two pages have addresses that differ only in capital letters")
        self.home = fetch(["index"])["index"]
        self.languages = self._spoken(words) if languages is None else tuple(languages)
        self.address: str = self.home.get("address", "")
        about = {name: self.home[name] for name in ("contact", "notices", "commitments")}
        spoken = [[one.code, one.sha] for one in self.languages]
        self._frame = digest(canonical([release(), about, self.address, spoken]))
        self._timetables = self._by_quarter()
        self._all = digest(canonical(sorted(shas)))

    def _spoken(self, words: Callable[[str], str] | None) -> tuple[Language, ...]:
        """The languages that the pages are drawn in beside English, by their codes."""
        found = {one.code: one for one in reviewed()}
        if words is not None:
            for code, sha in self.home.get("catalogues", {}).items():
                found[code] = language_of(code, words(sha))
        return tuple(one for _, one in sorted(found.items()))

    @property
    def fingerprint(self) -> str:
        """What the whole bulletin is made of."""
        return digest(canonical([self._frame, dict(self.shas)]))

    def _drawers(self, pages: Mapping[str, Page], beside: Sequence[str] = ()) -> list[Drawer]:
        """One for each language, English first."""
        return [
            Drawer(pages, beside=beside, known=self.known, language=one, languages=self.languages)
            for one in (ENGLISH, *self.languages)
        ]

    def units(self) -> Iterator[Unit]:
        """Every unit, in the order of their names."""
        made = [*self._places(), *self._lists(), *self._own(), *self._tables()]
        yield from sorted(made, key=lambda unit: unit.name)

    def _by_quarter(self) -> dict[str, str]:
        found: dict[str, list[str]] = defaultdict(list)
        for folder, keys in self.folders.items():
            for key in keys if folder.startswith("quarters/") else ():
                found[posixpath.basename(key)].append(key)
        return {quarter: digest(canonical(keys)) for quarter, keys in found.items()}

    def _places(self) -> Iterator[Unit]:
        for folder, keys in self.folders.items():
            if not folder.startswith("quarters/"):
                quarters = [self._timetables.get(posixpath.basename(key)) for key in keys]
                made_of = [[key, self.shas[key]] for key in keys]
                inputs = digest(canonical([self._frame, made_of, quarters]))
                yield Unit(folder, inputs, lambda f=folder, i=inputs: self._place(f, i))  # type: ignore[misc]

    def _place(self, folder: str, inputs: str) -> Opened:
        """A place with all its quarters: its pages, and the files that go with them."""
        keys = self.folders[folder]
        pages = self.fetch(keys)
        _require_held(pages.values())
        told = [pages[key] for key in keys]
        newest = companions.newest_told(told)
        around = digest(canonical([self._frame, inputs]))
        pieces = []
        for drawer in self._drawers(pages):
            pieces.append(self._of_place(drawer.language, folder, told, around))
            pieces += [self._page(drawer, key) for key in keys]
            pieces.append(self._page(drawer, keys[-1], f"{folder}/index.html"))
            if promised := drawer.promised(folder):
                pieces.append(self._promises(drawer, promised))
        for page in told:
            pieces += self._companions(ENGLISH, folder, page, newest=page is newest)
        for language in self.languages:
            pieces += self._companions(language, folder, newest, newest=True)
        return Opened(pieces, {"entries": exports.entries(told)})

    def _promises(self, drawer: Drawer, page: Page) -> Piece:
        """The page of all that a place promised; drawn now, to see whether it has changed."""
        path = drawer.folder + path_of(page["key"])
        files = list(fitted(page, path, drawer.promises, rows=("rows",)))
        made_of = digest(canonical([release(), [sha256(content) for _, content in files]]))
        return Piece(path, made_of, lambda: iter(files), is_page=True)

    def _page(self, drawer: Drawer, key: str, path: str = "") -> Piece:
        page, around = drawer.pages[key], drawer.around(key)
        beside = sorted(drawer.known)
        inputs = digest(canonical([self._frame, self.shas[key], around, beside]))

        def once(one: Page) -> bytes:
            if one is page:
                return drawer.drawn(key, page, around)
            return drawer.beside({**drawer.pages, key: one}).page(key)

        def draw() -> Files:
            yield from fitted(page, file, once)

        file = drawer.folder + (path or path_of(key))
        return Piece(file, inputs, draw, is_page=not path)

    def _of_place(
        self, language: Language, folder: str, told: Sequence[Page], inputs: str
    ) -> Piece:
        """What a place has beside its pages over all its quarters."""

        def draw() -> Files:
            found = companions.of_place(told, address=self.address, language=language)
            for name, content in found:
                yield f"{language.folder}{folder}/{name}", content

        return Piece(f"{language.folder}{folder}/", inputs, draw)

    def _companions(
        self, language: Language, folder: str, page: Page, *, newest: bool
    ) -> Iterator[Piece]:
        inputs = digest(canonical([self._frame, self.shas[page["key"]], newest]))
        how: Any = {"newest": newest, "address": self.address, "language": language}

        def draw() -> Files:
            for name, content in companions.companions(page, **how):
                yield f"{language.folder}{folder}/{name}", content

        extras = {
            f"{language.folder}{folder}/{name}": make
            for name, make in companions.extras(page, shelf=self.shelf, **how)
        }

        def made() -> Files:
            for path, make in extras.items():
                yield path, make()

        name = f"{language.folder}{page['key']}+"
        yield Piece(name, inputs, draw)
        if extras:
            yield Piece(f"{name}extras", inputs, made, extras=frozenset(extras))

    def _lists(self) -> Iterator[Unit]:
        for key, sha in self.shas.items():
            if not key.startswith(("prisons/", "commissioners/")) or key.endswith("/index"):
                inputs = digest(canonical([self._frame, sha, self._all]))
                yield Unit(f"list/{key}", inputs, lambda key=key: self._list(key))  # type: ignore[misc]

    def _list(self, key: str) -> Opened:
        pages = self.fetch([key])
        _require_held(pages.values())
        folder = posixpath.dirname(key)
        beside = [one for one in self.folders.get(folder, ()) if one != key]
        is_quarter = key in self.folders.get(folder, ())
        pieces = []
        for drawer in self._drawers(pages, beside):
            pieces.append(self._page(drawer, key))
            if is_quarter and (not beside or self.folders[folder][-1] == key):
                pieces.append(self._page(drawer, key, f"{folder}/index.html"))
        if is_quarter:
            pieces += self._companions(ENGLISH, folder, pages[key], newest=False)
        corrections = exports.corrections(pages[key])
        return Opened(pieces, {"corrections": corrections} if corrections else {})

    def _own(self) -> Iterator[Unit]:
        drawers = self._drawers({"index": self.home})
        for name in OWN_PAGES:
            if name in self.shas:
                continue

            def opened(name: str = name) -> Opened:
                return Opened([self._own_page(drawer, name) for drawer in drawers])

            yield Unit(f"own/{name}", self._frame, opened)

        def sheet() -> Files:
            yield "style.css", stylesheet().encode()

        yield Unit("own/style", self._frame, lambda: Opened([Piece("style", self._frame, sheet)]))

    def _own_page(self, drawer: Drawer, name: str) -> Piece:
        def draw() -> Files:
            yield f"{drawer.folder}{name}.html", drawer.own_page(name)

        return Piece(drawer.folder + name, self._frame, draw, is_page=True)

    def _tables(self) -> Iterator[Unit]:
        """A unit for each timetable, which gives the rows of the tables and draws no file."""
        for key, sha in self.shas.items():
            if key.startswith("quarters/") and key.count("/") > 1:
                inputs = digest(canonical([release(), sha]))
                name = "/".join(part.zfill(4) for part in key.split("/"))
                yield Unit(f"table/{name}", inputs, lambda key=key: self._rows(key))  # type: ignore[misc]

    def _rows(self, key: str) -> Opened:
        timetable = self.fetch([key])[key]
        keys = sorted({row["page"] for row in timetable["rows"]} & self.shas.keys())
        pages = self.fetch(keys)
        told = [pages[one] for one in keys]
        rows = exports.rated(exports.returns(timetable, told), told)
        gist = {
            "counts": [] if timetable.get("part") else [exports.counts_of(timetable)],
            "returns": rows,
            "actions": exports.actions(told),
        }
        return Opened((), gist, {one: self.shas[one] for one in keys})


def _require_held(pages: Iterable[Page]) -> None:
    """Withheld, naming the page, if any of its words are those that it says are held."""
    for page in pages:
        kept = {hold["text"]: hold["where"] for hold in page.get("holds", ()) if hold.get("text")}
        for text in texts_of({k: v for k, v in page.items() if k != "holds"}) if kept else ():
            if where := kept.get(digest(text.strip())):
                raise Withheld(f"{path_of(page['key'])} shows words that are held: {where}")
