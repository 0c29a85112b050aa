"""What `charter cycle show --why` prints: every date with the days it was counted by."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from charter.proof import Change, Day, Proof, Standstill
from charter.quarters import say
from providers.proving import CycleProof
from providers.returns import Ref

SET = {
    "asked": "asked for, due",
    "notice": "moved to",
    "holiday": "moved to",
    "extension": "more time given, to",
}


def in_words(
    cycle: CycleProof, refs: Iterable[Ref], proofs: Mapping[int, Proof], means: Mapping[str, str]
) -> list[str]:
    """The proof of a cycle's dates, then of each return's, for a person at a terminal."""
    named = {dated.now: means[dated.name] for dated in cycle.dates}
    lines = [
        "How the dates were counted",
        f"  Bank holidays from {cycle.source}, known to {say(cycle.horizon)}.",
        f"  Working days after {say(cycle.quarter.ends)}, when the quarter ended:",
        *_days(cycle.days, named),
    ]
    if cycle.problem:
        lines.append(f"  It cannot be counted: {cycle.problem}.")
    lines += [
        f"  Moved later by a bank holiday: {means[d.name]}, from {say(d.first)} to {say(d.now)}."
        for d in cycle.dates
        if d.moved
    ]
    return [*lines, "Return by return, those alike together", *_of_returns(refs, proofs, cycle)]


def as_json(
    cycle: CycleProof, refs: Iterable[Ref], proofs: Mapping[int, Proof]
) -> dict[str, object]:
    """The same as data: dates, days and every return."""
    return {
        "source": cycle.source,
        "horizon": cycle.horizon,
        "dates": [
            {"date": d.name, "first": d.first, "now": d.now, "moved": d.moved} for d in cycle.dates
        ],
        "days": [_day(day) for day in cycle.days],
        "problem": cycle.problem,
        "returns": [
            {"provider": r.party, "site": r.site, "line": r.line, **of_return(proofs[r.id])}
            for r in refs
            if r.id in proofs
        ],
    }


def of_return(proof: Proof) -> dict[str, Any]:
    """One return's proof as data."""
    return {
        "due": proof.due,
        "rule": {**vars(proof.rule), "words": proof.rule.words},
        "counted": proof.counted,
        "days": [_day(day) for day in proof.days],
        "changes": [vars(change) for change in proof.changes],
        "pauses": [vars(pause) for pause in proof.pauses],
        "follows": [{"what": what, "on": on} for what, on in proof.follows],
        "notes": list(proof.notes),
    }


def _day(day: Day) -> dict[str, object]:
    return {"date": day.on, "working_day": day.number or None, "passed_over": day.why}


def _of_returns(
    refs: Iterable[Ref], proofs: Mapping[int, Proof], cycle: CycleProof
) -> Iterator[str]:
    """The proof of every return, once for all of which it is the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for ref in refs:
        if ref.id in proofs:
            place = f"{ref.site_name} ({ref.line})" if ref.line else ref.site_name
            said = tuple(_of_return(proofs[ref.id], cycle))
            due = say(proofs[ref.id].due)
            alike.setdefault(said, []).append(f"  {place}, {ref.party_name}: due {due}")
    for said, places in alike.items():
        yield from (*places, *said)


def _of_return(proof: Proof, cycle: CycleProof) -> list[str]:
    lines = [f"    {proof.rule.words}: {say(proof.counted)}"]
    if proof.rule.since != cycle.quarter.ends:
        lines += _days(proof.days, {proof.counted: "returns are due, by 23:59:59"})
    lines += [f"    {change_words(change)}" for change in proof.changes]
    lines += [f"    {pause_words(pause)}" for pause in proof.pauses]
    lines += [f"    then {say(on)}: {what}" for what, on in proof.follows]
    return [*lines, *(f"    {note}" for note in proof.notes)]


def change_words(change: Change) -> str:
    """When and to what a due date was set or moved, and why."""
    said = f"{say(change.on)}: {SET[change.cause]} {say(change.due)}"
    return f"{said}. {change.why[:1].upper()}{change.why[1:]}." if change.why else said


def pause_words(pause: Standstill) -> str:
    """A pause, and that it moves no date."""
    until = f"to {say(pause.until)}" if pause.until else "and still"
    return f"{pause.what} was paused from {say(pause.since)} {until}; a pause moves no date"


def _days(days: Iterable[Day], named: Mapping[date, str]) -> list[str]:
    lines = []
    for day in days:
        passed = f"passed over: {day.why}" if day.why else ""
        what = passed or named.get(day.on, "")
        lines.append(f"    {day.number or '':>3}  {day.on:%a} {say(day.on):<17} {what}".rstrip())
    return lines
