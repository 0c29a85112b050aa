"""The steps of each return: recorded with their ledger entry, and folded on request."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, insert, select

from charter.folding import fold
from charter.ledger import canonical, digest
from charter.returns import Life
from charter.steps import STEP, Happened, Reminded, Skipped, Step, Unsent
from notifications.among import among
from providers import ledger, standings
from providers.tables import LedgerRow, Return, StepRow

BATCH = 500


@dataclass(frozen=True)
class NewStep:
    """A step to be recorded; `once` names one that its return may take only once."""

    return_id: int
    step: Step
    once: str = ""

    @property
    def key(self) -> str | None:
        """What no second step may hold; nothing where it may be taken again."""
        return f"{self.return_id}/{self.once}" if self.once else None


def record(
    session: Session, return_id: int, step: Step, now: datetime, by: str, once: str = ""
) -> int:
    """Record a step, its ledger entry and the cached state together; gives the entry's number.

    `once` names a step that a return may take only once; 0 means it was taken before.
    """
    numbers = record_many(session, [NewStep(return_id, step, once)], now, by)
    return numbers[0] if numbers else 0


def record_many(session: Session, steps: Iterable[NewStep], now: datetime, by: str) -> list[int]:
    """Record these steps in order, as `record` would one by one, leaving out what was taken before.

    Gives the ledger numbers of those recorded. The ledger holds salted digests, so that erasing a
    step's text leaves the chain whole. The number of queries does not grow with the steps.
    """
    fresh, now = _not_taken(session, steps), now.replace(microsecond=0)
    rows: list[dict[str, Any]] = [
        {
            "return_id": new.return_id,
            "at": now,
            "by": by,
            "body": canonical(new.step.model_dump(mode="json")),
            "salt": secrets.token_hex(8),
            "once": new.key,
        }
        for new in fresh
    ]
    facts = [
        (new.step.kind, f"return:{new.return_id}", {"digest": digest(row["salt"] + row["body"])})
        for new, row in zip(fresh, rows, strict=True)
    ]
    numbers = ledger.append_many(session, now, by, facts)
    if rows:
        for row, seq in zip(rows, numbers, strict=True):
            row["seq"] = seq
        # Every row names every column, or those with and without `once` would go in apart.
        session.execute(insert(StepRow), rows, execution_options={"render_nulls": True})
    told = (Reminded, Skipped, Unsent)  # the only steps of which no cache holds anything
    _refresh(session, {new.return_id for new in fresh if not isinstance(new.step, told)})
    return numbers


def _not_taken(session: Session, steps: Iterable[NewStep]) -> list[NewStep]:
    wanted = list(steps)
    keys = [new.key for new in wanted if new.key]
    held = among(col(StepRow.once), keys)
    taken: set[str | None] = set(session.exec(select(StepRow.once).where(held)) if keys else ())
    fresh = []
    for new in wanted:
        if new.key is None or new.key not in taken:
            fresh.append(new)
            taken.add(new.key)
    return fresh


def _refresh(session: Session, return_ids: Collection[int]) -> None:
    """Write what the fold gives beside each return, for queries and for pages."""
    if not return_ids:
        return
    folded = lives(session, return_ids)
    for row in session.exec(select(Return).where(among(col(Return.id), return_ids))):
        row.due_on, row.received_at = _cached(folded[row.id or 0])
        session.add(row)
    session.flush()
    standings.write(session, folded)


def lack_standings(session: Session) -> bool:
    """Whether `fill_standings` has anything to do; asked without the writers' lock."""
    return (
        session.exec(select(Return.id).where(standings.is_missing()).limit(1)).first() is not None
    )


def fill_standings(session: Session) -> int:
    """Keep how those returns stand that an older release left without; gives how many there were.

    One batch, so that nobody waits long for the writers' lock: call it until it gives nought.
    """
    missing = session.exec(select(Return.id).where(standings.is_missing()).limit(BATCH)).all()
    _refresh(session, [i for i in missing if i])
    return len(missing)


