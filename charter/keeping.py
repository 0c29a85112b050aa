"""Whether a promise was kept by the date first promised, and how a region's promises add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from charter.actions import OPEN, Promise
from charter.words import Word


class Outcome(StrEnum):
    """What became of a promise, as its provider's returns tell it; each has exactly one."""

    OVERDUE = "overdue"
    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


OUTCOME_WORDS: Mapping[Outcome, Word] = MappingProxyType(
    {
        Outcome.OVERDUE: Word("Past its date", "Overdue", "orange", "clock"),
        Outcome.OPEN: Word("Under way", "Open", "blue", "half"),
        Outcome.KEPT: Word("Done on time", "Kept on time", "green", "full"),
        Outcome.LATE: Word("Done late", "Kept late", "yellow", "full"),
        Outcome.NOT_DONE: Word("Not done", "Not done", "orange", "cross"),
        Outcome.WITHDRAWN: Word("Withdrawn", "Withdrawn", "grey", "dash"),
    }
)
"""The six, in the order they are counted."""


def outcome(
    status: str, due: date, first_due: date, latest_due: date, told_on: date, today: date
) -> Outcome:
    """What became of a promise whose last word was `status`, due on a day and `told_on` another.

    `latest_due` is the latest date it ever had while it was open. Done after its date had moved
    past the first one is late. Given up before that date it was withdrawn; after it, not done.
    """
    if status in OPEN:
        return Outcome.OVERDUE if due < today else Outcome.OPEN
    if status == "done":
        return Outcome.LATE if latest_due > first_due else Outcome.KEPT
    return Outcome.NOT_DONE if told_on > latest_due else Outcome.WITHDRAWN


def outcome_of(promise: Promise, today: date) -> Outcome:
    """The same of a promise with all that returns said of it."""
    open_until = (change.due for change in promise.changes if change.status in OPEN)
    latest = max(open_until, default=promise.due)
    told_on = promise.told_on or promise.due
    return outcome(promise.status, promise.due, promise.first_due, latest, told_on, today)


@dataclass(frozen=True)
class Kept:
    """How many of so many promises were kept on time, of those whose first date has come."""

    on_time: int
    of: int

    @property
    def rate(self) -> int | None:
        """Per cent, rounded half up; None where no date has come yet."""
        return (200 * self.on_time + self.of) // (2 * self.of) if self.of else None


def kept(promises: Iterable[tuple[Outcome, date]], today: date) -> Kept:
    """The rate of promises, each with what became of it and its first date.

    One that was withdrawn is left out; so is an open one whose first date is still to come.
    """
    return kept_of(Counter((what, first_due >= today) for what, first_due in promises))


def kept_of(counts: Mapping[tuple[Outcome, bool], int]) -> Kept:
    """The same of promises that were counted, by outcome and whether the first date is to come."""
    counted = {
        (what, to_come): many
        for (what, to_come), many in counts.items()
        if what is not Outcome.WITHDRAWN and not (what is Outcome.OPEN and to_come)
    }
    on_time = sum(many for (what, _), many in counted.items() if what is Outcome.KEPT)
    return Kept(on_time, sum(counted.values()))
