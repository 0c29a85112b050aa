"""Checks that what is kept beside the ledger is what the ledger and the signed texts say."""

import json
from collections.abc import Iterator

from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.steps import STEP, HandedOver, Scored, Signed, Step
from providers import beginning, documents, early, publications
from providers.tables import (
    Action,
    ActionChange,
    Cycle,
    LedgerRow,
    Publication,
    Return,
    Service,
    StepRow,
)

Fields = tuple[object, ...]


def first_altered_cycle(session: Session) -> str:
    """One sentence naming the first cycle or return owed that its ledger entry does not know."""
    rows = {f"cycle:{row.id}": row for row in session.exec(select(Cycle))}
    grown = early.grown(session)
    for entry in session.exec(select(LedgerRow).where(LedgerRow.kind == "cycle_opened")):
        row = rows.pop(entry.subject, None)
        if row is None:
            return f"the cycle behind ledger entry {entry.seq} is missing"
        here = beginning.vouched(row)
        here["early"] = row.early
        said = json.loads(entry.body) | grown.pop(entry.subject, {})
        if any(here.get(name) != value for name, value in said.items()):
            return f"the cycle behind ledger entry {entry.seq} has been changed"
    for subject in rows:
        return f"no ledger entry opened {subject.replace(':', ' ')}"
    owed = {f"return:{i}" for i in session.exec(select(Return.id))}
    opened = LedgerRow.subject, LedgerRow.seq
    requested = select(*opened).where(LedgerRow.kind == "requested").order_by(col(LedgerRow.seq))
    for subject, seq in session.exec(requested):
        if subject not in owed:
            return f"the return behind ledger entry {seq} is missing"
    return ""


def first_missing_document(session: Session) -> str:
    """One sentence naming the first frozen text that the record names and no longer has."""
    kept = documents.kept(session)
    for seq, _, step in _steps(session):
        named = step.document if isinstance(step, HandedOver | Signed) else ""
        named = step.receipt if isinstance(step, Scored) else named
        if named and named not in kept:
            return f"the document {named[:12]} behind ledger entry {seq} is missing"
    return ""


def first_altered_publication(session: Session) -> str:
    """One sentence naming the first publication that the ledger does not vouch for."""
    entries = session.exec(
        select(LedgerRow.subject).where(LedgerRow.kind == publications.PUBLISHED)
    )
    unseen, kept = set(entries), documents.kept(session)
    for row in session.exec(select(Publication).order_by(col(Publication.id))):
        unseen.discard(f"publication:{row.id}")
        try:
            published = publications.view(row)
        except ValueError:
            return f"publication {row.id} is not the one the ledger vouches for"
        if wrong := publications.not_on_ledger(session, published):
            return wrong
        for key, sha in sorted(published.pages.items()):
            if sha not in kept:
                return f"the document {sha[:12]} behind the page {key} is missing"
    for subject in sorted(unseen):
        return f"{subject.replace(':', ' ')} is missing"
    return ""


def first_altered_action(session: Session) -> str:
    """One sentence naming the first action that is not as the signed returns put it."""
    promised, said = _as_signed(session)
    for row in session.exec(select(Action).order_by(col(Action.id))):
        if promised.pop(row.id, None) != _promise(row):
            return f"the action {row.id} is not as it was signed"
    for change in session.exec(select(ActionChange).order_by(col(ActionChange.seq))):
        key = (change.action_id, change.return_id, change.document)
        if said.pop(key, None) != _said(change):
            return f"what was said of the action {change.action_id} is not as it was signed"
    for missing in promised:
        return f"the action {missing} is missing"
    for missing, _, _ in said:
        return f"something said of the action {missing} is missing"
    return ""


def _as_signed(
    session: Session,
) -> tuple[dict[str, Fields], dict[tuple[str, int, str], Fields]]:
    """Every action, and all that was said of it, worked out again from the signed returns."""
    rows = session.exec(select(Return.id, Service.site_id).join(Service))
    sites = {return_id or 0: site for return_id, site in rows}
    promised: dict[str, Fields] = {}
    said: dict[tuple[str, int, str], Fields] = {}
    for seq, return_id, step in _steps(session):
        if not isinstance(step, Signed):
            continue
        text = documents.fetch(session, [step.document])[step.document]
        document = ReturnDocument.model_validate_json(text)
        for line in document.actions:
            action = Action(
                id=line.id or "",
                party_code=document.provider,
                site_id=sites[return_id],
                commitment=line.commitment,
                title=line.title,
                owner=line.owner,
                request_id=line.request,
                first_due=line.due,
                opened_return_id=return_id,
                practice_id=line.practice,
                tags=",".join(line.tags),
            )
            promised.setdefault(action.id, _promise(action))
            key = (action.id, return_id, step.document)
            said[key] = (seq, line.status, line.due, line.reason, line.consulted)
    return promised, said


def _promise(row: Action) -> Fields:
    return (
        *(row.party_code, row.site_id, row.commitment, row.title),
        *(row.owner, row.request_id, row.first_due, row.opened_return_id, row.practice_id),
        row.tags,
    )


def _said(row: ActionChange) -> Fields:
    return (row.seq, row.status, row.due, row.reason, row.consulted)


def _steps(session: Session) -> Iterator[tuple[int, int, Step]]:
    """The steps that name a frozen text, in the order recorded."""
    kinds = tuple(f'"kind":"{kind}"' for kind in ("handed_over", "signed", "scored"))
    rows = select(StepRow.seq, StepRow.return_id, StepRow.body).order_by(col(StepRow.seq))
    for seq, return_id, body in session.exec(rows):
        if any(kind in body for kind in kinds):
            yield seq, return_id, STEP.validate_json(body)
