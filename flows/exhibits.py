"""What each flow shows a commissioner in Prefect's pages: rows of tables, shares, and sentences."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from charter.quarters import LONDON, say
from charter.returns import State
from charter.words import BAND_WORDS, STATE_WORDS
from flows.briefing import Brief
from flows.chasing import Chased
from flows.foreseen import drawn_anew
from flows.opening import Opened
from flows.scoring import ScoredReturns
from notifications.delivery import Delivered

Row = dict[str, str | int]
Standing = Mapping[str, Any]
"""The document that `flows.status.status` gives."""
SIGNED = (State.NIL, State.RECEIVED, State.RECEIVED_LATE)


def moment(now: datetime) -> str:
    """`29 October 2026, 08:45`, in London."""
    here = now.astimezone(LONDON)
    return f"{say(here.date())}, {here:%H:%M}"


def many(count: int, thing: str) -> str:
    """`1 letter`, `2 letters`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def current_cycles(stood: Standing) -> list[Standing]:
    """The newest cycle of each region, in the order of the regions' codes."""
    newest: dict[str, Standing] = {}
    for cycle in stood["cycles"]:
        known = newest.get(cycle["region"])
        if known is None or cycle["quarter"] > known["quarter"]:
            newest[cycle["region"]] = cycle
    return [newest[region] for region in sorted(newest)]


def title(cycle: Standing) -> str:
    """`sample 2026-27-Q2 (sample data)`."""
    return f"{cycle['region']} {cycle['quarter']}" + (" (sample data)" if cycle["sample"] else "")


def signed_share(cycle: Standing) -> tuple[int, int]:
    """How many returns of a cycle are signed, and how many are expected."""
    counts = cycle["counts"]
    return sum(counts[state] for state in SIGNED), counts["expected"]


def late_rows(stood: Standing) -> list[Row]:
    """One row for each return still owed after its due date, the longest overdue first."""
    late = [
        (cycle, one)
        for cycle in current_cycles(stood)
        for one in cycle["returns"]
        if one["days_late"] and State(one["state"]) not in SIGNED
    ]
    late.sort(key=lambda pair: -pair[1]["days_late"])
    return [
        {
            "Days late": one["days_late"],
            "Provider": one["provider"],
            "Prison": one["site"],
            "How it stands": STATE_WORDS[State(one["state"])].console,
            "Was due": say(one["due"]),
            "Quarter": title(cycle),
            "Address refused": "yes" if one["unreachable"] else "",
        }
        for cycle, one in late
    ]


def late_sentence(stood: Standing) -> str:
    """How many returns are late, of how many expected."""
    expected = sum(cycle["counts"]["expected"] for cycle in current_cycles(stood))
    late = len(late_rows(stood))
    return f"As at {moment(stood['now'])}: {late} of {many(expected, 'return')} late."


def letter_rows(stood: Standing) -> list[Row]:
    """How many letters are in each state that any letter is in."""
    return [
        {"Letters": state.replace("_", " ").capitalize(), "How many": count}
        for state, count in stood["letters"].items()
        if count
    ]


def score_rows(stood: Standing) -> list[Row]:
    """One row for each scored return of the current cycles, as the console words it."""
    return [
        {
            "Quarter": title(cycle),
            "Provider": one["provider"],
            "Prison": one["site"],
            "Fully met": f"{one['fully_met']} of {one['applicable']}",
            "Band": BAND_WORDS[one["band"]].console,
        }
        for cycle in current_cycles(stood)
        for one in cycle["returns"]
        if one["band"]
    ]


def opened_sentence(done: Iterable[Opened]) -> str:
    """Which cycles opened, and how many returns they expect."""
    runs = list(done)
    opened = [name for run in runs for name in run.cycles]
    asked = sum(run.chased.asked for run in runs)
    if not opened:
        return f"No quarter opens today; {many(asked, 'line')} put into letters."
    expected = sum(run.expected for run in runs)
    return (
        f"Opened {', '.join(opened)}: {many(expected, 'return')} asked for, "
        f"{many(asked, 'line')} put into letters."
    )


def chased_sentence(done: Iterable[Chased]) -> str:
    """What was put into letters, and what was recorded."""
    total = sum(done, Chased())
    return (
        f"{many(total.asked, 'line')} put into letters, {many(total.skipped, 'step')} skipped, "
        f"{many(total.not_returned, 'return')} recorded as not returned, "
        f"{total.unreachable} found unreachable."
    )


def delivered_sentence(done: Iterable[Delivered]) -> str:
    """What became of the letters; the reason, where they wait for one."""
    runs = list(done)
    sent, refused = sum(run.sent for run in runs), sum(run.refused for run in runs)
    last = runs[-1] if runs else Delivered()
    parts = [f"{many(sent, 'letter')} sent", f"{refused} refused by their address"]
    if came_back := sum(run.came_back for run in runs):
        parts.append(f"{came_back} came back")
    if last.waiting:
        parts.append(f"{last.waiting} waiting")
    if last.in_doubt:
        parts.append(f"{last.in_doubt} in doubt, for a person to settle")
    return ", ".join(parts) + "." + (f" {last.trouble}." if last.trouble else "")


def scored_sentence(done: Iterable[ScoredReturns]) -> str:
    """How many returns were scored, and how many pages drawn for whoever approves them."""
    runs = list(done)
    scored = f"{many(sum(run.total for run in runs), 'return')} scored."
    return " ".join([scored, *drawn_anew(sum(run.foreseen for run in runs))])


def briefed_sentence(done: list[Brief]) -> str:
    """What the newest brief said, in one line, and whether staff were given it."""
    if not done:
        return "Nothing to do."
    brief = done[-1]
    return f"{brief.title}. {'Staff were told.' if brief.told else f'Not sent: {brief.why}.'}"


def brief_rows(done: list[Brief]) -> list[Row]:
    """One row for each line of the newest brief."""
    brief = done[-1] if done else None
    parts = (
        {"needs a person": brief.needs, "stuck": brief.stuck, "late": brief.late} if brief else {}
    )
    return [{"what": what, "line": line} for what, lines in parts.items() for line in lines]
