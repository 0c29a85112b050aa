"""How everything stands, as one document: cycles, returns, letters and the ledger's head."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from charter.parts import check_sum
from charter.policy import Policy
from charter.quarters import LONDON
from charter.returns import Life, State
from charter.scoring import Receipt
from charter.streaks import extensions_flagged, for_contract_review, quarters_missed
from notifications import outbox
from providers import cycles, documents, ledger, lives, returns
from providers.reach import quarters_unreachable
from providers.returns import Ref


def receipts_on_record(session: Session, folded: dict[int, Life]) -> dict[int, Receipt]:
    """The recorded score of each return that has one, in one query."""
    texts = documents.fetch(session, [life.receipt for life in folded.values()])
    return {
        i: Receipt.model_validate_json(texts[life.receipt])
        for i, life in folded.items()
        if life.receipt in texts
    }


def counted(states: list[State], expected: int) -> dict[str, int]:
    """How many are expected and how many are in each state; SumsDisagree if they differ."""
    counts = {"expected": expected}
    counts |= {state.value: states.count(state) for state in reversed(State)}
    check_sum(counts)
    return counts


def status(session: Session, now: datetime) -> dict[str, Any]:
    """Every open or past cycle with its counts and returns, the letters, and the ledger."""
    refs = returns.refs(session)
    folded = lives.lives(session, [r.id for r in refs])
    scores = receipts_on_record(session, folded)
    entries, head = ledger.head(session)
    records = _records(refs, folded)
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    failing = quarters_unreachable(session, [i for i, life in folded.items() if life.unreachable])
    found = []
    for cycle in cycles.cycles(session):
        owed = [r for r in refs if r.cycle_id == cycle.id]
        here = [r for r in owed if not folded[r.id].released]
        expected = cycle.expected - (len(owed) - len(here))
        found.append(
            {
                "region": cycle.region,
                "quarter": str(cycle.quarter),
                "sample": cycle.sample,
                "opens": cycle.dates.opens,
                "due": cycle.dates.due,
                "counts": counted([folded[r.id].state(now) for r in here], expected),
                "returns": [
                    _row(r, folded[r.id], scores.get(r.id), now)
                    | {"must_name_contact": _must_name(failing.get(r.id, 0), r, policies)}
                    | _review(records[r.id], policies[r.policy_version], now)
                    for r in here
                ],
            }
        )
    counts = outbox.counts(session)
    return {
        "now": now.astimezone(LONDON),
        "cycles": found,
        "letters": {state.value: counts.get(state, 0) for state in outbox.LetterState},
        "ledger": {"entries": entries, "head": head},
    }


Record = list[tuple[Ref, Life]]
"""One service's returns up to a quarter, oldest first, those no longer owed left out."""


def _records(refs: list[Ref], folded: dict[int, Life]) -> dict[int, Record]:
    """For each return, its service's record up to that quarter."""
    so_far: dict[int, Record] = defaultdict(list)
    found = {}
    for ref in sorted(refs, key=lambda r: r.quarter):
        if not folded[ref.id].released:
            so_far[ref.service_id].append((ref, folded[ref.id]))
        found[ref.id] = list(so_far[ref.service_id])
    return found


def _review(record: Record, policy: Policy, now: datetime) -> dict[str, Any]:
    """What of the record a person is to look at; a baseline quarter is no part of a streak."""
    states = [life.state(now) for ref, life in record if not ref.baseline]
    extended = [life.extended is not None for _, life in record]
    most, within = policy.extensions_flagged, policy.extensions_within
    return {
        "quarters_missed": quarters_missed(states),
        "for_contract_review": for_contract_review(states, policy.streak_for_review),
        "extensions_flagged": extensions_flagged(extended, most, within),
    }


def _must_name(running: int, ref: Ref, policies: Mapping[str, Policy]) -> bool:
    """Whether nobody could be reached for so many quarters that the commissioner names somebody."""
    return running >= policies[ref.policy_version].unreachable_quarters


def _row(ref: Ref, life: Life, score: Receipt | None, now: datetime) -> dict[str, Any]:
    return {
        "provider": ref.party,
        "site": ref.site,
        "state": life.state(now).value,
        "unreachable": life.unreachable,
        "days_late": life.days_late(now),
        "due": life.due,
        "fully_met": score.fully if score else None,
        "applicable": score.applicable if score else None,
        "band": score.band if score else None,
    }


def in_words(data: dict[str, Any]) -> list[str]:
    """The status for a person at a terminal."""
    lines = [f"As at {data['now']:%-d %B %Y, %H:%M} in London"]
    for cycle in data["cycles"]:
        mark = " (sample data)" if cycle["sample"] else ""
        counts = dict(cycle["counts"])
        expected = counts.pop("expected")
        parts = " + ".join(f"{n} {state.replace('_', ' ')}" for state, n in counts.items())
        lines.append(f"{cycle['region']} {cycle['quarter']}{mark}: {expected} expected = {parts}")
        unnamed = [r for r in cycle["returns"] if r["must_name_contact"]]
        lines += [f"  name a contact: {r['provider']} for {r['site']}" for r in unnamed]
        often = [r for r in cycle["returns"] if r["extensions_flagged"]]
        lines += [f"  given more time often: {r['provider']} for {r['site']}" for r in often]
        late = [r for r in cycle["returns"] if r["days_late"] and r["state"] != "received_late"]
        review = [r for r in cycle["returns"] if r["for_contract_review"]]
        lines += [
            f"  for contract review: {r['provider']} for {r['site']}, not returned "
            f"{r['quarters_missed']} quarters running"
            for r in review
        ]
        lines += [f"  late: {r['provider']} for {r['site']}, {r['days_late']} days" for r in late]
    letters = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in data["letters"].items())
    lines.append(f"Letters: {letters}")
    lines.append(f"Ledger: {data['ledger']['entries']} entries, head {data['ledger']['head'][:16]}")
    return lines
