"""Assembles, from the record, what the public pages are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from charter.actions import Handing, Promise
from charter.commitments import CharterFile
from charter.corrections import Correction
from charter.policy import Policy
from charter.quarters import london_date
from charter.returns import Life
from charter.review import HoldCleared
from charter.steps import Happened
from charter.views import (
    NOT_ADOPTED,
    Edition,
    FamilyRequestView,
    RegionView,
    ReturnView,
    SiteView,
    Withdrawal,
)
from flows.asked import published_answers, requests_of
from flows.beside import Surroundings
from flows.editions import LATE, corrections_of, edition_of, newest_told, until_published
from flows.lived import Lived, read
from providers import cycles, quiet, requests, returns
from providers.actions import practices_named
from providers.cycles import CycleView
from providers.partners import speaks_for_families
from providers.register import commissioner
from providers.returns import Ref


@dataclass(frozen=True)
class Among:
    """Prisons that are told of together: so few that all they say fits in memory.

    `region` is theirs, and empty where they are of several.
    """

    region: str
    site_ids: tuple[int, ...]


@dataclass(frozen=True)
class Told:
    """A return twice over: as it stands today, and as it was last published (if it ever was).

    `corrections` are its later editions and what was taken down, oldest first.
    """

    ref: Ref
    standing: ReturnView
    published: ReturnView | None
    corrections: tuple[Correction, ...] = ()

    @property
    def on_its_page(self) -> ReturnView:
        """What the prison's page tells: the published edition, or today's plain facts."""
        return self.published or self.standing

    def published_on(self, day: date) -> ReturnView:
        """What the page would tell were the return, as it stands today, published on that day."""
        revision = self.standing.life.revision + 1
        because = (self.standing.life.revising or LATE) if revision > 1 else ""
        before = self.published.edition if self.published else None
        first = (before.first or before.published_on) if before else None
        edition = Edition(revision=revision, published_on=day, because=because, first=first)
        return replace(self.standing, edition=edition, waits_for=(), withdrawal=None)


def region_views(
    session: Session, open_cycles: Iterable[CycleView], today: date | None = None
) -> dict[str, RegionView]:
    """Each region that has had a cycle, with who commissions in it.

    On a London date `today`, if one is given, with who speaks for families as well.
    """
    found = {}
    for cycle in open_cycles:
        if cycle.region in found:
            continue
        found[cycle.region] = RegionView(
            code=cycle.region,
            name=cycle.region_name,
            commissioner=commissioner(session, cycle.region, cycle.region_name),
            partner=speaks_for_families(session, cycle.region, today) if today else "",
            sample=cycle.sample,
        )
    return found


def tell(
    session: Session, now: datetime, *, on: date | None = None, among: Among | None = None
) -> list[Told]:
    """Every return owed, as it stands and as published, in a fixed number of queries a region.

    With `among` only those of these prisons. Sensitive periods count as of the London date `on`,
    if one is given, else of `now`.
    """
    there = among.region if among else ""
    open_cycles = {c.id: c for c in cycles.cycles(session, there) if not c.early}
    owed = returns.refs(session, region=there, site_ids=among.site_ids if among else None)
    refs = [r for r in owed if r.cycle_id in open_cycles]
    lived = read(session, refs)
    views = _views(session, now, refs, open_cycles, lived, on or london_date(now))
    return [_told(view, lived, now) for view in views if not lived.today[view.ref.id].released]


def _views(
    session: Session,
    now: datetime,
    refs: list[Ref],
    open_cycles: Mapping[int, CycleView],
    lived: Lived,
    on: date,
) -> list["_View"]:
    """What the views of each of these returns share, sensitive periods as of a London date."""
    regions = region_views(session, open_cycles.values(), london_date(now))
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    charters = {v: cycles.charter_of(session, v) for v in {r.charter_version for r in refs}}
    hushed, cleared = quiet.in_force(session, on), _clearances(refs, lived.happened)
    promises = returns.promises(session, refs)
    places = {ref.site for ref in refs}
    asked = {code: requests.requests_in(session, code, places) for code in regions}
    answers = published_answers(refs, lived.today, lived.then, lived.documents)
    beside = {code: Surroundings(session, code, refs) for code in {r.region for r in refs}}
    cited = {p.practice for those in promises.values() for p in those if p.practice}
    learnt = practices_named(session, cited) if cited else {}
    return [
        _View(
            ref,
            regions[ref.region],
            charters[ref.charter_version],
            open_cycles[ref.cycle_id].adopted,
            promises[ref.party, ref.site_id],
            requests_of(ref, asked[ref.region], answers, now),
            cleared[ref.service_id],
            policies[ref.policy_version],
            ref.site_id in hushed,
            learnt,
            beside[ref.region],
            lived.entries[ref.id],
        )
        for ref in refs
    ]


def _told(view: "_View", lived: Lived, now: datetime) -> Told:
    ref, happened = view.ref, lived.happened[view.ref.id]
    today, then, edition = lived.today[ref.id], lived.then[ref.id], edition_of(happened)
    standing = view.of(today, lived, now, newest_told(happened))
    published = None
    if edition and today.withdrawn_at is None:
        at = then.published_at or now
        published = replace(
            view.of(then, lived, at, len(until_published(happened))),
            edition=edition,
            promises=_as_published(view.promises, then),
        )
    return Told(
        ref=ref,
        standing=replace(standing, waits_for=_waits_for(ref, view.region, edition, now)),
        published=published,
        corrections=corrections_of(happened, lived.entries[ref.id]),
    )


@dataclass(frozen=True)
class _View:
    """What a return's views share, whichever day they are of."""

    ref: Ref
    region: RegionView
    charter: CharterFile
    adopted: bool
    promises: list[Promise]
    requests: tuple[FamilyRequestView, ...]
    cleared: list[tuple[datetime, str]]
    policy: Policy
    quiet: bool
    learnt: Mapping[str, str]
    beside: Surroundings
    entries: list[int]

    def of(self, life: Life, lived: Lived, now: datetime, steps: int) -> ReturnView:
        """The return as it stood at an instant, after so many of its steps."""
        ref = self.ref
        may_rate = self.adopted or not self.charter.is_working
        return ReturnView(
            return_id=ref.id,
            site=SiteView(
                region=self.region,
                code=ref.site,
                name=ref.site_name,
                switchboard=ref.switchboard,
                safer_custody=ref.safer_custody,
                family_line=ref.family_line,
                numbers_checked=ref.numbers_checked,
                link_worker=ref.link_worker,
            ),
            party_code=ref.party,
            party_name=ref.party_name,
            served_from=ref.began,
            served_to=None if ref.served_to == ref.quarter.ends else ref.served_to,
            quarter=ref.quarter,
            life=life,
            state=life.state(now),
            charter=self.charter,
            document=lived.documents.get(life.document),
            receipt=lived.receipts.get(life.receipt),
            promises=tuple(self.promises),
            requests=self.requests,
            may_rate=may_rate,
            why_not="" if may_rate else NOT_ADOPTED,
            first_update=ref.baseline,
            line=ref.line,
            cleared=frozenset(text for at, text in self.cleared if at <= now),
            few=self.policy.fewest_people if self.policy.holds_alarm else 0,
            particulars=self.policy.holds_particulars,
            quiet=self.quiet,
            withdrawal=_withdrawal(life),
            step=self.entries[steps - 1] if steps else 0,
            practices=self.learnt,
            beside=self.beside.of(ref, self.policy, now),
        )


