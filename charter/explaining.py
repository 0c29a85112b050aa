"""Holds what a cycle did against its plan, and finds the cause of every difference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from charter.cases import Case, Reachable
from charter.differences import Cause, Difference, Explained, Fate, Record, Said, said_in
from charter.folding import fold
from charter.policy import Anchor, Policy, Role, Rung
from charter.quarters import BeyondHorizon, Calendar, at, end_of_day, london_date
from charter.rehearsal import Plan, Planned
from charter.returns import Life
from charter.steps import (
    BecameUnreachable,
    Happened,
    RecordedNotReturned,
    Reminded,
    Skipped,
    Unsent,
)
from charter.stopping import why_not

ROUNDS = 3
"""So many later days on which a cycle was worked through show that a return was not just missed."""
_ENGINE_WORKED = Reminded | Skipped | RecordedNotReturned | BecameUnreachable


def explain(
    plans: Iterable[Plan],
    records: Iterable[Record],
    fates: Mapping[str, Fate],
    policy: Policy,
    calendar: Calendar,
) -> Explained:
    """Every difference between the plans of a cycle and its record, with the first cause found.

    A planned line is explained when the rules, asked again of how things stood, did not owe it. One
    that was owed when its return was next worked on, and was never said, is not explained.
    """
    lines: dict[int, list[Planned]] = {}
    for plan in plans:
        for subject in plan.asked:
            lines.setdefault(subject, [])
        for line in plan.lines:
            lines[line.subject].append(line)
    here = list(records)
    worked = {
        london_date(moment): moment
        for moment in sorted(m for record in here for m in _engine_moments(record.history))
    }
    found = Explained()
    for record in here:
        planned = lines.get(record.subject)
        _One(record, policy, calendar, fates, worked, planned is not None).compare(
            planned or [], found
        )
    return found


def _engine_moments(history: Iterable[Happened]) -> list[datetime]:
    return [h.at for h in history if isinstance(h.step, _ENGINE_WORKED)]


@dataclass(frozen=True)
class _One:
    """One return held against its part of the plan."""

    record: Record
    policy: Policy
    calendar: Calendar
    fates: Mapping[str, Fate]
    worked: Mapping[date, datetime]
    in_plan: bool

    def compare(self, planned: Sequence[Planned], found: Explained) -> None:
        said = said_in(self.record.history)
        for line in planned:
            found.planned += 1
            matched = next(
                (s for s in said if (s.rung, s.person) == (line.rung, line.person)), None
            )
            if matched:
                said.remove(matched)
            elif self._is_to_come(line):
                found.to_come += 1
                continue
            cause = self._moved(line, matched) if matched else self._never(line)
            if cause is None:
                found.as_planned += 1
                continue
            on = matched.on if matched else None
            found.differences.append(
                Difference(self.record.subject, line.rung, line.person, line.day, on, cause)
            )
        for extra in said:
            cause = self._extra(extra, planned)
            found.differences.append(
                Difference(self.record.subject, extra.rung, extra.person, None, extra.on, cause)
            )

    def _is_to_come(self, line: Planned) -> bool:
        return not any(day >= line.day for day in self.worked)

    def _moved(self, line: Planned, said: Said) -> Cause | None:
        """Why a line was said on another day, or not handed over on its own; None if it was."""
        if said.on < line.day:
            return Cause.UNEXPLAINED
        if said.on > line.day:
            return self._on_its_day(line) or Cause.LATE
        fate = self.fates.get(said.letter, Fate())
        if fate.refused:
            return Cause.BOUNCED
        if fate.sent is None:
            return Cause.IN_THE_POST
        return Cause.LATE if fate.sent > said.on else None

    def _never(self, line: Planned) -> Cause:
        """Why a line was never said: by how things stood then, if they still stood so later."""
        own = [m for m in _engine_moments(self.record.history) if london_date(m) > line.day]
        days = [moment for day, moment in self.worked.items() if day > line.day]
        cause = self._on_its_day(line) or self._skipped(line) or self._said_to_another(line)
        for shown in (own[-1:], days[-ROUNDS:] if len(days) >= ROUNDS else []):
            then = [self._why(line, moment) for moment in shown]
            if then and not any(then) and not self._passed_on(line):
                return Cause.UNEXPLAINED
            cause = cause or next(filter(None, then), None)
        return cause or Cause.LATE

    def _on_its_day(self, line: Planned) -> Cause | None:
        """Why it was not said as planned: asked of the letter, of that morning and that night."""
        morning, night = at(line.day, 9), end_of_day(line.day)
        return self._unsent(line) or self._why(line, morning) or self._why(line, night)

    def _passed_on(self, line: Planned) -> bool:
        return bool(self._skipped(line) or self._said_to_another(line))

    def _unsent(self, line: Planned) -> Cause | None:
        """It stood in a letter, and was taken out before that left: at the latest, with its day."""
        for place, happened in enumerate(self.record.history):
            step = happened.step
            if isinstance(step, Unsent) and (step.rung, step.person) == (line.rung, line.person):
                case = self._case(self.record.history[:place], happened.at)
                named = _named(step.reason, self.policy.find(line.rung), line.person, case)
                return Cause.LATE if named is Cause.UNEXPLAINED else named
        return None

    def _skipped(self, line: Planned) -> Cause | None:
        """A round passed it over for good, and said why: it came too late for it."""
        passed = any(
            isinstance(h.step, Skipped) and (h.step.rung, h.step.person) == (line.rung, line.person)
            for h in self.record.history
        )
        return Cause.LATE if passed else None

    def _said_to_another(self, line: Planned) -> Cause | None:
        others = (s for s in said_in(self.record.history) if s.rung == line.rung)
        return Cause.CONTACT_CHANGED if any(s.person != line.person for s in others) else None

    def _why(self, line: Planned, moment: datetime) -> Cause | None:
        """Why the rules did not owe a line at an instant; None if they did."""
        try:
            return self._why_not(line, moment)
        except BeyondHorizon:
            return Cause.HALTED

    def _why_not(self, line: Planned, moment: datetime) -> Cause | None:
        rung = self.policy.find(line.rung)
        if rung.confirms:
            return Cause.CONFIRMED
        case = self._case([h for h in self.record.history if h.at <= moment], moment)
        life = case.life
        reason = why_not(rung, case, line.person, moment, self.policy)
        if reason is not None:
            return _named(reason, rung, line.person, case)
        if rung.anchor is Anchor.DUE and self._has_yet_to_come(rung, life, moment):
            return _later_due(life)
        if rung.records_not_returned and life.not_returned_at is None:
            return Cause.FAIR_WARNING
        self._require_holidays(life)
        if rung.gap and self._asked_lately(rung, line.person, moment):
            return Cause.LATE
        return None

    def _require_holidays(self, life: Life) -> None:
        """BeyondHorizon where the rules could not have decided: the ladder's end is not known."""
        last = max((rung.offset for rung in self.policy.rung), default=0)
        if life.due is not None:
            self.calendar.shift(life.due, last)

    def _has_yet_to_come(self, rung: Rung, life: Life, moment: datetime) -> bool:
        due = life.due
        return due is not None and self.calendar.shift(due, rung.offset) > london_date(moment)

    def _asked_lately(self, rung: Rung, person: int, moment: datetime) -> bool:
        asked = [
            s.on
            for s in said_in(self.record.history)
            if s.person == person and s.at <= moment and self.policy.find(s.rung).is_chaser
        ]
        return bool(asked) and self.calendar.shift(max(asked), rung.gap) > london_date(moment)

    def _case(self, history: Sequence[Happened], moment: datetime) -> Case:
        life = fold(history)
        people = tuple(
            Reachable(p.person, p.role, p.refused or p.person in life.refused)
            for p in self.record.people(moment)
        )
        return Case(
            life=life,
            people=people,
            told={},
            challenge_ends=london_date(moment) + timedelta(days=1),
            paused=self.record.paused(moment),
            quarters_unreachable=self.policy.unreachable_quarters,
        )

    def _extra(self, said: Said, planned: Sequence[Planned]) -> Cause:
        """Why something was said that the plan does not have."""
        rung = self.policy.find(said.rung)
        if rung.confirms:
            return Cause.CONFIRMED
        if said.occasion or rung.anchor not in (Anchor.OPENED, Anchor.DUE):
            return Cause.EVENT
        case = self._case(self.record.history[: said.place], said.at)
        if (said.rung, said.person, said.occasion) in case.life.said:
            return Cause.UNEXPLAINED
        reason = why_not(rung, case, said.person, said.at, self.policy)
        if reason is not None:
            moved_on = reason == _ANOTHER and said.person in self.record.listed
            return Cause.CONTACT_CHANGED if moved_on else Cause.UNEXPLAINED
        if not self.in_plan:
            return Cause.ASKED_LATER
        instead_of = {line.person for line in planned if line.rung == said.rung}
        if instead_of & _turned_away(case):
            return Cause.BOUNCED
        if case.life.waits_for_signer and Role.LEAD in rung.to:
            return Cause.HANDED_OVER
        return Cause.CONTACT_CHANGED


