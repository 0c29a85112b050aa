"""The quarters opened in a region and the rules each goes by, in as few questions as may be."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from charter.policy import Dates
from charter.quarters import Quarter
from providers import cycles
from providers.cycles import Rules
from providers.tables import Cycle, Rulebook


@dataclass(frozen=True)
class Opened:
    """A quarter that opened, its rules by version, and the last day whose requests it answers."""

    quarter: Quarter
    charter_version: str
    policy_version: str
    requests_close: date


def opened(session: Session, region: str) -> list[Opened]:
    """Every quarter that opened in a region, oldest first, in one query."""
    rows = session.exec(
        select(Cycle).where(Cycle.region_code == region).order_by(col(Cycle.quarter))
    )
    return [
        Opened(
            quarter=Quarter.parse(row.quarter),
            charter_version=row.charter_version,
            policy_version=row.policy_version,
            requests_close=Dates.model_validate_json(row.moved or row.dates).requests_close,
        )
        for row in rows
    ]


def rules_of(session: Session, region: str, quarters: list[Opened], quarter: Quarter) -> Rules:
    """The rules that a quarter goes by, or those of the newest opened; else those it would get."""
    known = [one for one in quarters if one.quarter == quarter] or quarters[-1:]
    if not known:
        return cycles.rules_for(session, cycles.region_of(session, region))
    named = {"charter": known[0].charter_version, "policy": known[0].policy_version}
    wanted = [
        (Rulebook.kind == kind) & (Rulebook.version == version) for kind, version in named.items()
    ]
    kept = session.exec(select(Rulebook).where(wanted[0] | wanted[1])).all()
    # Both are in the session now, and found there without another question.
    assert len(kept) == len(named)
    return Rules(
        cycles.charter_of(session, named["charter"]), cycles.policy_of(session, named["policy"])
    )
