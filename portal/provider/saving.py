"""How every list of boxes about a return is saved: read, refused, overtaken, or kept and led on."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlmodel import Session
from starlette.responses import Response

from charter.answers import Problem, ReturnDocument
from portal.doors import Visit
from portal.forms import Faults, Form
from portal.provider import drafts, onward
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from providers import answering
from providers.returns import DraftView


class Sheet(Protocol):
    """A part of a return, read in one go: whose it is, how it stands, what a form is made from."""

    @property
    def room(self) -> Room:
        """The return that is open to this visitor."""

    @property
    def draft(self) -> DraftView:
        """The return as it stands for its preparers."""

    @property
    def basis(self) -> str:
        """The stamp of this part."""


S = TypeVar("S", bound=Sheet)


def save_part(
    visit: Visit,
    form: Form,
    opened: Callable[[Session], S],
    read: Callable[[Session, S], tuple[ReturnDocument | None, Faults]],
    draw: Callable[[S, Faults, Overtaken | None], Response],
    *,
    after: str,
    aside: str = "",
) -> Response:
    """Save what was typed and lead on from `after`, or draw the page again saying why not.

    `aside` is the page of the return that a button asked for instead of the next part.
    """
    with visit.desk.database.writing() as session:
        sheet = opened(session)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, sheet.basis):
            return draw(sheet, Faults(), meanwhile)
        document, faults = read(session, sheet)
        if faults or document is None:
            return draw(sheet, faults, None)
        drafts.save(session, visit, sheet.room, sheet.draft, document)
        path = onward.next_part(session, sheet.room, document, after=after)
    if aside:
        path = f"{sheet.room.path}/{aside}"
    elif form.text("go") == "later":
        path = sheet.room.path
    elif then_of(form.text("then")):
        path = f"{sheet.room.path}/check"
    return visit.go(path)


def read_whole(
    session: Session, sheet: Sheet, **parts: object
) -> tuple[ReturnDocument | None, list[Problem]]:
    """The return with these parts put in, and all that stands against it or kept it unread."""
    document, found = drafts.read(sheet.draft.document, **parts)
    if document is not None:
        found = answering.problems(session, sheet.room.ref, document, complete=True)
    return document, found


def then_of(asked: str) -> str:
    """Where a form leads when it is saved: `check`, or on to the next part when empty."""
    return asked if asked == "check" else ""


def named(words: str, what: str, *, most: int = 60) -> str:
    """A fault's sentence with the thing it is about before it, cut to `most` characters."""
    short = words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]}…"
    return f"“{short}”: {what}"
