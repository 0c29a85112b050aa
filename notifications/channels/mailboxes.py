"""Mailboxes that we read, never write mail to: a Maildir on this machine, or a folder by IMAP."""

import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from notifications.channels.here import is_here

PATIENCE_SECONDS = 30
SEARCHES = re.compile(r"[A-Za-z0-9_.@-]{1,200}")
"""What a header may be searched for: nothing that a mailbox's own language could mistake."""

LONGEST = 64 * 1024
"""Bytes that are read of a message: all headers of one that is meant well, and a whole notice.

Python's reader takes minutes over some hundred thousand bytes that are meant to keep it busy.
"""

_TRIES = 5
_PLAIN = re.compile(r"[ -~]+")


class MailboxDown(Exception):
    """The mailbox cannot be read just now; says which and why, and holds no secret."""


@dataclass(frozen=True)
class Mail:
    """One message of a mailbox: its `id` there, and its bytes, up to the `LONGEST`."""

    id: str
    raw: bytes


class Folder(Protocol):
    """An open mailbox; every call may raise MailboxDown."""

    def holds(self, header: str, value: str) -> bool:
        """Whether a message in it has exactly this header."""

    def unread(self) -> Iterator[Mail]:
        """The messages that nobody has marked as read, oldest first."""

    def mark_read(self, mail: Mail) -> None:
        """From now on `unread` leaves it out."""


class Mailbox(Protocol):
    """Where mail can be looked up."""

    @property
    def where(self) -> str:
        """Its name for people."""

    def open(self) -> AbstractContextManager[Folder]:
        """The folder, for a while; MailboxDown when it cannot be had."""


def read_mailbox(setting: str, url: str) -> Mailbox:
    """`maildir:/path`, `imaps://user:pass@host/FOLDER`, or `imap://…` to this very machine.

    A ValueError names the setting and repeats nothing of the URL.
    """
    scheme, _, rest = url.strip().partition(":")
    if scheme.lower() == "maildir" and rest.startswith("/"):
        path = unquote(rest)
        return Maildir(Path("/" + path.lstrip("/")))
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError(
            f"{setting}: write maildir:/folder or imaps://user:password@host/FOLDER, "
            "with special characters percent-encoded"
        )
    if parts.scheme == "imap" and not is_here(parts.hostname):
        raise ValueError(f"{setting}: imap:// would send its password in the clear; use imaps://")
    return ImapBox(*_imap(setting, parts, port))


def _imap(setting: str, parts: SplitResult, port: int | None) -> tuple[Any, ...]:
    folder = unquote(parts.path).strip("/") or "INBOX"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.query or parts.fragment or not all(map(_PLAIN.fullmatch, (folder, user, password))):
        raise ValueError(
            f"{setting}: user, password and folder are plain ASCII, and nothing comes after them"
        )
    usual = 993 if parts.scheme == "imaps" else 143
    return parts.hostname, port or usual, parts.scheme == "imaps", folder, user, password


class Maildir:
    """Mail delivered as files; each is read once, however often it is looked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values: dict[str, dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"Maildir({str(self.path)!r})"

    @property
    def where(self) -> str:
        """Its name for people."""
        return f"the Maildir {self.path}"

    @contextmanager
    def open(self) -> Iterator["Maildir"]:
        """Itself, if it is a Maildir that can be read."""
        if not (self.path / "new").is_dir() or not (self.path / "cur").is_dir():
            raise MailboxDown(f"{self.where} is not there: it needs the folders new and cur")
        try:
            yield self
        except OSError as error:
            raise MailboxDown(f"{self.where}: {_why(error)}") from error

    def holds(self, header: str, value: str) -> bool:
        """Whether a message in it has exactly this header."""
        values = self._values.setdefault(header.lower(), {})
        for _ in range(_TRIES):
            moved = False
            for name in self._names():
                lasting = name.partition(":")[0]
                try:
                    if lasting not in values:
                        values[lasting] = _header_of(_beginning(self._find(name)), header)
                except FileNotFoundError:
                    moved = True
                    continue
                if values[lasting] == value:
                    return True
            if not moved:
                return False
        raise MailboxDown(f"{self.where}: its mail is moved about too fast to be read")

    def unread(self) -> Iterator[Mail]:
        """The messages without the mark `S` in their names, oldest first."""
        for name in sorted(self._names()):
            if "S" not in name.partition(":2,")[2]:
                with suppress(FileNotFoundError):  # somebody else has just moved it
                    yield Mail(name, _beginning(self._find(name)))

    def mark_read(self, mail: Mail) -> None:
        """Move it to `cur` with the mark `S`, as every reader of a Maildir does."""
        lasting, _, flags = mail.id.partition(":2,")
        marked = self.path / "cur" / f"{lasting}:2,{''.join(sorted({*flags, 'S'}))}"
        with suppress(FileNotFoundError):
            self._find(mail.id).rename(marked)

    def _names(self) -> list[str]:
        """Every message's file name; `new` before `cur`, the way that mail moves."""
        found = [n for folder in ("new", "cur") for n in os.listdir(self.path / folder)]
        return [name for name in found if not name.startswith(".")]

    def _find(self, name: str) -> Path:
        new = self.path / "new" / name
        return new if new.exists() else self.path / "cur" / name


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST)


