"""Workers in processes of their own, killed by SIGKILL at the very point they were told."""

import os
import random
import signal
import smtplib
import stat
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from notifications.channels.base import Accepted, Channel, Handover, Outcome
from notifications.leases import Change
from providers import ledger
from providers.database import Database, Kept, open_engine

KILLED = -signal.SIGKILL
POINTS = {
    "claimed": "after claim",
    "rcpt": "after RCPT",
    "handing": "after handing",
    "data": "inside DATA",
    "dot": "after the final dot",
    "accepted": "after 250",
    "committed": "after commit",
}
"""The points of delivery, in the order in which a letter passes them."""
DOT = b"\r\n.\r\n"


@dataclass
class Doom:
    """Where a worker is to die: the n-th time it comes to a point; never, when there is none."""

    point: str = ""
    nth: int = 1

    def near(self, point: str) -> bool:
        """Whether this is the time; counts it."""
        if point != self.point:
            return False
        self.nth -= 1
        return self.nth == 0

    def reach(self, point: str) -> None:
        """Die here, if this is the point and the time."""
        if self.near(point):
            die()


def die() -> None:
    """As by `kill -9` from outside: nothing is flushed, closed, rolled back or said."""
    os.kill(os.getpid(), signal.SIGKILL)


class Watched(Database):
    """A database whose commits can be died after, by what they put on the ledger."""

    def __init__(self, url: str, doom: Doom) -> None:
        super().__init__(open_engine(url))
        self.doom = doom
        self.settling = False

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, and perhaps the last thing that this process does."""
        kinds: set[str] = set()
        watching = self.doom.point.startswith("commit:")
        with super().writing() as session:
            before = ledger.head(session)[0] if watching else 0
            yield session
            if watching:
                session.flush()
                kinds = _kinds_since(session, before)
        self.settled()
        for kind in kinds:
            self.doom.reach(f"commit:{kind}")

    def settled(self) -> None:
        """A commit was made; perhaps it was the one that settled a letter."""
        if self.settling:
            self.settling = False
            self.doom.reach("committed")

    @contextmanager
    def keeping(self) -> Iterator[Any]:
        """Where a letter is settled that was accepted, and the next begins."""
        with super().keeping() as kept:
            yield MortalKept(kept, self)


class MortalKept:
    """A kept connection, whose commits can be died after."""

    def __init__(self, inner: Kept, database: Watched) -> None:
        self.inner, self.database = inner, database

    def change(self, *changes: Change) -> list[bool]:
        """One transaction, and perhaps the last thing that this process does."""
        did = self.inner.change(*changes)
        self.database.settled()
        return did


def _kinds_since(session: Session, entry: int) -> set[str]:
    found = session.connection().execute(
        text("SELECT DISTINCT kind FROM ledger WHERE seq > :entry"), {"entry": entry}
    )
    return set(found.scalars())


class Mortal:
    """A channel that works, until the moment at which its worker is to die."""

    def __init__(self, inner: Channel, database: Watched) -> None:
        self.inner, self.database = inner, database

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @contextmanager
    def open(self) -> Iterator[Handover]:
        """Letters are claimed by now, and none is being handed over."""
        self.database.doom.reach("claimed")
        with self.inner.open() as line:
            yield MortalLine(line, self.database)


class MortalLine:
    """Its line to the mail server, which is as mortal."""

    def __init__(self, inner: Handover, database: Watched) -> None:
        self.inner, self.database, self.doom = inner, database, database.doom

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def name(self) -> str:
        """What the outbox is to remember of the letter."""
        return self.inner.name

    @property
    def meanwhile(self) -> Any:
        """What is done while the other side takes a letter."""
        return self.inner.meanwhile  # type: ignore[attr-defined]

    @meanwhile.setter
    def meanwhile(self, work: Any) -> None:
        self.inner.meanwhile = work  # type: ignore[attr-defined]

    def offer(self, message: EmailMessage) -> Outcome | None:
        """MAIL and RCPT."""
        outcome = self.inner.offer(message)
        if outcome is None:
            self.doom.reach("rcpt")
        return outcome

    def hand(self, message: EmailMessage) -> Outcome:
        """DATA, and what is answered; `handing` is on record before, and the answer is not yet."""
        self.doom.reach("handing")
        outcome = self.inner.hand(message)
        if isinstance(outcome, Accepted):
            self.doom.reach("accepted")
            self.database.settling = True
        return outcome


def watch_the_line(doom: Doom) -> None:
    """From now on this process may die in the middle of a message, or just after its last dot."""
    send = smtplib.SMTP.send

    def watched(self: smtplib.SMTP, content: Any) -> None:
        if not (isinstance(content, bytes) and content.endswith(DOT)):
            send(self, content)
            return
        if doom.near("data"):
            send(self, content[: len(content) // 2])
            die()
        send(self, content)
        doom.reach("dot")

    smtplib.SMTP.send = watched  # type: ignore[method-assign, assignment]


def watch_the_swap(doom: Doom, site: Path) -> None:
    """From now on this process may die just before the families' site is swapped, or just after."""
    replace = os.replace

    def watched(source: Any, target: Any, **more: Any) -> None:
        ours = Path(target) == site
        if ours:
            doom.reach("site built")
        replace(source, target, **more)
        if ours:
            doom.reach("site swapped")

    os.replace = watched  # type: ignore[assignment]


def watch_the_files(doom: Doom, mail: Path) -> None:
    """From now on this process may die with a letter half on the disk, or with its file in place.

    These are what is DATA, and what is the final dot, where mail is files.
    """
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: Any) -> None:
        if mail.is_dir() and stat.S_ISREG(os.fstat(descriptor).st_mode):
            doom.reach("data")
        fsync(descriptor)

    def replaced(source: Any, target: Any, **more: Any) -> None:
        replace(source, target, **more)
        if Path(target).parent == mail:
            doom.reach("dot")

    os.fsync, os.replace = synced, replaced  # type: ignore[assignment]


Job = Callable[[], object]


def at_once(jobs: Sequence[Job], faults: Path) -> list[int]:
    """Run each in a process of its own, all from the same moment; how each of them ended.

    What any of them raised is added to the file `faults`.
    """
    gate, opener = os.pipe()
    pids = [_fork(job, gate, opener, faults) for job in jobs]
    os.close(gate)
    os.close(opener)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def _fork(job: Job, gate: int, opener: int, faults: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.close(opener)
        os.read(gate, 1)  # until every process has been started
        random.seed(os.getpid())
        job()
        code = 0
    except BaseException:
        with faults.open("a") as file:
            file.write(traceback.format_exc() + "\n")
    finally:
        os._exit(code)
