"""What GOV.UK Notify is asked later: whether it has a letter, and what became of it."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from notifications import outbox
from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Outcome,
    as_email,
)
from notifications.channels.notify import FEW, NotifyHandover
from notifications.channels.receipts import Fault, Receipt, TellsLater
from notifications.delivery import deliver
from notifications.outbox import LEASE
from providers.database import Database
from tests.support.notify import LIVE, SMOKE, TEST, StubNotify, notify
from tests.support.notifying import ENVELOPE, NOBODY, channel, hand
from tests.support.post import NOW, key_of, letter, office, queue, states


@pytest.fixture
def stub() -> Iterator[StubNotify]:
    with notify() as running:
        yield running


def test_it_can_be_asked_about_a_letter_by_its_key(stub: StubNotify) -> None:
    hand(stub, key="k1")
    assert channel(stub).ask("k1") is True
    assert channel(stub).ask("k2", ["k1"]) is False


def test_that_it_has_no_such_letter_is_believed_only_beside_one_that_it_has(
    stub: StubNotify,
) -> None:
    assert channel(stub).ask("k2") is None, "there is nothing to compare with"
    hand(stub, key="k1")
    assert channel(stub, TEST).ask("k2", ["k1"]) is None, "a test key sees no live letters"
    stub.forget()
    assert channel(stub).ask("k2", ["k1"]) is None, "they are older than what it keeps"


def test_a_service_that_cannot_be_asked_says_nothing(stub: StubNotify) -> None:
    hand(stub, key="k1")
    stub.reading = [500]
    assert channel(stub).ask("k1") is None
    assert channel(stub, NOBODY).ask("k1") is None, "a revoked key"


def test_a_run_hands_over_what_the_rate_allows_and_the_rest_a_minute_later(
    store: Database, stub: StubNotify
) -> None:
    queue(store, 5)
    stub.rate = 3
    first = deliver(store, NOW, office(channel(stub)), worker="a")
    assert (first.sent, first.deferred, first.waiting) == (3, 1, 1)
    assert "RateLimitError" in first.trouble
    later = NOW + timedelta(seconds=61)
    stub.now = later.timestamp()
    assert deliver(store, later, office(channel(stub)), worker="a").sent == 2
    assert sorted(each["reference"] for each in stub.kept) == [key_of(n) for n in range(5)]


@pytest.mark.parametrize(("mood", "kept"), [("drops", 3), (500, 3), ("refuses to talk", 3)])
def test_a_letter_in_doubt_is_settled_by_asking_after_a_lease_and_goes_exactly_once(
    store: Database, stub: StubNotify, mood: int | str, kept: int
) -> None:
    queue(store, 3)
    stub.mood = ["", mood]
    first = deliver(store, NOW, office(channel(stub)), worker="a")
    assert (first.sent, first.in_doubt, first.waiting) == (1, 1, 1)
    soon = NOW + timedelta(minutes=5)
    stub.now = soon.timestamp()
    assert deliver(store, soon, office(channel(stub)), worker="b").in_doubt == 1
    later = NOW + LEASE
    stub.now = later.timestamp()
    deliver(store, later, office(channel(stub)), worker="b")
    assert states(store) == {"sent": 3}
    assert sorted(each["reference"] for each in stub.kept) == [key_of(n) for n in range(kept)]


def test_receipts_tell_delivered_from_returned_and_leave_out_what_is_under_way(
    stub: StubNotify,
) -> None:
    ends = {
        "a@avon.example": "delivered",
        "b@brook.example": "permanent-failure",
        "c@clyde.example": "temporary-failure",
        "d@dee.example": "technical-failure",
    }
    stub.outcomes = ends
    for to in ends:
        hand(stub, to=to, key=to[0])
    stub.progress()
    made = channel(stub)
    assert isinstance(made, TellsLater)
    assert made.receipts(list("abcdx")) == {}, "they are sending, and of x it never heard"
    stub.progress()
    told = made.receipts(list("abcdx"))
    assert {key: receipt.fault for key, receipt in told.items()} == {
        "a": None,
        "b": Fault.ADDRESS,
        "c": Fault.MAILBOX,
        "d": Fault.OURS,
    }
    assert told["a"].delivered


def test_a_letter_with_two_copies_is_blamed_on_nobody_while_one_of_them_may_arrive(
    stub: StubNotify,
) -> None:
    hand(stub)
    hand(stub)
    stub.kept[0]["status"] = "permanent-failure"
    assert channel(stub).receipts(["k1"]) == {}
    stub.kept[1]["status"] = "delivered"
    assert channel(stub).receipts(["k1"]) == {"k1": Receipt("delivered")}


def test_a_test_key_tries_out_both_failures(stub: StubNotify) -> None:
    hand(stub, TEST, to="perm-fail@simulator.notify", key="p")
    hand(stub, TEST, to="temp-fail@simulator.notify", key="t")
    told = channel(stub, TEST).receipts(["p", "t"])
    assert (told["p"].fault, told["t"].fault) == (Fault.ADDRESS, Fault.MAILBOX)


def test_what_is_sent_to_the_smoke_test_address_is_taken_and_never_heard_of_again(
    stub: StubNotify,
) -> None:
    assert isinstance(hand(stub, to=SMOKE), Accepted)
    assert channel(stub).receipts(["k1"]) == {}


def test_the_receipts_of_many_letters_are_read_by_the_page(stub: StubNotify) -> None:
    keys = [f"k{n}" for n in range(FEW + 5)]
    stub.page = 10
    with channel(stub, TEST).open() as line:
        for key in keys:
            line.hand(as_email(replace(ENVELOPE, key=key)))
    stub.gets.clear()
    assert set(channel(stub, TEST).receipts(keys)) == set(keys)
    assert len(stub.gets) == 3


def test_receipts_that_cannot_be_read_are_a_channel_that_is_down(stub: StubNotify) -> None:
    stub.reading = [503]
    with pytest.raises(ChannelDown):
        channel(stub).receipts(["k1"])


def test_neither_the_key_nor_a_token_nor_an_address_is_ever_logged(
    store: Database, stub: StubNotify, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    queue(store, 2)
    stub.mood = ["", 500]
    deliver(store, NOW, office(channel(stub)), worker="a")
    assert key_of(0) in letter(store, key_of(0)).key
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert LIVE not in said
    assert "Bearer" not in said
    assert "@avon.example" not in said
    with store.reading() as session:
        assert all(LIVE not in each.outcome for each in outbox.listing(session))


@pytest.mark.parametrize("point", ["before the request", "after the answer"])
def test_a_worker_that_died_with_a_letter_in_its_hand_leaves_it_sent_exactly_once(
    store: Database, stub: StubNotify, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    queue(store, 3)
    real = NotifyHandover.hand
    handed = []

    def hand_and_die(self: NotifyHandover, message: EmailMessage) -> Outcome:
        handed.append(message)
        if len(handed) == 2:
            if point == "after the answer":
                real(self, message)
            raise KeyboardInterrupt
        return real(self, message)

    with monkeypatch.context() as context:
        context.setattr(NotifyHandover, "hand", hand_and_die)
        with pytest.raises(KeyboardInterrupt):
            deliver(store, NOW, office(channel(stub)), worker="a")
    later = NOW + LEASE
    stub.now = later.timestamp()
    deliver(store, later, office(channel(stub)), worker="b")
    assert states(store) == {"sent": 3}
    assert sorted(each["reference"] for each in stub.kept) == [key_of(n) for n in range(3)]
