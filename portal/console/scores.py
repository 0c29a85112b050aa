"""Scores for the console: the recorded receipt, or what the rules give today, said as such."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from charter.answers import ReturnDocument
from charter.commitments import CharterFile
from charter.policy import Policy
from charter.returns import Life
from charter.scoring import Receipt, score
from charter.words import BAND_WORDS, RATING_WORDS, Word
from providers import documents, returns
from providers.returns import Ref


@dataclass(frozen=True)
class Score:
    """A receipt in words; `recorded` is false while it may still change without a trace."""

    receipt: Receipt
    recorded: bool

    @property
    def words(self) -> str:
        """`5 of 8 fully met`."""
        if self.receipt.applicable == 0:
            return "Nothing to assess"
        return f"{self.receipt.fully} of {self.receipt.applicable} fully met"

    @property
    def band(self) -> Word:
        """The band; it is for the console and never for families."""
        return BAND_WORDS[self.receipt.band]

    def rules(self, charter: CharterFile) -> list[str]:
        """The rules that fired, with names and words in place of the receipt's codes."""
        return [_in_words(rule, charter) for rule in self.receipt.rules]


def _in_words(rule: str, charter: CharterFile) -> str:
    for commitment in charter.commitments:
        if re.match(rf"{re.escape(commitment.id)}\b", rule):
            rule = f"“{commitment.short}”{rule[len(commitment.id) :]}"
            break
    for rating, word in RATING_WORDS.items():
        rule = rule.replace(f"'{rating.value}'", f"‘{word.console}’", 1)
    return rule


def scores(
    session: Session,
    refs: Mapping[int, Ref],
    folded: Mapping[int, Life],
    charter: CharterFile,
    policy: Policy,
) -> dict[int, Score]:
    """The score of every signed return of one cycle, in two queries."""
    kept = documents.fetch(session, [life.receipt for life in folded.values() if life.receipt])
    unscored = {
        i: life.document for i, life in folded.items() if life.document and life.receipt not in kept
    }
    signed = returns.signed_documents(session, unscored)
    found = {
        i: Score(Receipt.model_validate_json(kept[life.receipt]), recorded=True)
        for i, life in folded.items()
        if life.receipt in kept
    }
    for i, document in signed.items():
        found[i] = Score(_today(refs[i], folded[i], document, charter, policy), recorded=False)
    return found


def _today(
    ref: Ref, life: Life, document: ReturnDocument, charter: CharterFile, policy: Policy
) -> Receipt:
    return score(
        document,
        life.document,
        charter,
        policy,
        ref.quarter,
        life.changes,
        baseline=ref.baseline,
    )