def _withdrawal(life: Life) -> Withdrawal | None:
    if life.withdrawn_at is None:
        return None
    return Withdrawal(london_date(life.withdrawn_at), life.withdrawn)


def _clearances(
    refs: list[Ref], happened: Mapping[int, list[Happened]]
) -> Mapping[int, list[tuple[datetime, str]]]:
    """The texts that a person has cleared for each service, whichever quarter, and when."""
    found: Mapping[int, list[tuple[datetime, str]]] = {ref.service_id: [] for ref in refs}
    for ref in refs:
        for one in happened[ref.id]:
            if isinstance(one.step, HoldCleared):
                found[ref.service_id].append((one.at, one.step.text))
    return found


def _as_published(promises: Iterable[Promise], life: Life) -> tuple[Promise, ...]:
    """The promises as the published edition knew them: what was signed later waits its turn."""
    known = [
        replace(
            promise,
            changes=tuple(c for c in promise.changes if _by_then(c.at, life)),
            taken_over=_known_by_then(promise.taken_over, life),
            passed_on=_known_by_then(promise.passed_on, life),
        )
        for promise in promises
        if promise.taken_over is None or _by_then(promise.taken_over.at, life)
    ]
    return tuple(promise for promise in known if promise.changes)


def _known_by_then(handing: Handing | None, life: Life) -> Handing | None:
    return handing if handing and _by_then(handing.at, life) else None


def _by_then(at: datetime | None, life: Life) -> bool:
    return at is None or life.published_at is None or at <= life.published_at


def _waits_for(
    ref: Ref, region: RegionView, edition: Edition | None, now: datetime
) -> tuple[str, ...]:
    """Whose approval is missing once the publication day has come, by organisation."""
    if edition is not None or london_date(now) < ref.dates.publishes:
        return ()
    return (region.commissioner,)
