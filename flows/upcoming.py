"""When the update after each quarter is due and comes out."""

from collections.abc import Sequence

from sqlmodel import Session

from charter import openings
from charter.quarters import BeyondHorizon, Calendar
from charter.views import NextUpdate
from providers import cycles, moves
from providers.cycles import CycleView


def next_updates(
    session: Session, open_cycles: Sequence[CycleView], calendar: Calendar
) -> dict[int, NextUpdate | None]:
    """When the update after each of these quarters is due and comes out, where that is known."""
    found: dict[int, NextUpdate | None] = {}
    moved = {region: moves.moves_of(session, region) for region in {c.region for c in open_cycles}}
    for cycle in open_cycles:
        quarter = cycle.quarter.next()
        move = moved[cycle.region].get(str(quarter))
        try:
            policy = cycles.policy_of(session, cycle.policy_version)
            later = openings.later(policy, quarter, calendar, move.opens if move else None)
            dates = policy.dates(quarter, calendar, later)
        except BeyondHorizon:
            found[cycle.id] = None
        else:
            found[cycle.id] = NextUpdate(quarter, dates.due, dates.publishes)
    return found
