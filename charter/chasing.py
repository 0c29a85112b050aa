"""Who is owed which letter about a return at a given moment, and which rungs have lapsed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from charter.cases import Case, Reachable, addressee, people_for
from charter.policy import Anchor, Policy, Role, Rung
from charter.quarters import Calendar, london_date
from charter.returns import Life
from charter.stopping import why_not

__all__ = [
    "Ask",
    "Case",
    "Owed",
    "Reachable",
    "Skip",
    "addressee",
    "owed",
    "recorded_from",
    "why_not",
]

ASKED_LATE = "asked late, so the due date moved to leave full notice"
NEXT_IN_LINE = "we could not reach the first person asked, so the next one has as much time"


@dataclass(frozen=True)
class Ask:
    """A rung owed to a person; `occasion` tells repeats of an event apart."""

    rung: str
    person: int
    occasion: int = 0


@dataclass(frozen=True)
class Skip:
    """A rung that will never be said to a person, and why."""

    rung: str
    person: int
    reason: str
    occasion: int = 0


@dataclass(frozen=True)
class Owed:
    """All that is due on one return at one moment; `due_why` says why the due date moves."""

    asks: tuple[Ask, ...] = ()
    skips: tuple[Skip, ...] = ()
    due_moves: date | None = None
    due_why: str = ""
    not_returned: bool = False
    unreachable: bool = False


def owed(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> Owed:
    """What is due at `now`: for each person the highest rung not yet said, once.

    Lower rungs due to the same person are skipped for good, with the reason. Nothing is due on a
    day that is not a working day, nor while paused. BeyondHorizon where the bank holidays are not
    known.
    """
    today = london_date(now)
    if case.paused or case.life.released or not calendar.is_working_day(today):
        return Owed()
    if moved := _fuller_notice(case, policy, calendar, today):
        return moved
    unreachable = _nobody_to_ask(case)
    if unreachable:
        case = replace(case, life=case.life.cut_off())
    not_returned = _last_rung_passed(case, policy, calendar, now)
    recorded = not_returned or case.life.not_returned_at is not None
    unsaid = list(_unsaid(case, policy, calendar, today))
    skips = [
        Skip(one.rung, one.person, "the due date has passed")
        for rung, one in unsaid
        if rung.is_reminder and _is_over(case.life, today)
    ]
    asks: list[Ask] = []
    ladders: dict[tuple[int, Anchor], list[tuple[Rung, Ask]]] = defaultdict(list)
    for rung, one in unsaid:
        too_early = rung.records_not_returned and not recorded
        if too_early or why_not(rung, case, one.person, now, policy, one.occasion) is not None:
            continue
        if ladder := _ladder(rung):
            ladders[one.person, ladder].append((rung, one))
        else:
            asks.append(one)
    for (person, _), rungs in ladders.items():
        highest, ask = rungs[-1]
        if not _too_soon(highest, case, person, calendar, today):
            asks.append(ask)
            skips += _passed_over([said for _, said in rungs])
    return Owed(
        asks=tuple(asks), skips=tuple(skips), not_returned=not_returned, unreachable=unreachable
    )


def _ladder(rung: Rung) -> Anchor | None:
    """Of the rungs on one ladder a person hears the highest only; None for what stands alone."""
    if rung.is_chaser:
        return Anchor.DUE
    alone = rung.anchor is not Anchor.UNREACHABLE and not rung.is_of_promises
    return None if alone else rung.anchor


def _passed_over(rungs: list[Ask]) -> Iterator[Skip]:
    """Each rung but the last, which was not yet said and now never will be."""
    for lower, higher in pairwise(rungs):
        yield Skip(lower.rung, lower.person, f"'{higher.rung}' says more", lower.occasion)


def _unsaid(
    case: Case, policy: Policy, calendar: Calendar, today: date
) -> Iterator[tuple[Rung, Ask]]:
    """Each rung whose day has come, with each person it has not been said to, lowest rung first."""
    for rung in policy.rung:
        for occasion in _occasions(rung, case, calendar, today):
            if rung.is_news and _told_who_has_left(rung, occasion, case):
                continue
            for person in people_for(rung, case):
                if (rung.id, person, occasion) not in case.life.said:
                    yield rung, Ask(rung.id, person, occasion)


def _occasions(rung: Rung, case: Case, calendar: Calendar, today: date) -> list[int]:
    """The occasions of a rung that have come: of promises one for each of their days, in order."""
    if not rung.is_of_promises:
        come = _has_come(rung, case, calendar, today)
        return [_occasion(rung, case.life)] if come else []
    days = sorted(set(case.promises.get(rung.anchor, ())))
    return [day.toordinal() for day in days if calendar.shift(day, rung.offset) <= today]


def _is_over(life: Life, today: date) -> bool:
    """The due date has gone by and nothing came: reminders have had their time."""
    return life.due is not None and today > life.due and not life.is_received


def _told_who_has_left(rung: Rung, occasion: int, case: Case) -> bool:
    """Somebody was told who is a contact no longer: the news is old to whoever followed them."""
    here = {known.person for known in case.people}
    return any(
        said == rung.id and again == occasion and person not in here
        for said, person, again in case.life.said
    )


def _nobody_to_ask(case: Case) -> bool:
    known = case.life.is_received or case.life.unreachable
    return not known and addressee(Role.LEAD, case.people) is None


def _too_soon(rung: Rung, case: Case, person: int, calendar: Calendar, today: date) -> bool:
    """The person was asked for this return fewer working days ago than the rung's gap."""
    last = case.asked_on.get(person)
    if last is None or not rung.gap:
        return False
    return calendar.shift(last, rung.gap) > today


