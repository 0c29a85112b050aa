"""What every room of the portal shares: the database, the clock it was given, and how to draw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.requests import Request

from charter.quarters import Calendar
from portal.cookies import Cookies
from portal.limits import Limits
from portal.pages import Pages
from portal.signin.oidc import IdentityProvider
from portal.steward import Steward
from providers.database import Database
from providers.evidence import Cabinet

Later = Callable[[Callable[[], object]], object]
"""Has something done once the page has gone out."""
SendSignIn = Callable[[str, str, str, str], None]
"""Sends a sign-in message to an e-mail address, with the person's name, the link and the code."""


@dataclass(frozen=True)
class Desk:
    """Made once, when the app is; nothing in it changes."""

    database: Database
    clock: Callable[[], datetime]
    send_sign_in: SendSignIn
    base_url: str
    secret_key: str
    site_folder: Path | None
    calendar: Calendar
    production: bool
    cookies: Cookies
    cabinet: Cabinet
    later: Later
    steward: Steward
    oidc: IdentityProvider | None = None
    second_factor: bool = True
    pages: Pages = field(default_factory=Pages)

    @property
    def limits(self) -> Limits:
        """How often anyone may knock."""
        return Limits(self.database, self.secret_key)

    def address(self, path: str) -> str:
        """A path of ours as people can open it from a message."""
        return self.base_url.rstrip("/") + path


def desk_of(request: Request) -> Desk:
    """The desk of the app that a request came to."""
    desk: Desk = request.app.state.desk
    return desk
