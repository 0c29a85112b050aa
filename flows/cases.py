"""Gathers, in a fixed number of queries, what the chasing rules need to know about many returns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from charter.chasing import Case, Reachable
from charter.policy import Policy, Role
from charter.quarters import london_date
from notifications import outbox
from providers import cycles, lives
from providers.register import ContactView, contacts_of, services
from providers.returns import Ref
from providers.staff import StaffRole, staff_of


@dataclass(frozen=True)
class Gathered:
    """Cases by return, with the names and addresses behind their person numbers."""

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
    """Everything `charter.chasing` asks about these returns, and who the people are."""
    here = list(refs)
    today = london_date(now)
    folded = lives.lives(session, [r.id for r in here])
    contacts = contacts_of(session, {r.service_id for r in here}, today)
    teams = {region: office(session, region, today) for region in {r.region for r in here}}
    policies = {
        version: cycles.policy_of(session, version) for version in {r.policy_version for r in here}
    }
    warns = {rung.id for policy in policies.values() for rung in policy.rung if rung.warns}
    told: dict[int, dict[str, date]] = defaultdict(dict)
    sent = outbox.sent_on(session, warns, [subject(r.id) for r in here])
    for (name, topic), moment in sent.items():
        told[return_of(name)][topic] = london_date(moment)
    names: dict[int, tuple[str, str]] = {}
    cases: dict[int, Case] = {}
    for r in here:
        people = [*contacts[r.service_id], *teams[r.region]]
        names |= {p.person_id: (p.name, p.email) for p in people}
        cases[r.id] = Case(
            life=folded[r.id],
            people=tuple(
                Reachable(
                    p.person_id, Role(p.role), p.refused or p.person_id in folded[r.id].refused
                )
                for p in people
            ),
            told=told[r.id],
            challenge_ends=r.dates.challenge_ends,
            paused=r.paused,
        )
    return Gathered(cases, names, policies)


OFFICE = (Role.COMMISSIONER, Role.LISTENING_PARTNER)


def office(session: Session, region: str, today: date) -> list[ContactView]:
    """The region's commissioners and listening partners, from its staff and from its register."""
    team = [
        ContactView(
            person_id=member.person_id,
            name=member.name,
            email=member.email,
            role=Role(member.role.value),
            refused=False,
        )
        for member in staff_of(session, region, today)
        if member.role in (StaffRole.COMMISSIONER, StaffRole.LISTENING_PARTNER)
    ]
    listed = contacts_of(session, [s.id for s in services(session, [region])], today)
    named = [c for contacts in listed.values() for c in contacts if c.role in OFFICE]
    return list({(p.role, p.person_id): p for p in [*named, *team]}.values())
