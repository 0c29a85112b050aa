"""The post office: how letters leave, what delivery needs of a database, and what a run did."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from notifications.channels.base import Channel, Outcome
from notifications.drafting import Compose
from notifications.leases import Change
from notifications.tables import Letter

Settled = Callable[[Session, Letter, Outcome, datetime], None]


class Kept(Protocol):
    """A connection kept open for the two changes that every letter costs."""

    def change(self, *changes: Change) -> list[bool]:
        """Make each in turn, all in one transaction; whether each changed anything."""


class Database(Protocol):
    """What delivery needs of a database: questions, and single-writer transactions."""

    def reading(self) -> AbstractContextManager[Session]:
        """A session whose writes are not kept."""

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction."""

    def keeping(self) -> AbstractContextManager[Kept]:
        """A connection for guarded updates of single letters."""


def _nothing_more(session: Session, letter: Letter, outcome: Outcome, now: datetime) -> None:
    """What follows from a settled letter where nobody said."""


@dataclass(frozen=True)
class PostOffice:
    """How letters leave: the channel, our own address, who writes them and who hears of the end.

    `compose` runs in the transaction that claims letters: it gathers what all their lines need,
    and gives a writer that asks of each letter again what is owed, may drop lines, and gives the
    words, or None to withdraw the letter. `settled` runs in the transaction that settles one that
    was not accepted, with the letter as it stood when handed over.
    """

    channel: Channel
    sender: str
    compose: Compose
    settled: Settled = _nothing_more
    stopwatch: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


@dataclass
class Delivered:
    """What one run did, in letters; `waiting` are still queued, and `trouble` says why if it knows.

    `in_doubt` counts every letter in doubt when the run ended, `requeued` those that the channel
    said had never arrived. Of letters of earlier runs, `arrived` and `came_back` were heard of
    before this one began, and `ignored` are messages that moved nothing.
    """

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    requeued: int = 0
    in_doubt: int = 0
    waiting: int = 0
    arrived: int = 0
    came_back: int = 0
    ignored: int = 0
    trouble: str = ""
