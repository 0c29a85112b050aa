"""Letters as files: each is `<key>.eml` in one folder, so the folder itself says what arrived."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    addresses,
    check_key,
)

REFUSES = "refuses.example"
"""The simulator: letters to this domain bounce, so that a bounce can be tried without a server."""


class FileChannel:
    """Writes letters to a folder, whole or not at all."""

    name = "file"
    pace = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"FileChannel({str(self.folder)!r})"

    @contextmanager
    def open(self) -> Iterator["FileHandover"]:
        """The folder, made when it is missing; ChannelDown when it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChannelDown("mail folder cannot be written", _why(error)) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise ChannelDown("mail folder cannot be written", "permission denied")
        yield FileHandover(self.folder)

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """Whether the letter's file is there; None when there is no folder to look in."""
        if not self.folder.is_dir():
            return None
        return (self.folder / f"{check_key(key)}.eml").exists()


class FileHandover:
    """One batch of files."""

    name = FileChannel.name

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def offer(self, message: EmailMessage) -> Outcome | None:
        """A file takes any address but the simulator's, which is turned away for good."""
        if addresses(message)[1].lower().endswith(f"@{REFUSES}"):
            return Refused(f"file mail refuses every address at {REFUSES}")
        return None

    def hand(self, message: EmailMessage) -> Outcome:
        """Write aside, make durable, rename; a file that is already there is left as it is."""
        key = check_key(str(message["X-Charter-Letter"]))
        target = self._folder / f"{key}.eml"
        if target.exists():
            return Accepted("the file was already there")
        aside = self._folder / f".{key}.{os.getpid()}.tmp"
        try:
            _write_durably(aside, message.as_bytes())
            aside.replace(target)
            _sync_folder(self._folder)
        except OSError as error:
            aside.unlink(missing_ok=True)
            if not target.exists():
                return Deferred(f"the file could not be written: {_why(error)}")
        return Accepted(f"written to {target.name}")


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
