"""How each promise stands by its last word, kept beside what returns said, for pages to count."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, delete, func, insert, select
from sqlmodel import Session, col

from charter.actions import OPEN
from charter.keeping import Outcome
from charter.quarters import london_date
from notifications.among import among
from providers.console_tables import PromiseStanding
from providers.steering_tables import ActionHandover
from providers.tables import Action, ActionChange, Cycle, Return, Service, Site, StepRow

BATCH = 1000


def outcome_on(today: date) -> ColumnElement[str]:
    """What became of a promise by a London date, as a column of a query.

    It is `charter.keeping.outcome` said to the database; a test holds the one against the other.
    """
    one = PromiseStanding
    closed, latest = ~col(one.status).in_(sorted(OPEN)), col(one.latest_due)
    done = col(one.status) == "done"
    return case(
        (~closed & (col(one.due) < today), Outcome.OVERDUE.value),
        (~closed, Outcome.OPEN.value),
        (done & (latest > col(one.first_due)), Outcome.LATE.value),
        (done, Outcome.KEPT.value),
        (col(one.told_on) > latest, Outcome.NOT_DONE.value),
        else_=Outcome.WITHDRAWN.value,
    )


def write(session: Session, action_ids: Iterable[str]) -> None:
    """Keep how these promises stand; the number of queries does not grow with them."""
    session.flush()
    ids = list(action_ids)
    rows = rows_of(session, ids)
    session.execute(delete(PromiseStanding).where(among(col(PromiseStanding.action_id), ids)))
    if rows:
        session.execute(insert(PromiseStanding), list(rows.values()))


def lacking(session: Session, most: int = BATCH) -> list[str]:
    """Promises with no standing, as in a record that an older release wrote; at most so many."""
    kept = select(col(PromiseStanding.action_id))
    told = select(col(ActionChange.action_id).distinct())
    rows = told.where(col(ActionChange.action_id).not_in(kept))
    return list(session.execute(rows.limit(most)).scalars())


def fill(session: Session) -> int:
    """Keep how one batch of those stands; gives how many there were."""
    missing = lacking(session)
    write(session, missing)
    return len(missing)


def first_stale(session: Session) -> str:
    """One sentence naming the first promise that is not kept for pages as returns tell it."""
    for one in stale(session):
        return f"how the promise {one} stands is out of date"
    return ""


def mend(session: Session) -> int:
    """Write again how those promises stand; gives how many there were."""
    wrong = stale(session)
    write(session, wrong)
    return len(wrong)


def stale(session: Session) -> list[str]:
    """The promises that are not kept as returns tell of them; none, unless something is wrong."""
    rows = session.execute(select(PromiseStanding.__table__))  # type: ignore[attr-defined]
    kept = {row.action_id: dict(row._mapping) for row in rows}
    told = rows_of(session)
    return sorted(i for i in {*kept, *told} if kept.get(i) != told.get(i))


def rows_of(session: Session, action_ids: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """What is to be kept of each of these promises, or of all, by what returns say of them."""
    words = _last_words(action_ids)
    rows = session.execute(
        select(
            col(Action.id).label("action_id"),
            col(Site.region_code).label("region_code"),
            col(Action.site_id).label("site_id"),
            col(Action.party_code).label("party_code"),
            col(Action.commitment).label("commitment"),
            col(Action.first_due).label("first_due"),
            words.c.status,
            words.c.due,
            words.c.latest.label("latest_due"),
            col(StepRow.at).label("told_on"),
            words.c.return_id,
        )
        .join(words, words.c.action_id == col(Action.id))
        .join(Site, col(Site.id) == col(Action.site_id))
        .join(StepRow, col(StepRow.seq) == words.c.seq)
        .where(words.c.newest == 1)
    )
    holders = _holders(session, action_ids)
    return {
        row.action_id: dict(row._mapping)
        | {
            "party_code": holders.get(row.action_id, row.party_code),
            "latest_due": row.latest_due or row.due,
            "told_on": _day(row.told_on),
        }
        for row in rows
    }


_day = lru_cache(maxsize=4096)(london_date)


def _last_words(action_ids: list[str] | None) -> Subquery:
    """Each action's words, its newest numbered 1, with the latest date it had while open."""
    newest = func.row_number().over(
        partition_by=col(ActionChange.action_id),
        order_by=(col(Cycle.quarter).desc(), col(ActionChange.seq).desc()),
    )
    open_due = case((col(ActionChange.status).in_(sorted(OPEN)), col(ActionChange.due)))
    latest = func.max(open_due).over(partition_by=col(ActionChange.action_id))
    query = (
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
    )
    if action_ids is not None:
        query = query.where(among(col(ActionChange.action_id), action_ids))
    return query.subquery()


def _holders(session: Session, action_ids: list[str] | None) -> dict[str, str]:
    """In whose hands each promise is that changed hands."""
    query = (
        select(col(ActionHandover.action_id), col(Service.party_code))
        .join(Service, col(Service.id) == col(ActionHandover.to_service_id))
        .where(col(ActionHandover.accepted).is_(True), col(Service.party_code).is_not(None))
        .order_by(col(ActionHandover.decided_at), col(ActionHandover.from_service_id))
    )
    if action_ids is not None:
        query = query.where(among(col(ActionHandover.action_id), action_ids))
    return {action: party for action, party in session.execute(query)}
