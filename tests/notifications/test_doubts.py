"""What is heard of a letter that has left is put on record once, and ends any doubt of it."""

from datetime import timedelta

import pytest

from notifications import outbox
from notifications.channels.base import Accepted, Unknown
from notifications.outbox import LEASE
from providers.database import Database
from tests.support.post import NOW, key_of, letter, queue

LATER = NOW + timedelta(hours=5)


def hear(store: Database, delivered: bool, number: int = 0, detail: str = "5.1.1 nobody") -> bool:
    with store.writing() as session:
        return outbox.heard(session, key_of(number), delivered, detail, LATER)


def begun(store: Database, outcome=None, number: int = 0) -> None:
    """A letter that is being handed over, or that has had this answer."""
    with store.writing() as session:
        held = next(x for x in outbox.claim(session, NOW, "a", 9) if x.key == key_of(number))
        outbox.handing(session, held.key, "a", held.fence, NOW, "smtp")
        if outcome:
            outbox.settle(session, held.key, "a", held.fence, outcome, NOW)


@pytest.mark.parametrize("outcome", [Accepted("250"), Unknown("the line dropped"), None])
@pytest.mark.parametrize(
    ("delivered", "state", "receipt"),
    [(True, "sent", "delivered"), (False, "refused", "failed")],
)
def test_news_of_a_letter_settles_it_once(
    store: Database, outcome, delivered: bool, state: str, receipt: str
) -> None:
    queue(store, 1)
    begun(store, outcome)
    assert hear(store, delivered)
    assert not hear(store, delivered), "hearing it again changes nothing"
    found = letter(store, key_of(0))
    assert (found.state, found.receipt, found.receipt_at) == (state, receipt, LATER)
    assert found.settled_at == (NOW if isinstance(outcome, Accepted) else LATER)
    with store.writing() as session:
        assert outbox.expired_handing(session, LATER + LEASE) == []
        assert not outbox.settle(session, key_of(0), "a", found.fence, Accepted("late"), LATER)


def test_what_failed_after_it_arrived_is_refused_and_what_failed_never_arrives(
    store: Database,
) -> None:
    queue(store, 1)
    begun(store, Accepted("250"))
    assert hear(store, True)
    assert hear(store, False, detail="5.2.1 closed")
    assert not hear(store, True)
    found = letter(store, key_of(0))
    assert (found.state, found.outcome) == ("refused", "5.2.1 closed")


def test_news_of_a_letter_that_has_not_left_is_no_news(store: Database) -> None:
    queue(store, 1)
    assert not hear(store, False)
    assert not hear(store, True)
    assert not hear(store, True, number=7)
    assert letter(store, key_of(0)).state == "queued"
