"""How a due date came about, day by day, and where it goes when a bank holiday is added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from charter.holidays import added
from charter.policy import Anchor, Dates, Policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date, say
from charter.returns import Life
from charter.rungs import rung_words
from charter.steps import DueMoved, Extended, Happened, Requested

Cause = Literal["asked", "notice", "holiday", "extension"]


@dataclass(frozen=True)
class Rule:
    """A date is so many `working_days` after `since`, the day on which something happened."""

    since: date
    working_days: int
    what: str

    @property
    def words(self) -> str:
        """`working day 20 after 30 September 2026, when the quarter ended`."""
        return f"working day {self.working_days} after {say(self.since)}, when {self.what}"

    def on(self, calendar: Calendar) -> date:
        """The date by these holidays; BeyondHorizon where they are not known."""
        return calendar.shift(self.since, self.working_days)


@dataclass(frozen=True)
class Day:
    """One day of a count: a working day with its number, or nought for one passed over."""

    on: date
    number: int
    holiday: str = ""

    @property
    def why(self) -> str:
        """Why it was passed over: the holiday's name, or the day of the week."""
        return "" if self.number else self.holiday or f"{self.on:%A}"


@dataclass(frozen=True)
class Change:
    """A due date as it was set or moved on a day, and why."""

    on: date
    due: date
    cause: Cause
    why: str


@dataclass(frozen=True)
class Standstill:
    """A pause of `what`, from a day to a day; still going on where it has no end."""

    what: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Proof:
    """A return's due date in force, with all that it rests on.

    `days` counts to `counted`, the date that `rule` gave; an extension after it is a date that
    somebody set, among the `changes`. `follows` is what comes of the due date: words and day.
    """

    due: date
    rule: Rule
    counted: date
    days: tuple[Day, ...]
    changes: tuple[Change, ...]
    pauses: tuple[Standstill, ...]
    follows: tuple[tuple[str, date], ...]
    notes: tuple[str, ...]
    source: str
    horizon: date

    @property
    def holidays(self) -> tuple[Day, ...]:
        """The bank holidays that the count passed over."""
        return tuple(day for day in self.days if day.holiday)


def count(since: date, until: date, calendar: Calendar) -> tuple[Day, ...]:
    """Every day after `since` up to `until`, numbered or passed over; BeyondHorizon past the list.

    Nothing where `until` does not lie after `since`.
    """
    days: list[Day] = []
    number, day = 0, since
    while day < until:
        day += timedelta(days=1)
        works = calendar.is_working_day(day)
        number += works
        days.append(Day(day, number if works else 0, calendar.holidays.get(day, "")))
    return tuple(days)


def rule_of(
    steps: Sequence[Happened],
    policy: Policy,
    quarter: Quarter,
    opening: Calendar | None,
    moved: int = 0,
) -> Rule:
    """What the due date was last counted from; `opening` is the list by which it was asked for.

    The quarter's opening was `moved` by so many working days.
    """
    own = Rule(quarter.ends, policy.due + moved, "the quarter ended")
    rule = own
    for happened in steps:
        day = london_date(happened.at)
        match happened.step:
            case Requested(due=due, why=why) if why:
                days = opening.between(day, due) if opening else policy.least_notice
                rule = Rule(day, days, "it was asked for")
            case Requested():
                rule = own
            case DueMoved(cause="notice"):
                rule = Rule(day, policy.least_notice, "the next person was to be asked")
            case _:
                continue
    return rule


def later(
    life: Life, rule: Rule, calendar: Calendar, before: Calendar | None, today: date
) -> date | None:
    """The later due date that the holidays now known give an open return; None where it stays.

    `before` is the list that it was last held against. A date that somebody set as an extension
    stays, unless it has become a bank holiday or the date it extended now lies after it.
    """
    due = life.due
    if due is None or due < today or life.is_received or life.released:
        return None
    counted = rule.on(calendar)
    if life.extended and before and due in added(before, calendar):
        counted = max(counted, calendar.shift(due, 1))
    return counted if counted > due else None


