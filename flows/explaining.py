"""Every cycle held against the plan it opened with, and each difference given its cause."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from charter.cases import Reachable
from charter.differences import Difference, Explained, Fate, Record
from charter.explaining import explain
from charter.quarters import Calendar, london_date
from charter.steps import Reminded
from notifications.fates import fates
from notifications.outbox import LetterState
from providers import cycles, lives, plans, returns, standing
from providers.cycles import CycleView
from providers.standing import Lists, Stops


@dataclass(frozen=True)
class BesidePlan:
    """A cycle beside its plan; `places` names the services by their numbers."""

    region: str
    quarter: str
    explained: Explained
    places: dict[int, str]

    @property
    def first_unexplained(self) -> str:
        """One sentence naming the first difference without a cause; empty when there is none."""
        for d in self.explained.unexplained:
            when = f"was planned for {d.planned}" if d.planned else f"was said on {d.happened}"
            return (
                f"the plan of {self.region} {self.quarter} does not explain one letter: "
                f"'{d.rung}' to person {d.person} about {self.places.get(d.subject)} {when}"
            )
        return ""

    def in_words(self) -> str:
        """How the cycle went beside its plan, in one sentence."""
        found = self.explained
        causes = ", ".join(f"{many} {cause}" for cause, many in found.causes.items())
        return (
            f"{self.region} {self.quarter}: of {found.planned} lines planned, {found.as_planned} "
            f"went as planned and {found.to_come} are to come; differences: {causes or 'none'}; "
            f"{len(found.unexplained)} unexplained."
        )

    def as_json(self) -> dict[str, Any]:
        """The counts, and every difference with its cause."""
        return {
            "region": self.region,
            "quarter": self.quarter,
            "planned": self.explained.planned,
            "as_planned": self.explained.as_planned,
            "to_come": self.explained.to_come,
            "causes": self.explained.causes,
            "unexplained": len(self.explained.unexplained),
            "differences": [self._named(d) for d in self.explained.differences],
        }

    def _named(self, difference: Difference) -> dict[str, Any]:
        data = asdict(difference)
        return {"about": self.places.get(data.pop("subject"), ""), **data}


def beside_plans(session: Session, calendar: Calendar) -> list[BesidePlan]:
    """Every cycle that opened with a plan, oldest first, beside that plan."""
    stops = standing.stops(session)
    found = (_beside_plan(session, cycle, stops, calendar) for cycle in cycles.cycles(session))
    return [one for one in found if one]


def _beside_plan(
    session: Session, cycle: CycleView, stops: Stops, calendar: Calendar
) -> BesidePlan | None:
    kept = plans.kept(session, cycle.id)
    if not kept:
        return None
    here = returns.refs(session, region=cycle.region, quarter=str(cycle.quarter))
    histories = lives.histories(session, [r.id for r in here])
    lists = standing.lists(session, cycle.region, {r.service_id for r in here})
    keys = {
        h.step.letter for steps in histories.values() for h in steps if isinstance(h.step, Reminded)
    }
    records = [
        Record(
            subject=r.service_id,
            history=histories[r.id],
            people=_people(lists, r.service_id),
            listed=lists.ever(r.service_id),
            paused=partial(stops.held, r.region, r.party),
        )
        for r in here
    ]
    policy = cycles.policy_of(session, cycle.policy_version)
    told = {key: _fate(*fate) for key, fate in fates(session, keys).items()}
    return BesidePlan(
        region=cycle.region,
        quarter=str(cycle.quarter),
        explained=explain(kept, records, told, policy, calendar),
        places={r.service_id: f"{r.party} at {r.site}" for r in here},
    )


def _people(lists: Lists, service: int) -> Callable[[datetime], tuple[Reachable, ...]]:
    return partial(lists.people, service)


def _fate(state: LetterState, settled: datetime | None) -> Fate:
    sent = london_date(settled) if settled and state is LetterState.SENT else None
    return Fate(sent=sent, refused=state is LetterState.REFUSED)
