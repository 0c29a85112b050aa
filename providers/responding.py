"""What was said about each return of a region and when it came, for seeing which rung works."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from charter.policy import Rung
from charter.quarters import Quarter
from charter.rungs import Told
from notifications import outbox
from providers import cycles
from providers.console_tables import Standing
from providers.tables import Cycle, Return


def told_and_received(session: Session, region: str) -> tuple[list[Told], Sequence[Rung]]:
    """Every return that a region's providers owed, with the ladders they were chased by, merged.

    A rung counts as said once a letter that said it was handed over.
    """
    owed = session.exec(
        select(Return.id, Cycle.quarter, Cycle.policy_version, Return.received_at)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .where(Cycle.region_code == region, col(Standing.released).is_(False))
        .order_by(col(Cycle.quarter), col(Return.id))
    ).all()
    ladder: dict[str, Rung] = {}
    for version in sorted({policy for _, _, policy, _ in owed}, reverse=True):
        for rung in cycles.policy_of(session, version).rung:
            ladder.setdefault(rung.id, rung)
    chasers = [rung.id for rung in ladder.values() if rung.is_chaser]
    said: dict[str, dict[str, datetime]] = {f"return:{i}": {} for i, *_ in owed}
    for (subject, rung_id), at in outbox.sent_on(session, chasers, said).items():
        said[subject][rung_id] = at
    quarters = {text: Quarter.parse(text) for text in {text for _, text, _, _ in owed}}
    told = [Told(quarters[text], said[f"return:{i}"], came) for i, text, _, came in owed]
    return told, tuple(ladder.values())