_ANOTHER = "somebody else is to be written to now"
_CAUSES = {
    "paused": Cause.PAUSED,
    "received": Cause.RECEIVED,
    "it has been started": Cause.STARTED,
    "the return is no longer owed": Cause.NO_LONGER_OWED,
    "the due date has passed": Cause.LATE,
    "the contact list has been mended": Cause.CONTACT_CHANGED,
    "the contact list has not failed for so long": Cause.CONTACT_CHANGED,
}
"""What `charter.stopping.why_not` answers of a planned line, by cause."""


def _named(reason: str, rung: Rung, person: int, case: Case) -> Cause:
    """The cause behind a reason that the rules gave."""
    if reason == "extended":
        return _later_due(case.life)
    if reason != _ANOTHER:
        return _CAUSES.get(reason, Cause.UNEXPLAINED)
    if person in _turned_away(case):
        return Cause.BOUNCED
    waits = rung.anchor is Anchor.DUE and case.life.waits_for_signer and Role.LEAD in rung.to
    return Cause.HANDED_OVER if waits else Cause.CONTACT_CHANGED


def _later_due(life: Life) -> Cause:
    return Cause.EXTENDED if life.extended else Cause.DUE_MOVED


def _turned_away(case: Case) -> set[int]:
    return {known.person for known in case.people if known.refused} | case.life.refused
