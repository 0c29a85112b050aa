"""Who may come in: every handler asks here for its visitor, and for what the visitor typed."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from portal.desk import Desk, desk_of
from portal.forms import Form
from portal.keys import form_token, hash_of, same
from providers import sessions
from providers.sessions import Visitor

TOUCH_AFTER = timedelta(minutes=1)
INSIDE = re.compile(r"/(returns|console)(/[A-Za-z0-9.-]+)*")
"""Addresses somebody may be led to after signing in."""
BIGGEST_ID = 2**31 - 1
LONGEST_ID = len(str(BIGGEST_ID))


class NotSignedIn(Exception):
    """Nobody is signed in in this browser, or not any more."""


class NotHere(Exception):
    """There is no such thing for this visitor: not at all, or not theirs to know of."""


class NotForYou(Exception):
    """The thing is the visitor's to see, but not to do this with; the message says whose it is."""


class StaleForm(Exception):
    """The form does not carry the hidden word of this visitor's session."""


class Visit:
    """One request by a signed-in person, at one instant."""

    def __init__(self, request: Request, desk: Desk, now: datetime, visitor: Visitor) -> None:
        self.request = request
        self.desk = desk
        self.now = now
        self.visitor = visitor

    @property
    def by(self) -> str:
        """Who the record says has acted."""
        return f"person:{self.visitor.person}"

    def page(self, name: str, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """A page for this visitor."""
        return self.desk.pages.show(name, status, visitor=self.visitor, now=self.now, **context)

    def go(self, path: str) -> RedirectResponse:
        """On to another page, after something was done."""
        return RedirectResponse(path, 303)


def signed_in(request: Request) -> Visit:
    """The visitor of this request; NotSignedIn sends them to the sign-in page."""
    desk = desk_of(request)
    now = desk.clock()
    secret = desk.cookies.read(request, "session")
    if not secret:
        raise NotSignedIn
    key = hash_of(secret)
    with desk.database.reading() as session:
        visitor = sessions.visitor(session, key, now)
    if visitor is None:
        raise NotSignedIn
    if now - visitor.seen_at >= TOUCH_AFTER:
        with desk.database.writing() as session:
            sessions.touch(session, key, now)
    return Visit(request, desk, now, visitor)


async def typed(request: Request, visit: "SignedIn") -> Form:
    """What the visitor typed; StaleForm unless it came from a page made for their session."""
    form = await read_form(request)
    if not same(form.text("token"), visit.visitor.csrf):
        raise StaleForm
    return form


async def typed_by_anyone(request: Request) -> Form:
    """What somebody not signed in typed; StaleForm unless this browser was given the page."""
    desk = desk_of(request)
    nonce = desk.cookies.read(request, "asked")
    form = await read_form(request)
    if not nonce or not same(form.text("token"), form_token(desk.secret_key, nonce)):
        raise StaleForm
    return form


async def read_form(request: Request) -> Form:
    """The fields of a form; files are not taken, and half a character becomes a question mark."""
    sent: dict[str, list[str]] = {}
    async with request.form(max_files=0) as fields:
        for name, value in fields.multi_items():
            if isinstance(value, str):
                sent.setdefault(name, []).append(value.encode(errors="replace").decode())
    return Form(sent)


def number(text: str) -> int:
    """An id from an address; NotHere if it cannot be one."""
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_ID:
        raise NotHere
    if int(text) > BIGGEST_ID:
        raise NotHere
    return int(text)


SignedIn = Annotated[Visit, Depends(signed_in)]
Typed = Annotated[Form, Depends(typed)]
TypedByAnyone = Annotated[Form, Depends(typed_by_anyone)]
