"""Assembles what a page tells beside its returns, as it stood when they came out."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from charter.beside import Beside, FewView, PassedView, PracticeView, Serves
from charter.listening import Calls
from charter.policy import Policy
from charter.quarters import Quarter, london_date
from charter.views import REGION
from flows.by_region import ByRegion
from providers import around, formats, passed_on, practices
from providers.around import Rung, Served
from providers.passed_on import Passed
from providers.practices import PracticeView as Practice
from providers.returns import Ref


class Surroundings:
    """All that one region's records hold beside its returns, read once."""

    def __init__(self, session: Session, region: str, owed: Iterable[Ref]) -> None:
        refs = [ref for ref in owed if ref.region == region]
        self.asked = {(ref.service_id, ref.quarter) for ref in refs}
        self.newest: dict[str, Quarter] = {}
        for ref in refs:
            self.newest[ref.site] = max(ref.quarter, self.newest.get(ref.site, ref.quarter))
        self.listening = around.listening(session, region)
        self.by_region = ByRegion(session, region)
        sites = {ref.site_id for ref in refs}
        self.formats = formats.standing(session, sites)
        self.calls: dict[tuple[str, str], list[Rung]] = defaultdict(list)
        for call in around.calls(session, sites):
            self.calls[call.site, call.quarter].append(call)
        self.passed: dict[str, list[Passed]] = defaultdict(list)
        for one in passed_on.passed(session, region):
            self.passed[one.site].append(one)
        self.practices: dict[int, list[Practice]] = defaultdict(list)
        for practice in practices.in_region(session, region):
            self.practices[practice.site_id].append(practice)
        self.served: dict[str, list[Served]] = defaultdict(list)
        for service in around.served(session, region, sites):
            self.served[service.site].append(service)

    def of(self, ref: Ref, policy: Policy, until: datetime) -> Beside:
        """What stands beside a return, as it was on record at an instant."""
        versions = [v for v in self.listening.get(str(ref.quarter), []) if v.at <= until]
        few = self.by_region.few(policy.fewest_people)
        told: tuple[FewView, ...] = ()
        if few and ref.site == REGION:
            told = self.by_region.told(ref, policy.fewest_people, until)
        return Beside(
            heard=tuple(version.heard for version in versions),
            saved_on=london_date(versions[-1].at) if versions else None,
            calls=self._calls(ref, until),
            passed=self._passed(ref, few, until),
            practices=self._practices(ref, until),
            serves=tuple(self._serves(ref, policy)),
            formats=self.formats.get((ref.site_id, str(ref.quarter)), ()),
            few=few,
            by_region=told,
            places=self.by_region.places if told else frozenset(),
            threshold=policy.fewest_people,
            least_base=policy.least_base,
        )

    def _calls(self, ref: Ref, until: datetime) -> Calls:
        made = [one for one in self.calls[ref.site, str(ref.quarter)] if one.noted_at <= until]
        answered, minutes = sum(c.answered for c in made), sum(c.minutes for c in made)
        return Calls(len(made), answered, minutes)

    def _passed(self, ref: Ref, few: Collection[str], until: datetime) -> tuple[PassedView, ...]:
        """What was heard in the quarter, or passed on in it; late in one, it is told in two."""
        return tuple(
            PassedView(one.id, one.text, one.heard_on, one.to_whom, one.passed_on)
            for one in self.passed[ref.site]
            if ref.quarter in (Quarter.containing(one.heard_on), Quarter.containing(one.passed_on))
            and one.id not in few
            and one.entered_at is not None
            and one.entered_at <= until
        )

    def _practices(self, ref: Ref, until: datetime) -> tuple[PracticeView, ...]:
        """What was held up to others from the quarter's first day until its page came out."""
        return tuple(
            PracticeView(one.id, one.told.title, one.told.happened, one.party_name)
            for one in self.practices[ref.site_id]
            if one.shared_on >= ref.quarter.starts
            and one.shared_at <= until
            and (one.withdrawn_at is None or one.withdrawn_at > until)
        )

    def _serves(self, ref: Ref, policy: Policy) -> Iterable[Serves]:
        for one in self.served[ref.site]:
            why = self._why_not_asked(one, ref, policy)
            if why:
                who = f"{one.party_name} ({one.line})" if one.line else one.party_name
                yield Serves(one.service_id, who, one.starts, one.ends, why)

    def _why_not_asked(
        self, one: Served, ref: Ref, policy: Policy
    ) -> Literal["unsigned", "short", "later"] | None:
        quarter = ref.quarter
        if (one.service_id, quarter) in self.asked or (one.ends and one.ends < quarter.starts):
            return None
        if one.starts > quarter.ends:
            told = self.newest[ref.site] == quarter
            return ("later" if one.signed else "unsigned") if told else None
        if not one.signed:
            return "unsigned"
        first, last = max(one.starts, quarter.starts), min(one.ends or quarter.ends, quarter.ends)
        return "short" if (last - first).days + 1 < policy.least_days_served else None
