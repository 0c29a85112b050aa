"""The rehearsal of a region's cycle, with names and dates, before anything is sent."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session

from charter.chasing import Case, Reachable
from charter.policy import Dates, Role
from charter.quarters import Calendar, Quarter
from charter.rehearsal import rehearse
from charter.returns import Life
from flows.cases import office
from providers import cycles
from providers.owing import Owing, owing
from providers.register import contacts_of


@dataclass(frozen=True)
class PlannedLetter:
    """One digest to come: the day, the person, and what it would say of which prisons."""

    day: date
    to: str
    email: str
    letter: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """A cycle as it would run if nobody answered."""

    region: str
    region_name: str
    sample: bool
    paused: bool
    quarter: str
    dates: Dates
    expected: int
    letters: tuple[PlannedLetter, ...]
    left_out: tuple[tuple[str, str, str], ...]

    def as_json(self) -> dict[str, object]:
        """The whole plan as JSON data."""
        return {
            **asdict(self),
            "dates": self.dates.model_dump(mode="json"),
            "left_out": [
                {"site": site, "provider": party, "why": why} for site, party, why in self.left_out
            ],
        }


def rehearse_cycle(
    session: Session, region: str, quarter: Quarter, calendar: Calendar, now: datetime
) -> Rehearsal:
    """Every letter, person and date of a quarter, and who is left out and why."""
    home = cycles.region_of(session, region)
    rules = cycles.rules_for(session, home)
    dates = rules.policy.dates(quarter, calendar)
    rows = owing(session, home, quarter, rules.policy)
    asked = {o.service_id: o for o in rows if not o.left_out}
    contacts = contacts_of(session, set(asked), dates.opens)
    commissioners = office(session, home.code, dates.opens)
    people = {service: [*contacts[service], *commissioners] for service in asked}
    cases = {
        service: Case(
            life=Life(),
            people=tuple(Reachable(p.person_id, Role(p.role), p.refused) for p in here),
            told={},
            challenge_ends=dates.challenge_ends,
        )
        for service, here in people.items()
    }
    names = {p.person_id: (p.name, p.email) for here in people.values() for p in here}
    digests: dict[tuple[date, int], list[tuple[str, Owing]]] = {}
    for line in rehearse(cases, rules.policy, dates, calendar):
        digests.setdefault((line.day, line.person), []).append((line.rung, asked[line.subject]))
    letters = []
    for (day, person), lines in sorted(digests.items()):
        top = max((rung for rung, _ in lines), key=rules.policy.rank)
        letters.append(
            PlannedLetter(
                day=day,
                to=names[person][0],
                email=names[person][1],
                letter=rules.policy.find(top).letter,
                about=tuple(f"{o.site_name} ({o.party_name})" for _, o in lines),
            )
        )
    return Rehearsal(
        region=home.code,
        region_name=home.name,
        sample=home.sample,
        paused=home.paused,
        quarter=str(quarter),
        dates=dates,
        expected=len(asked),
        letters=tuple(letters),
        left_out=tuple((o.site_name, o.party_name, o.left_out) for o in rows if o.left_out),
    )
