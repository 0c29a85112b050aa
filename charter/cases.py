"""A return as the chaser sees it: how it stands, and who may be written to about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from charter.policy import Anchor, Role, Rung
from charter.returns import Life

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
    service's quarters running in which nobody could be reached, this one included once that is
    recorded. `promises` holds, by the rung's anchor, the day of each promise that is past its date
    and still open, or that was offered to this service and waits for its word.
    """

    life: Life
    people: tuple[Reachable, ...]
    told: Mapping[str, date]
    challenge_ends: date
    paused: bool = False
    asked_on: Mapping[int, date] = field(default_factory=dict)
    unconfirmed: frozenset[int] = frozenset()
    quarters_unreachable: int = 0
    promises: Mapping[Anchor, tuple[date, ...]] = field(default_factory=dict)


def addressee(role: Role, people: tuple[Reachable, ...]) -> Reachable | None:
    """Who stands for a role: the next in order whose address works, missing roles skipped."""
    for instead in _INSTEAD.get(role, (role,)):
        for person in people:
            if person.role is instead and not person.refused:
                return person
    return None


def people_for(rung: Rung, case: Case) -> Iterator[int]:
    """The people a rung speaks to, each once.

    Once a return waits for its signer, the lead is left alone, as long as anybody can sign. Of
    arbiters every one is told: whoever of them may decide is asked as they do.
    """
    asked: set[int] = set()
    waits = rung.anchor is Anchor.DUE and case.life.waits_for_signer
    for role in rung.to:
        found = addressee(role, case.people)
        if waits and role is Role.LEAD:
            found = addressee(Role.SIGNER, case.people) or found
        everyone = [one for one in case.people if one.role is role and not one.refused]
        for one in everyone if role is Role.ARBITER else filter(None, [found]):
            if one.person not in asked:
                asked.add(one.person)
                yield one.person


def turned_away(case: Case) -> tuple[Reachable, ...]:
    """Those still listed whose address turned away a letter about this return, lead first."""
    away = [known for known in case.people if known.person in case.life.refused]
    return tuple(sorted(away, key=lambda known: list(Role).index(known.role)))
