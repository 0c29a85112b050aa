"""What was said about each return of a region and when it came, for seeing which rung works."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from charter.policy import Rung
from charter.quarters import Quarter
from charter.rungs import Told
from notifications import letterbook
from notifications.among import among
from providers import cycles
from providers.console_tables import Standing
from providers.tables import Cycle, Return


def told_and_received(session: Session, region: str) -> tuple[list[Told], Sequence[Rung]]:
    """Every return that a region's providers owed, with the ladders they were chased by, merged.

    A rung counts as said once a letter that said it was handed over. Returns of which no letter
    spoke are counted and not fetched.
    """
    owed = session.exec(
        select(Cycle.quarter, Cycle.policy_version, func.max(col(Return.received_at)), func.count())
        .join(Return, col(Return.cycle_id) == col(Cycle.id))
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .where(Cycle.region_code == region, col(Standing.released).is_(False))
        .group_by(col(Cycle.quarter), col(Cycle.policy_version), col(Return.received_at).is_(None))
    ).all()
    ladder: dict[str, Rung] = {}
    for version in sorted({policy for _, policy, *_ in owed}, reverse=True):
        for rung in cycles.policy_of(session, version).rung:
            ladder.setdefault(rung.id, rung)
    chasers = [rung.id for rung in ladder.values() if rung.is_chaser]
    told = _told(session, letterbook.first_sent(session, region, chasers))
    spoken_of = Counter((one.quarter, one.received is None) for one in told)
    quarters = {text: Quarter.parse(text) for text, *_ in owed}
    for text, _, came, many in owed:
        key = quarters[text], came is None
        left = many - spoken_of.pop(key, 0)
        if left:
            told.append(Told(*key[:1], {}, came, left))
    return told, tuple(ladder.values())


def _told(session: Session, said: Mapping[str, Mapping[str, datetime]]) -> list[Told]:
    """The returns owed that these letters spoke of."""
    kind = "return:"
    numbers = [int(one.removeprefix(kind)) for one in said if one.startswith(kind)]
    rows = session.exec(
        select(Return.id, Cycle.quarter, Return.received_at)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .where(among(col(Return.id), numbers), col(Standing.released).is_(False))
        .order_by(col(Return.id))
    ).all()
    quarters = {text: Quarter.parse(text) for text in {text for _, text, _ in rows}}
    return [Told(quarters[text], said[f"{kind}{i}"], came) for i, text, came in rows]
