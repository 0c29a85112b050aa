"""The plan of a cycle: made as the rules stand, agreed to where asked, kept at the opening."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.chasing import Case, Reachable
from charter.policy import Dates, Policy
from charter.quarters import Calendar, Quarter, london_date
from charter.rehearsal import Opening, Plan, opening, rehearse
from charter.returns import Life
from providers import documents, ledger, moves
from providers.contacts import ContactView, contacts_of
from providers.offices import offices, unconfirmed
from providers.owing import Owing, owing
from providers.steering_tables import PlanApproval
from providers.tables import Cycle, LedgerRow, Region

KEPT, APPROVED = "plan_kept", "plan_approved"
SHORTEST = 12
"""The fewest characters of a fingerprint that still name a plan."""
NOTHING_YET = Life()


class PlanRefused(ValueError):
    """A plan cannot be agreed to so; the message says why, with the mend."""


@dataclass(frozen=True)
class Early:
    """Services that ended in the quarter and are asked before the others, and by when."""

    services: Container[int]
    begins: Opening


@dataclass(frozen=True)
class DrawnUp:
    """A plan with what it was made of: who owes and who does not, and everybody known by number."""

    plan: Plan
    rows: list[Owing]
    known: dict[int, ContactView]


@dataclass(frozen=True)
class Agreed:
    """A commissioner's yes to a plan: its fingerprint, when, and by whom."""

    fingerprint: str
    at: datetime
    by: str


def plan_for(
    session: Session,
    region: Region,
    quarter: Quarter,
    charter: str,
    policy: Policy,
    calendar: Calendar,
    on: date | None = None,
    early: Early | None = None,
) -> Plan:
    """What a cycle will do, with the contacts of its opening day, if nobody answers.

    Opened `on` a day, on time when left out. Those who are asked `early` have a plan of their own,
    and later ones leave them out. BeyondHorizon where the holidays are not known.
    """
    return drawn_up(session, region, quarter, charter, policy, calendar, on, early).plan


def drawn_up(
    session: Session,
    region: Region,
    quarter: Quarter,
    charter: str,
    policy: Policy,
    calendar: Calendar,
    on: date | None = None,
    early: Early | None = None,
    dates: Dates | None = None,
) -> DrawnUp:
    """The same plan with who owes and whom it would write to; `dates`, where they are known."""
    dates = dates or moves.dates(session, region.code, quarter, policy, calendar)
    begins = early.begins if early else opening(policy, dates, calendar, on or dates.opens)
    rows = owing(session, region, quarter, policy)
    asked = [row.service_id for row in rows if not row.left_out and not row.early]
    if early is not None:
        asked = [service for service in asked if service in early.services]
    contacts = contacts_of(session, asked, begins.opens)
    team = offices(session, [region.code], begins.opens)[region.code]
    since = london_date(region.first_imported_at)
    office = _reachable(team)
    cases = {
        service: Case(
            life=NOTHING_YET,
            people=(*_reachable(contacts[service]), *office),
            told={},
            challenge_ends=dates.challenge_ends,
            unconfirmed=unconfirmed(contacts[service], since, policy.confirm_every, begins.opens),
        )
        for service in asked
    }
    plan = Plan.model_construct(  # from what is sound already: thousands of lines
        region=region.code,
        quarter=str(quarter),
        charter=charter,
        policy=policy.version,
        opens=begins.opens,
        due=begins.due,
        dates=dates,
        asked=tuple(sorted(asked)),
        left_out=tuple(sorted((row.service_id, row.left_out) for row in rows if row.left_out)),
        lines=tuple(rehearse(cases, policy, begins, calendar)),
    )
    known = (*team, *(one for listed in contacts.values() for one in listed))
    return DrawnUp(plan, rows, {one.person_id: one for one in known})


def _reachable(people: Iterable[ContactView]) -> tuple[Reachable, ...]:
    return tuple(Reachable(one.person_id, one.role, one.refused) for one in people)


def may_open(
    session: Session,
    region: Region,
    quarter: Quarter,
    charter: str,
    policy: Policy,
    calendar: Calendar,
) -> bool:
    """Whether a quarter may open: where the policy asks for it, somebody agreed to this very plan.

    A plan that changed since it was agreed to is another plan.
    """
    if not policy.approve_rehearsal:
        return True
    given = agreements(session, region.code).get(str(quarter), [])
    agreed = {one.fingerprint for one in given}
    if not agreed:
        return False
    return plan_for(session, region, quarter, charter, policy, calendar).fingerprint in agreed


