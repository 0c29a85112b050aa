"""Frozen texts, each kept once under its own SHA-256."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from charter.ledger import digest
from providers.tables import Document

BATCH = 200


def keep(session: Session, text: str) -> str:
    """Store a text and give its SHA-256; the same text is stored once."""
    sha = digest(text)
    if session.get(Document, sha) is None:
        session.add(Document(sha=sha, body=text))
        session.flush()
    return sha


def fetch(session: Session, shas: Iterable[str]) -> dict[str, str]:
    """The texts of these SHA-256s, in one query; what is not kept is not in the answer."""
    wanted = {sha for sha in shas if sha}
    if not wanted:
        return {}
    rows = session.exec(select(Document).where(col(Document.sha).in_(wanted)))
    return {row.sha: row.body for row in rows}


def kept(session: Session) -> set[str]:
    """The SHA-256 of every text there is."""
    return set(session.exec(select(Document.sha)))


def first_changed(session: Session) -> str:
    """One sentence naming the first text that no longer matches its SHA-256; empty if none."""
    rows, after = select(Document).order_by(col(Document.sha)).limit(BATCH), ""
    while batch := session.exec(rows.where(col(Document.sha) > after)).all():
        for row in batch:
            if digest(row.body) != row.sha:
                return f"the document {row.sha[:12]} has been changed since it was frozen"
        after = batch[-1].sha
        session.expunge_all()
    return ""
