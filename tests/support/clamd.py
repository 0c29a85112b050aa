"""A stand-in for ClamAV's daemon that speaks its protocol over a real socket, and can misbehave."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for a virus."""
LIMIT = 25_000_000
FOUND = "stream: Eicar-Test-Signature FOUND"


class StandIn:
    """Answers PING and INSTREAM as clamd does; `mood` makes it slow, rude or short of room."""

    def __init__(self, listener: socket.socket, mood: str = "well", limit: int = LIMIT) -> None:
        self.listener = listener
        self.mood = mood
        self.limit = limit
        self.seen: list[bytes] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        """Its address as the setting has it."""
        where: Any = self.listener.getsockname()
        return f"clamd://{where}" if isinstance(where, str) else "clamd://{}:{}".format(*where[:2])

    def serve(self) -> None:
        """One caller after another, until the listener is closed."""
        while not self.over.is_set():
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line:
                try:
                    self.answer(line)
                except OSError:
                    continue

    def answer(self, line: socket.socket) -> None:
        """One command."""
        if self.mood == "drops":
            return
        if self.mood == "silent":
            self.over.wait(5)
            return
        command = b""
        while not command.endswith(b"\0"):
            command += line.recv(1)
        if command == b"zPING\0":
            line.sendall(b"PONG\0" if self.mood != "rude" else b"UNKNOWN COMMAND\0")
            return
        body = b""
        while size := int.from_bytes(exactly(line, 4), "big"):
            if len(body) + size > self.limit:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            body += exactly(line, size)
            if self.mood == "drops half way":
                return
        self.seen.append(body)
        line.sendall((FOUND if EICAR in body else "stream: OK").encode() + b"\0")


def exactly(line: socket.socket, size: int) -> bytes:
    """So many bytes; OSError if the line ends before."""
    read = b""
    while len(read) < size:
        part = line.recv(size - len(read))
        if not part:
            raise ConnectionError
        read += part
    return read


@contextmanager
def clamd(mood: str = "well", path: Path | None = None, limit: int = LIMIT) -> Iterator[StandIn]:
    """A stand-in that listens on a port of this machine, or on a socket file."""
    if path:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
    else:
        listener = socket.create_server(("127.0.0.1", 0))
    here = StandIn(listener, mood, limit)
    try:
        yield here
    finally:
        here.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        here.thread.join(10)