def approve(session: Session, plan: Plan, fingerprint: str, now: datetime, by: str) -> bool:
    """Say yes to a plan as it stands, by its fingerprint or the beginning of it; False if done.

    PlanRefused when that is not this plan's, so that nobody agrees to what they have not read, or
    when the quarter is open already.
    """
    given = fingerprint.strip().lower()
    if len(given) < SHORTEST or not plan.fingerprint.startswith(given):
        raise PlanRefused(
            f"the plan of {plan.region} {plan.quarter} has the fingerprint {plan.fingerprint} now, "
            f"not '{fingerprint}'; read it again with charter rehearse, and agree to that one"
        )
    theirs = select(Cycle).where(Cycle.region_code == plan.region, Cycle.quarter == plan.quarter)
    if session.exec(theirs.where(col(Cycle.early).is_(False))).first():
        raise PlanRefused(
            f"{plan.region} {plan.quarter} is open already; there is nothing to agree"
        )
    key = plan.region, plan.quarter, plan.fingerprint
    if session.get(PlanApproval, key):
        return False
    documents.keep(session, plan.text)
    region, quarter, sha = key
    session.add(PlanApproval(region_code=region, quarter=quarter, fingerprint=sha, at=now, by=by))
    body = {"quarter": plan.quarter, "plan": plan.fingerprint}
    ledger.append(session, now, by, APPROVED, f"region:{plan.region}", body)
    return True


def agreements(session: Session, region: str) -> dict[str, list[Agreed]]:
    """Every plan of a region that was agreed to, by its quarter, oldest first."""
    rows = select(PlanApproval).where(PlanApproval.region_code == region)
    found: dict[str, list[Agreed]] = defaultdict(list)
    for row in session.exec(rows.order_by(col(PlanApproval.at), col(PlanApproval.fingerprint))):
        found[row.quarter].append(Agreed(row.fingerprint, row.at, row.by))
    return found


def keep(session: Session, cycle: Cycle, plan: Plan, now: datetime, by: str = "engine") -> None:
    """Keep a plan with the cycle that it opens, in the transaction that opens it.

    A cycle that opens in two parts, some services early, keeps a plan for each.
    """
    sha = documents.keep(session, plan.text)
    cycle.plan = " ".join([*cycle.plan.split(), sha])
    session.add(cycle)
    ledger.append(session, now, by, KEPT, f"cycle:{cycle.id}", {"plan": sha})


def kept(session: Session, cycle_id: int) -> list[Plan]:
    """The plans that a cycle opened with; none for a cycle of before plans were kept."""
    cycle = session.get(Cycle, cycle_id)
    return read(session, cycle.plan.split()) if cycle else []


def read(session: Session, shas: Iterable[str]) -> list[Plan]:
    """Kept plans by their fingerprints; one that is missing is left out."""
    wanted = list(shas)
    texts = documents.fetch(session, wanted)
    return [Plan.model_validate_json(texts[sha]) for sha in wanted if sha in texts]


def first_altered(session: Session) -> str:
    """One sentence naming the first plan, kept or agreed to, that the ledger does not vouch for."""
    told: dict[str, list[str]] = defaultdict(list)
    agreed: set[tuple[str, str, str, str]] = set()
    rows = select(LedgerRow).where(col(LedgerRow.kind).in_([KEPT, APPROVED]))
    for entry in session.exec(rows.order_by(col(LedgerRow.seq))):
        body = json.loads(entry.body)
        if entry.kind == KEPT:
            told[entry.subject].append(body["plan"])
        else:
            agreed.add((entry.subject, body["quarter"], body["plan"], entry.by))
    have = documents.kept(session)
    for row in session.exec(select(Cycle).order_by(col(Cycle.id))):
        if row.plan.split() != told.pop(f"cycle:{row.id}", []):
            return f"the plan of {row.region_code} {row.quarter} is not the one it opened with"
        if not have.issuperset(row.plan.split()):
            return f"the plan that {row.region_code} {row.quarter} opened with is missing"
    for one in session.exec(select(PlanApproval)):
        vouched = (f"region:{one.region_code}", one.quarter, one.fingerprint, one.by)
        if vouched not in agreed:
            return f"the ledger does not vouch for the yes to the plan {one.fingerprint[:12]}"
        agreed.discard(vouched)
    for _, quarter, sha, _ in sorted(agreed):
        return f"the yes to the plan {sha[:12]} of {quarter} is missing"
    return ""
