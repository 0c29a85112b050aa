"""Draws the families' site from page data: the same data always gives the same bytes."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from charter.quarters import say
from charter.reading import HELD
from charter.words import STATE_WORDS
from notifications.exports import actions_csv, feed, returns_csv, returns_json

Page = Mapping[str, Any]

HERE = Path(__file__).parent
TEMPLATES = {
    "home": "home",
    "prison": "prison",
    "commissioner": "prison",
    "commitment": "commitment",
    "quarter": "quarter",
}
OWN_PAGES = ("how-this-works", "accessibility")
STATE_LABELS = [(state.value, word.public) for state, word in STATE_WORDS.items()]
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment: everything is escaped, and a name that is missing is an error."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(HERE / "templates" / "bulletin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    made.filters |= {"day": _day, "month": _month, "lines": _lines}
    return made


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Text without what no page can show: control characters, and marks that turn text around."""
    if not isinstance(value, str) or not _UNSHOWN.search(value):
        return value
    return type(value)(_UNSHOWN.sub("", value))


def _day(day: str | date) -> str:
    return say(date.fromisoformat(str(day)))


def _month(day: str | date) -> str:
    return f"{date.fromisoformat(str(day)):%B %Y}"


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def path_of(key: str) -> str:
    """The file of a page; ValueError for a key that is no plain address."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"'{key}' is no address for a page: use letters, digits, - and _")
    return f"{key}.html"


def render(pages: Mapping[str, Page]) -> dict[str, bytes]:
    """Every file of the bulletin but its manifest, by path, from page data by key.

    The newest quarter of a prison, commissioner or region also stands as its folder's start
    page. ValueError without a start page, for a key that is no address, for a key that differs
    from its page's own, and for two pages whose addresses differ only in capitals.
    """
    if "index" not in pages:
        raise ValueError("a bulletin needs a start page, under the key 'index'")
    drawn = _Bulletin(pages)
    files = {path: drawn.page(key) for key, path in drawn.paths.items()}
    for folder, keys in drawn.quarters.items():
        files[f"{folder}/index.html"] = files[drawn.paths[keys[-1]]]
    for name in OWN_PAGES:
        files[f"{name}.html"] = drawn.own_page(name)
    files["data/returns.csv"] = returns_csv(pages)
    files["data/returns.json"] = returns_json(pages)
    files["data/actions.csv"] = actions_csv(pages)
    files["feed.xml"] = drawn.feed()
    files["style.css"] = stylesheet().encode()
    return dict(sorted(files.items()))


def preview(
    pages: Mapping[str, Page], key: str, *, beside: Iterable[str], base: str, sheet: str
) -> str:
    """One page as families will see it, drawn outside its site.

    `pages` are the prison's own by key; `beside` are the keys of others that it may link to. Its
    links lead to the site at the address `base`, and its styles are at the address `sheet`.
    """
    return _Bulletin(pages, beside=beside, base=base, sheet=sheet).page(key).decode()


def promise_card(row: Page, *, several: bool) -> Markup:
    """One commitment exactly as a prison's page shows it, but for the link to its own page.

    `several` when more than one organisation answers there, so that each is named.
    """
    macros: Any = environment().get_template("macros.html.jinja").module
    return Markup(macros.promise(row, several, ""))


def stylesheet() -> str:
    """The site's one style sheet."""
    return (HERE / "static" / "bulletin.css").read_text("utf-8")