def mend_caches(session: Session) -> int:
    """Write again what is kept beside the returns where it is not what their steps give."""
    stale = list(stale_caches(session))
    _refresh(session, stale)
    return len(stale)


def _cached(life: Life) -> tuple[date | None, datetime | None]:
    return None if life.released else life.due, life.first_signed_at


def history(session: Session, return_id: int) -> list[Happened]:
    """Every step of a return, in the order recorded."""
    return histories(session, [return_id])[return_id]


def lives(session: Session, return_ids: Iterable[int]) -> dict[int, Life]:
    """How each of these returns stands, in one query."""
    ids = list(return_ids)
    happened = histories(session, ids)
    return {i: fold(happened[i]) for i in ids}


def histories(session: Session, ids: list[int]) -> dict[int, list[Happened]]:
    """Every step of each of these returns, in the order recorded, in one query."""
    found: dict[int, list[Happened]] = defaultdict(list)
    rows = (
        select(StepRow.return_id, StepRow.at, StepRow.by, StepRow.body)
        .where(among(col(StepRow.return_id), ids))
        .order_by(col(StepRow.seq))
    )
    for return_id, at, by, body in session.exec(rows):
        found[return_id].append(Happened(at, by, STEP.validate_json(body)))
    return found


def entries(session: Session, ids: list[int]) -> dict[int, list[int]]:
    """The ledger entry of each step that `histories` gives, in the same order, in one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = (
        select(StepRow.return_id, StepRow.seq)
        .where(among(col(StepRow.return_id), ids))
        .order_by(col(StepRow.seq))
    )
    for return_id, seq in session.exec(rows):
        found[return_id].append(seq)
    return found


def first_unmatched(session: Session) -> str:
    """One sentence naming the first step that its ledger entry does not vouch for."""
    pairs = (
        select(LedgerRow, StepRow)
        .join(StepRow, col(LedgerRow.seq) == col(StepRow.seq), isouter=True)
        .where(col(LedgerRow.subject).startswith("return:"))
        .order_by(col(LedgerRow.seq))
        .limit(BATCH)
    )
    after = 0
    while batch := session.exec(pairs.where(col(LedgerRow.seq) > after)).all():
        for entry, found in batch:
            step: StepRow | None = found  # the join is an outer one
            if step is None:
                return f"the step behind ledger entry {entry.seq} is missing"
            if not _vouches(entry, step):
                return f"the step behind ledger entry {entry.seq} has been changed"
        after = batch[-1][0].seq
        session.expunge_all()
    known = select(LedgerRow.seq).where(col(LedgerRow.subject).startswith("return:"))
    alone = select(StepRow.seq).where(col(StepRow.seq).not_in(known)).order_by(col(StepRow.seq))
    first = session.exec(alone.limit(1)).first()
    return f"step {first} has no ledger entry: the ledger has been cut short" if first else ""


def _vouches(entry: LedgerRow, step: StepRow) -> bool:
    return (entry.subject, entry.by, entry.at, entry.body) == (
        f"return:{step.return_id}",
        step.by,
        ledger.written(step.at),
        canonical({"digest": digest(step.salt + step.body)}),
    )


def first_stale_cache(session: Session) -> str:
    """One sentence naming the first return whose cached columns differ from the fold."""
    for return_id in stale_caches(session):
        return f"return {return_id}'s cached state is out of date"
    return ""


def stale_caches(session: Session) -> Iterator[int]:
    """Returns whose cached columns differ from the fold; none, unless something is wrong."""
    batch, after = select(Return).order_by(col(Return.id)).limit(BATCH), 0
    while rows := session.exec(batch.where(col(Return.id) > after)).all():
        folded = lives(session, [row.id for row in rows if row.id])
        differing = standings.differing(session, folded)
        for row in rows:
            kept = (row.due_on, row.received_at)
            if row.id in differing or kept != _cached(folded[row.id or 0]):
                yield row.id or 0
        after = rows[-1].id or 0
