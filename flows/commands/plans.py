"""How a rehearsed cycle is printed, by `charter rehearse` and by the demo."""

from charter.quarters import say
from flows.commands.common import table
from flows.rehearsing import Rehearsal


def print_plan(plan: Rehearsal) -> None:
    """Print a rehearsed cycle for a person."""
    print("\n".join(_heading(plan)))
    rows = [
        [
            f"{p.day:%a} {say(p.day)}",
            p.letter.replace("_", " "),
            f"{p.to}, {p.email}",
            "; ".join(p.about),
        ]
        for p in plan.letters
    ]
    if rows:
        table("", ["Day", "Letter", "To", "About"], rows)
    if plan.left_out:
        table("Left out", ["Prison", "Provider", "Why"], [list(row) for row in plan.left_out])


def _heading(plan: Rehearsal) -> list[str]:
    lines = [
        f"{plan.region_name}, {plan.quarter}: {plan.expected} returns, "
        f"{len(plan.letters)} letters if nobody answers.",
        f"Opens {say(plan.dates.opens)}, due {say(plan.dates.due)}, "
        f"published {say(plan.dates.publishes)}.",
    ]
    if plan.sample:
        lines.insert(0, "Sample data: invented prisons, providers and people.")
    if plan.paused:
        lines.append("The region is paused: none of this happens until it is resumed.")
    return lines
