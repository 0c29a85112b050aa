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
from charter.steps import Happened, Published, Revised
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
from flows.status import receipts_on_record
from providers import cycles, lives, quiet, requests, returns
from providers.cycles import CycleView
from providers.register import commissioner
from providers.returns import Ref

LATE = "It was received after this page was first published."


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
        edition = Edition(revision=revision, published_on=day, because=because)
        return replace(self.standing, edition=edition, waits_for=(), withdrawal=None)


def region_views(session: Session, open_cycles: Iterable[CycleView]) -> dict[str, RegionView]:
    """Each region that has had a cycle, with the organisation that commissions for it."""
    found = {}
    for cycle in open_cycles:
        if cycle.region in found:
            continue
        found[cycle.region] = RegionView(
            code=cycle.region,
            name=cycle.region_name,
            commissioner=commissioner(session, cycle.region, cycle.region_name),
            sample=cycle.sample,
        )
    return found


def tell(
    session: Session, now: datetime, *, here: Ref | None = None, on: date | None = None
) -> list[Told]:
    """Every return owed, as it stands and as published, in a fixed number of queries a region.

    With `here` only those of the same prison. Sensitive periods count as of the London date `on`,
    if one is given, else of `now`.
    """
    there = here.region if here else ""
    open_cycles = {c.id: c for c in cycles.cycles(session, there) if not c.early}
    regions = region_views(session, open_cycles.values())
    owed = returns.refs(session, region=there, site_id=here.site_id if here else None)
    refs = [r for r in owed if r.cycle_id in open_cycles]
    happened = lives.histories(session, [r.id for r in refs])
    today = {r.id: fold(happened[r.id]) for r in refs}
    then = {r.id: fold(_until_published(happened[r.id])) for r in refs}
    editions = {r.id: _edition(happened[r.id]) for r in refs}
    both = [*today.values(), *then.values()]
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    hushed, cleared = quiet.in_force(session, on or london_date(now)), _clearances(refs, happened)
    texts = returns.signed_documents(session, dict(enumerate(life.document for life in both)))
    documents = {both[i].document: text for i, text in texts.items()}
    scores = receipts_on_record(session, dict(enumerate(both)))
    receipts = {both[i].receipt: receipt for i, receipt in scores.items()}
    charters = {v: cycles.charter_of(session, v) for v in {r.charter_version for r in refs}}
    promises = returns.promises(session, refs)
    asked = {code: requests.requests_in(session, code) for code in regions}
    answers = published_answers(refs, today, then, documents)
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
        )
        edition = editions[ref.id]
        standing = view.of(today[ref.id], documents, receipts, now)
        told.append(
            Told(
                ref=ref,
                standing=replace(standing, waits_for=_waits_for(ref, regions, edition, now)),
                published=replace(
                    view.of(then[ref.id], documents, receipts, then[ref.id].published_at or now),
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

    def of(
        self,
        life: Life,
        documents: Mapping[str, ReturnDocument],
        receipts: Mapping[str, Receipt],
        now: datetime,
    ) -> ReturnView:
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


def _until_published(steps: list[Happened]) -> list[Happened]:
    """The steps up to the newest publication: what came after waits for the next edition."""
    for last in range(len(steps), 0, -1):
        if isinstance(steps[last - 1].step, Published):
            return steps[:last]
    return []


def _edition(steps: list[Happened]) -> Edition | None:
    edition, because = None, ""
    for happened in steps:
        if isinstance(happened.step, Revised):
            because = happened.step.reason
        elif isinstance(happened.step, Published):
            revision = happened.step.revision
            edition = Edition(
                revision=revision,
                published_on=london_date(happened.at),
                because=(because or LATE) if revision > 1 else "",
            )
            because = ""
    return edition


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
