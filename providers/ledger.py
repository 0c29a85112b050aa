"""The ledger: every fact is appended once, in the transaction that makes it true."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from charter.ledger import Entry, canonical, first_bad, sealed
from providers.tables import LedgerHead, LedgerRow

BATCH = 500
OVERLAP = timedelta(minutes=15)
"""How long a piece of work may run on the time it began with; no lease is longer."""


class BeforeLastEntry(ValueError):
    """Somebody tried to write as of a time before the record's last entry."""


def append(
    session: Session, now: datetime, by: str, kind: str, subject: str, body: dict[str, Any]
) -> int:
    """Add one entry and give its number; BeforeLastEntry if `now` lies well before the last one.

    `body` holds ids, counts and digests: nothing that names a person. `by` may not be empty. Work
    that took its time from the clock and then waited for another writer keeps its own time: an
    entry may be up to OVERLAP older than the one before it, and the order is that of the numbers.
    """
    if not by:
        raise ValueError("every ledger entry says who made it")
    head = _head(session)
    last = session.get(LedgerRow, head.entries)
    at = written(now)
    if last is not None and now < datetime.fromisoformat(last.at) - OVERLAP:
        raise BeforeLastEntry(f"the record's last entry is of {last.at}; {at} lies before it")
    entry = sealed(head.entries + 1, at, by, kind, subject, canonical(body), head.head)
    session.add(LedgerRow(**vars(entry)))
    head.entries, head.head = entry.seq, entry.hash
    session.add(head)
    session.flush()
    return entry.seq


def written(moment: datetime) -> str:
    """An instant as the ledger writes it: UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def head(session: Session) -> tuple[int, str]:
    """How many entries there are, and the hash of the last."""
    row = _head(session)
    return row.entries, row.head


def _head(session: Session) -> LedgerHead:
    row = session.get(LedgerHead, 1)
    if row is None:
        raise ValueError("the ledger's head is missing; restore a backup")
    return row


def last_at(session: Session) -> datetime | None:
    """When the last entry was made; nothing while the ledger is empty."""
    row = session.get(LedgerRow, _head(session).entries)
    return datetime.fromisoformat(row.at) if row else None


def entries(session: Session, after: int = 0) -> Iterator[Entry]:
    """The entries after that one, in order, a batch at a time."""
    rows = select(LedgerRow).order_by(col(LedgerRow.seq)).limit(BATCH)
    while batch := session.exec(rows.where(col(LedgerRow.seq) > after)).all():
        for row in batch:
            yield Entry(
                row.seq, row.at, row.by, row.kind, row.subject, row.body, row.prev, row.hash
            )
        after = batch[-1].seq
        session.expunge_all()


def verify(session: Session) -> str:
    """One sentence naming the first entry that does not hold; empty when the chain does."""
    count, known = head(session)
    return first_bad(entries(session), count, known)