def dates_moved(in_force: Dates, counted: Dates, today: date) -> Dates:
    """A cycle's dates once those still to come have moved later; none ever moves earlier."""
    moved = {
        name: max(day, getattr(counted, name)) if day >= today else day
        for name, day in in_force.model_dump().items()
    }
    return Dates(**moved)


def why_moved(before: Calendar | None, after: Calendar, since: date, until: date) -> str:
    """Which bank holidays, new since `before`, lie after `since` and up to `until`."""
    new = added(before, after) if before else {}
    said = [f"{say(day)} ({name})" for day, name in new.items() if since < day <= until]
    if not said:
        return "the list of bank holidays was brought up to date"
    which = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    there = "there is a new bank holiday" if len(said) == 1 else "there are new bank holidays"
    return f"{there} on {which}"


def prove(
    steps: Sequence[Happened],
    life: Life,
    policy: Policy,
    quarter: Quarter,
    calendar: Calendar,
    opening: Calendar | None,
    pauses: Sequence[Standstill],
    today: date,
    moved: int = 0,
) -> Proof | None:
    """The proof of a return's due date in force; of the one it was received under, once it was."""
    due = life.first_signed_due if life.is_received else life.due
    changes = _changes(steps, life)
    if due is None or not changes:
        return None
    rule = rule_of(steps, policy, quarter, opening, moved)
    counted = next((c.due for c in reversed(changes) if c.cause != "extension"), due)
    notes = [] if counted > rule.since else ["The date lies before the day it is counted from."]
    try:
        days = count(rule.since, counted, calendar)
        notes += _doubts(rule, counted, calendar, still_open=due >= today and not life.is_received)
    except BeyondHorizon as error:
        days, notes = (), [*notes, f"It cannot be counted today: {error}."]
    follows, unknown = ((), []) if life.is_received else _follows(policy, due, calendar)
    return Proof(
        due=due,
        rule=rule,
        counted=counted,
        days=days,
        changes=changes,
        pauses=tuple(pauses),
        follows=follows,
        notes=(*notes, *unknown),
        source=calendar.source,
        horizon=calendar.horizon,
    )


def _changes(steps: Sequence[Happened], life: Life) -> tuple[Change, ...]:
    """Every time that the due date was set or moved, up to the first signature."""
    found: list[Change] = []
    for happened in steps:
        if life.first_signed_at and happened.at > life.first_signed_at:
            break
        day = london_date(happened.at)
        match happened.step:
            case Requested(due=due, why=why):
                found = [Change(day, due, "asked", why)]
            case DueMoved(due=due, why=why, cause=cause):
                found.append(Change(day, due, cause, why))
            case Extended(due=due, reason=reason):
                found.append(Change(day, due, "extension", reason))
            case _:
                continue
    return tuple(found)


def _doubts(rule: Rule, counted: date, calendar: Calendar, *, still_open: bool) -> list[str]:
    """Why the date in force stands where today’s list would give another."""
    now = rule.on(calendar)
    if now < counted:
        return [
            f"By today’s list of bank holidays it would be {say(now)}. It was set by an earlier "
            "list or from a later day, and a due date never moves earlier."
        ]
    if now > counted and still_open:
        return [f"A bank holiday was added since: the next round moves it to {say(now)}."]
    if now > counted:
        return [
            f"By today’s list of bank holidays it would be {say(now)}. That was not known in "
            "time, and a date that has passed does not move."
        ]
    return []


def _follows(
    policy: Policy, due: date, calendar: Calendar
) -> tuple[tuple[tuple[str, date], ...], list[str]]:
    """The letters counted from the due date, and a note where the list ends before they do."""
    found: list[tuple[str, date]] = []
    for rung in policy.rung:
        if rung.anchor is Anchor.DUE:
            try:
                found.append((rung_words(rung), calendar.shift(due, rung.offset)))
            except BeyondHorizon:
                return tuple(found), [
                    f"Bank holidays are known to {say(calendar.horizon)}. What would follow after "
                    "that is not done until the list is brought up to date."
                ]
    return tuple(found), []
