"""What was published when: each bulletin as the data of its pages, frozen and on the ledger."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from providers import documents, ledger
from providers.tables import LedgerRow, Publication

PUBLISHED = "bulletin_published"


@dataclass(frozen=True)
class Published:
    """A whole bulletin: the SHA-256 of each page's data, and the ledger just before it."""

    id: int
    at: datetime
    pages: Mapping[str, str]
    ledger_entries: int
    ledger_head: str


def newest(session: Session) -> Published | None:
    """The bulletin that ought to stand; nothing before the first."""
    row = session.exec(select(Publication).order_by(col(Publication.id).desc()).limit(1)).first()
    return view(row) if row else None


def view(row: Publication) -> Published:
    """A bulletin from its row; ValueError if the list of its pages cannot be read."""
    return Published(
        row.id or 0, row.at, json.loads(row.pages), row.ledger_entries, row.ledger_head
    )


def freeze(session: Session, pages: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Keep the data of these pages; the SHA-256 of each by its key."""
    texts = {key: canonical(data) for key, data in pages.items()}
    shas = {key: digest(text) for key, text in texts.items()}
    documents.keep_many(session, {sha: texts[key] for key, sha in shas.items()})
    return shas


def record(session: Session, shas: Mapping[str, str], now: datetime, by: str) -> Published | None:
    """Enter a bulletin of these frozen pages in the ledger; None if it is the one that stands."""
    before = ledger.head(session)
    standing = newest(session)
    if standing is not None and standing.pages == shas:
        return None
    body = canonical(dict(shas))
    row = Publication(at=now, pages=body, ledger_entries=before[0], ledger_head=before[1])
    session.add(row)
    session.flush()
    ledger.append(
        session,
        now,
        by,
        PUBLISHED,
        f"publication:{row.id}",
        {"pages": digest(body), "entries": before[0], "head": before[1]},
    )
    return newest(session)


def sealed(session: Session, publication: Published) -> tuple[int, str]:
    """The ledger entry of a bulletin: its number and its hash."""
    subject = f"publication:{publication.id}"
    entry = session.exec(select(LedgerRow).where(LedgerRow.subject == subject)).one()
    return entry.seq, entry.hash


def pages_of(
    session: Session, publication: Published, keys: Collection[str] | None = None
) -> dict[str, dict[str, Any]]:
    """The data of every page of a bulletin, or of those with these keys that it has."""
    pages = publication.pages.items()
    return data_of(session, {k: sha for k, sha in pages if keys is None or k in keys})


def data_of(session: Session, shas: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The data of these frozen pages, by key."""
    texts = documents.fetch(session, shas.values())
    return {key: json.loads(texts[sha]) for key, sha in shas.items()}


def not_on_ledger(session: Session, publication: Published) -> str:
    """One sentence if the ledger does not vouch for this bulletin; empty if it does."""
    entry = session.exec(
        select(LedgerRow).where(LedgerRow.subject == f"publication:{publication.id}")
    ).first()
    vouched = canonical(
        {
            "pages": digest(canonical(dict(publication.pages))),
            "entries": publication.ledger_entries,
            "head": publication.ledger_head,
        }
    )
    if entry is None or entry.body != vouched:
        return f"publication {publication.id} is not the one the ledger vouches for"
    last = session.get(LedgerRow, publication.ledger_entries)
    if publication.ledger_entries and (last is None or last.hash != publication.ledger_head):
        return f"the ledger does not hold the entry {publication.ledger_entries} that was published"
    return ""
