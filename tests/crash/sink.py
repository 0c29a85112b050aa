"""A mail server in a process of its own, which writes down every message before it says 250.

`python -m tests.crash.sink LOG MAILDIR JOURNAL_ADDRESS` prints its port and serves until its
standard input is closed. A copy for the journal's address is put into the maildir. Addresses that
begin with one of HABITS are answered so the first time they are heard of, and properly after that.
"""

import asyncio
import os
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PLAIN, BUSY, NOBODY, CLOSING = "250 OK", "451 4.3.0 Later", "550 5.1.1 No", "421 4.3.2 Closing"
SLOW_SECONDS = 1.5
"""How long a slow answer takes: more than the workers of that test wait."""
HABITS = {
    "dropped": "takes the message, and hangs up before it says so",
    "slow": "takes the message, and says so only when nobody listens any more",
    "late": "takes the message, and says so only when there is a file `release` beside its log",
    "halved": "closes its half of the line after the message, saying nothing",
    "cut": "hangs up in the middle of the message, and has nothing",
    "closing": "closes the connection with 421 at the recipient",
    "busy": "puts the recipient off with 451",
    "deferring": "puts the whole message off with 451",
    "nobody": "refuses the recipient with 550, for good",
    "refusing": "refuses the message with 554, for good",
}
AMBIGUOUS = ("dropped", "slow", "halved", "cut")
"""The habits that leave whoever sent the letter without an answer to it."""
FOR_GOOD = ("nobody", "refusing")


class Keeper:
    """Answers one command at a time, and keeps what it takes."""

    def __init__(self, log: Path, maildir: Path, journal: str) -> None:
        self.release = log.with_name("release")
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.maildir, self.journal = maildir, journal
        self.heard: set[str] = set()
        self.taken = 0
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True, exist_ok=True)

    def habit(self, address: str) -> str:
        """How this address is to be answered now: by its habit once, unless that is for good."""
        name = address.partition("-")[0]
        if name not in HABITS or (address in self.heard and name not in FOR_GOOD):
            return ""
        return name

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match self.habit(address):
            case "nobody":
                return NOBODY
            case "busy":
                self.heard.add(address)
                return BUSY
            case "closing":
                self.heard.add(address)
                envelope.rcpt_tos.clear()
                _hang_up(server, CLOSING)
                return CLOSING
        envelope.rcpt_tos.append(address)
        return PLAIN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        habits = {self.habit(to) for to in envelope.rcpt_tos} - {""}
        habit = next(iter(habits), "")
        self.heard.update(envelope.rcpt_tos)
        match habit:
            case "cut":
                return _hang_up(server)
            case "deferring":
                return BUSY
            case "refusing":
                return "554 5.7.1 Refused"
        self.keep(envelope)
        match habit:
            case "dropped":
                return _hang_up(server)
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
            case "late":
                while not self.release.exists():
                    await asyncio.sleep(0.05)
            case "halved":
                if isinstance(server.transport, asyncio.Transport):
                    server.transport.write_eof()
                await asyncio.sleep(SLOW_SECONDS)
        return PLAIN

    def keep(self, envelope: Envelope) -> None:
        """One line for the message, in one write; then its copy for the journal."""
        content = bytes(envelope.original_content or b"")
        key = _key(content)
        to = ",".join(each for each in envelope.rcpt_tos if each != self.journal)
        os.write(self.log, f"{key} {to}\n".encode())
        if self.journal in envelope.rcpt_tos:
            self.taken += 1
            name = f"{self.taken:06}.{key}"
            (self.maildir / "tmp" / name).write_bytes(content)
            os.rename(self.maildir / "tmp" / name, self.maildir / "new" / name)


def _key(content: bytes) -> str:
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    named = [line for line in head if line.lower().startswith(b"x-charter-letter:")]
    return named[0].partition(b":")[2].strip().decode() if named else "-"


def _hang_up(server: SMTP, last: str = "") -> str:
    if isinstance(server.transport, asyncio.Transport):
        if last:
            server.transport.write(f"{last}\r\n".encode())
            server.transport.close()
        else:
            server.transport.abort()
    return CLOSING


class _Loopback(Controller):
    """A controller that is given port 0 and then knows the port it got."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="sink.example", enable_SMTPUTF8=True, timeout=30)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def main(log: str, maildir: str, journal: str) -> None:
    """Serve until nobody holds the other end of standard input."""
    controller = _Loopback(Keeper(Path(log), Path(maildir), journal), hostname="127.0.0.1", port=0)
    controller.start()
    print(controller.port, flush=True)
    sys.stdin.read()
    controller.stop(no_assert=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
