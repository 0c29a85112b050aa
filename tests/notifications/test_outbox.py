"""Each change of a letter's state is guarded, so nobody can claim twice or overwrite another."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from notifications import outbox
from notifications.channels.base import Accepted, Deferred, Outcome, Refused, Unknown
from notifications.letters import Composed
from notifications.outbox import LEASE, Letter, LetterState, Line
from providers.database import Database
from tests.support.post import NOW, key_of, letter, queue, states

ONE = key_of(0)
LATER = NOW + LEASE


def claim(store: Database, worker: str = "a", limit: int = 10, now=NOW) -> list[Letter]:
    with store.writing() as session:
        return outbox.claim(session, now, worker, limit)


def hand(store: Database, held: Letter, now=NOW, channel: str = "file") -> bool:
    with store.writing() as session:
        return outbox.handing(session, held.key, held.worker, held.fence, now, channel)


def settle(store: Database, held: Letter, outcome: Outcome, now=NOW) -> bool:
    with store.writing() as session:
        return outbox.settle(session, held.key, held.worker, held.fence, outcome, now)


def put(store: Database, *lines: Line, key: str = ONE, **other) -> bool:
    given: dict[str, Any] = {
        "person": 1,
        "email": "avon@avon.example",
        "kind": "request",
        "region": "sample",
    }
    with store.writing() as session:
        return outbox.enqueue(
            session, key=key, day=NOW.date(), lines=lines, now=NOW, **(given | other)
        )


def test_putting_the_same_lines_in_twice_makes_one_letter(store: Database) -> None:
    lines = [Line("return:1", "request"), Line("return:2", "request")]
    assert put(store, *lines)
    assert put(store, *lines)
    assert states(store) == {"queued": 1}
    with store.reading() as session:
        assert len(outbox.lines_of(session, [ONE])[ONE]) == 2


def test_a_queued_letter_takes_more_lines_and_a_letter_that_has_left_does_not(
    store: Database,
) -> None:
    put(store, Line("return:1", "request"))
    assert put(store, Line("return:2", "receipt"))
    (held,) = claim(store)
    assert put(store, Line("return:1", "request")), "what is in it already is no reason to refuse"
    assert not put(store, Line("return:3", "request"))
    hand(store, held)
    settle(store, held, Accepted())
    assert not put(store, Line("return:3", "request"))


def test_a_withdrawn_letter_speaks_for_nothing(store: Database) -> None:
    put(store, Line("return:1", "request"))
    with store.writing() as session:
        assert outbox.withdraw(session, ONE, "received", NOW)
    assert not put(store, Line("return:1", "request"))


def test_a_dropped_line_can_be_put_in_again_while_the_letter_waits(store: Database) -> None:
    line = Line("return:1", "request")
    put(store, line)
    with store.writing() as session:
        outbox.drop_line(session, ONE, line, "received")
    assert put(store, line)
    with store.reading() as session:
        assert [row.dropped for row in outbox.lines_of(session, [ONE])[ONE]] == [""]


@pytest.mark.parametrize(
    ("key", "email", "lines"),
    [
        ("a/b", "a@b.example", [Line("return:1", "request")]),
        ("../a", "a@b.example", [Line("return:1", "request")]),
        ("a\nb", "a@b.example", [Line("return:1", "request")]),
        (ONE, "a@b.example\nBcc: c@d.example", [Line("return:1", "request")]),
        (ONE, "a@b.example, c@d.example", [Line("return:1", "request")]),
        (ONE, "a@b.example", []),
    ],
)
def test_what_no_message_could_carry_never_enters_the_outbox(
    sqlite_store: Database, key: str, email: str, lines: list[Line]
) -> None:
    with pytest.raises(ValueError):
        put(sqlite_store, *lines, key=key, email=email)
    assert states(sqlite_store) == {}


def test_a_claim_takes_the_oldest_first_and_no_more_than_asked(store: Database) -> None:
    queue(store, 5)
    taken = claim(store, limit=2)
    assert [each.key for each in taken] == [key_of(0), key_of(1)]
    assert {each.state for each in taken} == {"claimed"}
    assert [each.key for each in claim(store, "b")] == [key_of(2), key_of(3), key_of(4)]
    assert claim(store, "c") == []


def test_two_workers_competing_claim_each_letter_once(store: Database) -> None:
    keys = queue(store, 60)
    taken: list[str] = []
    start = threading.Barrier(4)

    def work(name: str) -> None:
        start.wait()
        while got := claim(store, name, limit=3):
            taken.extend(each.key for each in got)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(keys)


def test_only_who_claimed_a_letter_may_hand_it_over(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    with store.writing() as session:
        assert not outbox.handing(session, ONE, "b", held.fence, NOW)
        assert not outbox.handing(session, ONE, "a", held.fence + 1, NOW)
    assert hand(store, held)
    assert not hand(store, held), "handing is begun once"


def test_an_expired_claim_goes_back_without_its_words_and_its_old_worker_is_fenced_off(
    store: Database,
) -> None:
    queue(store, 1)
    (slow,) = claim(store)
    with store.writing() as session:
        assert outbox.write_down(session, [(slow, Composed("s", "t", "h"))]) == 1
    assert claim(store, "b", now=LATER - timedelta(seconds=1)) == []
    (held,) = claim(store, "b", now=LATER)
    assert (held.subject, held.text, held.html) == ("", "", "")
    assert not hand(store, slow, LATER)
    assert not settle(store, slow, Refused("no such mailbox"), LATER)
    with store.writing() as session:
        assert not outbox.write_down(session, [(slow, Composed("late", "", ""))])
    assert letter(store, ONE).worker == "b"


def test_the_same_worker_is_fenced_off_from_its_own_earlier_claim(store: Database) -> None:
    queue(store, 1)
    (first,) = claim(store)
    (second,) = claim(store, now=LATER)
    assert second.fence > first.fence
    assert not hand(store, first, LATER)
    assert hand(store, second, LATER)


def test_a_settled_letter_cannot_be_overwritten(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    hand(store, held)
    assert settle(store, held, Accepted("250 OK"))
    for late in (Refused("no"), Deferred("later"), Unknown("?"), Accepted()):
        assert not settle(store, held, late)
    found = letter(store, ONE)
    assert (found.state, found.outcome, found.settled_at) == ("sent", "250 OK", NOW)


def test_nothing_is_accepted_that_was_never_being_handed_over(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    assert not settle(store, held, Accepted())
    assert not settle(store, held, Unknown("?"))
    assert settle(store, held, Refused("550 no such mailbox"))
    assert letter(store, ONE).state == "refused"


def test_a_deferred_letter_waits_five_minutes_and_then_a_quarter_of_an_hour(
    store: Database,
) -> None:
    queue(store, 1)
    now = NOW
    for minutes in (5, 15, 15):
        (held,) = claim(store, now=now)
        settle(store, held, Deferred("451 later"), now)
        wait = timedelta(minutes=minutes)
        assert letter(store, ONE).retry_at == now + wait
        assert claim(store, now=now + wait - timedelta(seconds=1)) == []
        now += wait
    assert letter(store, ONE).attempts == 3


def test_no_channel_can_make_a_letter_wait_longer_than_a_lease(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    settle(store, held, Deferred("later", after=timedelta(days=1)))
    assert letter(store, ONE).retry_at == LATER


def test_expired_handing_is_in_doubt_and_stays_so_until_somebody_answers(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    hand(store, held)
    with store.writing() as session:
        assert outbox.expired_handing(session, LATER - timedelta(seconds=1)) == []
        assert [each.key for each in outbox.expired_handing(session, LATER)] == [ONE]
        assert [each.key for each in outbox.doubtful(session, LATER)] == [ONE]
    assert claim(store, "b", now=LATER + timedelta(days=30)) == []


@pytest.mark.parametrize(("arrived", "state"), [(True, "sent"), (False, "queued")])
def test_an_answer_settles_a_doubt_once(store: Database, arrived: bool, state: str) -> None:
    queue(store, 1)
    (held,) = claim(store)
    hand(store, held)
    settle(store, held, Unknown("the line dropped"))
    with store.writing() as session:
        assert not outbox.answered(session, ONE, held.fence + 1, arrived, LATER)
        assert outbox.answered(session, ONE, held.fence, arrived, LATER)
        assert not outbox.answered(session, ONE, held.fence, not arrived, LATER)
    assert letter(store, ONE).state == state
    assert not settle(store, held, Accepted(), LATER), "the slow worker comes too late"


def test_a_slow_worker_may_settle_its_own_doubt_while_nobody_else_has(store: Database) -> None:
    queue(store, 1)
    (held,) = claim(store)
    hand(store, held)
    with store.writing() as session:
        outbox.expired_handing(session, LATER)
    assert settle(store, held, Accepted("250 at last"), LATER)
    assert letter(store, ONE).state == "sent"


@pytest.mark.parametrize(("sent", "state"), [(True, "sent"), (False, "queued")])
def test_a_person_settles_only_what_is_in_doubt(store: Database, sent: bool, state: str) -> None:
    queue(store, 1)
    with store.writing() as session:
        assert not outbox.settle_by_hand(session, ONE, sent, NOW, "person:7")
    (held,) = claim(store)
    hand(store, held)
    settle(store, held, Unknown("?"))
    with store.writing() as session:
        assert outbox.settle_by_hand(session, ONE, sent, NOW, "person:7")
    found = letter(store, ONE)
    assert found.state == state
    assert found.outcome.startswith("person:7 found")


def test_a_letter_can_be_stopped_until_it_is_being_handed_over(store: Database) -> None:
    queue(store, 2)
    (held,) = claim(store, limit=1)
    with store.writing() as session:
        assert outbox.withdraw(session, ONE, "received", NOW)
    assert not hand(store, held)
    (held,) = claim(store)
    hand(store, held)
    with store.writing() as session:
        assert not outbox.withdraw(session, held.key, "received", NOW)


def test_released_letters_are_as_they_were(store: Database) -> None:
    queue(store, 2)
    held = claim(store)
    with store.writing() as session:
        outbox.write_down(session, [(held[0], Composed("s", "t", "h"))])
        assert outbox.release(session, held) == 2
        assert outbox.release(session, held) == 0
    found = letter(store, ONE)
    assert (found.state, found.attempts, found.subject, found.worker) == ("queued", 0, "", "")


def test_a_dead_workers_leases_can_be_ended_at_once(store: Database) -> None:
    queue(store, 2)
    claim(store, "dead", limit=1)
    claim(store, "alive")
    with store.writing() as session:
        assert outbox.expire_leases(session, "dead", NOW) == 1
    assert [each.key for each in claim(store, "b")] == [ONE]


def test_counts_name_every_state_and_listing_picks_one(store: Database) -> None:
    queue(store, 3)
    claim(store, limit=1)
    with store.reading() as session:
        assert set(outbox.counts(session)) == set(LetterState)
        assert len(outbox.listing(session)) == 3
        assert [x.key for x in outbox.listing(session, LetterState.CLAIMED)] == [ONE]
        assert len(outbox.listing(session, limit=2)) == 2
        assert outbox.show(session, "nobody") is None


def test_sent_on_knows_only_what_was_truly_said(store: Database) -> None:
    said, dropped = Line("return:1", "overdue-5"), Line("return:2", "overdue-5")
    put(store, said, dropped)
    with store.reading() as session:
        assert outbox.sent_on(session, ["overdue-5"], ["return:1", "return:2"]) == {}
    with store.writing() as session:
        outbox.drop_line(session, ONE, dropped, "received")
    (held,) = claim(store)
    hand(store, held)
    settle(store, held, Accepted())
    with store.reading() as session:
        found = outbox.sent_on(session, ["overdue-5", "request"], ["return:1", "return:2"])
    assert found == {("return:1", "overdue-5"): NOW}
