"""Gathers, in a fixed number of queries, what the chasing rules need to know about many returns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from charter.chasing import Case, Reachable
from charter.policy import Policy, Rung
from charter.quarters import london_date
from charter.returns import Life
from notifications import outbox
from providers import cycles, lives, promised
from providers.offices import offices, unconfirmed
from providers.reach import quarters_unreachable
from providers.register import ContactView, contacts_of
from providers.returns import Ref


@dataclass(frozen=True)
class Gathered:
    """Returns and their cases, with the names and addresses behind their person numbers."""

    refs: tuple[Ref, ...]
    cases: Mapping[int, Case]
    names: Mapping[int, tuple[str, str]]
    policies: Mapping[str, Policy]


def subject(return_id: int) -> str:
    """How the post office knows a return."""
    return f"return:{return_id}"


def return_of(subject_name: str) -> int:
    """The return behind a letter line's subject."""
    return int(subject_name.removeprefix("return:"))


def gather(session: Session, refs: Iterable[Ref], now: datetime) -> Gathered:
    """Everything `charter.chasing` asks about these returns, and who the people are.

    The number of queries is the same for one return as for ten thousand.
    """
    here, today = list(refs), london_date(now)
    policies = {
        version: cycles.policy_of(session, version) for version in {r.policy_version for r in here}
    }
    folded = lives.lives(session, [r.id for r in here])
    contacts = contacts_of(session, {r.service_id for r in here}, today)
    teams = offices(session, {r.region for r in here}, today)
    told, asked = _said(session, here, policies.values())
    failing = quarters_unreachable(session, [r.id for r in here if folded[r.id].unreachable])
    rungs = [rung for policy in policies.values() for rung in policy.rung]
    speaks = any(rung.is_of_promises for rung in rungs)
    promises = promised.days(session, today, [r.id for r in here]) if speaks else {}
    names: dict[int, tuple[str, str]] = {}
    cases: dict[int, Case] = {}
    for r in here:
        people = [*contacts[r.service_id], *teams[r.region]]
        names |= {p.person_id: (p.name, p.email) for p in people}
        cases[r.id] = Case(
            life=folded[r.id],
            people=_reachable(people, folded[r.id]),
            told=told[r.id],
            challenge_ends=r.dates.challenge_ends,
            paused=r.paused,
            asked_on=asked[r.id],
            unconfirmed=unconfirmed(
                contacts[r.service_id],
                r.region_since,
                policies[r.policy_version].confirm_every,
                today,
            ),
            quarters_unreachable=failing.get(r.id, 0),
            promises=promises.get(r.id, {}),
        )
    return Gathered(tuple(here), cases, names, policies)


def _reachable(people: Iterable[ContactView], life: Life) -> tuple[Reachable, ...]:
    return tuple(
        Reachable(p.person_id, p.role, p.refused or p.person_id in life.refused) for p in people
    )


Told = dict[int, dict[str, date]]
Asked = dict[int, dict[int, date]]


def _said(session: Session, refs: list[Ref], policies: Iterable[Policy]) -> tuple[Told, Asked]:
    """When each warning was handed over; and, if any rung has a gap, when each person was asked."""
    rungs: list[Rung] = [rung for policy in policies for rung in policy.rung]
    subjects = [subject(r.id) for r in refs]
    told: Told = defaultdict(dict)
    warns = {rung.id for rung in rungs if rung.warns}
    for (name, topic), moment in outbox.sent_on(session, warns, subjects).items():
        told[return_of(name)][topic] = london_date(moment)
    asked: Asked = defaultdict(dict)
    if any(rung.gap for rung in rungs):
        chasers = {rung.id for rung in rungs if rung.is_chaser}
        for (name, person), day in outbox.last_said(session, chasers, subjects).items():
            asked[return_of(name)][person] = day
    return told, asked
