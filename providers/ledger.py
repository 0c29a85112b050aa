"""The ledger: every fact is appended once, in the transaction that makes it true."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, insert, select

from charter.ledger import Entry, canonical, first_bad, sealed
from charter.quarters import moment
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
    return append_many(session, now, by, [(kind, subject, body)])[0]


def append_many(
    session: Session, now: datetime, by: str, facts: Iterable[tuple[str, str, dict[str, Any]]]
) -> list[int]:
    """Add an entry for each (kind, subject, body), in that order, as `append` would one by one.

    Gives their numbers. One look at the head and one write, however many there are.
    """
    if not by:
        raise ValueError("every ledger entry says who made it")
    head, at = _head(session), written(now)
    last = session.exec(select(LedgerRow.at).where(LedgerRow.seq == head.entries)).first()
    if last is not None and now < datetime.fromisoformat(last) - OVERLAP:
        there = moment(datetime.fromisoformat(last))
        raise BeforeLastEntry(
            f"the clock says {moment(now)}, but the record's last entry is of {there}"
        )
    made: list[Entry] = []
    for kind, subject, body in facts:
        entry = sealed(head.entries + 1, at, by, kind, subject, canonical(body), head.head)
        head.entries, head.head = entry.seq, entry.hash
        made.append(entry)
    if made:
        session.execute(insert(LedgerRow), [vars(entry) for entry in made])
        session.flush()
    return [entry.seq for entry in made]


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


def hash_of(session: Session, number: int) -> str:
    """The hash of an entry; empty where there is none of that number."""
    row = session.get(LedgerRow, number)
    return row.hash if row else ""


def newest(session: Session, kind: str, subject: str) -> LedgerRow | None:
    """The last entry of a kind about a subject; none where there is none."""
    entries = select(LedgerRow).where(LedgerRow.kind == kind, LedgerRow.subject == subject)
    return session.exec(entries.order_by(col(LedgerRow.seq).desc()).limit(1)).first()


def lists(word: str) -> ColumnElement[bool]:
    """The bodies that have this word in a list, and not only as the name of something.

    In canonical JSON a name is followed by a colon, and what stands in a list never is.
    """
    body = col(LedgerRow.body)
    return or_(*(body.contains(f'"{word}"{end}', autoescape=True) for end in ",]"))


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
