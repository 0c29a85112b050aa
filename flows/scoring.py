"""Scores every received return whose score is not on record, and keeps the receipt."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from charter.scoring import Receipt, receipt_text, score
from charter.steps import Scored
from flows.chasing import BATCH
from flows.foreseen import draw_waiting
from flows.post import Post
from providers import cycles, documents, lives, returns
from providers.database import Database
from providers.returns import Ref


@dataclass(frozen=True)
class ScoredReturns:
    """How many returns were scored in this run, by band, and pages drawn for their approval."""

    bands: dict[str, int]
    foreseen: int = 0

    @property
    def total(self) -> int:
        """How many were scored."""
        return sum(self.bands.values())


def score_returns(database: Database, now: datetime, post: Post) -> ScoredReturns:
    """Score what was signed or changed since; doing it twice changes nothing.

    At the end, pages that wait for approval are drawn as they would go out next.
    """
    with database.reading() as session:
        ids = [r.id for r in returns.refs(session) if r.received_at and not r.paused]
    bands: dict[str, int] = {}
    for start in range(0, len(ids), BATCH):
        with database.writing() as session:
            for receipt in _score_batch(session, ids[start : start + BATCH], now):
                bands[receipt.band] = bands.get(receipt.band, 0) + 1
    return ScoredReturns(bands, draw_waiting(database, now, post.calendar))


def _score_batch(session: Session, ids: list[int], now: datetime) -> list[Receipt]:
    folded = lives.lives(session, ids)
    unscored = [i for i in ids if folded[i].document and not folded[i].receipt]
    receipts = rescore(session, returns.refs(session, ids=unscored))
    for return_id, receipt in receipts.items():
        sha = documents.keep(session, receipt_text(receipt))
        lives.record(session, return_id, Scored(policy=receipt.policy, receipt=sha), now, "engine")
    return list(receipts.values())


def rescore(session: Session, refs: list[Ref]) -> dict[int, Receipt]:
    """The score of each return from its signed document and changed ratings, computed afresh."""
    folded = lives.lives(session, [r.id for r in refs])
    signed = returns.signed_documents(session, {i: life.document for i, life in folded.items()})
    charters = {v: cycles.charter_of(session, v) for v in {r.charter_version for r in refs}}
    policies = {v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs}}
    return {
        r.id: score(
            signed[r.id],
            folded[r.id].document,
            charters[r.charter_version],
            policies[r.policy_version],
            r.quarter,
            folded[r.id].changes,
            baseline=r.baseline,
        )
        for r in refs
        if r.id in signed
    }
