"""Who is owed which letter about a return at a given moment, and which rungs have lapsed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from charter.policy import Anchor, Policy, Role, Rung
from charter.quarters import Calendar, london_date
from charter.returns import Life, State

_INSTEAD = {
    Role.LEAD: (Role.LEAD, Role.DEPUTY, Role.SIGNER, Role.CONTRACT_MANAGER),
    Role.SIGNER: (Role.SIGNER, Role.CONTRACT_MANAGER),
}


@dataclass(frozen=True)
class Reachable:
    """A person on a service's contact list; `refused` once their address turned a letter away."""

    person: int
    role: Role
    refused: bool = False


@dataclass(frozen=True)
class Case:
    """A return as the chaser sees it.

    `told` maps each rung to the London date on which a letter saying it was handed over;
    `paused` means that nothing may go out for its region or provider. `asked_on` maps each person
    to the London date of their last letter that asked for this return; `unconfirmed` are those who
    have not said for a year that their details are right; `quarters_unreachable` counts the
    service's quarters running, this one included, in which nobody could be reached.
    """

    life: Life
    people: tuple[Reachable, ...]
    told: Mapping[str, date]
    challenge_ends: date
    paused: bool = False
    asked_on: Mapping[int, date] = field(default_factory=dict)
    unconfirmed: frozenset[int] = frozenset()
    quarters_unreachable: int = 0


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
    """All that is due on one return at one moment."""

    asks: tuple[Ask, ...] = ()
    skips: tuple[Skip, ...] = ()
    due_moves: date | None = None
    not_returned: bool = False
    unreachable: bool = False


def addressee(role: Role, people: tuple[Reachable, ...]) -> Reachable | None:
    """Who stands for a role: the next in order whose address works, missing roles skipped."""
    for instead in _INSTEAD.get(role, (role,)):
        for person in people:
            if person.role is instead and not person.refused:
                return person
    return None


