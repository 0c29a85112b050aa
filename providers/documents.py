"""Frozen texts, each kept once under its own SHA-256."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, insert, select

from charter.ledger import digest
from notifications.among import among
from providers.tables import Document

BATCH = 200


def keep(session: Session, text: str) -> str:
    """Store a text and give its SHA-256; the same text is stored once."""
    sha = digest(text)
    if session.get(Document, sha) is None:
        session.add(Document(sha=sha, body=text))
        session.flush()
    return sha


def keep_many(session: Session, texts: Mapping[str, str]) -> None:
    """Store these texts, each by its SHA-256, in two statements; those that are kept stay."""
    known = set(session.exec(select(Document.sha).where(among(col(Document.sha), texts))))
    fresh = [{"sha": sha, "body": body} for sha, body in texts.items() if sha not in known]
    if fresh:
        session.execute(insert(Document), fresh)


def fetch(session: Session, shas: Iterable[str]) -> dict[str, str]:
    """The texts of these SHA-256s, in one query; what is not kept is not in the answer."""
    wanted = {sha for sha in shas if sha}
    if not wanted:
        return {}
    found = select(Document.sha, Document.body).where(among(col(Document.sha), wanted))
    return dict(list(session.exec(found)))


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
