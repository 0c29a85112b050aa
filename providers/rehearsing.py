"""The rehearsal of a region's cycle, with names and dates, before anything is sent."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from charter.policy import Dates
from charter.quarters import Calendar, Quarter
from charter.rehearsal import Plan, Planned, what_changed
from providers import cycles, ledger, plans
from providers.owing import Owing, owing
from providers.plans import Agreed
from providers.register import PersonView, people
from providers.tabular import write_csv

COLUMNS = (
    "day", "letter", "rung", "to", "email", "site", "site_name", "provider", "provider_name",
)  # fmt: skip


@dataclass(frozen=True)
class PlannedLine:
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
    """A cycle as it would run if nobody answered.

    `needs_approval` where nothing opens before a commissioner agreed to this very plan; `agreed`
    are the plans of this quarter that somebody agreed to, and `changed` is what has come to differ
    from the last of them.
    """

    region_name: str
    sample: bool
    paused: bool
    plan: Plan
    letters: tuple[PlannedLetter, ...]
    lines: tuple[PlannedLine, ...]
    left_out: tuple[tuple[str, str, str], ...]
    needs_approval: bool
    agreed: tuple[Agreed, ...]
    changed: tuple[str, ...]

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
    def approved(self) -> bool:
        """Somebody agreed to this plan as it stands."""
        return self.plan.fingerprint in {one.fingerprint for one in self.agreed}

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
            "letters": [vars(letter) for letter in self.letters],
            "left_out": [
                {"site": site, "provider": party, "why": why} for site, party, why in self.left_out
            ],
        }

    def as_csv(self) -> str:
        """Every line of every letter, one a row; a cell that looks like a formula is guarded."""
        rows = [[str(getattr(line, name)) for name in COLUMNS] for line in self.lines]
        return write_csv(COLUMNS, rows)


_REHEARSED: OrderedDict[tuple[str, str, str, str], Rehearsal] = OrderedDict()
MOST = 8
"""So many rehearsals are kept for whoever turns their pages."""


def rehearsed(session: Session, region: str, quarter: Quarter, calendar: Calendar) -> Rehearsal:
    """The same as `rehearse_cycle`, kept as long as nothing has been put on record since.

    All that a rehearsal rests on changes with an entry in the ledger, so its head stands for it.
    """
    key = (ledger.head(session)[1], region, str(quarter), calendar.version)
    found = _REHEARSED.get(key) or rehearse_cycle(session, region, quarter, calendar)
    _REHEARSED[key] = found
    while len(_REHEARSED) > MOST:
        _REHEARSED.popitem(last=False)
    return found


def rehearse_cycle(
    session: Session, region: str, quarter: Quarter, calendar: Calendar
) -> Rehearsal:
    """Every letter, person and date of a quarter, and who is left out and why."""
    home = cycles.region_of(session, region)
    rules = cycles.rules_for(session, home)
    rows = owing(session, home, quarter, rules.policy)
    versions = rules.charter.version, rules.policy
    plan = plans.plan_for(session, home, quarter, *versions, calendar, rows=rows)
    services = {row.service_id: row for row in rows}
    known = people(session, {line.person for line in plan.lines})
    lines = [
        (line, _line(line, rules.policy.find(line.rung).letter, known, services))
        for line in plan.lines
    ]
    digests: dict[tuple[date, int], list[tuple[str, PlannedLine]]] = {}
    for one, line in lines:
        digests.setdefault((one.day, one.person), []).append((one.rung, line))
    letters = []
    for (day, person), said in sorted(digests.items()):
        top = max((rung for rung, _ in said), key=rules.policy.rank)
        about = tuple(f"{line.site_name} ({line.provider_name})" for _, line in said)
        who = known[person]
        letters.append(
            PlannedLetter(day, who.name, who.email, rules.policy.find(top).letter, about)
        )
    agreed = tuple(plans.agreements(session, home.code).get(str(quarter), ()))
    before = plans.read(session, [one.fingerprint for one in agreed[-1:]])
    return Rehearsal(
        region_name=home.name,
        sample=home.sample,
        paused=home.paused,
        plan=plan,
        letters=tuple(letters),
        lines=tuple(line for _, line in lines),
        left_out=tuple((o.site_name, o.party_name, o.left_out) for o in rows if o.left_out),
        needs_approval=rules.policy.approve_rehearsal,
        agreed=agreed,
        changed=tuple(what_changed(before[0], plan)) if before else (),
    )


def planned(session: Session, region: str, quarter: Quarter, calendar: Calendar) -> Plan:
    """A quarter's plan, opened on time by the rules that its region follows now."""
    home = cycles.region_of(session, region)
    rules = cycles.rules_for(session, home)
    return plans.plan_for(session, home, quarter, rules.charter.version, rules.policy, calendar)


def _line(
    one: Planned, letter: str, known: dict[int, PersonView], services: dict[int, Owing]
) -> PlannedLine:
    who, service = known[one.person], services[one.subject]
    return PlannedLine(
        day=one.day,
        letter=letter,
        rung=one.rung,
        to=who.name,
        email=who.email,
        site=service.site_code,
        site_name=service.site_name,
        provider=service.party_code,
        provider_name=service.party_name,
    )
