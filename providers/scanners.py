"""Looks into files for what would harm whoever opens them: by clamd, or not at all."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

Outcome = Literal["clean", "infected", "failed", "unscanned"]
CHUNK = 64 * 1024
PATIENCE = 30.0
"""Seconds without a word from the scanner after which it counts as down; clamd's own idle limit."""
LONGEST_ANSWER = 4096
CLAMD_PORT = 3310
HOW = "write clamd://host:3310, or clamd:///run/clamav/clamd.ctl for a socket on this machine"


@dataclass(frozen=True)
class Verdict:
    """What a scanner found: `failed` found nothing out, `unscanned` never looked."""

    outcome: Outcome
    says: str


class Scanner(Protocol):
    """Anything that can look into a file."""

    @property
    def name(self) -> str:
        """What operators call it."""

    def scan(self, path: Path) -> Verdict:
        """Look into a file; never raises for a scanner that is down, which is `failed`."""

    def reachable(self) -> str:
        """Why it cannot be asked now; empty when it can."""


class NullScanner:
    """Scans nothing, and says so: for trying things out, where no scanner is set up."""

    name = "no scanner"

    def scan(self, path: Path) -> Verdict:
        """Always `unscanned`."""
        return Verdict("unscanned", "no scanner is set up, so nobody has looked into this file")

    def reachable(self) -> str:
        """Never asked, so never out of reach."""
        return ""


@dataclass(frozen=True)
class ClamdScanner:
    """Hands files to ClamAV's daemon by its INSTREAM command; `address` is a host and port, or a
    socket's path."""

    address: tuple[str, int] | str
    patience: float = PATIENCE

    @property
    def name(self) -> str:
        """What operators call it."""
        where = self.address if isinstance(self.address, str) else "{}:{}".format(*self.address)
        return f"clamd at {where}"

    def scan(self, path: Path) -> Verdict:
        """Hand a file over, and hear what clamd makes of it."""
        try:
            with self._line() as line:
                return _understood(_handed_over(line, path))
        except OSError as error:
            return Verdict("failed", f"{self.name} did not answer ({_reason(error)})")

    def reachable(self) -> str:
        """Why clamd cannot be asked now; empty when it answers."""
        try:
            with self._line() as line:
                line.sendall(b"zPING\0")
                said = _answer(line)
        except OSError as error:
            return _reason(error)
        return "" if said == "PONG" else f"it answered '{said[:60]}'"

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        if isinstance(self.address, str):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.patience)
        else:
            line = socket.create_connection(self.address, timeout=self.patience)
        with line:
            if isinstance(self.address, str):
                line.connect(self.address)
            yield line


def _handed_over(line: socket.socket, path: Path) -> str:
    """Clamd's answer to a file; it may answer, and hang up, before the file is through."""
    try:
        line.sendall(b"zINSTREAM\0")
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                line.sendall(len(chunk).to_bytes(4, "big") + chunk)
        line.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass  # too big for it: the reason stands in its answer
    return _answer(line)


def _answer(line: socket.socket) -> str:
    said = b""
    while len(said) < LONGEST_ANSWER and not said.endswith(b"\0"):
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode(errors="replace")


def _understood(said: str) -> Verdict:
    """`stream: OK`, `stream: Some.Name FOUND`; anything else is an error, and no all-clear."""
    words = said.removeprefix("stream: ")
    if words == "OK":
        return Verdict("clean", "clamd found nothing")
    if words.endswith(" FOUND"):
        return Verdict("infected", f"clamd found {words.removesuffix(' FOUND')}"[:200])
    return Verdict("failed", f"clamd answered '{words[:160]}'" if words else "clamd hung up")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    return error.strerror or type(error).__name__


def scanner_for(url: str, patience: float = PATIENCE) -> Scanner:
    """The scanner of an address; none for an empty one. ValueError says what an address looks like.

    `clamd://host:port`, or `clamd:///folder/socket` for one on this machine.
    """
    if not url:
        return NullScanner()
    try:
        parts = urlsplit(url)
        port = parts.port or CLAMD_PORT
    except ValueError:
        raise ValueError(HOW) from None
    if parts.scheme != "clamd" or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(HOW)
    if parts.hostname and parts.path in ("", "/"):
        return ClamdScanner((parts.hostname, port), patience)
    if not parts.netloc and len(parts.path) > 1:
        return ClamdScanner(parts.path, patience)
    raise ValueError(HOW)
