"""Assembles, from the record, what the public pages are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from charter.actions import Handing, Promise
from charter.commitments import CharterFile
from charter.document import ReturnDocument
from charter.folding import fold
from charter.policy import Policy
from charter.quarters import london_date
from charter.returns import Life
from charter.review import HoldCleared
from charter.scoring import Receipt
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
from flows.editions import LATE, edition_of, newest_told, until_published
from flows.status import receipts_on_record
from providers import cycles, lives, quiet, requests, returns
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
    """A return twice over: as it stands today, and as it was last published (if it ever was)."""

    ref: Ref
    standing: ReturnView
    published: ReturnView | None

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
    session: Session,
    now: datetime,
    *,
    here: Ref | None = None,
    on: date | None = None,
    among: Among | None = None,
) -> list[Told]:
    """Every return owed, as it stands and as published, in a fixed number of queries a region.

    With `here` only those of the same prison, with `among` of these. Sensitive periods count as
    of the London date `on`, if one is given, else of `now`.
    """
    there = here.region if here else among.region if among else ""
    open_cycles = {c.id: c for c in cycles.cycles(session, there) if not c.early}
    regions = region_views(session, open_cycles.values(), london_date(now))
    site_ids = {here.site_id} if here else among.site_ids if among else None
    owed = returns.refs(session, region=there, site_ids=site_ids)
    refs = [r for r in owed if r.cycle_id in open_cycles]
    happened = lives.histories(session, [r.id for r in refs])
    entries = lives.entries(session, [r.id for r in refs])
    today = {r.id: fold(happened[r.id]) for r in refs}
    then = {r.id: fold(until_published(happened[r.id])) for r in refs}
    editions = {r.id: edition_of(happened[r.id]) for r in refs}
    both = [*today.values(), *then.values()]
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    hushed, cleared = quiet.in_force(session, on or london_date(now)), _clearances(refs, happened)
    texts = returns.signed_documents(session, dict(enumerate(life.document for life in both)))
    documents = {both[i].document: text for i, text in texts.items()}
    scores = receipts_on_record(session, dict(enumerate(both)))
    receipts = {both[i].receipt: receipt for i, receipt in scores.items()}
    charters = {v: cycles.charter_of(session, v) for v in {r.charter_version for r in refs}}
    promises = returns.promises(session, refs)
    places = {ref.site for ref in refs}
    asked = {code: requests.requests_in(session, code, places) for code in regions}
    answers = published_answers(refs, today, then, documents)
    beside = {code: Surroundings(session, code, refs) for code in {r.region for r in refs}}
    cited = {p.practice for those in promises.values() for p in those if p.practice}
    learnt = practices_named(session, cited) if cited else {}
    told = []
    for ref in refs:
        if today[ref.id].released:
            continue
        view = _View(
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
            entries[ref.id],
        )
        edition = editions[ref.id]
        standing = view.of(today[ref.id], documents, receipts, now, newest_told(happened[ref.id]))
        told.append(
            Told(
                ref=ref,
                standing=replace(standing, waits_for=_waits_for(ref, regions, edition, now)),
                published=replace(
                    view.of(
                        then[ref.id],
                        documents,
                        receipts,
                        then[ref.id].published_at or now,
                        len(until_published(happened[ref.id])),
                    ),
                    edition=edition,
                    promises=_as_published(view.promises, then[ref.id]),
                )
                if edition and today[ref.id].withdrawn_at is None
                else None,
            )
        )
    return told


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

    def of(
        self,
        life: Life,
        documents: Mapping[str, ReturnDocument],
        receipts: Mapping[str, Receipt],
        now: datetime,
        steps: int,
    ) -> ReturnView:
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
            document=documents.get(life.document),
            receipt=receipts.get(life.receipt),
            promises=tuple(self.promises),
            requests=self.requests,
            may_rate=may_rate,
            why_not="" if may_rate else NOT_ADOPTED,
            first_update=ref.baseline,
            line=ref.line,
            cleared=frozenset(text for at, text in self.cleared if at <= now),
            few=self.policy.fewest_people if self.policy.holds_alarm else 0,
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
    ref: Ref, regions: Mapping[str, RegionView], edition: Edition | None, now: datetime
) -> tuple[str, ...]:
    """Whose approval is missing once the publication day has come, by organisation."""
    if edition is not None or london_date(now) < ref.dates.publishes:
        return ()
    return (regions[ref.region].commissioner,)
