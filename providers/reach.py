"""For how many quarters running nobody could be reached about a service's return."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile

from sqlmodel import Session, col, select

from notifications.among import among
from providers import lives
from providers.tables import Cycle, Return


def quarters_unreachable(session: Session, return_ids: Iterable[int]) -> dict[int, int]:
    """For each of these returns, its service's unreachable quarters up to its own, without a break.

    Nought for a return whose people can be reached. Two queries, however many returns.
    """
    wanted = set(return_ids)
    services = select(Return.service_id).where(among(col(Return.id), wanted))
    rows = session.exec(
        select(Return.service_id, Return.id)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(col(Return.service_id).in_(services))
        .order_by(col(Cycle.quarter))
    )
    quarters: dict[int, list[int]] = defaultdict(list)
    for service, return_id in rows:
        quarters[service].append(return_id or 0)
    folded = lives.lives(session, (i for ids in quarters.values() for i in ids))
    return {
        return_id: sum(1 for _ in takewhile(lambda i: folded[i].unreachable, reversed(ids[:n])))
        for ids in quarters.values()
        for n, return_id in enumerate(ids, start=1)
        if return_id in wanted
    }
