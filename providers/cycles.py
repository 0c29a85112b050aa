"""Cycles: the rules on record, which cycles there are, and what pauses or adopts in a region."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import and_, or_, tuple_
from sqlmodel import Session, col, select

from charter.commitments import CharterFile, read_charter
from charter.policy import Dates, Policy, read_policy
from charter.quarters import Quarter
from charter.reach import unreached
from charter.scoring import NOT_ASSESSED
from charter.words import BAND_WORDS
from providers import ledger
from providers.once import once
from providers.tables import Adoption, Cycle, Region, Rulebook

TAKEN_UP = "policy_taken_up"


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
    """A cycle as it was opened; `adopted` says whether ratings may be shown.

    While `early`, only services that ended within the quarter are asked: the others come later.
    """

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
    early: bool = False


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
    return _charter(_rulebook(session, "charter", version))


def charters(session: Session) -> list[CharterFile]:
    """Every Charter version on record, in order."""
    rows = select(Rulebook.body).where(Rulebook.kind == "charter")
    return [_charter(body) for body in session.exec(rows.order_by(col(Rulebook.version)))]


def policies(session: Session) -> dict[str, Policy]:
    """Every policy on record by its version, in order."""
    rows = select(Rulebook).where(Rulebook.kind == "policy").order_by(col(Rulebook.version))
    return {row.version: _policy(row.body) for row in session.exec(rows)}


def policy_of(session: Session, version: str) -> Policy:
    """A policy version on record."""
    return _policy(_rulebook(session, "policy", version))


# What is read is frozen, and the same text is asked for by every letter: it is read once.
_charter = lru_cache(maxsize=32)(read_charter)
_policy = lru_cache(maxsize=32)(read_policy)


def _rulebook(session: Session, kind: str, version: str) -> str:
    # No version is ever changed, and a session forgets what nobody holds: it is asked for once.
    read = _read(session)
    if (kind, version) not in read:
        row = session.get(Rulebook, (kind, version))
        if row is None:
            raise Unknown(f"{kind} version '{version}' is not on record")
        read[kind, version] = row.body
    return read[kind, version]


def _read(session: Session) -> dict[tuple[str, str], str]:
    read: dict[tuple[str, str], str] = session.info.setdefault("rulebooks", {})
    return read


def text_of(session: Session, kind: str, version: str) -> str:
    """The text of a `charter` or `policy` version, as it was put on record."""
    return _rulebook(session, kind, version)


def rules_of(session: Session, charter: str, policy: str) -> Rules:
    """A Charter version and a policy version on record, in one query."""
    wanted = tuple_(col(Rulebook.kind), col(Rulebook.version)).in_(
        [("charter", charter), ("policy", policy)]
    )
    texts = {row.kind: row.body for row in session.exec(select(Rulebook).where(wanted))}
    for kind, version in (("charter", charter), ("policy", policy)):
        if kind not in texts:
            raise Unknown(f"{kind} version '{version}' is not on record")
        _read(session)[kind, version] = texts[kind]
    return Rules(_charter(texts["charter"]), _policy(texts["policy"]))


def versions(session: Session, kind: str) -> list[str]:
    """The `charter` or `policy` versions on record, in order."""
    found = select(Rulebook.version).where(Rulebook.kind == kind)
    return list(session.exec(found.order_by(col(Rulebook.version))))


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
    held: dict[str, Region] = session.info.setdefault("regions", {})
    if home := session.get(Region, name):
        held[home.code] = home  # a session forgets what nobody holds, and would ask for it again
        return home
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
    """The newest Charter the region adopted (else the newest for anyone), and its policy.

    One query: what is read once is not asked for again in this session.
    """
    adopted = (
        select(Adoption.charter_version)
        .where(Adoption.region_code == region.code)
        .order_by(col(Adoption.adopted_at).desc())
        .limit(1)
        .scalar_subquery()
    )
    policy = and_(col(Rulebook.kind) == "policy", col(Rulebook.version) == region.policy_version)
    charter = and_(
        col(Rulebook.kind) == "charter",
        or_(adopted.is_(None), col(Rulebook.version) == adopted),
    )
    found = session.exec(
        select(Rulebook.kind, Rulebook.version, Rulebook.body, adopted)
        .where(or_(policy, charter))
        .order_by(col(Rulebook.version).desc())
    ).all()
    read = _read(session)
    read |= {(kind, version): body for kind, version, body, _ in found}
    taken_up = [version for *_, version in found if version]
    known = taken_up or [
        version
        for kind, version, body, _ in found
        if kind == "charter" and not _charter(body).only_where_adopted
    ]
    if not known:
        raise Unknown("no charter version is on record; run: charter db upgrade")
    return Rules(charter_of(session, known[0]), policy_of(session, region.policy_version))


def cycles(session: Session, region: str = "", quarter: str = "") -> list[CycleView]:
    """Every cycle, oldest quarter first; of one region or quarter when named."""
    key = ("cycles", region, quarter)
    return list(once(session, key, lambda: _cycles(session, region, quarter)))


def _cycles(session: Session, region: str, quarter: str) -> list[CycleView]:
    taken_up = (
        select(Adoption.region_code)
        .where(col(Adoption.region_code) == col(Cycle.region_code))
        .where(col(Adoption.charter_version) == col(Cycle.charter_version))
        .exists()
    )
    rows = select(Cycle, Region, taken_up).join(Region, col(Region.code) == col(Cycle.region_code))
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
            adopted=bool(adopted),
            early=cycle.early,
        )
        for cycle, home, adopted in session.exec(
            rows.order_by(col(Cycle.quarter), col(Cycle.region_code))
        )
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


def asked_unadopted(session: Session, version: str) -> list[str]:
    """The names of regions that adopted none, whose next cycle asks about this version anyhow."""
    adopted = set(session.exec(select(Adoption.region_code)))
    rows = session.exec(select(Region).order_by(col(Region.name))).all()
    left = [row.name for row in rows if row.code not in adopted]
    return left if left and _for_anyone(session) == version else []


def follow(session: Session, region: str, version: str, now: datetime, by: str) -> bool:
    """A region follows a policy version from its next cycle on; False if it does already.

    Cycles on record keep the version they were opened with. Unknown for a version not on record;
    NotAllowed for one with a band that nobody could be in, with the arithmetic.
    """
    home = region_of(session, region)
    if version not in versions(session, "policy"):
        known = ", ".join(versions(session, "policy"))
        raise Unknown(f"policy version '{version}' is not on record; there are {known}")
    if home.policy_version == version:
        return False
    _refuse_unreached(session, home, policy_of(session, version))
    before, home.policy_version = home.policy_version, version
    session.add(home)
    body = {"policy": version, "before": before}
    ledger.append(session, now, by, TAKEN_UP, f"region:{home.code}", body)
    return True


def _refuse_unreached(session: Session, home: Region, policy: Policy) -> None:
    strange = [band for _, band in policy.bands if band not in BAND_WORDS or band == NOT_ASSESSED]
    if strange:
        known = ", ".join(band for band in BAND_WORDS if band != NOT_ASSESSED)
        raise NotAllowed(f"no page has words for the band '{strange[0]}'; there are {known}")
    charter = rules_for(session, home).charter
    for missed in unreached(policy, len(charter.ids)):
        raise NotAllowed(f"under Charter {charter.version}, {missed}")
