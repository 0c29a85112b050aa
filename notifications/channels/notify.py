"""Letters by GOV.UK Notify: one request for each, every answer typed, asked about by reference."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx2

from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    addresses,
    check_key,
)
from notifications.channels.notify_line import (
    DOWN,
    UNREACHED,
    Clock,
    Line,
    errors_of,
    in_words,
    json_of,
    read_url,
    turned_away,
    why,
)
from notifications.channels.notify_markdown import as_markdown
from notifications.channels.receipts import Fault, Receipt

TIMEOUT = httpx2.Timeout(60, connect=15)
"""Seconds; together, with the time of a run, less than a lease."""
FEW = 20
"""So many letters are asked about one by one; more of them, by reading Notify's list."""
MINUTE = timedelta(minutes=1)

_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_FAULTS = {
    "permanent-failure": Fault.ADDRESS,
    "temporary-failure": Fault.MAILBOX,
    "technical-failure": Fault.OURS,
}


class NotifyChannel:
    """Hands letters to the Notify service named by a `govuknotify://` URL.

    `clock` gives the true time, whatever time the programme acts as of: Notify takes no request
    that was signed half a minute ago.
    """

    name = "govuknotify"
    pace = None

    def __init__(self, url: str, clock: Clock) -> None:
        self.account = read_url(url)
        self._clock = clock

    def __repr__(self) -> str:
        return f"NotifyChannel({self.account.base!r})"

    @contextmanager
    def open(self) -> Iterator["NotifyHandover"]:
        """A line for one batch; ChannelDown when the key or the template will not do."""
        with self._line() as line:
            _check_template(line.get(f"/v2/template/{self.account.template}"))
            yield NotifyHandover(line)

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """Whether Notify has this letter; None when it cannot be asked.

        It forgets after some days, and a key sees only what keys of its own kind sent. So that it
        has none is believed only where it still shows the letters `known` to have gone beside it.
        """
        try:
            with self._line() as line:
                if line.has(key):
                    return True
                if not known or not all(line.has(other) for other in known):
                    return None
                return line.has(key)
        except ChannelDown:
            return None

    def receipts(self, keys: Sequence[str]) -> Mapping[str, Receipt]:
        """What became of these letters; those still under way are left out."""
        statuses: dict[str, set[str]] = {key: set() for key in keys}
        with self._line() as line:
            for each in line.about(keys) if len(keys) <= FEW else line.newest():
                statuses.get(each["reference"], set()).add(each["status"])
                if all(statuses.values()) and len(keys) > FEW:
                    break
        judged = {key: _judged(seen) for key, seen in statuses.items()}
        return {key: receipt for key, receipt in judged.items() if receipt}

    @contextmanager
    def _line(self) -> Iterator["Line"]:
        options: dict[str, Any] = {"follow_redirects": False, "trust_env": False}
        with httpx2.Client(base_url=self.account.base, timeout=TIMEOUT, **options) as client:
            yield Line(client, self.account, self._clock)


class NotifyHandover:
    """One batch; after an answer that concerns us and not the letter, no more are begun."""

    name = NotifyChannel.name

    def __init__(self, line: Line) -> None:
        self._line = line
        self._down: ChannelDown | None = None

    def offer(self, message: EmailMessage) -> Outcome | None:
        """Nothing can be said before the letter itself; ChannelDown once Notify turned us away."""
        if self._down:
            raise self._down
        return None

    def hand(self, message: EmailMessage) -> Outcome:
        """One request; no answer, or one that nobody can read, leaves the letter unknown."""
        key = check_key(str(message["X-Charter-Letter"]))
        plain = message.get_body(("plain",))
        body = {
            "email_address": addresses(message)[1],
            "template_id": self._line.account.template,
            "reference": key,
            "personalisation": {
                "subject": str(message["Subject"]),
                "body": as_markdown(plain.get_content() if plain else ""),
            },
        }
        try:
            answer = self._line.post("/v2/notifications/email", body)
        except _NOTHING_SENT as error:
            self._down = ChannelDown(UNREACHED, why(error))
            return Deferred(str(self._down))
        except httpx2.HTTPError as error:
            self._down = ChannelDown(UNREACHED, why(error))
            return Unknown(f"no answer once the letter had been given: {why(error)}")
        return self._judge(answer, key)

    def _judge(self, answer: httpx2.Response, key: str) -> Outcome:
        if answer.status_code == 201 and (said := json_of(answer)).get("reference") == key:
            return Accepted(f"GOV.UK Notify has it as {said.get('id', '')}"[:300])
        if answer.status_code == 400:
            return _judge_bad_request(answer)
        self._down = turned_away(answer)
        if answer.status_code == 429:
            return Deferred(self._down.why, after=MINUTE)
        if 400 <= answer.status_code < 500:
            return Deferred(self._down.why)
        return Unknown(f"an answer that settles nothing: {self._down.why}")


def _check_template(template: Mapping[str, Any]) -> None:
    """Letters fill two places; without both of them, people would get something else."""
    body, subject = str(template.get("body", "")), str(template.get("subject", ""))
    if template.get("type") != "email" or "((body))" not in body or "((subject))" not in subject:
        raise ChannelDown(
            DOWN, "its template must be an email whose subject is ((subject)) and text ((body))"
        )


def _judge_bad_request(answer: httpx2.Response) -> Outcome:
    """Notify's own words may change, so only the field that it names is read, and nothing else."""
    for error in errors_of(answer):
        about = str(error.get("message", "")).split(maxsplit=1)
        if error.get("error") == "ValidationError" and about[:1] == ["email_address"]:
            return Refused(in_words(answer))
    return Deferred(in_words(answer))


def _judged(statuses: set[str]) -> Receipt | None:
    """The word on one letter: nobody is blamed while any copy is delivered or still under way."""
    if "delivered" in statuses:
        return Receipt("delivered")
    failed = [status for status in _FAULTS if status in statuses]
    if not failed or statuses - set(_FAULTS):
        return None
    fault = _FAULTS[failed[0]]
    return Receipt(f"came back, {failed[0]}: {fault.value}", fault)