def _fuller_notice(case: Case, policy: Policy, calendar: Calendar, today: date) -> Owed | None:
    """A later due date, when whoever is asked first, or asked now, hears late."""
    life, first = case.life, addressee(Role.LEAD, case.people)
    if first is None or life.due is None or life.is_received or life.not_returned_at:
        return None
    leads = [r for r in policy.rung if r.is_chaser and Role.LEAD in r.to]
    asked = {(person, rung) for rung, person, _ in life.said}
    nobody = not any(rung.id == said for rung in leads for _, said in asked)
    if nobody and any(rung.anchor is Anchor.OPENED for rung in leads):
        why = ASKED_LATE
    elif life.refused and not any(person == first.person for person, _ in asked):
        why = NEXT_IN_LINE
    else:
        return None
    fair = calendar.shift(today, policy.least_notice)
    return Owed(due_moves=fair, due_why=why) if fair > life.due else None


def _occasion(rung: Rung, life: Life) -> int:
    match rung.anchor:
        case Anchor.CHALLENGED:
            return life.challenges
        case Anchor.DISPUTED:
            return len(life.disputes)
        case Anchor.DECIDED:
            return len(life.disputes) - len(life.open_disputes)
        case Anchor.PUBLISHED:
            return life.revision
        case Anchor.REFUSED:
            return len(life.refused)
        case Anchor.ANSWERED:
            return life.extension_answers
        case Anchor.MOVED:
            return life.holidays_moved
        case Anchor.UNREACHABLE:
            return max(0, life.times_unreachable - 1)
    return 0


def _has_come(rung: Rung, case: Case, calendar: Calendar, today: date) -> bool:
    since = _since(rung.anchor, case.life)
    if since is None and _holds(rung.anchor, case, today):
        since = today
    return since is not None and calendar.shift(since, rung.offset) <= today


def _since(anchor: Anchor, life: Life) -> date | None:
    """The London date that a rung counts from; None before it, and for what has no day."""
    moment = None
    match anchor:
        case Anchor.DUE:
            return life.due
        case Anchor.OPENED:
            moment = life.requested_at
        case Anchor.RECEIVED:
            moment = life.first_signed_at
        case Anchor.PUBLISHED:
            moment = life.published_at
    return london_date(moment) if moment else None


def _holds(anchor: Anchor, case: Case, today: date) -> bool:
    """Whether it is so now, for what is told whenever it is so."""
    life = case.life
    match anchor:
        case Anchor.CHALLENGED:
            return bool(life.questions)
        case Anchor.DISPUTED:
            return bool(life.open_disputes)
        case Anchor.DECIDED:
            return len(life.disputes) > len(life.open_disputes)
        case Anchor.CHECKED:
            over = life.is_received and today > case.challenge_ends
            return bool(life.confirmed_at) or over
        case Anchor.UNREACHABLE:
            return life.unreachable
        case Anchor.REFUSED:
            return bool(life.refused)
        case Anchor.ANSWERED:
            return life.extension_answers > 0
        case Anchor.MOVED:
            return life.holidays_moved > 0
    return False


def _last_rung_passed(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> bool:
    """Nothing has come, the last rung's day is here, and the signer has had fair warning."""
    life, today = case.life, london_date(now)
    if life.is_received or life.not_returned_at or life.due is None or today <= life.due:
        return False
    day = recorded_from(case, policy, calendar, today)
    warned = any(rung.warns and rung.id in case.told for rung in policy.rung)
    return warned and day is not None and day <= today


def recorded_from(case: Case, policy: Policy, calendar: Calendar, today: date) -> date | None:
    """The first day on which it can be recorded as not returned, with the signer warned by today.

    None where nothing is due, or no rung of the ladder records it.
    """
    last = next((rung for rung in policy.rung if rung.records_not_returned), None)
    if last is None or case.life.due is None:
        return None
    warned = [case.told[rung.id] for rung in policy.rung if rung.warns and rung.id in case.told]
    fair = calendar.shift(min(warned, default=today), policy.fair_warning)
    return max(calendar.shift(case.life.due, last.offset), fair)
