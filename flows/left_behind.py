"""Knows the processes a run started, and ends those that a killed run left behind, and only those.

A run writes a token of its own down before it starts anything, and every process under it carries
the token in its environment. A process is ended only while it carries a token that was written
down here, so neither a reused process number nor somebody else's Prefect can be mistaken for ours.
"""

import fcntl
import json
import os
import secrets
import select
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

TOKEN = "CHARTER_PROCESS_TOKEN"
"""The variable by which a process is known; Prefect hands it on to the flow runs it starts."""
PROC = Path("/proc")
PATIENCE = 5.0
"""Seconds a process has to end by itself when asked to."""


class InUse(RuntimeError):
    """Another run is at work on the same home."""


@dataclass(frozen=True)
class Started:
    """A process we started, and its number."""

    what: str
    pid: int


class Notebook:
    """The file in a home that says which processes a run has started."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "processes.json"
        self.token = secrets.token_hex(16)
        self._started: list[Started] = []

    def open(self) -> None:
        """Write the token down; to be called before anything is started."""
        self._write()

    def add(self, what: str, pid: int) -> None:
        """Write down a process just started."""
        self._started.append(Started(what, pid))
        self._write()

    def close(self) -> None:
        """Forget everything: nothing is left running."""
        self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        aside = self.path.with_suffix(".new")
        rows = [asdict(one) for one in self._started]
        aside.write_text(json.dumps({"token": self.token, "processes": rows}, indent=2))
        aside.replace(self.path)


def end_left_behind(folder: Path, *, patience: float = PATIENCE) -> list[int]:
    """End every process that the last run noted in `folder` left running; their numbers."""
    path = folder / "processes.json"
    try:
        token = str(json.loads(path.read_text())["token"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
    ended = end(token, patience=patience)
    path.unlink(missing_ok=True)
    return ended


def end(token: str, *, patience: float = PATIENCE) -> list[int]:
    """Ask every process that carries the token to end, then kill what has not; their numbers."""
    ended: set[int] = set()
    for farewell, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        held = dict(_held(token))
        try:
            for descriptor in held.values():
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, farewell)
            _wait(held.values(), wait)
        finally:
            for descriptor in held.values():
                os.close(descriptor)
        ended |= held.keys()
    return sorted(ended)


def _held(token: str) -> Iterator[tuple[int, int]]:
    """Each process that carries the token, held so that its number cannot pass to another."""
    mark = f"{TOKEN}={token}".encode()
    for entry in PROC.glob("[0-9]*/environ"):
        pid = int(entry.parent.name)
        if pid == os.getpid():
            continue
        with suppress(OSError):
            if mark not in entry.read_bytes().split(b"\0"):
                continue
            descriptor = os.pidfd_open(pid)
            if mark in entry.read_bytes().split(b"\0"):  # still the same process
                yield pid, descriptor
            else:
                os.close(descriptor)


def _wait(descriptors: Iterable[int], seconds: float) -> None:
    """Until every process has ended, or the time is up."""
    left, end_at = set(descriptors), time.monotonic() + seconds
    while left and (rest := end_at - time.monotonic()) > 0:
        ready, _, _ = select.select(list(left), [], [], rest)
        left -= set(ready)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder for one run at a time; InUse says who has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise InUse(
                f"process {holder} is already at work on {folder.parent}; wait until it ends, "
                "or set CHARTER_HOME to another folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
