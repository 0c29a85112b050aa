"""What became of a promise: its status, every slip of its date, and how the open ones add up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from charter.quarters import Quarter, london_date
from charter.said import Said

ActionStatus = Literal["planned", "in_progress", "done", "not_doing"]
ActionTag = Literal["care_planning", "cross_boundary", "core20plus5"]
TAGS: Mapping[ActionTag, str] = MappingProxyType(
    {
        "care_planning": "Families in care planning",
        "cross_boundary": "Work across prisons, or across the gate",
        "core20plus5": "Core20PLUS5, against unfair differences in health",
    }
)
"""The wider work that an action may be part of, as screens name it."""
OPEN: frozenset[ActionStatus] = frozenset({"planned", "in_progress"})


@dataclass(frozen=True)
class Change:
    """What one signed return said of an action, in the order the record holds them.

    `consulted` says who was asked about one that changes a service, and what came of it; `party`
    is the code of the organisation whose return it was.
    """

    quarter: str
    at: datetime | None
    status: ActionStatus
    due: date
    reason: str = ""
    consulted: str = ""
    party: str = ""


@dataclass(frozen=True)
class Handing:
    """A promise that went from one organisation to the next, named `other`; or was `declined`."""

    other: str
    at: datetime
    declined: str = ""


class Slip(NamedTuple):
    """A promised date that moved later, `was` to `became`, and the reason given."""

    was: date
    became: date
    reason: str


@dataclass(frozen=True)
class Promise:
    """An action across its quarters; the first change is the return that made the promise.

    `practice` is the good practice of another prison that it takes up, if it does. `taken_over`
    tells whom the organisation has it from, `passed_on` to whom it went, or who would not have it.
    Of several returns signed for one quarter, only the last says how the action stood in it.
    """

    id: str
    commitment: str
    title: str
    owner: str
    request: str | None
    first_due: date
    changes: tuple[Change, ...]
    practice: str | None = None
    tags: tuple[ActionTag, ...] = ()
    taken_over: Handing | None = None
    passed_on: Handing | None = None

    @property
    def status(self) -> ActionStatus:
        """How it stands now; planned until a return says otherwise."""
        settled = self._settled()
        return settled[-1].status if settled else "planned"

    @property
    def due(self) -> date:
        """The date promised now."""
        settled = self._settled()
        return settled[-1].due if settled else self.first_due

    @property
    def told_on(self) -> date | None:
        """The London date on which the last word on it was signed."""
        settled = self._settled()
        return london_date(settled[-1].at) if settled and settled[-1].at else None

    @property
    def is_open(self) -> bool:
        """Neither done nor given up."""
        return self.status in OPEN

    @property
    def declined(self) -> str:
        """Why the next organisation would not take it on; empty where it did, or was not asked."""
        return self.passed_on.declined if self.passed_on else ""

    @property
    def consulted(self) -> str:
        """The newest word on who was asked about a change of a service, and what came of it."""
        return next((c.consulted for c in reversed(self.changes) if c.consulted), "")

    @property
    def handed(self) -> str:
        """How it changed hands, in a sentence; empty where it did not."""
        if self.passed_on:
            who = self.passed_on.other
            if self.declined:
                return Said("{who} runs this service now, and did not take this on.", who=who)
            return Said("{who} runs this service now, and has taken this on.", who=who)
        if self.taken_over:
            who = self.taken_over.other
            return Said("Taken over from {who}, which promised it.", who=who)
        return ""

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Every time an open action's date moved later, oldest first."""
        found, due = [], self.first_due
        for change in self._settled():
            if change.status in OPEN:
                if change.due > due:
                    found.append(Slip(due, change.due, change.reason))
                due = change.due
        return tuple(found)

    def was_open(self, quarter: Quarter) -> bool:
        """Whether it stood open when that quarter's returns were all in."""
        settled = [c for c in self._settled() if Quarter.parse(c.quarter) <= quarter]
        return bool(settled) and settled[-1].status in OPEN

    def spoken_of(self, quarter: Quarter) -> bool:
        """Whether that quarter's return said anything of it."""
        return any(Quarter.parse(change.quarter) == quarter for change in self.changes)

    def _settled(self) -> list[Change]:
        """The last word of each quarter, oldest quarter first, however late it was signed."""
        last = {Quarter.parse(change.quarter): change for change in self.changes}
        return [last[quarter] for quarter in sorted(last)]


@dataclass(frozen=True)
class Tally:
    """A quarter's actions; `open` is always brought forward plus new less closed."""

    brought_forward: int
    new: int
    closed: int
    open: int


def tally(promises: Iterable[Promise], quarter: Quarter) -> Tally:
    """How the actions add up over one quarter; one taken up again counts as new."""
    before, new, closed, still = 0, 0, 0, 0
    for promise in promises:
        was, now = promise.was_open(quarter.previous()), promise.was_open(quarter)
        taken_up = not was and promise.spoken_of(quarter)
        before += was
        new += taken_up
        closed += (was or taken_up) and not now
        still += now
    return Tally(before, new, closed, still)


def drafted(promised: Collection[str], said: Iterable[tuple[str | None, ActionStatus]]) -> Tally:
    """How a return's actions add up as it stands: ids brought forward, and (id, status) said.

    What is brought forward and not spoken of is open still; all else in the return is new.
    """
    lines = list(said)
    closed = sum(1 for _, status in lines if status not in OPEN)
    new = sum(1 for action, _ in lines if action not in promised)
    return Tally(len(promised), new, closed, len(promised) + new - closed)
