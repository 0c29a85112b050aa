"""Every promise of a region and what became of it, in a number of queries that does not grow."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Subquery, case, func, select
from sqlmodel import Session, col

from charter.actions import OPEN, Promise
from charter.keeping import Outcome, outcome
from charter.quarters import london_date
from providers import actions
from providers.keepsakes import Keepsakes
from providers.steering_tables import ActionHandover
from providers.tables import (
    Action,
    ActionChange,
    Cycle,
    Party,
    Return,
    Service,
    Site,
    StepRow,
)


class Line(NamedTuple):
    """A promise, in whose hands it is now, and what became of it by its last word.

    `closed_on` is the London date on which that word was signed; `return_id` is the return that
    said it; `handed` where somebody else had made the promise.
    """

    id: str
    party: str
    party_name: str
    site: str
    site_name: str
    commitment: str
    title: str
    owner: str
    request: str | None
    first_due: date
    due: date
    outcome: Outcome
    told_on: date
    return_id: int
    handed: bool


def lines(session: Session, region: str, today: date) -> list[Line]:
    """Every promise ever made in a region: what is overdue first, the longest overdue on top."""
    return _KEPT.get(session, (region, today), lambda: _lines(session, region, today))


def _lines(session: Session, region: str, today: date) -> list[Line]:
    words = _last_words(region)
    rows = session.execute(
        select(
            col(Action.id).label("id"),
            col(Action.party_code).label("maker"),
            col(Party.name).label("maker_name"),
            col(Action.commitment).label("commitment"),
            col(Action.title).label("title"),
            col(Action.owner).label("owner"),
            col(Action.request_id).label("request"),
            col(Action.first_due).label("first_due"),
            col(Site.code).label("site"),
            col(Site.name).label("site_name"),
            words.c.status,
            words.c.due,
            words.c.latest,
            words.c.return_id,
            col(StepRow.at).label("at"),
        )
        .join(words, words.c.action_id == col(Action.id))
        .join(Site, col(Site.id) == col(Action.site_id))
        .join(Party, col(Party.code) == col(Action.party_code))
        .join(StepRow, col(StepRow.seq) == words.c.seq)
        .where(words.c.newest == 1)
    ).all()
    taken = _taken_over(session)
    order = list(Outcome)
    found = [_line(row, taken.get(row.id, (row.maker, row.maker_name)), today) for row in rows]
    return sorted(found, key=lambda x: (order.index(x.outcome), x.due, x.site_name, x.id))


def _line(row: Any, held_by: tuple[str, str], today: date) -> Line:  # noqa: ANN401
    party, party_name = held_by
    told_on, latest = _day(row.at), row.latest or row.due
    return Line(
        id=row.id,
        party=party,
        party_name=party_name,
        site=row.site,
        site_name=row.site_name,
        commitment=row.commitment,
        title=row.title,
        owner=row.owner,
        request=row.request,
        first_due=row.first_due,
        due=row.due,
        outcome=outcome(row.status, row.due, row.first_due, latest, told_on, today),
        told_on=told_on,
        return_id=row.return_id,
        handed=party != row.maker,
    )


_KEPT: Keepsakes[list[Line]] = Keepsakes(8)
_day = lru_cache(maxsize=4096)(london_date)


def _last_words(region: str) -> Subquery:
    """Each action's words, its newest numbered 1, with the latest date it had while open."""
    newest = func.row_number().over(
        partition_by=col(ActionChange.action_id),
        order_by=(col(Cycle.quarter).desc(), col(ActionChange.seq).desc()),
    )
    open_due = case((col(ActionChange.status).in_(sorted(OPEN)), col(ActionChange.due)))
    latest = func.max(open_due).over(partition_by=col(ActionChange.action_id))
    return (
        select(
            col(ActionChange.action_id).label("action_id"),
            col(ActionChange.return_id).label("return_id"),
            col(ActionChange.seq).label("seq"),
            col(ActionChange.status).label("status"),
            col(ActionChange.due).label("due"),
            newest.label("newest"),
            latest.label("latest"),
        )
        .join(Return, col(Return.id) == col(ActionChange.return_id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(col(Cycle.region_code) == region)
        .subquery()
    )


def _taken_over(session: Session) -> dict[str, tuple[str, str]]:
    """In whose hands each promise is that changed hands: a code and a name."""
    rows = session.execute(
        select(col(ActionHandover.action_id), col(Party.code), col(Party.name))
        .join(Service, col(Service.id) == col(ActionHandover.to_service_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(col(ActionHandover.accepted).is_(True))
        .order_by(col(ActionHandover.decided_at), col(ActionHandover.from_service_id))
    )
    return {action: (code, name) for action, code, name in rows}


def told(session: Session, shown: Iterable[Line]) -> dict[str, Promise]:
    """Each of these promises with all that was said of it, its slips among that; one query."""
    wanted = list(shown)
    changes = actions.changes_of(session, [line.id for line in wanted])
    return {
        line.id: Promise(
            id=line.id,
            commitment=line.commitment,
            title=line.title,
            owner=line.owner,
            request=line.request,
            first_due=line.first_due,
            changes=tuple(changes[line.id]),
        )
        for line in wanted
    }