class _Bulletin:
    """All pages together, so that each knows where the others stand."""

    def __init__(
        self,
        pages: Mapping[str, Page],
        *,
        beside: Iterable[str] = (),
        base: str = "",
        sheet: str = "",
    ) -> None:
        """`beside` are keys that can be linked to though they are not drawn; `base` is an address
        that links start from in place of the page's own, and `sheet` one of the styles."""
        wrong = [key for key, page in pages.items() if page["key"] != key]
        if wrong:
            raise ValueError(f"the page filed under '{wrong[0]}' says it is another")
        self.pages = pages
        self.paths = {key: path_of(key) for key in sorted(pages)}
        self.quarters = _by_folder(pages)
        folders = {f"{folder}/index.html" for folder in self.quarters}
        self.known = {*self.paths.values(), *folders}
        if len({path.lower() for path in self.known}) < len(self.known):
            raise ValueError("two pages have addresses that differ only in capital letters")
        self.known |= {path_of(key) for key in beside}
        self.base, self.sheet = base, sheet

    def page(self, key: str) -> bytes:
        """One page, drawn."""
        page = self.pages[key]
        more: dict[str, Any] = {
            "newer": None,
            "others": [],
            "timetable": "",
            "not_kept": [],
            "state_labels": STATE_LABELS,
        }
        if "quarter" in page:
            more |= self._quarters_of(key)
        if page["kind"] in {"prison", "commissioner"}:
            region_quarter = f"quarters/{page['region_code']}/{page['quarter']}"
            more["timetable"] = self._link(self.paths[key], region_quarter)
            more["not_kept"] = _not_kept(page)
            more["asked"] = _asked(page)
            more["last_told"] = self._last_told(key)
        return self._draw(TEMPLATES[page["kind"]], self.paths[key], page["notices"], page, more)

    def own_page(self, name: str) -> bytes:
        """A page whose words are the product's own."""
        home = self.pages["index"]
        more = {"contact": home["contact"]}
        return self._draw(name, f"{name}.html", home["notices"], home, more)

    def feed(self) -> bytes:
        """What came out lately, for whoever follows it."""
        home = self.pages["index"]
        text = (
            environment()
            .get_template("feed.xml.jinja")
            .render(feed=feed(self.pages), notices=home["notices"])
        )
        return text.encode()

    def _draw(
        self, template: str, path: str, notices: Page, page: Page, more: Mapping[str, Any]
    ) -> bytes:
        root = self.base or "../" * path.count("/")
        text = (
            environment()
            .get_template(f"{template}.html.jinja")
            .render(
                page=page,
                notices=notices,
                root=root,
                sheet=self.sheet or f"{root}style.css",
                link=lambda key: self._link(path, key),
                **more,
            )
        )
        return text.encode()

    def _link(self, path: str, key: str) -> str:
        """The way from one file to a page, or nothing while that page is not there."""
        for target in (f"{key}.html", f"{key}/index.html"):
            if target in self.known and self.base:
                return self.base + target
            if target in self.known:
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

    def _quarters_of(self, key: str) -> dict[str, Any]:
        keys = self.quarters[posixpath.dirname(key)]
        here = self.paths[key]
        links = [
            {"href": self._link(here, one), "words": self.pages[one]["quarter_words"]}
            for one in keys
        ]
        others = [link for one, link in zip(keys, links, strict=True) if one != key]
        return {"newer": links[-1] if keys[-1] != key else None, "others": others[::-1]}


def _asked(page: Page) -> list[list[Page]]:
    """Requests put to several organisations in the same words, together; held ones stay apart."""
    groups: dict[object, list[Page]] = {}
    for row in page["asked"]:
        alone = row["source"]["request"] if row["asked"] == HELD else ""
        put = (row["asked"], row["heard_on"], row["heard_from"], alone)
        groups.setdefault(put, []).append(row)
    return list(groups.values())


def _by_folder(pages: Mapping[str, Page]) -> dict[str, Sequence[str]]:
    """The quarters of each prison, commissioner and region, oldest first."""
    folders: dict[str, list[str]] = {}
    for key in sorted(pages, key=lambda key: str(pages[key].get("quarter", ""))):
        if "quarter" in pages[key]:
            folders.setdefault(posixpath.dirname(key), []).append(key)
    return {folder: folders[folder] for folder in sorted(folders)}


def _not_kept(page: Page) -> list[dict[str, Any]]:
    """Every promise that somebody here does not keep."""
    rows: Iterable[Page] = page["commitments"]
    return [
        {"row": row, "answer": answer}
        for row in rows
        for answer in row["answers"]
        if answer["rating"] == "not_met"
    ]
