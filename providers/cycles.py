"""Cycles: which quarter opens where and when, who owes a return in it, and what moves its dates."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from charter.commitments import CharterFile, read_charter
from charter.ledger import canonical, digest
from charter.policy import Dates, Policy, read_policy
from charter.quarters import Calendar, Quarter, london_date
from charter.steps import Requested
from providers import ledger, lives, pauses
from providers.owing import owing
from providers.tables import (
    Adoption,
    Cycle,
    Region,
    Return,
    Rulebook,
)


class Unknown(LookupError):
    """What was asked for is not in the record; the message says what is."""


class NotAllowed(ValueError):
    """The act does not fit how things stand; the message says why and what would."""


@dataclass(frozen=True)
class Rules:
    """The Charter and policy in force for a cycle."""

    charter: CharterFile
    policy: Policy


@dataclass(frozen=True)
class CycleView:
    """A cycle as it was opened; `adopted` says whether ratings may be shown."""

    id: int
    region: str
    region_name: str
    sample: bool
    paused: bool
    quarter: Quarter
    charter_version: str
    policy_version: str
    opened_at: datetime
    baseline: bool
    dates: Dates
    expected: int
    adopted: bool


def keep_rulebook(session: Session, kind: str, version: str, body: str) -> None:
    """Keep the text of a `charter` or `policy` version; NotAllowed if another is on record."""
    kept = session.get(Rulebook, (kind, version))
    if kept is None:
        session.add(Rulebook(kind=kind, version=version, body=body))
        session.flush()
    elif kept.body != body:
        raise NotAllowed(
            f"{kind} version {version} is already on record with other words; "
            "give the changed text a version of its own"
        )


def charter_of(session: Session, version: str) -> CharterFile:
    """A Charter version on record."""
    return read_charter(_rulebook(session, "charter", version))


def policy_of(session: Session, version: str) -> Policy:
    """A policy version on record."""
    return read_policy(_rulebook(session, "policy", version))


def _rulebook(session: Session, kind: str, version: str) -> str:
    row = session.get(Rulebook, (kind, version))
    if row is None:
        raise Unknown(f"{kind} version '{version}' is not on record")
    return row.body


def newest(session: Session, kind: str) -> str:
    """The newest `charter` or `policy` version on record."""
    found = session.exec(
        select(Rulebook.version).where(Rulebook.kind == kind).order_by(col(Rulebook.version).desc())
    ).first()
    if found is None:
        raise Unknown(f"no {kind} version is on record; run: charter db upgrade")
    return found


def region_of(session: Session, name: str) -> Region:
    """The region of that code or name; Unknown names the regions there are."""
    rows = session.exec(select(Region).order_by(col(Region.code))).all()
    for row in rows:
        if name.casefold() in (row.code.casefold(), row.name.casefold()):
            return row
    known = ", ".join(row.code for row in rows) or "none: import a register first"
    raise Unknown(f"no region '{name}'; the register has {known}")


def _for_anyone(session: Session) -> str:
    """The newest Charter version that is asked of regions which have adopted none."""
    versions = session.exec(
        select(Rulebook.version)
        .where(Rulebook.kind == "charter")
        .order_by(col(Rulebook.version).desc())
    ).all()
    for version in versions:
        if not charter_of(session, version).only_where_adopted:
            return version
    raise Unknown("no charter version is on record; run: charter db upgrade")


def rules_for(session: Session, region: Region) -> Rules:
    """The newest Charter the region adopted (else the newest for anyone), and its policy."""
    adopted = session.exec(
        select(Adoption)
        .where(Adoption.region_code == region.code)
        .order_by(col(Adoption.adopted_at).desc())
    ).first()
    version = adopted.charter_version if adopted else _for_anyone(session)
    return Rules(charter_of(session, version), policy_of(session, region.policy_version))


def quarters_to_open(
    region: Region, opened: set[str], policy: Policy, calendar: Calendar, now: datetime
) -> Iterator[Quarter]:
    """The quarters that may open now: come since the region's first import, and not yet published.

    One whose publication day went by while the region was paused, or we were down, stays shut:
    nobody could answer for it in time.
    """
    today, since = london_date(now), london_date(region.first_imported_at)
    quarter = Quarter.containing(since).previous()
    while quarter.ends < today:
        dates = policy.dates(quarter, calendar)
        may_open = since <= dates.opens <= today <= dates.publishes
        if may_open and str(quarter) not in opened:
            yield quarter
        quarter = quarter.next()


def open_due(session: Session, now: datetime, calendar: Calendar) -> list[tuple[CycleView, int]]:
    """Open every cycle that has come, with the returns owed in it; each once, however often asked.

    Gives the cycles opened and how many returns each expects. Paused regions open nothing.
    """
    opened: list[tuple[CycleView, int]] = []
    if pauses.in_force(session).everything:
        return opened
    regions = session.exec(
        select(Region).where(col(Region.paused).is_(False)).order_by(col(Region.code))
    ).all()
    for region in regions:
        policy = policy_of(session, region.policy_version)
        done = set(session.exec(select(Cycle.quarter).where(Cycle.region_code == region.code)))
        for quarter in quarters_to_open(region, done, policy, calendar, now):
            expected = _open(session, region, quarter, now, calendar, baseline=not done)
            done.add(str(quarter))
            opened.append((cycle_of(session, region.code, str(quarter)), expected))
    return opened


def _open(
    session: Session,
    region: Region,
    quarter: Quarter,
    now: datetime,
    calendar: Calendar,
    *,
    baseline: bool,
) -> int:
    rules = rules_for(session, region)
    dates = rules.policy.dates(quarter, calendar)
    owe = [o for o in owing(session, region, quarter, rules.policy) if not o.left_out]
    cycle = Cycle(
        region_code=region.code,
        quarter=str(quarter),
        charter_version=rules.charter.version,
        policy_version=rules.policy.version,
        opened_at=now,
        baseline=baseline,
        expected=len(owe),
        dates=canonical(dates.model_dump(mode="json")),
    )
    session.add(cycle)
    session.flush()
    ledger.append(
        session,
        now,
        "engine",
        "cycle_opened",
        f"cycle:{cycle.id}",
        vouched(cycle),
    )
    fair = calendar.shift(london_date(now), rules.policy.least_notice)
    late = "asked late, so the due date moved to leave full notice" if fair > dates.due else ""
    for owed in owe:
        row = Return(cycle_id=cycle.id or 0, service_id=owed.service_id)
        session.add(row)
        session.flush()
        step = Requested(due=max(fair, dates.due), why=late)
        lives.record(session, row.id or 0, step, now, "engine", once="requested")
    return len(owe)


def vouched(cycle: Cycle) -> dict[str, Any]:
    """What the ledger holds of a cycle as it opens."""
    return {
        "region": cycle.region_code,
        "quarter": cycle.quarter,
        "expected": cycle.expected,
        "charter": cycle.charter_version,
        "policy": cycle.policy_version,
        "baseline": cycle.baseline,
        "dates": digest(cycle.dates),
    }


def cycles(session: Session, region: str = "", quarter: str = "") -> list[CycleView]:
    """Every cycle, oldest quarter first; of one region or quarter when named."""
    adopted = {(a.region_code, a.charter_version) for a in session.exec(select(Adoption))}
    rows = select(Cycle, Region).join(Region, col(Region.code) == col(Cycle.region_code))
    if region:
        rows = rows.where(Cycle.region_code == region)
    if quarter:
        rows = rows.where(Cycle.quarter == quarter)
    return [
        CycleView(
            id=cycle.id or 0,
            region=home.code,
            region_name=home.name,
            sample=home.sample,
            paused=home.paused,
            quarter=Quarter.parse(cycle.quarter),
            charter_version=cycle.charter_version,
            policy_version=cycle.policy_version,
            opened_at=cycle.opened_at,
            baseline=cycle.baseline,
            dates=Dates.model_validate(json.loads(cycle.moved or cycle.dates)),
            expected=cycle.expected,
            adopted=(home.code, cycle.charter_version) in adopted,
        )
        for cycle, home in session.exec(rows.order_by(col(Cycle.quarter), col(Cycle.region_code)))
    ]


def cycle_of(session: Session, region: str, quarter: str) -> CycleView:
    """One cycle; Unknown says which there are."""
    code = region_of(session, region).code
    found = cycles(session, code, quarter)
    if found:
        return found[0]
    known = ", ".join(str(c.quarter) for c in cycles(session, code)) or "none yet"
    raise Unknown(f"no cycle {quarter} in {code}; open so far: {known}")


def pause(session: Session, region: str, reason: str, now: datetime, by: str) -> bool:
    """Stop everything for a region until it resumes; False if it was paused already."""
    return _set_paused(session, region, True, reason, now, by)


def resume(session: Session, region: str, now: datetime, by: str) -> bool:
    """Let a region run again; False if it was not paused."""
    return _set_paused(session, region, False, "", now, by)


def _set_paused(
    session: Session, name: str, paused: bool, reason: str, now: datetime, by: str
) -> bool:
    region = region_of(session, name)
    if region.paused == paused:
        return False
    region.paused, region.paused_reason = paused, reason
    session.add(region)
    kind = "region_paused" if paused else "region_resumed"
    ledger.append(session, now, by, kind, f"region:{region.code}", {})
    return True


def adopt(session: Session, region: str, version: str, now: datetime, by: str) -> bool:
    """A region takes up a Charter version from its next cycle on; False if it had already."""
    code = region_of(session, region).code
    charter_of(session, version)
    if session.get(Adoption, (code, version)):
        return False
    session.add(Adoption(region_code=code, charter_version=version, adopted_at=now))
    ledger.append(session, now, by, "charter_adopted", f"region:{code}", {"charter": version})
    return True
