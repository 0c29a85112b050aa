"""The two orders of events that are known to leak, so that the laboratory can be seen to see it.

Both keep a letter in the same tables, under the same leases, and claim it as the product does; what
they have not is the state between claimed and sent, and anybody to ask.
"""

from collections.abc import Callable
from datetime import datetime

from notifications import outbox
from notifications.channels.base import Accepted, Envelope, as_email
from notifications.delivery import PostOffice
from notifications.tables import Letter
from providers.database import Database

BATCH = 100
Deliver = Callable[[Database, datetime, PostOffice, str], None]


def mark_then_send(database: Database, now: datetime, post: PostOffice, worker: str) -> None:
    """The record is content first, and then the letter goes: what dies in between is lost."""
    while letters := _claim(database, now, worker):
        with post.channel.open() as line:
            for letter in letters:
                message = as_email(_envelope(letter, post, now))
                _mark(database, letter, now)
                line.offer(message)
                line.hand(message)


def send_then_mark(database: Database, now: datetime, post: PostOffice, worker: str) -> None:
    """The letter goes first, and then the record says so: what dies in between goes twice."""
    while letters := _claim(database, now, worker):
        with post.channel.open() as line:
            for letter in letters:
                message = as_email(_envelope(letter, post, now))
                line.offer(message)
                line.hand(message)
                _mark(database, letter, now)


CONTROLS: dict[str, Deliver] = {
    "mark, then send": mark_then_send,
    "send, then mark": send_then_mark,
}
LEAKS = {
    ("mark, then send", "rcpt"): "lost",
    ("mark, then send", "handing"): "lost",
    ("mark, then send", "data"): "lost",
    ("send, then mark", "dot"): "twice",
    ("send, then mark", "accepted"): "twice",
}
"""What each of them does to one letter a kill, and where; nowhere else may anything leak."""


def _claim(database: Database, now: datetime, worker: str) -> list[Letter]:
    with database.writing() as session:
        return outbox.claim(session, now, worker, BATCH)


def _mark(database: Database, letter: Letter, now: datetime) -> None:
    held = (letter.key, letter.worker, letter.fence)
    with database.writing() as session:
        outbox.handing(session, *held, now)
        outbox.settle(session, *held, Accepted("so we hope"), now)


def _envelope(letter: Letter, post: PostOffice, now: datetime) -> Envelope:
    said = {"subject": f"About {letter.key}", "text": "Dear colleague,\n", "html": "<p>Dear</p>"}
    return Envelope(key=letter.key, to=letter.to_email, from_=post.sender, at=now, **said)
