"""What is on record of some returns: their steps, what those come to, and what was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from charter.document import ReturnDocument
from charter.folding import fold
from charter.returns import Life
from charter.scoring import Receipt
from charter.steps import Happened
from flows.editions import until_published
from flows.status import receipts_on_record
from providers import lives, returns
from providers.returns import Ref


@dataclass(frozen=True)
class Lived:
    """By the number of a return its steps, their ledger entries, and its life `today` and `then`.

    `then` is as it was published last. Signed texts and receipts are by their SHA-256.
    """

    happened: Mapping[int, list[Happened]]
    entries: Mapping[int, list[int]]
    today: Mapping[int, Life]
    then: Mapping[int, Life]
    documents: Mapping[str, ReturnDocument]
    receipts: Mapping[str, Receipt]


def read(session: Session, refs: Sequence[Ref]) -> Lived:
    """All of that for these returns, in a fixed number of queries."""
    ids = [ref.id for ref in refs]
    happened = lives.histories(session, ids)
    today = {i: fold(happened[i]) for i in ids}
    then = {i: fold(until_published(happened[i])) for i in ids}
    both = [*today.values(), *then.values()]
    texts = returns.signed_documents(session, dict(enumerate(life.document for life in both)))
    scores = receipts_on_record(session, dict(enumerate(both)))
    return Lived(
        happened=happened,
        entries=lives.entries(session, ids),
        today=today,
        then=then,
        documents={both[i].document: text for i, text in texts.items()},
        receipts={both[i].receipt: receipt for i, receipt in scores.items()},
    )
