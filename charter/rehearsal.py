"""Plays a cycle before it opens, as if nobody answered: every letter, person and date to come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from charter.chasing import Case, owed
from charter.policy import Dates, Policy
from charter.quarters import Calendar, at
from charter.returns import fold
from charter.steps import Happened, RecordedNotReturned, Reminded, Requested, Skipped, Step


@dataclass(frozen=True, order=True)
class Planned:
    """One line of one letter: on `day`, `person` is written to about `subject` by a rung."""

    day: date
    person: int
    subject: int
    rung: str


def rehearse(
    people: Mapping[int, Case], policy: Policy, dates: Dates, calendar: Calendar
) -> list[Planned]:
    """Every line that would be written from opening to the last rung if nothing came back.

    `people` maps whatever a return is known by to a Case with its contacts; the lives are ignored.
    """
    planned: list[Planned] = []
    steps: dict[int, list[Happened]] = {}
    told: dict[int, dict[str, date]] = {subject: {} for subject in people}
    for subject in people:
        opened = Requested(due=dates.due)
        steps[subject] = [Happened(at(dates.opens, 8), "rehearsal", opened)]
    day = dates.opens
    while day <= dates.not_returned:
        for subject, case in people.items():
            taken = _one_day(case, steps[subject], told[subject], policy, calendar, day)
            for step in taken:
                if isinstance(step, Reminded):
                    planned.append(Planned(day, step.person, subject, step.rung))
                    told[subject].setdefault(step.rung, day)
                steps[subject].append(Happened(at(day, 9), "rehearsal", step))
        day += timedelta(days=1)
    return sorted(planned)


def _one_day(
    case: Case,
    steps: list[Happened],
    told: Mapping[str, date],
    policy: Policy,
    calendar: Calendar,
    day: date,
) -> list[Step]:
    now = at(day, 9)
    due = owed(replace(case, life=fold(steps), told=told), policy, calendar, now)
    taken: list[Step] = [
        Skipped(rung=s.rung, person=s.person, reason=s.reason, occasion=s.occasion)
        for s in due.skips
    ]
    if due.not_returned:
        taken.append(RecordedNotReturned())
    taken += [
        Reminded(rung=a.rung, person=a.person, letter="", occasion=a.occasion) for a in due.asks
    ]
    return taken
