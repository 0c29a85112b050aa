"""The steps of each return: recorded with their ledger entry, and folded on request."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from charter.returns import Life, fold
from charter.steps import STEP, Happened, Reminded, Skipped, Step
from providers import ledger
from providers.tables import LedgerRow, Return, StepRow

BATCH = 500


def record(
    session: Session, return_id: int, step: Step, now: datetime, by: str, once: str = ""
) -> int:
    """Record a step, its ledger entry and the cached state together; gives the entry's number.

    `once` names a step that a return may take only once; 0 means it was taken before.
    The ledger holds a salted digest, so that erasing the step's text leaves the chain whole.
    """
    key = f"{return_id}/{once}" if once else None
    if key and session.exec(select(StepRow.seq).where(StepRow.once == key)).first():
        return 0
    body = canonical(step.model_dump(mode="json"))
    salt, now = secrets.token_hex(8), now.replace(microsecond=0)
    seq = ledger.append(
        session, now, by, step.kind, f"return:{return_id}", {"digest": digest(salt + body)}
    )
    session.add(
        StepRow(seq=seq, return_id=return_id, at=now, by=by, body=body, salt=salt, once=key)
    )
    session.flush()
    if not isinstance(step, Reminded | Skipped):
        refresh(session, return_id)
    return seq


def refresh(session: Session, return_id: int) -> None:
    """Write the fold's due date and receipt time beside the return, for queries."""
    life = lives(session, [return_id])[return_id]
    row = session.get_one(Return, return_id)
    row.due_on = None if life.released else life.due
    row.received_at = life.first_signed_at
    session.add(row)


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
    rows = select(StepRow).where(col(StepRow.return_id).in_(ids)).order_by(col(StepRow.seq))
    for row in session.exec(rows):
        found[row.return_id].append(Happened(row.at, row.by, STEP.validate_json(row.body)))
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
    rows = session.exec(select(Return)).all()
    folded = lives(session, [row.id for row in rows if row.id])
    for row in rows:
        life = folded[row.id or 0]
        due = None if life.released else life.due
        if (row.due_on, row.received_at) != (due, life.first_signed_at):
            yield row.id or 0
