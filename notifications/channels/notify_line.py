"""The line to GOV.UK Notify: whose account it is, requests signed as they leave, answers read."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey

from notifications.channels.base import ChannelDown, check_key
from notifications.channels.here import is_here

DOWN = "GOV.UK Notify will not take our letters"
UNREACHED = "GOV.UK Notify cannot be reached"
TROUBLED = "GOV.UK Notify is not working"
LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes; a page of 250 letters with all their words is a few million."""
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf".+-({_UUID})-({_UUID})", re.IGNORECASE)

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Account:
    """A service at Notify, the secret that signs for it, and the template its letters fill."""

    base: str
    template: str
    service: str
    secret: str = field(repr=False)


@dataclass
class Line:
    """Requests to Notify, each signed as it leaves."""

    client: httpx2.Client
    account: Account
    clock: Clock

    def post(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        """Send something; raises what httpx2 raises."""
        return self._asked("POST", path, json=body)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something; ChannelDown when it cannot be had."""
        try:
            answer = self._asked("GET", path, params=query)
        except httpx2.HTTPError as error:
            raise ChannelDown(UNREACHED, why(error)) from None
        said = json_of(answer)
        if answer.status_code != 200 or not said:
            raise turned_away(answer)
        return said

    def has(self, key: str) -> bool:
        """Whether Notify has this letter."""
        return any(self.about([key]))

    def about(self, keys: Sequence[str]) -> Iterator[dict[str, str]]:
        """What Notify has of these letters, asked for one by one."""
        for key in keys:
            page = self._page(reference=check_key(key))
            yield from (each for each in page if each["reference"] == key)

    def newest(self) -> Iterator[dict[str, str]]:
        """Every letter that it still has, the newest first."""
        seen: set[str] = set()
        page = self._page()
        while page and page[-1]["id"] not in seen:  # a list that begins again has no end
            seen |= {each["id"] for each in page}
            yield from page
            page = self._page(older_than=page[-1]["id"])

    def _page(self, **query: str) -> list[dict[str, str]]:
        said = self.get("/v2/notifications", template_type="email", **query)
        try:
            return [
                {name: str(each[name]) for name in ("id", "reference", "status")}
                for each in said["notifications"]
            ]
        except (KeyError, TypeError):
            raise ChannelDown(UNREACHED, "its answer means nothing") from None

    def _asked(self, method: str, path: str, **given: Any) -> httpx2.Response:  # noqa: ANN401
        """The answer to one request; one that is too long to be an answer is none."""
        content = bytearray()
        with self.client.stream(method, path, headers=self._signed(), **given) as answer:
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    raise httpx2.RemoteProtocolError("the answer has no end")
        return httpx2.Response(answer.status_code, content=bytes(content))

    def _signed(self) -> dict[str, str]:
        claims = {"iss": self.account.service, "iat": int(self.clock().timestamp())}
        key = OctKey.import_key(self.account.secret)
        token = jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, key)
        return {"authorization": f"Bearer {token}"}


def read_url(url: str) -> Account:
    """`govuknotify://KEY@api.notifications.service.gov.uk/TEMPLATE`; a ValueError repeats none."""
    try:
        parts = urlsplit(url)
        port = parts.port
        key = _KEY.fullmatch(unquote(parts.username or ""))
    except ValueError:
        key = None
    template = parts.path.strip("/") if key else ""
    if not key or not parts.hostname or not re.fullmatch(_UUID, template, re.IGNORECASE):
        raise ValueError(
            "CHARTER_MAIL_URL: write govuknotify://KEY@api.notifications.service.gov.uk/TEMPLATE, "
            "the key and the template's ID as GOV.UK Notify shows them"
        )
    if parts.password or parts.query or parts.fragment:
        raise ValueError("CHARTER_MAIL_URL: nothing follows the template's ID, nor the key")
    scheme = "http" if is_here(parts.hostname) else "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{scheme}://{host}" + (f":{port}" if port else "")
    return Account(base, template, key[1], key[2])


def turned_away(answer: httpx2.Response) -> ChannelDown:
    """Why no letter can go, and the mend."""
    mends = {
        401: "check the key in CHARTER_MAIL_URL",
        403: "check the key in CHARTER_MAIL_URL, and this machine's clock",
        404: "check the template's ID in CHARTER_MAIL_URL",
    }
    mend = mends.get(answer.status_code)
    if answer.status_code >= 500:
        return ChannelDown(TROUBLED, in_words(answer))
    return ChannelDown(DOWN, f"{in_words(answer)}; {mend}" if mend else in_words(answer))


def json_of(answer: httpx2.Response) -> dict[str, Any]:
    """What an answer holds; nothing where it is no JSON object."""
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def errors_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    """Its `errors`, each with `error` and `message`."""
    errors = json_of(answer).get("errors")
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def in_words(answer: httpx2.Response) -> str:
    """Its status and errors, for a person."""
    words = "; ".join(f"{e.get('error', '')}: {e.get('message', '')}" for e in errors_of(answer))
    return " ".join(f"{answer.status_code} {words}".split())[:300]


def why(error: httpx2.HTTPError) -> str:
    """What went wrong on the line, without an address."""
    match error:
        case httpx2.ConnectTimeout() | httpx2.ReadTimeout() | httpx2.WriteTimeout():
            return "no answer in time"
        case httpx2.ConnectError():
            return "no connection"
    return "the line dropped"
