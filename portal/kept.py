"""What somebody typed into a form that was not taken, labelled, so that they can copy it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Match

from charter.words import ACTION_WORDS, RATING_WORDS
from portal.doors import INSIDE, read_upload
from portal.forms import Form
from portal.security import BIGGEST_BODY

NOT_TYPED = re.compile(
    r"token|basis(-.*)?|sha|seen|then|go|link|code|version|with|pick|instead_of|.*(password|secret).*",
    re.I,
)
"""Fields that nobody types, and those that are nobody's to see."""
DATE = re.compile(r"(.+)-(day|month|year)")
LABELS = {
    "public_statement": "what families will read",
    "words": "what families will read",
    "public": "what families will read",
    "narrative": "what you did",
    "reason": "why",
    "why": "why",
    "owner": "who will see to it",
    "consulted": "who was consulted, and what changed",
    "dated": "date",
    "first": "first day",
    "last": "last day",
    "confirmed": "this is still right",
    "email": "email address",
    "what": "what is to stand still",
    "stands": "which rating is to stand",
}
"""What fields are called on their pages, by the last part of their names."""
CHOICES: dict[str, str] = {
    **{rating.value: word.console for rating, word in RATING_WORDS.items()},
    **{status: word.console for status, word in ACTION_WORDS.items()},
    "changed": "The commissioner’s",
    "own": "The provider’s own",
}
CHOOSING = re.compile(r"(.*[-_.])?(rating|status|word|answer|verdict|stands)")
CONFLICT = 409
MOST = 200_000
"""Characters that are shown back."""


@dataclass(frozen=True)
class Kept:
    """One field's words under a label for people."""

    label: str
    words: str


def kept(form: Form) -> list[Kept]:
    """Every field that holds something typed, in the form's order, a date in one line."""
    shown, room = [], MOST
    for name, words in _together(form):
        if not words or NOT_TYPED.fullmatch(name):
            continue
        if len(words) > room:
            break
        room -= len(words)
        shown.append(Kept(label(name), said(name, words)))
    return shown


def left(request: Request, status: int) -> list[Kept]:
    """What was typed for a page that answers 409, where its boxes may be gone."""
    form: Form | None = getattr(request.state, "typed", None)
    return kept(form) if form and status == CONFLICT else []


def label(name: str) -> str:
    """`action-1-reason` as `Action 1: why`."""
    *before, last = re.split(r"[-.]", name)
    words = LABELS.get(last, last.replace("_", " ").strip())
    whole = f"{' '.join(before)}: {words}" if before else words
    return whole[:1].upper() + whole[1:100]


def said(name: str, words: str) -> str:
    """A choice in the words it was offered in; anything else as it was typed."""
    if words == "yes":
        return "Yes"
    return CHOICES.get(words, words) if CHOOSING.fullmatch(name) else words


def _together(form: Form) -> Iterator[tuple[str, str]]:
    """Each field's name and words, the three boxes of a date as one."""
    done = set()
    for name in form.names:
        date = DATE.fullmatch(name)
        if date is None:
            yield name, form.all_of(name)
        elif date[1] not in done:
            done.add(date[1])
            yield date[1], " ".join(filter(None, form.typed_day(date[1]).values()))


async def sent_here(request: Request, origin: str) -> Form | None:
    """The form of somebody not signed in, if their browser says it is from a page of ours.

    Of a form with a file only the fields before it are read, and at most a megabyte.
    """
    if not _says_from_here(request.headers, origin):
        return None
    try:
        return await read_upload(request, BIGGEST_BODY)
    except HTTPException:  # no form at all
        return None


def _says_from_here(headers: Headers, origin: str) -> bool:
    site = headers.get("sec-fetch-site")
    return site == "same-origin" or (site is None and headers.get("origin") == origin)


def page_of(request: Request) -> str:
    """The page that a form stood on: its own address, or the nearest above it that can be opened.

    Empty where nobody may be led to it.
    """
    routes: list[BaseRoute] = request.app.routes
    path = request.url.path
    while INSIDE.fullmatch(path):
        scope = {**request.scope, "method": "GET", "path": path}
        if any(route.matches(scope)[0] is Match.FULL for route in routes):
            return path
        path = path.rpartition("/")[0]
    return ""
