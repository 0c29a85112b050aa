"""A worker to be killed: delivers letters and dies at a chosen moment, as by kill -9.

`python -m tests.support.dying DATABASE MAIL_URL FOLDER NOW POINT NTH ORDER`; it is started by
tests and never imported by them.
"""

import os
import smtplib
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from notifications import outbox
from notifications.channels import channel_for, files
from notifications.channels.base import Accepted, Channel, Handover, Outcome
from notifications.delivery import deliver
from providers.database import Database, open_engine
from tests.support.post import office

DIED = 9


def die() -> None:
    """Ends the process at once: nothing is flushed, closed or rolled back."""
    os._exit(DIED)


class Dying:
    """A channel that works until the moment it was given."""

    def __init__(self, inner: Channel, point: str, nth: int) -> None:
        self.inner, self.point, self.left = inner, point, nth
        self.name = inner.name
        self.line: Handover

    @contextmanager
    def open(self) -> Iterator["Dying"]:
        """Letters are claimed by now, and none is being handed over."""
        if self.point == "claimed":
            die()
        with self.inner.open() as self.line:
            yield self

    def offer(self, message: EmailMessage) -> Outcome | None:
        """Before handing is on record."""
        return self.line.offer(message)

    def hand(self, message: EmailMessage) -> Outcome:
        """Handing is on record; the nth letter is the one to die at."""
        self.left -= 1
        if self.left == 0:
            if self.point == "handing":
                die()
            if self.point == "data":
                _die_in_the_middle()
        outcome = self.line.hand(message)
        if self.left == 0 and self.point == "accepted":
            die()
        return outcome

    def ask(self, key: str) -> bool | None:
        """What the channel says."""
        return self.inner.ask(key)


def _die_in_the_middle() -> None:
    """From now on half a letter is given, and no more."""

    def half_a_file(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        die()

    def half_a_message(self: smtplib.SMTP, message: bytes) -> None:
        self.putcmd("data")
        self.getreply()
        self.send(message[: len(message) // 2])
        die()

    files._write_durably = half_a_file
    smtplib.SMTP.data = half_a_message  # type: ignore[method-assign, assignment]


def _use_order(order: str) -> None:
    """Puts a known-bad order of events in the place of ours, to see that the tests would see it."""
    begin, settle = outbox.handing, outbox.settle

    def marked_first(session: Any, *held: Any) -> bool:
        key, worker, fence, now, _ = held
        began = begin(session, *held)
        return began and settle(session, key, worker, fence, Accepted("hoped"), now)

    def marked_last(session: Any, *held: Any) -> bool:
        key, worker, fence, outcome, now = held
        began = begin(session, key, worker, fence, now, "smtp")
        return began and settle(session, key, worker, fence, outcome, now)

    def never(*_: object) -> bool:
        return True

    orders: dict[str, dict[str, Any]] = {
        "mark-then-send": {"handing": marked_first},
        "send-then-mark": {"handing": never, "settle": marked_last},
    }
    for name, instead in orders.get(order, {}).items():
        setattr(outbox, name, instead)


def main(url: str, mail: str, folder: str, now: str, point: str, nth: str, order: str) -> None:
    """Delivers everything that may go, unless it dies first."""
    _use_order(order)
    post = office(Dying(channel_for(mail, Path(folder)), point, int(nth)))
    store = Database(open_engine(url))
    deliver(store, datetime.fromisoformat(now), post, worker=str(uuid.uuid4()))


if __name__ == "__main__":
    main(*sys.argv[1:])
