"""The rehearsal of a region's cycle, with names and dates, before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from sqlmodel import Session

from charter.policy import Dates, Policy
from charter.quarters import Calendar, Quarter
from charter.rehearsal import Plan, Planned, what_changed
from providers import cycles, plans
from providers.cycles import Rules
from providers.owing import Owing
from providers.plans import Agreed, DrawnUp
from providers.tables import Region
from providers.tabular import write_csv

COLUMNS = (
    "day", "letter", "rung", "to", "email", "site", "site_name", "provider", "provider_name",
)  # fmt: skip


class PlannedLine(NamedTuple):
    """One line of one letter to come: what a rung will say to a person about one prison."""

    day: date
    letter: str
    rung: str
    to: str
    email: str
    site: str
    site_name: str
    provider: str
    provider_name: str


class PlannedLetter(NamedTuple):
    """One digest to come: the day, the person, and what it would say of which prisons."""

    day: date
    to: str
    email: str
    letter: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """A cycle as it would run if nobody answered; its letters are worded as they are asked for.

    `needs_approval` where nothing opens before a commissioner agreed to this very plan; `agreed`
    are the plans of this quarter that somebody agreed to, and `before` is the last of them.
    """

    region_name: str
    sample: bool
    paused: bool
    drawn_up: DrawnUp
    policy: Policy
    agreed: tuple[Agreed, ...]
    before: Plan | None

    @property
    def plan(self) -> Plan:
        """The plan itself: numbers, rungs and dates."""
        return self.drawn_up.plan

    @property
    def quarter(self) -> str:
        """The quarter's name."""
        return self.plan.quarter

    @property
    def dates(self) -> Dates:
        """The cycle's dates."""
        return self.plan.dates

    @property
    def expected(self) -> int:
        """How many returns would be owed."""
        return len(self.plan.asked)

    @property
    def needs_approval(self) -> bool:
        """Nothing opens before a commissioner agreed to this very plan."""
        return self.policy.approve_rehearsal

    @property
    def approved(self) -> bool:
        """Somebody agreed to this plan as it stands."""
        return self.plan.fingerprint in {one.fingerprint for one in self.agreed}

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """What has come to differ from the last plan that was agreed to."""
        return tuple(what_changed(self.before, self.plan)) if self.before else ()

    @property
    def left_out(self) -> tuple[tuple[str, str, str], ...]:
        """The prison and provider of each service that owes no return, and why."""
        rows = self.drawn_up.rows
        return tuple((o.site_name, o.party_name, o.left_out) for o in rows if o.left_out)

    @cached_property
    def digests(self) -> tuple[tuple[Planned, ...], ...]:
        """The lines of each letter: all that is said to a person on a day, in order of days."""
        return tuple(tuple(said) for _, said in groupby(self.plan.lines, key=lambda one: one[:2]))

    @property
    def letters(self) -> tuple[PlannedLetter, ...]:
        """Every letter to come."""
        return self.letters_from(0, len(self.digests))

    def letters_from(self, first: int, to: int) -> tuple[PlannedLetter, ...]:
        """The letters of these places among all, the first of them nought and `to` left out."""
        return tuple(self._letter(said) for said in self.digests[first:to])

    @property
    def lines(self) -> tuple[PlannedLine, ...]:
        """Every line of every letter to come."""
        letters = {rung.id: rung.letter for rung in self.policy.rung}
        return tuple(self._line(one, letters[one.rung]) for one in self.plan.lines)

    def _line(self, one: Planned, letter: str) -> PlannedLine:
        who, service = self.drawn_up.known[one.person], self._services[one.subject]
        return PlannedLine(
            one.day, letter, one.rung, who.name, who.email, service.site_code,
            service.site_name, service.party_code, service.party_name,
        )  # fmt: skip

    def _letter(self, said: tuple[Planned, ...]) -> PlannedLetter:
        who = self.drawn_up.known[said[0].person]
        top = max({line.rung for line in said}, key=self.policy.rank)
        places = (self._services[line.subject] for line in said)
        return PlannedLetter(
            day=said[0].day,
            to=who.name,
            email=who.email,
            letter=self.policy.find(top).letter,
            about=tuple(f"{one.site_name} ({one.party_name})" for one in places),
        )

    @cached_property
    def _services(self) -> dict[int, Owing]:
        return {row.service_id: row for row in self.drawn_up.rows}

    def as_json(self) -> dict[str, Any]:
        """The whole plan as JSON data."""
        return {
            "region": self.plan.region,
            "region_name": self.region_name,
            "sample": self.sample,
            "paused": self.paused,
            "quarter": self.quarter,
            "fingerprint": self.plan.fingerprint,
            "needs_approval": self.needs_approval,
            "approved": self.approved,
            "changed": list(self.changed),
            "dates": self.dates.model_dump(mode="json"),
            "expected": self.expected,
            "letters": [letter._asdict() for letter in self.letters],
            "left_out": [
                {"site": site, "provider": party, "why": why} for site, party, why in self.left_out
            ],
        }

    def as_csv(self) -> str:
        """Every line of every letter, one a row; a cell that looks like a formula is guarded."""
        return write_csv(COLUMNS, ((str(line.day), *line[1:]) for line in self.lines))


def rehearse_cycle(
    session: Session, region: str, quarter: Quarter, calendar: Calendar
) -> Rehearsal:
    """Every letter, person and date of a quarter, and who is left out and why."""
    home = cycles.region_of(session, region)
    agreed = plans.agreements(session, home.code).get(str(quarter), [])
    return rehearse_with(session, home, cycles.rules_for(session, home), quarter, calendar, agreed)


def rehearse_with(
    session: Session,
    home: Region,
    rules: Rules,
    quarter: Quarter,
    calendar: Calendar,
    agreed: Sequence[Agreed],
    dates: Dates | None = None,
) -> Rehearsal:
    """The same by what has been looked up: the rules, what was agreed to, and the `dates` if known.

    Six queries, or five where nothing was agreed to.
    """
    versions = rules.charter.version, rules.policy
    drawn_up = plans.drawn_up(session, home, quarter, *versions, calendar, dates=dates)
    before = plans.read(session, [one.fingerprint for one in agreed[-1:]])
    return Rehearsal(
        region_name=home.name,
        sample=home.sample,
        paused=home.paused,
        drawn_up=drawn_up,
        policy=rules.policy,
        agreed=tuple(agreed),
        before=before[0] if before else None,
    )


def planned(session: Session, region: str, quarter: Quarter, calendar: Calendar) -> Plan:
    """A quarter's plan, opened on time by the rules that its region follows now."""
    home = cycles.region_of(session, region)
    rules = cycles.rules_for(session, home)
    return plans.plan_for(session, home, quarter, rules.charter.version, rules.policy, calendar)
