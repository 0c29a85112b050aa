"""The portal's cookies: the session, who asked for a link, a trip to a provider, where next."""

from dataclasses import dataclass
from datetime import timedelta
from http.cookies import CookieError
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from providers.sessions import LONGEST

Kind = Literal["session", "asked", "next", "trip"]
LIVES: dict[Kind, timedelta] = {
    "session": LONGEST,
    "asked": timedelta(hours=1),
    "next": timedelta(minutes=30),
    "trip": timedelta(minutes=10),
}


@dataclass(frozen=True)
class Cookies:
    """Sets and reads cookies; over HTTPS they are Secure and carry the `__Host-` prefix."""

    secure: bool

    def name(self, kind: Kind) -> str:
        """What the cookie is called here."""
        return f"__Host-charter-{kind}" if self.secure else f"charter-{kind}"

    def read(self, request: Request, kind: Kind) -> str:
        """What the browser sent; empty if nothing."""
        try:
            return request.cookies.get(self.name(kind), "")
        except CookieError:
            return ""

    def set(self, response: Response, kind: Kind, value: str) -> None:
        """Give the browser a cookie that no script can read."""
        response.set_cookie(
            self.name(kind),
            value,
            max_age=int(LIVES[kind].total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response, kind: Kind) -> None:
        """Take a cookie back."""
        response.delete_cookie(
            self.name(kind), path="/", secure=self.secure, httponly=True, samesite="lax"
        )
