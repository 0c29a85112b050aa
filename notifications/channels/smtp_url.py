"""What a `smtp://` or `smtps://` address says: where the server is, and how to speak to it."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from notifications.channels.here import is_here

_PACE = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True)
class Server:
    """Where the mail server is and how to speak to it; `tls` is implicit, starttls or none.

    `pace` is how many letters a minute go to one domain.
    """

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    pace: int | None = None

    @property
    def where(self) -> str:
        """Its name for people."""
        return f"{self.host}:{self.port}"


def read_url(url: str) -> Server:
    """`smtp://user:pass@host:port` (STARTTLS required off this machine) or `smtps://…`.

    `?tls=no` gives TLS up, in so many words, and `?pace=30` sends any one domain no more letters
    a minute. A ValueError never repeats the URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(
            "CHARTER_MAIL_URL cannot be read; write smtp://user:password@host:port, "
            "with special characters percent-encoded"
        ) from None
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise ValueError("CHARTER_MAIL_URL needs a host, and nothing after it but ?tls= and ?pace=")
    pace = _pace(options)
    tls = _tls(parts, options)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if tls == "none" and user and not is_here(parts.hostname):
        raise ValueError("CHARTER_MAIL_URL would send its password in the clear; leave out ?tls=no")
    usual = 465 if tls == "implicit" else 587
    return Server(parts.hostname, port or usual, tls, user, password, pace)


def _pace(options: dict[str, list[str]]) -> int | None:
    wish = options.pop("pace", [""])[-1]
    if wish and not _PACE.fullmatch(wish):
        raise ValueError("CHARTER_MAIL_URL: ?pace= takes a whole number of letters a minute")
    return int(wish) if wish else None


def _tls(parts: SplitResult, options: dict[str, list[str]]) -> str:
    wish = options.pop("tls", [""])[-1]
    if options or wish not in ("", "yes", "no"):
        raise ValueError("CHARTER_MAIL_URL takes ?tls=yes or ?tls=no, and ?pace=, and no more")
    if parts.scheme == "smtps":
        if wish == "no":
            raise ValueError("CHARTER_MAIL_URL says both smtps and ?tls=no; keep one")
        return "implicit"
    if wish == "no" or (not wish and is_here(parts.hostname or "")):
        return "none"
    return "starttls"
