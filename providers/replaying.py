"""A region's past quarters scored again under another policy, and what would have come out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from charter.policy import Policy
from charter.quarters import Quarter
from charter.replay import band_under
from charter.scoring import score
from providers import cycles, returns, standings, tallies
from providers.tallies import Alike, Scored

SHOWN = 100
"""Returns that are named; all are counted."""


@dataclass(frozen=True)
class Replayed:
    """One quarter: its policy then, and how many returns were and would be in each band."""

    quarter: Quarter
    policy: str
    then: Counter[str]
    under: Counter[str]


@dataclass(frozen=True)
class Replay:
    """Every quarter, newest first, and the returns whose band would be another, with that band."""

    quarters: tuple[Replayed, ...]
    changed: tuple[tuple[Scored, str], ...]
    changes: int


def replay(session: Session, region: str, other: Policy) -> Replay:
    """What the region's signed returns would have come to; the queries do not grow with them."""
    groups = tallies.alike(session, region)
    policies = {v: cycles.policy_of(session, v) for v in {one.policy for one in groups}}
    told = {
        one: band_under(other, policies[one.policy], one.fully, one.applicable, one.band)
        for one in groups
    }
    apart = _one_by_one(session, [one for one, band in told.items() if band is None], other)
    changed_groups = {one: band for one, band in told.items() if band and band != one.band}
    named = [
        (one, changed_groups[_group_of(one, changed_groups)])
        for one in tallies.like(session, changed_groups, most=SHOWN)
    ]
    singly = [(one, band) for one, band in apart if band != one.band]
    changes = sum(one.returns for one in changed_groups) + len(singly)
    return Replay(_quarters(told, apart), tuple([*named, *singly][:SHOWN]), changes)


def _group_of(one: Scored, groups: Iterable[Alike]) -> Alike:
    alike = (one.quarter, one.fully, one.applicable, one.band)
    return next(g for g in groups if (g.quarter, g.fully, g.applicable, g.band) == alike)


def _one_by_one(session: Session, groups: list[Alike], other: Policy) -> list[tuple[Scored, str]]:
    """Those whose band cannot be told from a count, scored from their documents."""
    found = tallies.like(session, groups)
    stood = standings.of(session, [one.return_id for one in found])
    signed = returns.signed_documents(session, {i: one.life.document for i, one in stood.items()})
    charters = {v: cycles.charter_of(session, v) for v in {one.charter for one in found}}
    return [
        (
            one,
            score(
                signed[one.return_id],
                stood[one.return_id].life.document,
                charters[one.charter],
                other,
                one.quarter,
                stood[one.return_id].life.changes,
                baseline=one.baseline,
            ).band,
        )
        for one in found
    ]


def _quarters(
    told: dict[Alike, str | None], apart: list[tuple[Scored, str]]
) -> tuple[Replayed, ...]:
    found: dict[Quarter, Replayed] = {}
    for one, band in told.items():
        here = found.setdefault(
            one.quarter, Replayed(one.quarter, one.policy, Counter(), Counter())
        )
        here.then[one.band] += one.returns
        if band:
            here.under[band] += one.returns
    for each, band in apart:
        found[each.quarter].under[band] += 1
    return tuple(found[quarter] for quarter in sorted(found, reverse=True))
