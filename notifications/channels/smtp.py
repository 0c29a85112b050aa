"""Letters by SMTP: one line for a batch, reopened when it drops, and every answer typed."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    addresses,
)

CONNECT_SECONDS = 30
COMMAND_SECONDS = 60
DATA_SECONDS = 300
"""How long the far side may think; together, with the time of a run, less than a lease."""

DOWN = "mail server is down"
_CLOSING = 421
_NEEDS_LOGIN = {503, 530, 534, 535, 538}
_ADDRESS_IS_BAD = re.compile(rb"5\.[12]\.\d")


@dataclass(frozen=True)
class Server:
    """Where the mail server is and how to speak to it; `tls` is implicit, starttls or none."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """Its name for people."""
        return f"{self.host}:{self.port}"


class SmtpChannel:
    """Hands letters to the mail server named by a `smtp://` or `smtps://` URL."""

    name = "smtp"

    def __init__(self, url: str) -> None:
        self.server = read_url(url)

    def __repr__(self) -> str:
        return f"SmtpChannel({self.server.where!r})"

    @contextmanager
    def open(self) -> Iterator["SmtpHandover"]:
        """A connection for one batch; ChannelDown when the server will not talk to us."""
        line = SmtpHandover(self.server)
        line.connect()
        try:
            yield line
        finally:
            line.close()

    def ask(self, key: str) -> bool | None:
        """Bare SMTP keeps no record that we could ask."""
        return None


class SmtpHandover:
    """One connection, opened again when the far side closes it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._begun = False

    def connect(self) -> smtplib.SMTP:
        """The open connection, made when there is none; ChannelDown with a reason and no secret."""
        if self._smtp is None:
            try:
                self._smtp = _connected(self._server)
            except smtplib.SMTPAuthenticationError:
                raise ChannelDown(
                    DOWN, f"{self._server.where} does not accept the user and password"
                ) from None
            except (OSError, ValueError) as error:
                raise ChannelDown(DOWN, f"{self._server.where}: {_why(error)}") from error
            self._begun = False
        return self._smtp

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.quit()
            self._hang_up()

    def offer(self, message: EmailMessage) -> Outcome | None:
        """MAIL and RCPT, tried once more on a fresh line when the first one drops."""
        sender, to = addresses(message)
        outcome: Outcome | None = None
        for _ in range(2):
            try:
                code, reply, about_us = self._address(sender, to)
            except OSError as error:
                self._hang_up()
                outcome = Deferred(f"the line dropped before the letter was given: {_why(error)}")
                continue
            if code == _CLOSING:
                self._hang_up()
                outcome = Deferred(_said(code, reply))
                continue
            return self._judge_offer(code, reply, about_us)
        return outcome

    def hand(self, message: EmailMessage) -> Outcome:
        """DATA: whatever goes wrong from here until the answer leaves the letter unknown."""
        smtp = self._smtp
        if smtp is None or smtp.sock is None:
            return Deferred("the line was closed before the letter was given")
        try:
            smtp.sock.settimeout(DATA_SECONDS)
            code, reply = smtp.data(message.as_bytes())
            smtp.sock.settimeout(COMMAND_SECONDS)
        except smtplib.SMTPDataError as error:  # answered before the first byte of the letter
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        except OSError as error:
            self._hang_up()
            return Unknown(f"the line dropped after DATA had begun: {_why(error)}")
        self._begun = False
        if code == _CLOSING:
            self._hang_up()
        return _judge_data(code, reply)

    def _address(self, sender: str, to: str) -> tuple[int, bytes, bool]:
        """The last answer to RSET, MAIL and RCPT, and whether it is about us rather than them."""
        smtp = self.connect()
        if self._begun:
            smtp.rset()
        self._begun = True
        code, reply = smtp.mail(sender)
        if code != 250:
            return code, reply, True
        code, reply = smtp.rcpt(to)
        return code, reply, False

    def _judge_offer(self, code: int, reply: bytes, about_us: bool) -> Outcome | None:
        if code in (250, 251, 252):
            return None
        if not 500 <= code < 600:
            return Deferred(_said(code, reply))
        if about_us or code in _NEEDS_LOGIN or b"relay" in reply.lower():
            # Our own standing is in question, not this person's address: nobody is marked for it.
            raise ChannelDown(
                "mail server will not take our letters",
                f"{self._server.where} said {_said(code, reply)}",
            )
        return Refused(_said(code, reply))

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def read_url(url: str) -> Server:
    """`smtp://user:pass@host:port` (STARTTLS required off this machine) or `smtps://…`.

    `?tls=no` gives TLS up, in so many words; a ValueError never repeats the URL.
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
        raise ValueError("CHARTER_MAIL_URL needs a host and nothing after it but ?tls=no")
    tls = _tls(parts, options)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if tls == "none" and user and not _is_here(parts.hostname):
        raise ValueError("CHARTER_MAIL_URL would send its password in the clear; leave out ?tls=no")
    usual = 465 if tls == "implicit" else 587
    return Server(parts.hostname, port or usual, tls, user, password)


def _tls(parts: SplitResult, options: dict[str, list[str]]) -> str:
    wish = options.pop("tls", [""])[-1]
    if options or wish not in ("", "yes", "no"):
        raise ValueError("CHARTER_MAIL_URL takes one option, ?tls=yes or ?tls=no")
    if parts.scheme == "smtps":
        if wish == "no":
            raise ValueError("CHARTER_MAIL_URL says both smtps and ?tls=no; keep one")
        return "implicit"
    if wish == "no" or (not wish and _is_here(parts.hostname or "")):
        return "none"
    return "starttls"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls == "implicit":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
        if smtp.sock is not None:
            smtp.sock.settimeout(COMMAND_SECONDS)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _judge_data(code: int, reply: bytes) -> Outcome:
    said = _said(code, reply)
    if 200 <= code < 300:
        return Accepted(said)
    if 400 <= code < 500:
        return Deferred(said)
    if 500 <= code < 600:
        return Refused(said, address_at_fault=bool(_ADDRESS_IS_BAD.match(reply)))
    return Unknown(f"an answer that means nothing: {said}")


def _said(code: int, reply: bytes) -> str:
    words = " ".join(reply.decode("ascii", "replace").split())
    return f"{code} {words}"[:300]


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode("ascii", "replace")


def _why(error: Exception) -> str:
    match error:
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what CHARTER_MAIL_URL asks for (STARTTLS or a login)"
        case smtplib.SMTPResponseException():
            return _said(error.smtp_code, _bytes(error.smtp_error))
        case ssl.SSLCertVerificationError():
            return "its certificate cannot be trusted"
        case TimeoutError():
            return "no answer in time"
        case OSError() if error.strerror:
            return error.strerror.lower()
    return type(error).__name__
