"""What stands between the web and every page: headers, a limit on size, and one origin only."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BIGGEST_BODY = 1_000_000
"""Bytes a request may carry; the longest form has some tens of thousands."""

UPLOADS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"/returns/\d+/commitments/[^/]+/evidence/[^/]+"), 11_000_000),
    (re.compile(r"/returns/\d+/spreadsheet"), 5_000_000),
    (re.compile(r"/console/regions/[^/]+/register(/signatories)?/import"), 5_500_000),
    (re.compile(r"/console/regions/[^/]+/(scores/policies|register/charter)/new"), 1_000_000),
)
"""The addresses that take a file, with the bytes that are read of a form with a file in it."""

LET_THROUGH = 64_000_000
"""Bytes of such a form that may arrive: what is past the limit is thrown away unread, so that the
browser hears our answer, and the person keeps what they typed."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script may run: the portal has none."""

HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""On every answer, unless the answer itself says otherwise."""

TRANSPORT = "max-age=31536000; includeSubDomains"
"""One year of HTTPS only."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def add_headers(headers: MutableHeaders, *, production: bool) -> None:
    """Put our headers on an answer, leaving those it has."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if production:
        headers.setdefault("strict-transport-security", TRANSPORT)


class Gatekeeper:
    """Middleware: refuses odd addresses, other sites' forms and big bodies, and adds the headers.

    `refuse` makes the page for a refusal from the request and its status, 403, 404 or 413.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        production: bool,
        refuse: Callable[[Request, int], Response],
    ) -> None:
        self.app = app
        self.origin = origin
        self.production = production
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request in, one answer out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), production=self.production)
            await send(message)

        status = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        status = 404 if holds_nothing(scope) else status
        app = self.refuse(Request(scope), status) if status else self.app
        limit = arriving(scope["method"], scope["path"], Headers(scope=scope))
        if scope["method"] == "HEAD":  # routes answer GET; the server itself leaves the body out
            scope = {**scope, "method": "GET"}
        await app(scope, _Capped(receive, limit).receive, with_headers)

    def _refusal(self, method: str, path: str, headers: Headers) -> int:
        if method not in SAFE_METHODS and not comes_from_here(headers, self.origin):
            return 403
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return 0
        return 413 if int(length[:20]) > arriving(method, path, headers) else 0


def holds_nothing(scope: Scope) -> bool:
    """Whether an address has a NUL in it, which names nothing and which PostgreSQL cannot take."""
    return "\x00" in scope["path"] or b"%00" in scope["query_string"]


class TooMuch(Exception):
    """A body went on past the limit without having said so."""


class _Capped:
    """A request's body, cut off where it passes the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def receive(self) -> Message:
        """The next piece."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise TooMuch
        return message


def read_of_upload(path: str) -> int:
    """How many bytes are read of a form with a file sent to this address; 0 where none is taken."""
    return next((limit for address, limit in UPLOADS if address.fullmatch(path)), 0)


def arriving(method: str, path: str, headers: Headers) -> int:
    """How many bytes a request may send us at all."""
    sends_file = headers.get("content-type", "").lower().startswith("multipart/form-data")
    upload = method == "POST" and sends_file and read_of_upload(path)
    return LET_THROUGH if upload else BIGGEST_BODY


def comes_from_here(headers: Headers, origin: str) -> bool:
    """Whether a browser says that a form was sent from our own pages.

    Browsers that do not say are let through to the check of the form's own token. Our pages send
    no referrer, for which browsers write the origin as `null`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    said = headers.get("origin")
    return said is None or said in (origin, "null")


def origin_of(base_url: str) -> str:
    """`https://portal.example` from any address on it."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
