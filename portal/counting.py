"""Days as they are counted, and the dates of a quarter, in the words of our pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from charter.proof import Change, Day, Proof, Standstill
from charter.quarters import say

DATE_WORDS = {
    "requests_close": "Families’ requests close",
    "opens": "Returns are asked for",
    "due": "Returns are due",
    "not_returned": "Not returned is recorded",
    "challenge_ends": "Checking ends",
    "reply_ends": "Replies end",
    "publishes": "Published to families",
}
"""What falls on each date of a quarter."""

_SET = {
    "asked": "The return was asked for, due on {due}.",
    "notice": "The due date moved to {due}.",
    "holiday": "The due date moved to {due}.",
    "extension": "More time was given, until {due}.",
}


@dataclass(frozen=True)
class Row:
    """A line of a count: a working day with its number, or days passed over and why."""

    days: str
    number: int
    note: str


@dataclass(frozen=True)
class Event:
    """Something that happened to a date, and when."""

    on: date
    words: str


def counted(days: Iterable[Day], named: Mapping[date, str]) -> list[Row]:
    """Every day of a count; a Saturday and the Sunday after it share a line."""
    rows: list[Row] = []
    saturday: date | None = None
    for day in days:
        row = Row(f"{day.on:%A} {say(day.on)}", day.number, day.holiday or named.get(day.on, ""))
        if saturday and day.on.weekday() == 6 and not row.note:
            rows[-1] = Row(_weekend(saturday, day.on), 0, rows[-1].note)
        else:
            rows.append(row)
        saturday = day.on if day.on.weekday() == 5 and not day.holiday else None
    return rows


def _weekend(saturday: date, sunday: date) -> str:
    if saturday.month == sunday.month:
        return f"Saturday {saturday.day} and Sunday {say(sunday)}"
    return f"Saturday {say(saturday)} and Sunday {say(sunday)}"


def events(proof: Proof) -> list[Event]:
    """What set and moved a due date and what stood still meanwhile, oldest first."""
    told = [Event(change.on, _changed(change)) for change in proof.changes]
    told += [Event(pause.since, _paused(pause)) for pause in proof.pauses]
    return sorted(told, key=lambda event: event.on)


def _changed(change: Change) -> str:
    said = _SET[change.cause].format(due=say(change.due))
    return f"{said} {change.why[:1].upper()}{change.why[1:].rstrip('.')}." if change.why else said


def _paused(pause: Standstill) -> str:
    what = f"{pause.what[:1].upper()}{pause.what[1:]}"
    ended = f"was paused until {say(pause.until)}" if pause.until else "is paused"
    return f"{what} {ended}. A pause stops letters and moves no date."
