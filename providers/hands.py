"""Through whose hands each promise has gone: who made it, who took it on, and who would not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.actions import Handing
from providers.steering_tables import ActionHandover
from providers.tables import Party, Service


@dataclass(frozen=True)
class Decided:
    """A promise offered by one party to the next at an instant decided; `declined` is why not."""

    giver: str
    giver_name: str
    taker: str
    taker_name: str
    at: datetime
    declined: str


@dataclass(frozen=True)
class Held:
    """A promise in one party's hands, with all those whose word on it counts until then."""

    party: str
    until: frozenset[str]
    taken_over: Handing | None
    passed_on: Handing | None


def handings(session: Session, parties: Iterable[str]) -> dict[str, list[Decided]]:
    """Every decided handing over of the promises that these parties ever gave or took, in order."""
    mine = list(parties)
    giver, taker = aliased(Service), aliased(Service)
    giving, taking = aliased(Party), aliased(Party)
    theirs = (
        select(ActionHandover.action_id)
        .join(giver, col(giver.id) == col(ActionHandover.from_service_id))
        .join(taker, col(taker.id) == col(ActionHandover.to_service_id))
        .where(col(giver.party_code).in_(mine) | col(taker.party_code).in_(mine))
    )
    rows = session.exec(
        select(ActionHandover, giving, taking)
        .join(giver, col(giver.id) == col(ActionHandover.from_service_id))
        .join(taker, col(taker.id) == col(ActionHandover.to_service_id))
        .join(giving, col(giving.code) == col(giver.party_code))
        .join(taking, col(taking.code) == col(taker.party_code))
        .where(col(ActionHandover.accepted).is_not(None))
        .where(col(ActionHandover.action_id).in_(theirs))
        .order_by(col(ActionHandover.decided_at), col(ActionHandover.from_service_id))
    )
    found: dict[str, list[Decided]] = defaultdict(list)
    for row, gave, took in rows:
        assert row.decided_at is not None
        declined = "" if row.accepted else row.reason
        found[row.action_id].append(
            Decided(gave.code, gave.name, took.code, took.name, row.decided_at, declined)
        )
    return found


def holders(maker: str, decided: Iterable[Decided]) -> list[Held]:
    """Whoever has or had a promise, each once, as it stood when they last had it."""
    found: dict[str, Held] = {}
    holder, until = maker, {maker}
    taken: Handing | None = None
    for one in decided:
        if one.giver != holder:
            continue
        passed = Handing(one.taker_name, one.at, one.declined)
        found[holder] = Held(holder, frozenset(until), taken, passed)
        if one.declined:
            return list(found.values())
        holder, until = one.taker, until | {one.taker}
        taken = Handing(one.giver_name, one.at)
    found[holder] = Held(holder, frozenset(until), taken, None)
    return list(found.values())
