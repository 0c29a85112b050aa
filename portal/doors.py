"""Who may come in: every handler asks here for its visitor, and for what the visitor typed."""

import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from portal.desk import Desk, desk_of
from portal.forms import Form, Upload
from portal.keys import form_token, hash_of, same
from portal.security import TooMuch, read_of_upload
from providers import sessions
from providers.sessions import Visitor

TOUCH_AFTER = timedelta(minutes=1)
INSIDE = re.compile(r"/(returns|console|details)(/[A-Za-z0-9.-]+)*")
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
    """The form does not carry the hidden word of this visitor's session; `form` is what it held."""

    def __init__(self, form: Form) -> None:
        super().__init__("a form of another session")
        self.form = form


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
        by_oidc, second = desk.oidc is not None, desk.second_factor
        visitor = sessions.visitor(session, key, now, staff_by_oidc=by_oidc, second_factor=second)
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
        raise StaleForm(form)
    request.state.typed = form  # for the page that says it came too late
    return form


async def typed_with_file(request: Request, visit: "SignedIn") -> Form:
    """The same for a form that may carry a file; nothing is read of it for somebody unknown.

    What goes on past the limit of its address is thrown away: the form is then `cut_off`. TooMuch
    if that came before the fields that a form of ours begins with.
    """
    form = await read_upload(request)
    if form.cut_off and not form.has("token"):
        raise TooMuch
    if not same(form.text("token"), visit.visitor.csrf):
        raise StaleForm(form)
    return form


async def typed_by_anyone(request: Request) -> Form:
    """What somebody not signed in typed; StaleForm unless this browser was given the page."""
    desk = desk_of(request)
    nonce = desk.cookies.read(request, "asked")
    form = await read_form(request)
    if not nonce or not same(form.text("token"), form_token(desk.secret_key, nonce)):
        raise StaleForm(form)
    return form


async def read_form(request: Request) -> Form:
    """The fields of a form; files are not taken, and half a character becomes a question mark."""
    sent: dict[str, list[str]] = {}
    async with request.form(max_files=0) as fields:
        for name, value in fields.multi_items():
            if isinstance(value, str):
                sent.setdefault(name, []).append(value.encode(errors="replace").decode())
    return Form(sent)


async def read_upload(request: Request, limit: int | None = None) -> Form:
    """The fields and the one file of a form, as far as its address is read, or `limit` bytes."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await read_form(request)
    _, said = parse_options_header(request.headers["content-type"])
    ending = b"\r\n--" + said.get(b"boundary", b"") + b"--\r\n"
    limit = read_of_upload(request.url.path) if limit is None else limit
    body = Beginning(request.stream(), limit, ending)
    try:
        fields = await MultiPartParser(request.headers, body.pieces(), max_files=1).parse()
    except MultiPartException as error:
        raise (TooMuch() if body.cut_off else HTTPException(400)) from error
    sent: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    try:
        for name, value in fields.multi_items():
            if isinstance(value, str):
                sent.setdefault(name, []).append(value.encode(errors="replace").decode())
            elif value.filename and not body.cut_off:
                named = value.filename.encode(errors="replace").decode()
                files[name] = Upload(named, await value.read())
    finally:
        await fields.close()
    return Form(sent, files, cut_off=body.cut_off)


class Beginning:
    """The beginning of a body, closed with an `ending`; all that comes after is thrown away."""

    def __init__(self, stream: AsyncGenerator[bytes, None], limit: int, ending: bytes) -> None:
        self._stream = stream
        self._left = limit
        self._ending = ending

    @property
    def cut_off(self) -> bool:
        """There was more than was kept."""
        return self._left < 0

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The pieces up to the limit; the rest is waited for, so that our answer is heard."""
        async for piece in self._stream:
            if self._left >= 0:
                self._left -= len(piece)
                yield piece if self._left >= 0 else piece[: self._left] + self._ending


def number(text: str) -> int:
    """An id from an address; NotHere if it cannot be one."""
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_ID:
        raise NotHere
    if int(text) > BIGGEST_ID:
        raise NotHere
    return int(text)


SignedIn = Annotated[Visit, Depends(signed_in)]
Typed = Annotated[Form, Depends(typed)]
TypedWithFile = Annotated[Form, Depends(typed_with_file)]
TypedByAnyone = Annotated[Form, Depends(typed_by_anyone)]