def _header_of(message: bytes, header: str) -> str:
    """As it stands there: nothing in it is decoded, so nothing in it can keep us busy."""
    return str(BytesHeaderParser(policy=compat32).parsebytes(message)[header] or "").strip()


@dataclass(frozen=True)
class ImapBox:
    """A folder on a mail server; the connection lives as long as it is open."""

    host: str
    port: int
    tls: bool
    folder: str
    user: str
    password: str = field(repr=False)

    @property
    def where(self) -> str:
        """Its name for people."""
        return f"the mailbox {self.folder} at {self.host}:{self.port}"

    @contextmanager
    def open(self) -> Iterator["ImapFolder"]:
        """Signed in, with the folder chosen; MailboxDown for whatever goes wrong until it ends."""
        try:
            imap = _connected(self)
            try:
                self._enter(imap)
                yield ImapFolder(imap)
            finally:
                _hang_up(imap)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxDown(f"{self.where}: {_why(error)}") from None

    def _enter(self, imap: imaplib.IMAP4) -> None:
        try:
            imap.login(_quoted(self.user), self.password)  # it quotes the password itself
        except imaplib.IMAP4.error:
            raise MailboxDown(f"{self.where} does not accept the user and password") from None
        if imap.select(_quoted(self.folder))[0] != "OK":
            raise MailboxDown(f"{self.where} is not there")


class ImapFolder:
    """An open folder; `id` is the message's UID."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def holds(self, header: str, value: str) -> bool:
        """Whether a message in it has exactly this header.

        A server finds every header that holds the words, so each one found is read.
        """
        if not SEARCHES.fullmatch(value):
            raise ValueError(f"a mailbox is not searched for {value!r}")
        self._imap.noop()  # so that what has come in since is seen
        found = self._search("HEADER", header, f'"{value}"')
        peek = f"(BODY.PEEK[HEADER.FIELDS ({header})]<0.{LONGEST}>)"
        return any(_header_of(self._fetch(uid, peek), header) == value for uid in found)

    def unread(self) -> Iterator[Mail]:
        """The messages without the flag Seen, in the order of their UIDs."""
        for uid in self._search("UNSEEN"):
            yield Mail(uid, self._fetch(uid, f"(BODY.PEEK[]<0.{LONGEST}>)"))

    def mark_read(self, mail: Mail) -> None:
        """Give it the flag Seen."""
        self._ask("STORE", mail.id, "+FLAGS.SILENT", "(\\Seen)")

    def _search(self, *terms: str) -> list[str]:
        found = self._ask("SEARCH", *terms)
        return sorted((found[0] or b"").decode("ascii").split(), key=int)

    def _fetch(self, uid: str, what: str) -> bytes:
        parts = self._ask("FETCH", uid, what)
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def _ask(self, command: str, *words: str) -> list[Any]:
        answer, data = self._imap.uid(command, *words)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{command} was refused")
        return data


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _connected(box: ImapBox) -> imaplib.IMAP4:
    if box.tls:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=PATIENCE_SECONDS)
    return imaplib.IMAP4(box.host, box.port, timeout=PATIENCE_SECONDS)


def _hang_up(imap: imaplib.IMAP4) -> None:
    """Say goodbye, if anybody still listens; the library leaves a dropped line open."""
    with suppress(imaplib.IMAP4.error, OSError):
        imap.logout()
    with suppress(OSError):
        imap.shutdown()


def _why(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "its certificate cannot be trusted"
        case TimeoutError():
            return "no answer in time"
        case OSError() if error.strerror:
            return error.strerror.lower()
    return "the line dropped, or its answer means nothing"
