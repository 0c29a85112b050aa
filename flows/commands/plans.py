"""How a rehearsed cycle is printed, by `charter rehearse` and by the demo, and agreed to."""

from charter.policy import Role
from charter.quarters import Quarter, london_date, say
from flows.commands.common import person, table, will
from flows.wiring import App
from providers import plans
from providers.cycles import NotAllowed
from providers.offices import offices
from providers.rehearsing import Rehearsal, planned


def approve_plan(service: App, region: str, quarter: Quarter, fingerprint: str, by: str) -> None:
    """Record a commissioner's yes to a plan as it stands; NotAllowed for anybody else."""
    if not by:
        raise NotAllowed("a plan is agreed to by a person: add --by with a commissioner's address")
    who, now = person(service, by), service.clock()
    with service.database.writing() as session:
        plan = planned(session, region, quarter, service.calendar)
        team = offices(session, [plan.region], london_date(now))[plan.region]
        if not any(p.person_id == who and p.role is Role.COMMISSIONER for p in team):
            raise NotAllowed(
                f"{by} is no commissioner of {plan.region}; a commissioner agrees to its plans"
            )
        new = plans.approve(session, plan, fingerprint, now, f"person:{who}")
    done = "is agreed to" if new else "was agreed to already"
    will(f"The plan {plan.fingerprint[:12]} of {plan.region} {plan.quarter} {done}.")


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
    return [*lines, *_agreement(plan)]


def _agreement(plan: Rehearsal) -> list[str]:
    """The plan's fingerprint, and whether somebody has agreed to it or must."""
    lines = [f"Fingerprint of this plan: {plan.plan.fingerprint}"]
    if plan.approved:
        lines.append("A commissioner has agreed to this plan.")
    elif plan.changed:
        lines.append(f"Changed since a plan was agreed to: {'; '.join(plan.changed)}.")
    if plan.needs_approval and not plan.approved:
        lines.append(
            "Nothing opens until a commissioner agrees: "
            f"charter rehearse {plan.plan.region} --quarter {plan.quarter} "
            f"--approve {plan.plan.fingerprint[:16]} --by ADDRESS"
        )
    return lines
