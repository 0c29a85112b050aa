"""What is read aloud, passed on or mailed about a page: whole sentences only, help first."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from charter.reading import HELD
from charter.words import REPLY_WORDS
from notifications.languages import ENGLISH, Language
from notifications.speaking import Heard, hearing
from notifications.unmarked import settled, unmarked

Page = Mapping[str, Any]

WORDS = 180
"""Words of what a helpline worker reads aloud at most: a minute and a half."""
CHARACTERS = 300
"""Characters of what is passed on at most: two text messages."""
PRISONS = 60
"""Prisons that a mail names one by one; where there are more it leads to the timetable."""
HELPLINE = "0808 808 2003"
SHORT = 40
"""Characters of a telephone number at most; what is longer is none that anybody can dial."""

_LINE = re.compile(r"(?P<rank>\d) (?P<style>\w+) (?P<text>.+)")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+"
)
_REPLIES = frozenset(word.public for word in REPLY_WORDS.values())


@dataclass(frozen=True)
class Part:
    """A sentence or more that stand or fall together: `rank` 0 always stands, 9 falls first."""

    rank: int
    style: str
    text: str


@cache
def environment(language: Language = ENGLISH) -> Environment:
    """Templates whose lines are a rank, a style and a text; a name that is missing is an error."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates" / "spoken"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_one_line,
        autoescape=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    says = unmarked(language)
    made.install_gettext_callables(says.gettext, says.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= says.filters
    made.globals |= {"told": told, "tallied": tallied, "numbers": numbers, "pieces": says.pieces}
    made.globals |= {"helpline": HELPLINE}
    return made


def _one_line(value: object) -> object:
    """Words that others wrote, on one line and with no character that hides or turns text."""
    return " ".join(_UNSEEN.sub(" ", value).split(" ")) if isinstance(value, str) else value


def parts(
    template: str,
    page: Page,
    language: Language = ENGLISH,
    **more: Any,  # noqa: ANN401 - for a template
) -> list[Part]:
    """Everything that could be said of a page by a template, in the order of reading.

    Empty where a sentence of ours has no translation: half a message helps nobody.
    """
    made_by = page.get("translations", {}).get(language.code, {})
    with hearing(Heard(page.get("said", {}), made_by)) as heard:
        text = environment(language).get_template(template).render(page=page, **more)
    if heard.ours:
        return []
    lines = (_LINE.fullmatch(" ".join(line.split())) for line in text.splitlines())
    return [
        Part(int(one["rank"]), one["style"], settled(one["text"], language)) for one in lines if one
    ]


def fitted(
    every: Sequence[Part], fits: Callable[[str], bool], written: Callable[[Iterable[Part]], str]
) -> str:
    """As many parts as fit, those of low rank before others, in their order; none is cut.

    What goes on in the style of a part that was left out is left out with it.
    """
    kept: set[int] = set()
    for i in sorted(range(len(every)), key=lambda i: every[i].rank):
        begun = {j for j in range(i) if every[j].style == every[i].style}
        tried = {*kept, i}
        if begun <= kept and (every[i].rank == 0 or fits(written(every[j] for j in sorted(tried)))):
            kept = tried
    return written(every[i] for i in sorted(kept))


def paragraphs(some: Iterable[Part]) -> str:
    """A paragraph of each run of parts in one style."""
    runs = groupby(some, key=lambda part: part.style)
    return "\n\n".join(" ".join(part.text for part in run) for _, run in runs) + "\n"


def lines(some: Iterable[Part]) -> str:
    """A line of each run of parts in one style; an empty one of what is only a full stop."""
    return paragraphs(some).replace("\n\n", "\n").replace("\n.\n", "\n\n")


def script(page: Page, where: str, language: Language = ENGLISH) -> str:
    """What a helpline worker reads aloud about a prison's page, in 180 words at most.

    `where` is the page's address, or empty. Empty in a language that cannot say all of it so.
    """
    every = parts("script.txt.jinja", page, language, where=where)
    return _within(every, lambda text: len(text.split()) <= WORDS, paragraphs)


def text(page: Page, where: str, language: Language = ENGLISH) -> str:
    """What can be passed on about a prison's page, in 300 characters at most.

    Empty in a language that cannot say all of it so.
    """
    every = parts("text.txt.jinja", page, language, where=where)
    return _within(every, lambda text: len(text) <= CHARACTERS, lines)


def _within(
    every: Sequence[Part], fits: Callable[[str], bool], written: Callable[[Iterable[Part]], str]
) -> str:
    """What fits; nothing where help alone does not, as in a language with very long words."""
    said = fitted(every, fits, written) if every else ""
    return said if fits(said) else ""


def mail(page: Page, address: str) -> str:
    """A subject and a body for a charity's own list, of a region's timetable page.

    `address` is that of the whole site, with no slash at its end, or empty.
    """
    rows: Iterable[Page] = page["rows"]
    prisons = {row["site_code"]: row for row in rows if row["site_code"] != "REGION"}
    out = {row["site_code"] for row in rows if row["published_on"]}
    every = parts(
        "mail.txt.jinja",
        page,
        address=address,
        out=[row for code, row in prisons.items() if code in out],
        waiting=[row for code, row in prisons.items() if code not in out],
        most=PRISONS,
    )
    return lines(every)


def numbers(page: Page) -> list[Page]:
    """The numbers to ring in an emergency: the switchboard and safer custody, where known."""
    own = [one for one in page["phones"][:2] if one["label"] != "Healthcare line for families"]
    return [one for one in own if len(one["number"]) <= SHORT]


@dataclass(frozen=True)
class Line:
    """A line of what changed, and why where something was not done.

    `party` is named where there are several; a line that `is_ours` is a sentence of the product,
    and one that `is_asked` tells of a request and the reply to it.
    """

    words: str
    why: str
    party: str
    tag: str
    is_ours: bool
    is_asked: bool


def told(page: Page) -> list[Line]:
    """What changed; what is held for a check is left out."""
    several, whys = len(page["accounts"]) > 1, _whys(page)
    return [
        Line(
            words=line["words"],
            why=whys.get(_of(line), ""),
            party=line["party_name"] if several and line["section"] != "update" else "",
            tag=line["tag"]["words"],
            is_ours=line["section"] == "update",
            is_asked=line["tag"]["words"] in _REPLIES,
        )
        for line in page["news"]
        if line["words"] != HELD
    ]


def tallied(page: Page) -> list[Page]:
    """The accounts that say how many promises were kept, where no line of what changed does."""
    said = " ".join(line["words"] for line in page["news"])
    rated = [one for one in page["accounts"] if one["tally"]]
    return [one for one in rated if f"{one['party_name']} has no new action." not in said]


def _whys(page: Page) -> dict[tuple[object, ...], str]:
    """In the organisation's words, why an action was given up or a request turned down."""
    given_up = [row for row in page["actions"] if row["status"] == "not_doing"]
    declined = [row for row in page["asked"] if row["answer"] == "declined"]
    found = {_of(row): row["because"] for row in given_up}
    found |= {_of(row): row["words"] for row in declined}
    return {of: why for of, why in found.items() if why and why != HELD}


def _of(row: Page) -> tuple[object, ...]:
    source = row["source"]
    return source["return_id"], source["action"], source["request"]
