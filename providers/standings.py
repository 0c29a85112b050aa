"""How returns stand, kept beside their steps so that a page need not fold them all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from charter.returns import Life
from charter.scoring import Receipt
from charter.steps import Rating
from providers import documents, lives, returns


@dataclass(frozen=True)
class Stood:
    """One return as its last step left it, with the score on record and the ratings signed.

    `ratings` has each commitment's self-rating and the rating in force; empty until it is signed.
    """

    life: Life
    receipt: Receipt | None
    ratings: Mapping[str, tuple[Rating, Rating]]


def of(session: Session, return_ids: Iterable[int]) -> dict[int, Stood]:
    """How each of these returns stands, in a number of queries that does not grow with them."""
    folded = lives.lives(session, return_ids)
    kept = documents.fetch(session, [life.receipt for life in folded.values() if life.receipt])
    signed = returns.signed_documents(
        session, {i: life.document for i, life in folded.items() if life.document}
    )
    found = {}
    for i, life in folded.items():
        answers = signed[i].answers if i in signed else ()
        found[i] = Stood(
            life,
            Receipt.model_validate_json(kept[life.receipt]) if life.receipt in kept else None,
            {
                a.commitment: (
                    a.rating,
                    life.changes[a.commitment].rating if a.commitment in life.changes else a.rating,
                )
                for a in answers
                if a.rating
            },
        )
    return found
