"""What was said about each return of a region and when it came, for seeing which rung works."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from charter.policy import Rung
from charter.rungs import Told
from notifications import outbox
from providers import cycles, lives, returns


def told_and_received(session: Session, region: str) -> tuple[list[Told], Sequence[Rung]]:
    """Every return that a region's providers owed, with the ladders they were chased by, merged.

    A rung counts as said once a letter that said it was handed over.
    """
    here = returns.refs(session, region=region)
    folded = lives.lives(session, [r.id for r in here])
    owed = [r for r in here if not folded[r.id].released]
    ladder: dict[str, Rung] = {}
    for version in sorted({r.policy_version for r in owed}, reverse=True):
        for rung in cycles.policy_of(session, version).rung:
            ladder.setdefault(rung.id, rung)
    chasers = [rung.id for rung in ladder.values() if rung.is_chaser]
    said: dict[str, dict[str, datetime]] = {f"return:{r.id}": {} for r in owed}
    for (subject, rung_id), at in outbox.sent_on(session, chasers, said).items():
        said[subject][rung_id] = at
    told = [Told(r.quarter, said[f"return:{r.id}"], folded[r.id].first_signed_at) for r in owed]
    return told, tuple(ladder.values())
