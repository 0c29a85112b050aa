"""A real SMTP server on loopback that keeps what it is given and misbehaves on request."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import Enum
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPT = 250
REPLIES = {
    421: "421 4.3.2 Service shutting down",
    450: "450 4.2.1 Mailbox busy",
    451: "451 4.3.0 Try again later",
    452: "452 4.2.2 Mailbox full",
    550: "550 5.1.1 No such mailbox",
    552: "552 5.3.4 Message too big",
    554: "554 5.7.1 Refused",
}


class Drop(Enum):
    """Where the line goes dead."""

    BEFORE_DATA = "the server hangs up when it hears the recipient: nothing was handed over"
    AFTER_DATA = "the server keeps the message and hangs up before saying so: in doubt"
    SILENT = "the server keeps the message and says so when nobody listens any more: in doubt"
    HALF_CLOSED = "the server keeps the message and closes its half of the line: in doubt"


@dataclass(frozen=True, slots=True)
class Received:
    """One message the server took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    connection: int

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def key(self) -> str:
        """The letter's own key, from its header."""
        return str(self.message["X-Charter-Letter"])


@dataclass
class _Habit:
    answer: int | Drop
    at: str
    times: int | None


@dataclass
class SmtpSink:
    """What the server received, how often it was called, and what it is told to answer."""

    messages: list[Received] = field(default_factory=list)
    connections: int = 0
    login: tuple[str, str] | None = None
    controller: Any = None
    _habits: dict[str, _Habit] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host(self) -> str:
        """The loopback address it listens on."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.controller.port)

    @property
    def url(self) -> str:
        """The mail URL that leads here, as the settings spell it."""
        login = "{}:{}@".format(*self.login) if self.login else ""
        return f"smtp://{login}{self.host}:{self.port}"

    def answer(
        self, to: str, answer: int | Drop, *, at: str = "rcpt", times: int | None = None
    ) -> None:
        """From now on answers mail for `to` so, at 'rcpt' or 'data', `times` times or for ever."""
        if isinstance(answer, Drop):
            at = "rcpt" if answer is Drop.BEFORE_DATA else "data"
        with self._lock:
            self._habits[to.lower()] = _Habit(answer, at, times)

    def require_login(self, user: str, password: str) -> None:
        """From now on takes mail only after this login."""
        self.login = (user, password)

    def to(self, address: str) -> list[Received]:
        """The messages that came for `address`, oldest first."""
        return [m for m in self.messages if address.lower() in map(str.lower, m.recipients)]

    def stop(self) -> None:
        """Takes the server down; its port refuses connections from then on."""
        if self.controller is not None and self.controller.loop.is_running():
            self.controller.stop()

    def habit(self, to: str, stage: str) -> int | Drop:
        """What to answer now at this stage, counting it as one of its times."""
        with self._lock:
            habit = self._habits.get(to.lower())
            if habit is None or habit.times == 0 or habit.at != stage:
                return ACCEPT
            if habit.times is not None:
                habit.times -= 1
            return habit.answer


class _Handler:
    """Answers one SMTP command at a time, as the sink was told."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sink.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.sink.habit(address, "rcpt")
        if answer is Drop.BEFORE_DATA:
            return _hang_up(server)
        if isinstance(answer, int) and answer != ACCEPT:
            return REPLIES[answer]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answers = {self.sink.habit(to, "data") for to in envelope.rcpt_tos} - {ACCEPT}
        refusals = [answer for answer in answers if isinstance(answer, int)]
        if refusals:
            return REPLIES[refusals[0]]
        content = envelope.original_content or b""
        received = Received(
            str(envelope.mail_from), tuple(envelope.rcpt_tos), content, self.sink.connections
        )
        self.sink.messages.append(received)
        if Drop.HALF_CLOSED in answers and isinstance(server.transport, asyncio.Transport):
            server.transport.write_eof()
        if answers & {Drop.SILENT, Drop.HALF_CLOSED}:
            await asyncio.sleep(1)
        return _hang_up(server) if Drop.AFTER_DATA in answers else "250 OK"


def _hang_up(server: SMTP) -> str:
    """Cuts the line; the reply that follows goes nowhere."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    return "421 4.3.2 Gone"


class _Controller(Controller):
    """A controller that may be given port 0 and then knows the port it got."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink
        super().__init__(_Handler(sink), hostname=sink.host, port=0)

    def factory(self) -> SMTP:
        self.sink.connections += 1
        return SMTP(
            self.handler,
            hostname="sink.example",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._check,
        )

    def _check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.sink.login, handled=False)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
        self.sink.connections = 0


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A fresh SMTP server for one test; `smtp_sink.url` leads to it."""
    sink = SmtpSink()
    sink.controller = _Controller(sink)
    sink.controller.start()
    yield sink
    sink.stop()
