"""Which promises are past their date, or wait to be taken on, by the return that answers for them.

A promise stands in the return that last spoke of it; one that was offered or taken over and not
spoken of since, in the first return asked of the service that it was offered to.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from charter.actions import OPEN
from charter.policy import Anchor
from charter.quarters import london_date
from notifications.among import among
from providers.steering_tables import ActionHandover
from providers.tables import ActionChange, Cycle, Return, Service

Days = dict[Anchor, tuple[date, ...]]


@dataclass(frozen=True)
class Handing:
    """A promise offered to a service, whose first return is `carrier`; `accepted` if taken on."""

    action: str
    taker: str
    carrier: int
    accepted: bool
    offered_on: date


def days(
    session: Session, today: date, return_ids: Collection[int] | None = None
) -> dict[int, Days]:
    """By return, the day of each promise that is past its date and open, or offered and undecided.

    Of these returns, or of all. A service that has ended is asked no more. The number of queries
    does not grow with the returns.
    """
    found: dict[int, dict[Anchor, list[date]]] = defaultdict(lambda: defaultdict(list))
    for return_id, due in _spoken_of(session, today, return_ids):
        found[return_id][Anchor.PROMISED].append(due)
    handed = _handings(session, today, return_ids)
    words = _last_words(session, {one.action for one in handed}) if handed else {}
    for one in handed:
        if one.action not in words:
            continue
        due, party = words[one.action]
        if not one.accepted:
            found[one.carrier][Anchor.OFFERED].append(one.offered_on)
        elif due < today and party != one.taker:
            found[one.carrier][Anchor.PROMISED].append(due)
    return {
        i: {anchor: tuple(sorted(listed)) for anchor, listed in kinds.items()}
        for i, kinds in found.items()
    }


def _spoken_of(
    session: Session, today: date, return_ids: Collection[int] | None
) -> Iterator[tuple[int, date]]:
    """Each return that was the last to speak of an open promise whose day has gone by, and the day.

    One that the next provider took over is left out.
    """
    given = aliased(Service)
    passed_on = exists().where(
        and_(
            col(ActionHandover.action_id) == col(ActionChange.action_id),
            col(ActionHandover.accepted).is_(True),
            col(ActionHandover.from_service_id) == col(given.id),
            col(given.party_code) == col(Service.party_code),
        )
    )
    query = (
        select(ActionChange.return_id, col(ActionChange.due))
        .join(Return, col(Return.id) == col(ActionChange.return_id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(col(ActionChange.status).in_(OPEN), col(ActionChange.due) < today)
        .where(col(Service.ends).is_(None) | (col(Service.ends) >= today))
        .where(_is_last_word(), ~passed_on)
    )
    if return_ids is not None:
        query = query.where(among(col(ActionChange.return_id), return_ids))
    yield from session.exec(query)


def _is_last_word() -> ColumnElement[bool]:
    """No return of a later quarter speaks of the promise, nor a later signing of the same one."""
    later, of, when = aliased(ActionChange), aliased(Return), aliased(Cycle)
    return ~exists().where(
        and_(
            col(later.action_id) == col(ActionChange.action_id),
            col(of.id) == col(later.return_id),
            col(when.id) == col(of.cycle_id),
            or_(
                col(when.quarter) > col(Cycle.quarter),
                and_(
                    col(when.quarter) == col(Cycle.quarter), col(later.seq) > col(ActionChange.seq)
                ),
            ),
        )
    )


def _handings(session: Session, today: date, return_ids: Collection[int] | None) -> list[Handing]:
    """The last offer of each promise to a service that goes on, declined ones left out."""
    rows = session.exec(
        select(ActionHandover, Service.party_code, func.min(col(Return.id)))
        .join(Service, col(Service.id) == col(ActionHandover.to_service_id))
        .join(Return, col(Return.service_id) == col(Service.id))
        .where(col(Return.due_on).is_not(None))
        .where(col(Service.ends).is_(None) | (col(Service.ends) >= today))
        .group_by(col(ActionHandover.action_id), col(ActionHandover.from_service_id))
        .group_by(col(Service.party_code))
        .order_by(col(ActionHandover.offered_at), col(ActionHandover.from_service_id))
    )
    last = {row.action_id: (row, party, carrier) for row, party, carrier in rows}
    wanted = None if return_ids is None else set(return_ids)
    return [
        Handing(i, party or "", carrier or 0, row.accepted is True, london_date(row.offered_at))
        for i, (row, party, carrier) in last.items()
        if row.accepted is not False and (wanted is None or carrier in wanted)
    ]


def _last_words(session: Session, actions: Iterable[str]) -> dict[str, tuple[date, str]]:
    """Of those of these promises that are open: the day promised, and whose return said so last."""
    rows = session.exec(
        select(ActionChange.action_id, col(ActionChange.due), Service.party_code)
        .join(Return, col(Return.id) == col(ActionChange.return_id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(among(col(ActionChange.action_id), actions))
        .where(col(ActionChange.status).in_(OPEN), _is_last_word())
    )
    return {action: (due, party or "") for action, due, party in rows}
