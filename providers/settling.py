"""Settling a letter in doubt by what a person found out, with its entry in the ledger."""

from datetime import datetime

from sqlmodel import Session

from charter.ledger import digest
from notifications import doubts, letterbook
from providers import ledger

SETTLED = "letter_settled"


def settle(
    session: Session, region: str, key: str, *, arrived: bool, now: datetime, by: str
) -> bool:
    """It arrived, or it never did and goes again; False if no letter of that key is in doubt there.

    The ledger tells which letter only to somebody who knows its key.
    """
    if letterbook.one(session, region, key) is None:
        return False
    if not doubts.settle_by_hand(session, key, arrived, now, by):
        return False
    body = {"letter": digest(key), "arrived": arrived}
    ledger.append(session, now, by, SETTLED, f"region:{region}", body)
    return True
