"""Quarters, working days and deadlines, all reckoned in London civil time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_NAME = re.compile(r"(20[0-9]{2})-([0-9]{2})-Q([1-4])")


class BeyondHorizon(ValueError):
    """A working day was asked for where the bank holidays are not known."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of the NHS financial year: Q1 is April to June of `year`."""

    year: int
    number: int

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read `2026-27-Q2`; a ValueError says what a quarter looks like."""
        found = _NAME.fullmatch(name.strip())
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise ValueError(f"'{name}' is not a quarter; write it as 2026-27-Q2")
        return cls(int(found[1]), int(found[3]))

    @classmethod
    def containing(cls, day: date) -> Self:
        """The quarter that a London date falls in."""
        number = (day.month - 4) // 3 % 4 + 1
        return cls(day.year - (day.month < 4), number)

    def __str__(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02}-Q{self.number}"

    @property
    def starts(self) -> date:
        """Its first day."""
        month = 3 * self.number + 1
        return date(self.year + (month > 12), (month - 1) % 12 + 1, 1)

    @property
    def ends(self) -> date:
        """Its last day."""
        return self.next().starts - timedelta(days=1)

    @property
    def in_words(self) -> str:
        """`July to September 2026`, as families read it."""
        return f"{self.starts:%B} to {self.ends:%B} {self.ends:%Y}"

    def next(self) -> Self:
        """The quarter after this one."""
        return type(self)(self.year + self.number // 4, self.number % 4 + 1)

    def previous(self) -> Self:
        """The quarter before this one."""
        return type(self)(self.year - (self.number == 1), (self.number - 2) % 4 + 1)


@dataclass(frozen=True)
class Calendar:
    """The working days of England and Wales, known from `since` to `horizon` and nowhere else.

    `holidays` maps each bank holiday to its name; `source` says where the list was read, and
    `version` is the day on which it was: of two lists the later sorts last.
    """

    holidays: Mapping[date, str] = field(repr=False, hash=False)
    since: date
    horizon: date
    source: str = ""
    version: str = ""

    def is_working_day(self, day: date) -> bool:
        """Neither weekend nor bank holiday; BeyondHorizon where the holidays are not known."""
        if not self.since <= day <= self.horizon:
            raise BeyondHorizon(
                f"bank holidays are known from {self.since} to {self.horizon}, not for {day}; "
                "bring the list up to date before anyone is chased"
            )
        return day.weekday() < 5 and day not in self.holidays

    def shift(self, day: date, working_days: int) -> date:
        """The date that many working days after `day` (before it, when negative).

        Nought gives the day itself, whatever it is; one gives the first working day after it.
        """
        step = timedelta(days=1 if working_days > 0 else -1)
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and including `last`; none if past."""
        count, day = 0, first
        while day < last:
            day += timedelta(days=1)
            count += self.is_working_day(day)
        return count


def london_date(moment: datetime) -> date:
    """The civil date in London at an instant that knows its zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """23:59:59 in London on that date, as UTC."""
    return datetime.combine(day, time(23, 59, 59), LONDON).astimezone(UTC)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A London wall-clock time on that date, as UTC."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def moment(at: datetime) -> str:
    """`28 October 2026 at 9:05am`, in London."""
    local = at.astimezone(LONDON)
    half = "am" if local.hour < 12 else "pm"
    return f"{say(local.date())} at {local.hour % 12 or 12}:{local.minute:02}{half}"


def say(day: date) -> str:
    """`6 August 2018`, the way the service manual writes dates."""
    return f"{day.day} {day:%B %Y}"
