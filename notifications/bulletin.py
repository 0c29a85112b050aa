"""Draws the families' site from page data: the same data always gives the same bytes."""

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from charter.quarters import Quarter
from charter.reading import HELD
from charter.words import STATE_WORDS
from notifications.companions import formats_of, newest_told
from notifications.languages import ENGLISH, Language
from notifications.overtime import key_of, over_time
from notifications.speaking import Heard, hearing
from notifications.templating import HERE, environment

Page = Mapping[str, Any]

TEMPLATES = {
    "home": "home",
    "prison": "prison",
    "commissioner": "prison",
    "commitment": "commitment",
    "quarter": "quarter",
    "letter": "letter",
    "region": "region",
    "everywhere": "everywhere",
    "corrections": "corrections",
    "unasked": "unasked",
}
NOT_HERE = "404"
"""The page that web hosts send for an address that is not there."""
OWN_PAGES = (
    *("how-this-works", "information", "corrections"),
    *("accessibility", "another-format", NOT_HERE),
)
"""A page of corrections of its own stands where none is among the frozen pages."""
STATE_LABELS = [(state.value, word.public) for state, word in STATE_WORDS.items()]
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_OF_QUARTER = re.compile(r"(prisons|commissioners|quarters)/[^/]+/\d{4}-\d{2}-Q[1-4]")


def path_of(key: str) -> str:
    """The file of a page; ValueError for a key that is no plain address."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"'{key}' is no address for a page: use letters, digits, - and _")
    return f"{key}.html"


def preview(
    pages: Mapping[str, Page], key: str, *, beside: Iterable[str], base: str, sheet: str
) -> str:
    """One page as families will see it, drawn outside its site.

    `pages` are the prison's own by key; `beside` are the keys of others that it may link to. Its
    links lead to the site at the address `base`, and its styles are at the address `sheet`.
    """
    return Drawer(pages, beside=beside, base=base, sheet=sheet).page(key).decode()


def promise_card(row: Page, *, several: bool) -> Markup:
    """One commitment as a prison's page shows it unfolded, but for the link to its own page.

    `several` when more than one organisation answers there, so that each is named.
    """
    macros: Any = environment().get_template("macros.html.jinja").module
    return Markup(macros.promise(row, several, "", open=True))


def stylesheet() -> str:
    """The site's one style sheet."""
    return (HERE / "static" / "bulletin.css").read_text("utf-8")


