"""Has each file that waits looked into, and checks that every file is still as it was given."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from providers import ledger
from providers.database import Database
from providers.evidence import (
    INFECTED,
    JUDGED,
    LET_GO,
    QUARANTINED,
    TAKEN,
    UNSCANNED,
    Cabinet,
    as_given,
    sweep,
)
from providers.scanners import NullScanner, Verdict
from providers.tables import EvidenceFile, LedgerRow

SCANNER = "scanner"


@dataclass(frozen=True)
class Scanned:
    """How many files were found `clean`, `infected`, or were not scanned; `failed` still wait."""

    clean: int = 0
    infected: int = 0
    unscanned: int = 0
    failed: int = 0
    trouble: str = ""


def scan_waiting(
    database: Database, cabinet: Cabinet, now: datetime, only: Sequence[str] = ()
) -> Scanned:
    """Have what waits looked into, or just the files of these SHA-256s; doing it twice is no harm.

    What was let through for want of a scanner is looked into once there is one. A scanner that is
    down leaves everything as it is. No transaction is open while a scanner is asked.
    """
    wanted = {QUARANTINED} if isinstance(cabinet.scanner, NullScanner) else {QUARANTINED, UNSCANNED}
    with database.reading() as session:
        rows = select(EvidenceFile.sha).where(col(EvidenceFile.verdict).in_(wanted)).distinct()
        waiting = [sha for sha in session.exec(rows) if not only or sha in only]
    counts: Counter[str] = Counter()
    trouble = ""
    for sha in waiting:
        verdict = _look_into(cabinet, sha)
        counts[verdict.outcome] += 1
        if verdict.outcome == "failed":
            trouble = verdict.says
            continue
        with database.writing() as session:
            _judge(session, cabinet, sha, verdict, now)
        if verdict.outcome == INFECTED:
            with database.writing() as session:
                sweep(session, cabinet)
    return Scanned(
        counts["clean"], counts["infected"], counts["unscanned"], counts["failed"], trouble
    )


def _look_into(cabinet: Cabinet, sha: str) -> Verdict:
    for place in (cabinet.quarantined(sha), cabinet.cleared(sha)):
        if place.is_file():
            return cabinet.scanner.scan(place)
    return Verdict("failed", f"the evidence file {sha[:12]} is missing")


def _judge(session: Session, cabinet: Cabinet, sha: str, verdict: Verdict, now: datetime) -> None:
    """Write down what was found; a cleared file moves first, and counts once its row says so."""
    rows = session.exec(select(EvidenceFile).where(EvidenceFile.sha == sha)).all()
    if verdict.outcome != INFECTED:
        rows = [row for row in rows if row.verdict in (QUARANTINED, UNSCANNED)]
        _clear(cabinet, sha)
    if not rows:
        return
    for row in rows:
        row.verdict, row.verdict_says, row.scanned_at = verdict.outcome, verdict.says, now
        session.add(row)
    body = {"verdict": verdict.outcome, "returns": sorted(row.return_id for row in rows)}
    ledger.append(session, now, SCANNER, JUDGED, f"evidence:{sha}", body)


def _clear(cabinet: Cabinet, sha: str) -> None:
    if cabinet.quarantined(sha).is_file():
        place = cabinet.cleared(sha)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        cabinet.quarantined(sha).replace(place)


def harmful_since(session: Session, since: datetime) -> int:
    """How many different files were found harmful since an instant."""
    rows = select(EvidenceFile.sha).where(
        EvidenceFile.verdict == INFECTED, col(EvidenceFile.scanned_at) >= since
    )
    return len(set(session.exec(rows)))


Known = dict[tuple[int, str], tuple[str, int, str]]


def first_wrong(session: Session, folder: Path) -> str:
    """One sentence naming the first file that is not as the ledger has it; empty if all are."""
    known = _on_ledger(session)
    for row in session.exec(select(EvidenceFile).order_by(col(EvidenceFile.id))):
        what = f"the evidence file {row.sha[:12]} of return {row.return_id}"
        if known.pop((row.return_id, row.sha), None) != (row.kind, row.size, row.verdict):
            return f"{what} is not the one the ledger vouches for"
        if row.verdict != INFECTED and (wrong := as_given(Cabinet(folder), row.sha)[0]):
            return f"{what} {wrong}"
    for return_id, sha in known:
        return f"the evidence file {sha[:12]} of return {return_id} is not on record any more"
    return ""


def _on_ledger(session: Session) -> Known:
    """Every file that was taken and not let go: its kind, its size, and the last verdict on it."""
    known: Known = {}
    for kind, sha, body in _entries(session):
        if kind == TAKEN:
            known[body["return"], sha] = (body["kind"], body["size"], QUARANTINED)
        elif kind == LET_GO:
            known.pop((body["return"], sha), None)
        else:
            for return_id in body["returns"]:
                if before := known.get((return_id, sha)):
                    known[return_id, sha] = (*before[:2], body["verdict"])
    return known


def _entries(session: Session) -> Iterator[tuple[str, str, dict[str, Any]]]:
    rows = select(LedgerRow.kind, LedgerRow.subject, LedgerRow.body)
    rows = rows.where(col(LedgerRow.kind).in_((TAKEN, LET_GO, JUDGED)))
    for kind, subject, body in session.exec(rows.order_by(col(LedgerRow.seq))):
        yield kind, subject.removeprefix("evidence:"), json.loads(body)
