"""A small IMAP server on loopback: one user, some folders, and the commands that a reader needs."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

import pytest

SEARCH = re.compile(r'HEADER (\S+) "(.*)"', re.IGNORECASE)


@dataclass
class Kept:
    """One message: its UID, its bytes, its flags."""

    uid: int
    raw: bytes
    seen: bool = False


@dataclass
class ImapSink:
    """What the folders hold, whom the server lets in, and every line that was said to it."""

    user: str = "journal"
    password: str = 'p"a\\ss'
    folders: dict[str, list[Kept]] = field(default_factory=lambda: {"INBOX": []})
    said: list[str] = field(default_factory=list)
    drops_at: str = ""
    context: ssl.SSLContext | None = None
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.listener.getsockname()[1])

    def url(self, folder: str = "INBOX", *, password: str = "p%22a%5Css") -> str:
        """The mailbox's URL, as the settings spell it."""
        scheme = "imaps" if self.context else "imap"
        return f"{scheme}://{self.user}:{password}@127.0.0.1:{self.port}/{folder}"

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        """A message comes in."""
        kept = self.folders.setdefault(folder, [])
        kept.append(Kept(len(kept) + 1, raw))

    def serve(self) -> None:
        """Take callers, one at a time, until the listener is closed."""
        while True:
            try:
                line, _ = self.listener.accept()
                if self.context:
                    line = self.context.wrap_socket(line, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            with line, line.makefile("rwb") as file:
                try:
                    self._converse(file)
                except (OSError, ValueError):
                    continue

    def _converse(self, file: Any) -> None:
        file.write(b"* OK ready\r\n")
        file.flush()
        chosen: list[Kept] = []
        while order := file.readline().decode("ascii").strip():
            self.said.append(order)
            tag, _, command = order.partition(" ")
            verb = command.removeprefix("UID ").partition(" ")[0].upper()
            if verb == self.drops_at:
                return
            if verb == "SELECT":
                chosen = self.folders.get(command.partition(" ")[2].strip('"'), [])
            lines = [f"* {line}".encode() for line in self._told(verb, command, chosen)]
            if verb == "FETCH":
                lines = _fetched(chosen, command)
            end = "OK done" if self._allows(verb, command) else "NO [AUTHENTICATIONFAILED] no"
            file.write(b"".join(line + b"\r\n" for line in [*lines, f"{tag} {end}".encode()]))
            file.flush()
            if verb == "LOGOUT":
                return

    def _allows(self, verb: str, command: str) -> bool:
        if verb == "LOGIN":
            quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
            return command == f'LOGIN "{self.user}" "{quoted}"'
        return verb != "SELECT" or command.partition(" ")[2].strip('"') in self.folders

    def _told(self, verb: str, command: str, chosen: list[Kept]) -> list[str]:
        match verb:
            case "CAPABILITY":
                return ["CAPABILITY IMAP4rev1"]
            case "SELECT" | "NOOP":
                return [f"{len(chosen)} EXISTS"]
            case "SEARCH":
                return [f"SEARCH {' '.join(str(x.uid) for x in _found(chosen, command))}".rstrip()]
            case "STORE":
                for each in _named(chosen, command):
                    each.seen = True
            case "LOGOUT":
                return ["BYE"]
        return []


def _found(chosen: list[Kept], command: str) -> list[Kept]:
    """As servers do: a header is found that holds the words anywhere, in any case."""
    asked = SEARCH.search(command)
    if asked is None:
        return [each for each in chosen if not each.seen]
    name, words = asked[1], asked[2].lower()
    read = BytesHeaderParser().parsebytes
    return [each for each in chosen if words in str(read(each.raw)[name] or "").lower()]


def _named(chosen: list[Kept], command: str) -> list[Kept]:
    uid = int(command.split()[2])
    return [each for each in chosen if each.uid == uid]


def _fetched(chosen: list[Kept], command: str) -> list[bytes]:
    (each,) = _named(chosen, command)
    part = each.raw
    if "HEADER.FIELDS" in command:
        part = part.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    if "PEEK" not in command:
        each.seen = True
    return [f"* {each.uid} FETCH (UID {each.uid} BODY[] {{{len(part)}}}".encode(), part + b")"]


@pytest.fixture
def imap_sink() -> Iterator[ImapSink]:
    """A fresh IMAP server for one test; `imap_sink.url()` leads to its INBOX."""
    sink = ImapSink()
    thread = threading.Thread(target=sink.serve, daemon=True)
    thread.start()
    yield sink
    sink.listener.shutdown(socket.SHUT_RDWR)
    sink.listener.close()
    thread.join(5)
