"""Plays a cycle before it opens, as if nobody answered: every letter, person and date to come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from charter.chasing import Case, Reachable, owed
from charter.folding import after
from charter.ledger import canonical, digest
from charter.policy import Dates, Frozen, Policy, Role
from charter.quarters import Calendar, at, say
from charter.returns import Life
from charter.steps import (
    BecameUnreachable,
    Happened,
    RecordedNotReturned,
    Reminded,
    Requested,
    Skipped,
    Step,
)


class Planned(NamedTuple):
    """One line of one letter: on `day`, `person` is written to about `subject` by a rung."""

    day: date
    person: int
    subject: int
    rung: str


class Plan(Frozen):
    """All that a cycle will do if nobody answers: numbers, rungs and dates, and nobody's name.

    `opens` is the day on which it asks, and `due` what it asks for; `asked` are the services that
    owe a return, `left_out` those that do not, with the reason.
    """

    region: str
    quarter: str
    charter: str
    policy: str
    opens: date
    due: date
    dates: Dates
    asked: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]
    lines: tuple[Planned, ...]

    @cached_property
    def text(self) -> str:
        """The plan as it is kept: canonical JSON."""
        return canonical(self.model_dump(mode="json"))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all the plan holds."""
        return digest(self.text)


@dataclass(frozen=True)
class Opening:
    """When a cycle asks, and by when it wants its answers."""

    opens: date
    due: date


def opening(policy: Policy, dates: Dates, calendar: Calendar, on: date) -> Opening:
    """When a cycle asks that opens on a day, and its due date: later when it opens late."""
    opens = max(on, dates.opens)
    return Opening(opens, max(dates.due, calendar.shift(opens, policy.least_notice)))


def rehearse(
    people: Mapping[int, Case], policy: Policy, begins: Opening, calendar: Calendar
) -> list[Planned]:
    """Every line that would be written from opening to the last rung if nothing came back.

    `people` maps whatever a return is known by to a Case with its contacts; the lives are ignored.
    Returns whose people stand alike are played once.
    """
    played: dict[_Kind, tuple[tuple[date, int, str], ...]] = {}
    planned: list[Planned] = []
    for subject, case in people.items():
        kind, numbers = _alike(case)
        lines = played.get(kind)
        if lines is None:
            lines = played[kind] = _play(kind, policy, begins, calendar)
        planned += [Planned(day, numbers[who], subject, rung) for day, who, rung in lines]
    planned.sort()
    return planned


def what_changed(old: Plan, new: Plan) -> list[str]:
    """In what two plans of one quarter differ, in a few words each; nothing where they agree."""
    said = [
        f"{what} is {after}, and was {before}"
        for what, before, after in (
            ("the policy", old.policy, new.policy),
            ("the Charter", old.charter, new.charter),
            ("the opening", say(old.opens), say(new.opens)),
            ("the due date", say(old.due), say(new.due)),
            ("the publication", say(old.dates.publishes), say(new.dates.publishes)),
        )
        if before != after
    ]
    services = len(set(old.asked) ^ set(new.asked))
    if services:
        said.append(f"services asked in one of the plans only: {services}")
    lines = len(set(old.lines) ^ set(new.lines))
    if lines and not said:
        said.append(f"lines that go to other people or on other days: {lines}")
    return said


class _Kind(NamedTuple):
    """All of a case that a play depends on, its people numbered from nought."""

    people: tuple[tuple[int, Role, bool], ...]
    unconfirmed: frozenset[int]
    quarters_unreachable: int
    challenge_ends: date


def _alike(case: Case) -> tuple[_Kind, list[int]]:
    """Of what kind a case is, and who bears which number."""
    place: dict[int, int] = {}
    for known in case.people:
        place.setdefault(known.person, len(place))
    people = tuple([(place[known.person], known.role, known.refused) for known in case.people])
    unconfirmed = frozenset([place[p] for p in case.unconfirmed if p in place])
    kind = _Kind(people, unconfirmed, case.quarters_unreachable, case.challenge_ends)
    return kind, list(place)


@lru_cache(maxsize=256)  # what is played depends on nothing else: the same is played once
def _play(
    kind: _Kind, policy: Policy, begins: Opening, calendar: Calendar
) -> tuple[tuple[date, int, str], ...]:
    case = Case(
        life=Life(),
        people=tuple(Reachable(*one) for one in kind.people),
        told={},
        challenge_ends=kind.challenge_ends,
        unconfirmed=kind.unconfirmed,
        quarters_unreachable=kind.quarters_unreachable,
    )
    life = _after(Life(), at(begins.opens, 8), Requested(due=begins.due))
    told: dict[str, date] = {}
    asked: dict[int, date] = {}
    planned: list[tuple[date, int, str]] = []
    last = max((r.offset for r in policy.rung if r.records_not_returned), default=0)
    day, ends = begins.opens, calendar.shift(begins.due, max(last, 0))
    while day <= ends:
        now = replace(case, life=life, told=told, asked_on=asked)
        for step in _one_day(now, policy, calendar, day):
            life = _after(life, at(day, 9), step)
            if isinstance(step, Reminded):
                planned.append((day, step.person, step.rung))
                told.setdefault(step.rung, day)
                if policy.find(step.rung).is_chaser:
                    asked[step.person] = day
        day += timedelta(days=1)
    return tuple(planned)


def _after(life: Life, moment: datetime, step: Step) -> Life:
    return after(life, Happened(moment, "rehearsal", step))


def _one_day(case: Case, policy: Policy, calendar: Calendar, day: date) -> list[Step]:
    due = owed(case, policy, calendar, at(day, 9))
    taken: list[Step] = [
        Skipped(rung=s.rung, person=s.person, reason=s.reason, occasion=s.occasion)
        for s in due.skips
    ]
    if due.unreachable:
        taken.append(BecameUnreachable())
    if due.not_returned:
        taken.append(RecordedNotReturned())
    taken += [
        Reminded(rung=a.rung, person=a.person, letter="", occasion=a.occasion) for a in due.asks
    ]
    return taken
