"""Letters by SMTP: one line for a batch, reopened when it drops, and every answer typed."""

import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    addresses,
)
from notifications.channels.journal import Journal
from notifications.channels.smtp_url import Server, read_url

CONNECT_SECONDS = 30
COMMAND_SECONDS = 30
DATA_SECONDS = 150
"""How long each answer may take. DATA has two: both, begun as late as a run may, end in a lease."""

BARE, JOURNALLED = "smtp", "smtp+journal"
DOWN = "mail server is down"
_TAKEN = (250, 251, 252)
_GO_ON = 354
_CLOSING = 421
_NEEDS_LOGIN = {503, 530, 534, 535, 538}
_ADDRESS_IS_BAD = re.compile(rb"5\.[12]\.\d")
_FULL_STOP = re.compile(rb"^\.", re.MULTILINE)
_SOMEBODY = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
_log = logging.getLogger(__name__)


class SmtpChannel:
    """Hands letters to the mail server named by a `smtp://` or `smtps://` URL.

    With a journal, a blind copy of each letter goes there in the same transaction. What cannot be
    delivered comes back to the `bounce_address`; without one, to whoever the letter is from.
    """

    def __init__(self, url: str, journal: Journal | None = None, bounce_address: str = "") -> None:
        self.server = read_url(url)
        self.journal = journal
        self._bounce_address = bounce_address

    @property
    def name(self) -> str:
        """Letters of which a copy was taken are told apart: only of them the journal can tell."""
        return JOURNALLED if self.journal else BARE

    @property
    def pace(self) -> int | None:
        """How many letters a minute any one domain is sent at most; None for as many as go."""
        return self.server.pace

    def __repr__(self) -> str:
        return f"SmtpChannel({self.server.where!r})"

    @contextmanager
    def open(self) -> Iterator["SmtpHandover"]:
        """A connection for one batch; ChannelDown when the server will not talk to us."""
        copies_to = self.journal.address if self.journal else ""
        line = SmtpHandover(self.server, copies_to, self._bounce_address)
        line.connect()
        try:
            yield line
        finally:
            line.close()

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """What the journal says; bare SMTP keeps no record that we could ask."""
        return self.journal.ask(key, known) if self.journal else None


class SmtpHandover:
    """One connection, opened again when the far side closes it."""

    def __init__(self, server: Server, copies_to: str = "", bounces_to: str = "") -> None:
        self.name = BARE
        self._server = server
        self._copies_to = copies_to
        self._bounces_to = bounces_to
        self._smtp: smtplib.SMTP | None = None
        self._begun = False
        self.meanwhile: Callable[[], object] = int  # nothing

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
            code, reply = smtp.docmd("DATA")
            if code == _GO_ON:
                smtp.send(_with_end(message.as_bytes()))
                self.meanwhile()
                code, reply = smtp.getreply()
        except OSError as error:
            self._hang_up()
            return Unknown(f"the line dropped after DATA had begun: {_why(error)}")
        smtp.sock.settimeout(COMMAND_SECONDS)
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
        self.name = BARE
        # Both addresses are plain: the library would read each of them again.
        code, reply = smtp.docmd("MAIL", f"FROM:<{self._bounces_to or sender}>")
        if code != 250:
            return code, reply, True
        code, reply = smtp.docmd("RCPT", f"TO:<{to}>")
        if code in _TAKEN and self._copies_to:
            self._copy(smtp)
        return code, reply, False

    def _copy(self, smtp: smtplib.SMTP) -> None:
        """Name the journal as well; a letter goes without its copy rather than not at all."""
        code, reply = smtp.rcpt(self._copies_to)
        if code in _TAKEN:
            self.name = JOURNALLED
        elif code == _CLOSING:
            raise smtplib.SMTPServerDisconnected(_said(code, reply))
        else:
            _log.warning("the journal's address is refused; letters go without a copy: %d", code)

    def _judge_offer(self, code: int, reply: bytes, about_us: bool) -> Outcome | None:
        if code in _TAKEN:
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


def _connected(server: Server) -> smtplib.SMTP:
    context = None if server.tls == "none" else ssl.create_default_context()
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


def _with_end(content: bytes) -> bytes:
    """The message with the line after it that ends it, which none of its own may look like."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return _FULL_STOP.sub(b"..", ended) + b".\r\n"


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
    words = _SOMEBODY.sub("(address)", words)  # a reply often repeats whom it is about
    return f"{code} {words}"[:300]


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode("ascii", "replace")


def _why(error: Exception) -> str:
    match error:
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what CHARTER_MAIL_URL asks for (STARTTLS or a login)"
        case smtplib.SMTPResponseException():
            return _said(error.smtp_code, _bytes(error.smtp_error))
        case smtplib.SMTPServerDisconnected():
            return "it closed the line, or gave no answer in time"
        case ssl.SSLCertVerificationError():
            return "its certificate cannot be trusted"
        case TimeoutError():
            return "no answer in time"
        case OSError() if error.strerror:
            return error.strerror.lower()
    return type(error).__name__