def owed(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> Owed:
    """What is due at `now`: for each person the highest rung not yet said, once.

    Lower rungs due to the same person are skipped for good. Nothing is due on a day that is not
    a working day, nor while paused. BeyondHorizon where the bank holidays are not known.
    """
    today = london_date(now)
    if case.paused or case.life.released or not calendar.is_working_day(today):
        return Owed()
    if moved := _fuller_notice(case, policy, calendar, today):
        return Owed(due_moves=moved)
    not_returned = _last_rung_passed(case, policy, calendar, now)
    recorded = not_returned or case.life.not_returned_at is not None
    asks: list[Ask] = []
    skips: list[Skip] = []
    top: dict[int, Ask] = {}
    for rung, person in _unsaid(case, policy, calendar, today):
        occasion = _occasion(rung, case.life)
        if rung.records_not_returned and not recorded:
            continue
        if rung.is_reminder and case.life.due is not None and today > case.life.due:
            skips.append(Skip(rung.id, person, "the due date has passed", occasion))
        elif why_not(rung, case, person, now, policy) is not None or _too_soon(
            rung, case, person, calendar, today
        ):
            continue
        elif rung.is_chaser:
            if lower := top.get(person):
                skips.append(Skip(lower.rung, person, f"'{rung.id}' says more"))
            top[person] = Ask(rung.id, person)
        else:
            asks.append(Ask(rung.id, person, occasion))
    return Owed(
        asks=(*asks, *top.values()),
        skips=tuple(skips),
        not_returned=not_returned,
        unreachable=_nobody_to_ask(case),
    )


def _unsaid(
    case: Case, policy: Policy, calendar: Calendar, today: date
) -> Iterator[tuple[Rung, int]]:
    """Each rung whose day has come, with each person it has not been said to, lowest rung first."""
    for rung in policy.rung:
        if not _has_come(rung, case, calendar, today):
            continue
        occasion = _occasion(rung, case.life)
        if rung.is_news and _told_who_has_left(rung, occasion, case):
            continue
        for person in _people_for(rung, case):
            if (rung.id, person, occasion) not in case.life.said:
                yield rung, person


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
    if last is None or not rung.gap or not rung.is_chaser:
        return False
    return calendar.shift(last, rung.gap) > today


def why_not(rung: Rung, case: Case, person: int, now: datetime, policy: Policy) -> str | None:
    """Why a rung is not to be said to a person at `now`; None when it is still owed.

    Asked when a letter is planned, and again in the transaction that claims it.
    """
    life = case.life
    if case.paused:
        return "paused"
    if life.released:
        return "the return is no longer owed"
    if person not in _people_for(rung, case):
        return "somebody else is to be written to now"
    if rung.is_chaser:
        return _why_no_chaser(rung, life, now)
    if rung.anchor is Anchor.CHALLENGED and not life.questions:
        return "the question has been answered"
    if rung.anchor is Anchor.UNREACHABLE and not life.unreachable:
        return "the contact list has been mended"
    if rung.confirms and person not in case.unconfirmed:
        return "the details have been confirmed"
    if rung.anchor is Anchor.UNREACHABLE and rung.only == "unreachable_for_long":
        if case.quarters_unreachable < policy.unreachable_quarters:
            return "the contact list has not failed for so long"
    if rung.anchor is Anchor.CHECKED and life.revision:
        return "the page is published"
    return None


def _why_no_chaser(rung: Rung, life: Life, now: datetime) -> str | None:
    if life.is_received:
        return "received"
    state = life.state(now)
    if rung.only == "not_started" and state is not State.NOT_STARTED:
        return "it has been started"
    today = london_date(now)
    if rung.anchor is Anchor.DUE and life.due is not None:
        if rung.offset > 0 and today <= life.due:
            return "extended"
        if rung.is_reminder and today > life.due:
            return "the due date has passed"
    return None


def _fuller_notice(case: Case, policy: Policy, calendar: Calendar, today: date) -> date | None:
    """A later due date, when the first person asked was not reached and the next hears late."""
    life, next_in_line = case.life, addressee(Role.LEAD, case.people)
    if life.is_received or not life.refused or next_in_line is None or life.due is None:
        return None
    if any(person == next_in_line.person for _, person, _ in life.said):
        return None
    fair = calendar.shift(today, policy.least_notice)
    return fair if fair > life.due else None


def _people_for(rung: Rung, case: Case) -> Iterator[int]:
    """The people a rung speaks to; once a return waits for its signer, the lead is left alone."""
    asked: set[int] = set()
    for role in rung.to:
        waits = rung.anchor is Anchor.DUE and case.life.waits_for_signer
        found = addressee(Role.SIGNER if waits and role is Role.LEAD else role, case.people)
        if found is not None and found.person not in asked:
            asked.add(found.person)
            yield found.person


def _occasion(rung: Rung, life: Life) -> int:
    if rung.anchor is Anchor.CHALLENGED:
        return life.challenges
    if rung.anchor is Anchor.PUBLISHED:
        return life.revision
    if rung.anchor is Anchor.REFUSED:
        return len(life.refused)
    if rung.anchor is Anchor.ANSWERED:
        return life.extension_answers
    if rung.anchor is Anchor.MOVED:
        return life.holidays_moved
    return 0


def _has_come(rung: Rung, case: Case, calendar: Calendar, today: date) -> bool:
    life = case.life
    match rung.anchor:
        case Anchor.OPENED:
            since = life.requested_at and london_date(life.requested_at)
        case Anchor.DUE:
            since = life.due
        case Anchor.RECEIVED:
            since = life.first_signed_at and london_date(life.first_signed_at)
        case Anchor.CHALLENGED:
            since = today if life.questions else None
        case Anchor.CHECKED:
            over = life.is_received and today > case.challenge_ends
            since = today if life.confirmed_at or over else None
        case Anchor.PUBLISHED:
            since = life.published_at and london_date(life.published_at)
        case Anchor.UNREACHABLE:
            since = today if life.unreachable else None
        case Anchor.REFUSED:
            since = today if life.refused and not life.unreachable else None
        case Anchor.ANSWERED:
            since = today if life.extension_answers else None
        case Anchor.MOVED:
            since = today if life.holidays_moved and not life.is_received else None
    if since is None:
        return False
    return calendar.shift(since, rung.offset) <= today


def _last_rung_passed(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> bool:
    """Nothing has come, the last rung's day is here, and the signer has had fair warning."""
    life, today = case.life, london_date(now)
    if life.is_received or life.not_returned_at or life.due is None or today <= life.due:
        return False
    last = next((r for r in policy.rung if r.records_not_returned), None)
    if last is None or today < calendar.shift(life.due, last.offset):
        return False
    warned = [case.told[r.id] for r in policy.rung if r.warns and r.id in case.told]
    return bool(warned) and calendar.shift(min(warned), policy.fair_warning) <= today