class Drawer:
    """Draws pages that stand together, so that each knows where the others stand."""

    def __init__(
        self,
        pages: Mapping[str, Page],
        *,
        beside: Iterable[str] = (),
        known: Collection[str] = (),
        base: str = "",
        sheet: str = "",
        language: Language = ENGLISH,
        languages: Sequence[Language] = (),
    ) -> None:
        """`beside` are keys that can be linked to though they are not drawn here, and `known` the
        files of the rest of the site; `base` is an address that links start from in place of the
        page's own, and `sheet` one of the styles. The pages of another `language` than English
        stand in a folder of its own; `languages` are all that the site has beside English."""
        wrong = [key for key, page in pages.items() if page["key"] != key]
        if wrong:
            raise ValueError(f"the page filed under '{wrong[0]}' says it is another")
        self.pages = pages
        self.paths = {key: path_of(key) for key in sorted(pages)}
        beside = list(beside)
        self.quarters = by_folder([*pages, *beside])
        self.known = {*self.paths.values(), *(path_of(key) for key in beside)}
        self.known |= {f"{folder}/index.html" for folder in self.quarters}
        promise = {posixpath.dirname(key) for key, page in pages.items() if page.get("actions")}
        self.known |= {path_of(key_of(folder)) for folder in promise}
        self.elsewhere, self.base, self.sheet = known, base, sheet
        self.language, self.languages = language, languages
        self.folder = language.folder

    def beside(self, pages: Mapping[str, Page]) -> "Drawer":
        """The same with other data of its pages."""
        return Drawer(pages, known=self.elsewhere, language=self.language, languages=self.languages)

    def page(self, key: str) -> bytes:
        """One page, drawn."""
        return self.drawn(key, self.pages[key], self.around(key))

    def drawn(self, key: str, page: Page, around: Mapping[str, Any]) -> bytes:
        """One page from its data, and from what the template is told beside them."""
        return self._draw(TEMPLATES[page["kind"]], self.paths[key], page["notices"], page, around)

    def around(self, key: str) -> dict[str, Any]:
        """All that a page's template is told beside the page's own data."""
        page = self.pages[key]
        more: dict[str, Any] = {
            "newer": None,
            "others": [],
            "timetable": "",
            "not_kept": [],
            "state_labels": STATE_LABELS,
        }
        if key in self.quarters.get(posixpath.dirname(key), ()):
            more |= self._quarters_of(key)
            more["mail"] = f"{page['quarter']}-mail.txt" if page["kind"] == "quarter" else ""
        if page["kind"] in {"prison", "commissioner"}:
            region_quarter = f"quarters/{page['region_code']}/{page['quarter']}"
            more["timetable"] = self._link(self.paths[key], region_quarter)
            more["not_kept"] = _not_kept(page)
            more["asked"] = _asked(page)
            more["last_told"] = self._last_told(key)
            more["formats"] = self._formats_of(key)
        return more

    def promised(self, folder: str) -> Page | None:
        """The data of the page of all that a place promised; None where it promised nothing.

        They come from every page of the place, so all of them are to be here.
        """
        return over_time([self.pages[key] for key in self.quarters[folder]])

    def promises(self, page: Page) -> bytes:
        """That page, drawn."""
        return self._draw("actions", path_of(page["key"]), page["notices"], page, {})

    def own_page(self, name: str) -> bytes:
        """A page whose words are the product's own."""
        home = self.pages["index"]
        more: dict[str, Any] = {"contact": home["contact"]}
        if name == NOT_HERE:  # at any depth, so only an address that begins with a host leads on
            address = home.get("address", "").rstrip("/")
            more |= {"root": f"{address}/{self.folder}"} if address else {}
            more["languages"] = []
        return self._draw(name, f"{name}.html", home["notices"], home, more)

    def feed(self, data: Page) -> bytes:
        """What came out lately, for whoever follows it."""
        home = self.pages["index"]
        template = environment().get_template("feed.xml.jinja")
        return template.render(feed=data, notices=home["notices"]).encode()

    def _draw(
        self, template: str, path: str, notices: Page, page: Page, more: Mapping[str, Any]
    ) -> bytes:
        """A page at its path within the folder of its language."""
        up = "../" * path.count("/")
        shared = self.base or (up if self.language.is_english else f"../{up}")
        words = environment(self.language).get_template(f"{template}.html.jinja")
        told = {
            "page": page,
            "notices": notices,
            "root": self.base or up,
            "shared": shared,
            "beside_it": f"{shared}{posixpath.dirname(path)}/" if self.folder else "",
            "sheet": self.sheet or f"{shared}style.css",
            "link": lambda key: self._link(path, key),
            "languages": self._tongues(path, shared),
            **more,
        }
        heard = Heard(
            page.get("said", {}), page.get("translations", {}).get(self.language.code, {})
        )
        with hearing(heard):
            text = words.render(**told, stayed=Heard())
            if heard.ours or heard.theirs:
                text = words.render(**told, stayed=replace(heard))
        return text.encode()

    def _tongues(self, path: str, shared: str) -> list[dict[str, str]]:
        """Every language that a page can be read in, none where there is English alone."""
        if not self.languages or self.base:
            return []
        return [
            {
                "code": one.code,
                "name": one.name,
                "direction": one.direction,
                "href": "" if one is self.language else _in(one, shared) + path,
            }
            for one in (ENGLISH, *self.languages)
        ]

    def _link(self, path: str, key: str) -> str:
        """The way from one file to a page, or nothing while that page is not there."""
        for target in (f"{key}.html", f"{key}/index.html"):
            here = target in self.known or target in self.elsewhere
            if here and self.base:
                return self.base + target
            if here:
                return posixpath.relpath(target, posixpath.dirname(path) or ".")
        return ""

    def _last_told(self, key: str) -> dict[str, str] | None:
        """The newest older page with an update on it, for a page that has none yet."""
        if any(one["published_on"] for one in self.pages[key]["accounts"]):
            return None
        keys = self.quarters[posixpath.dirname(key)]
        for one in reversed(keys[: keys.index(key)]):
            if any(account["published_on"] for account in self.pages[one]["accounts"]):
                words = self.pages[one]["quarter_words"]
                return {"href": self._link(self.paths[key], one), "words": words}
        return None

    def _formats_of(self, key: str) -> list[dict[str, str]]:
        """The forms that stand beside a page; outside its site it only names them."""
        keys = self.quarters[posixpath.dirname(key)]
        newest = newest_told([self.pages[one] for one in keys if one in self.pages])
        page = self.pages[key]
        found = formats_of(page, newest=newest is page, language=self.language)
        return [{**one, "href": "" if self.base else one["href"]} for one in found]

    def _quarters_of(self, key: str) -> dict[str, Any]:
        keys = self.quarters[posixpath.dirname(key)]
        here = self.paths[key]
        links = [{"href": self._link(here, one), "words": _quarter_words(one)} for one in keys]
        others = [link for one, link in zip(keys, links, strict=True) if one != key]
        return {"newer": links[-1] if keys[-1] != key else None, "others": others[::-1]}


def _in(language: Language, shared: str) -> str:
    return f"{shared}{language.folder}"


def _asked(page: Page) -> list[list[Page]]:
    """Requests put to several organisations in the same words, together; held ones stay apart."""
    groups: dict[object, list[Page]] = {}
    for row in page["asked"]:
        alone = row["source"]["request"] if row["asked"] == HELD else ""
        put = (row["asked"], row["heard_on"], row["heard_from"], alone)
        groups.setdefault(put, []).append(row)
    return list(groups.values())


def by_folder(keys: Iterable[str]) -> dict[str, Sequence[str]]:
    """The quarters of each prison, commissioner and region, oldest first, from their keys."""
    folders: dict[str, list[str]] = {}
    for key in sorted(keys, key=posixpath.basename):
        if _OF_QUARTER.fullmatch(key):
            folders.setdefault(posixpath.dirname(key), []).append(key)
    return {folder: folders[folder] for folder in sorted(folders)}


def _quarter_words(key: str) -> str:
    return Quarter.parse(posixpath.basename(key)).in_words


def _not_kept(page: Page) -> list[dict[str, Any]]:
    """Every promise that somebody here does not keep."""
    rows: Iterable[Page] = page["commitments"]
    return [
        {"row": row, "answer": answer}
        for row in rows
        for answer in row["answers"]
        if answer["rating"] == "not_met"
    ]
