"""Letters: for each kind a subject, a plain text and an HTML page, all filled in from files."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from notifications.gathered import alike, place
from notifications.wording import KINDS, SIGN_IN, Item, why_you

HELPLINE = "0808 808 2003"
WIDTH = 72
"""Columns of plain text; a link is never broken."""

_TEMPLATES = Path(__file__).parent / "templates" / "letters"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_LINK = re.compile(r"https?://[^\s?#]+")
_OPTIONAL: Mapping[str, Any] = {
    "sample": False,
    "working_wording": "",
    "object_to": "your NHS commissioner",
    "helpline": HELPLINE,
    "code": "",
    "minutes": 10,
}


@dataclass(frozen=True)
class Composed:
    """A letter's words; `kind` is what it turned out to be when it was written."""

    subject: str
    text: str
    html: str
    kind: str = ""


class Letters:
    """The one place where letters are worded."""

    def __init__(self) -> None:
        self._jinja = SandboxedEnvironment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=lambda name: bool(name and name.endswith("html.jinja")),
            undefined=StrictUndefined,
            auto_reload=False,  # or each letter asks the disk three times whether it has changed
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, kind: str, context: Mapping[str, Any]) -> Composed:
        """One letter of a kind.

        A digest's context: `to_name, region, quarter` (2026-27-Q2), `quarter_words, items` (Item,
        or a dict of its fields), `link`; and when they apply `sample, working_wording` (the
        Charter's notice) and `object_to` (whom a warning's reader tells). Sign-in: `to_name, link`
        and, when they apply, `code, minutes, sample`. ValueError for a kind, item or link that no
        letter may have; jinja2's UndefinedError for a context that lacks something.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no letter '{kind}'; there are {', '.join(KINDS)}")
        known: dict[str, Any] = {**_OPTIONAL, **_tidy(context), "kind": kind}
        _check_link(kind, known.get("link", ""))
        if kind != SIGN_IN:
            known |= _digest(kind, known)
        subject = self._fill(kind, "subject.txt", known).strip()
        known["subject"] = subject
        text = _wrapped(self._fill(kind, "text.txt", known))
        return Composed(subject, text, self._fill(kind, "html.jinja", known), kind)

    def _fill(self, kind: str, part: str, known: Mapping[str, Any]) -> str:
        return self._jinja.get_template(f"{kind}/{part}").render(known)


def _digest(kind: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """What every digest template uses beside its context."""
    items = [_item(each, known["quarter_words"]) for each in known["items"]]
    own = [item for item in items if item.kind == kind]
    if not own:
        raise ValueError(f"a letter of kind '{kind}' needs an item of that kind")
    notice = known["working_wording"]
    if notice and "working wording" not in notice.lower():
        notice = f"The commitments are in working wording. {notice}"
    dues = {item.due for item in own}
    others = [item for item in items if item.kind not in (kind, "confirm")]
    return {
        "own": alike((item.heading, item.words) for item in own),
        "others": alike((f"{item.heading}: {item.label}", item.words) for item in others),
        "confirm": kind != "confirm" and any(item.kind == "confirm" for item in items),
        "many": len(own) > 1,
        "place": place(items, kind),
        "due": dues.pop() if len(dues) == 1 else "",
        "why_you": why_you(items),
        "for_commissioner": all(item.role == "commissioner" or not item.provider for item in items),
        "for_signer": all(item.role == "signer" for item in own),
        "for_partner": all(item.role == "listening_partner" for item in own),
        "working_wording": notice,
        "to_name": known["to_name"] or "colleague",
    }


def _item(given: Item | Mapping[str, Any], quarter_words: str) -> Item:
    if isinstance(given, Item):
        item = given
    else:
        extra = set(given) - {field.name for field in fields(Item)}
        if extra:
            raise ValueError(f"an item of a letter has no '{min(extra)}'")
        item = Item(**given)
    return replace(item, quarter_words="") if item.quarter_words == quarter_words else item


def _check_link(kind: str, link: object) -> None:
    """A digest's link is an address and nothing more, so it can carry no credential."""
    if not isinstance(link, str) or not link.startswith(("http://", "https://")):
        raise ValueError("a letter's link begins with http:// or https://")
    if kind != SIGN_IN and not _LINK.fullmatch(link):
        raise ValueError("a letter's link carries no query: no letter holds a credential")


def _tidy(value: Any) -> Any:  # noqa: ANN401 - any context value
    """The same data with every text on one line, so that no value can add a line of its own."""
    match value:
        case str():
            return _one_line(value)
        case Mapping():
            return {key: _tidy(each) for key, each in value.items()}
        case list() | tuple():
            return type(value)(map(_tidy, value))
        case Item():
            tidy = {name: _tidy(each) for name, each in vars(value).items()}
            return value if tidy == vars(value) else replace(value, **tidy)
    return value


@lru_cache(maxsize=4096)
def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _wrapped(text: str) -> str:
    """Each line of the template, which is a paragraph, folded under its own indent."""
    folded = "\n".join(map(_folded, text.strip().splitlines()))
    return re.sub(r"\n{3,}", "\n\n", folded) + "\n"


@lru_cache(maxsize=1024)
def _folded(line: str) -> str:
    """Most paragraphs are the same in every letter of a batch: each is folded once."""
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(
        textwrap.wrap(
            line.strip(),
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
