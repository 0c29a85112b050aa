"""A run hands over what may go, settles each letter by its answer, and clears up after the dead."""

from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from notifications import outbox
from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    Unknown,
)
from notifications.delivery import BEGIN_SECONDS, RUN_SECONDS, deliver
from notifications.letters import Composed
from notifications.outbox import LEASE, Letter, LetterLine
from providers.database import Database
from tests.support.post import (
    NOW,
    Scripted,
    each_alone,
    key_of,
    letter,
    office,
    queue,
    states,
    words,
)

LATER = NOW + LEASE
DOWN = ChannelDown("mail server is down", "mail.example:587: connection refused")


def test_each_letter_is_handed_over_once_and_a_second_run_does_nothing(store: Database) -> None:
    keys, channel = queue(store, 5), Scripted()
    first = deliver(store, NOW, office(channel), worker="a", batch=2)
    again = deliver(store, NOW, office(channel), worker="b")
    assert (first.sent, first.waiting, first.trouble) == (5, 0, "")
    assert again.sent == 0
    assert channel.handed == keys
    assert channel.opened == 3, "one line for each batch"


def test_each_answer_leads_to_its_own_state(store: Database) -> None:
    queue(store, 5)
    channel = Scripted(
        offers={key_of(1): Refused("550 no such mailbox"), key_of(2): Deferred("451 later")},
        answers={key_of(3): Unknown("the line dropped"), key_of(4): Refused("552 too big")},
    )
    done = deliver(store, NOW, office(channel), worker="a")
    assert (done.sent, done.refused, done.deferred, done.in_doubt) == (1, 2, 1, 1)
    assert states(store) == {"sent": 1, "refused": 2, "deferred": 1, "in_doubt": 1}
    assert letter(store, key_of(1)).outcome == "550 no such mailbox"


def test_a_deferred_letter_goes_on_a_later_run_with_words_written_afresh(store: Database) -> None:
    queue(store, 1)
    channel = Scripted(offers={key_of(0): Deferred("451 later")})
    deliver(store, NOW, office(channel), worker="a")
    channel.offers.clear()
    assert deliver(store, NOW + timedelta(minutes=4), office(channel), worker="a").sent == 0

    def afresh(session: Session, row: Letter, lines: list[LetterLine], now: datetime) -> Composed:
        return Composed("Written anew", "text", "<p>html</p>", "reminder")

    post = replace(office(channel), compose=each_alone(afresh))
    assert deliver(store, NOW + timedelta(minutes=5), post, worker="a").sent == 1
    found = letter(store, key_of(0))
    assert (found.subject, found.kind) == ("Written anew", "reminder")


def test_a_letter_in_which_nothing_is_owed_any_more_is_withdrawn_unsent(store: Database) -> None:
    queue(store, 2)

    def only_the_second(
        session: Session, row: Letter, lines: list[LetterLine], now: datetime
    ) -> Composed | None:
        return words(session, row, lines, now) if row.key == key_of(1) else None

    channel = Scripted()
    done = deliver(
        store, NOW, replace(office(channel), compose=each_alone(only_the_second)), worker="a"
    )
    assert (done.sent, done.withdrawn) == (1, 1)
    assert channel.handed == [key_of(1)]
    assert letter(store, key_of(0)).settled_at == NOW


def test_the_composer_sees_the_lines_that_are_left_and_may_drop_more(store: Database) -> None:
    queue(store, 1)
    more = [outbox.Line("return:8", "receipt"), outbox.Line("return:9", "receipt")]
    with store.writing() as session:
        row = outbox.show(session, key_of(0))
        assert row is not None
        outbox.enqueue(
            session,
            key=row.key,
            person=0,
            email=row.to_email,
            kind="receipt",
            region="sample",
            day=row.day,
            lines=more,
            now=NOW,
        )
        outbox.drop_line(session, row.key, more[0], "already said")
    seen: list[str] = []

    def composing(
        session: Session, row: Letter, lines: list[LetterLine], now: datetime
    ) -> Composed:
        seen.extend(line.subject for line in lines)
        outbox.drop_line(session, row.key, more[1], "no longer owed")
        return Composed("s", "t", "h")

    deliver(store, NOW, replace(office(Scripted()), compose=each_alone(composing)), worker="a")
    assert seen == ["return:0", "return:9"]
    with store.reading() as session:
        dropped = [line.dropped for line in outbox.lines_of(session, [key_of(0)])[key_of(0)]]
    assert dropped == ["", "already said", "no longer owed"]


def test_a_letter_that_cannot_be_written_holds_up_no_other(store: Database) -> None:
    queue(store, 4)

    def broken(
        session: Session, row: Letter, lines: list[LetterLine], now: datetime
    ) -> Composed | None:
        outbox.drop_line(session, row.key, outbox.Line("return:1", "request"), "half done")
        if row.key == key_of(1):
            raise KeyError("a template lacks something")
        return words(session, row, lines, now)

    done = deliver(store, NOW, replace(office(Scripted()), compose=each_alone(broken)), worker="a")
    assert (done.sent, done.deferred) == (3, 1)
    assert letter(store, key_of(1)).outcome == "it could not be written: KeyError"
    with store.reading() as session:
        (line,) = outbox.lines_of(session, [key_of(1)])[key_of(1)]
        assert line.dropped == "", "what the composer had done is undone"


def test_a_database_that_fails_is_no_fault_of_a_letter(store: Database) -> None:
    queue(store, 2)

    def broken(
        _session: Session, _row: Letter, _lines: list[LetterLine], _now: datetime
    ) -> Composed | None:
        raise OperationalError("SELECT 1", {}, Exception("the disk is full"))

    with pytest.raises(OperationalError):
        deliver(store, NOW, replace(office(Scripted()), compose=each_alone(broken)), worker="a")
    assert {letter(store, key_of(n)).state for n in range(2)} == {outbox.LetterState.QUEUED}


def test_when_the_mail_server_is_down_every_letter_waits_and_the_run_says_so(
    store: Database,
) -> None:
    queue(store, 3)
    done = deliver(store, NOW, office(Scripted(down=DOWN)), worker="a")
    assert done.trouble == (
        "mail server is down: 3 letters wait (mail.example:587: connection refused)"
    )
    assert states(store) == {"queued": 3}
    found = letter(store, key_of(0))
    assert (found.attempts, found.subject, found.worker) == (0, "", "")
    assert deliver(store, NOW, office(Scripted()), worker="a").sent == 3


def test_a_server_that_goes_down_in_mid_batch_keeps_what_it_took(store: Database) -> None:
    queue(store, 4)
    channel = Scripted(down=DOWN, down_after=3)
    done = deliver(store, NOW, office(channel), worker="a")
    assert (done.sent, done.waiting) == (3, 1)
    assert done.trouble.startswith("mail server is down: 1 letter waits")


def test_an_address_that_no_header_may_hold_is_refused_and_the_rest_go(store: Database) -> None:
    queue(store, 2)
    with store.writing() as session:
        row = outbox.show(session, key_of(0))
        assert row is not None
        row.to_email = "avon@avon.example\nBcc: everybody@avon.example"
        session.add(row)
    done = deliver(store, NOW, office(Scripted()), worker="a")
    assert (done.sent, done.refused) == (1, 1)


def test_what_follows_from_an_answer_is_recorded_in_the_same_transaction(store: Database) -> None:
    queue(store, 2)
    heard: list[tuple[str, Outcome]] = []

    def failing(session: Session, row: Letter, outcome: Outcome, now: datetime) -> None:
        heard.append((row.key, outcome))
        raise RuntimeError("the step could not be recorded")

    channel = Scripted(answers={key_of(0): Refused("554 no")})
    with pytest.raises(RuntimeError):
        deliver(store, NOW, replace(office(channel), settled=failing), worker="a")
    assert heard == [(key_of(0), Refused("554 no"))]
    assert letter(store, key_of(0)).state == "handing", "neither was kept"


def test_no_transaction_is_open_while_the_other_side_speaks(store: Database) -> None:
    queue(store, 1)

    def meanwhile() -> Outcome:
        with store.writing() as session:  # would wait for ever, or fail, if one were
            row = outbox.show(session, key_of(0))
            assert row is not None
            assert row.state == "handing", "and it is on record before the first byte"
        return Accepted()

    assert deliver(store, NOW, office(Scripted(answers={key_of(0): meanwhile})), worker="a").sent


@pytest.mark.parametrize(
    ("arrived", "state", "sent", "requeued"),
    [(True, "sent", 1, 0), (False, "sent", 1, 1), (None, "in_doubt", 0, 0)],
)
def test_a_doubt_is_settled_by_asking(
    store: Database, arrived: bool | None, state: str, sent: int, requeued: int
) -> None:
    queue(store, 1)
    channel = Scripted(answers={key_of(0): Unknown("the line dropped")})
    deliver(store, NOW, office(channel), worker="a")
    channel.answers.clear()
    if arrived is not None:
        channel.arrived[key_of(0)] = arrived
    early = deliver(store, NOW + timedelta(minutes=14), office(channel), worker="b")
    assert (early.sent, early.in_doubt) == (0, 1), "asked only after a wait"
    done = deliver(store, LATER, office(channel), worker="b")
    assert (done.sent, done.requeued) == (sent, requeued)
    assert letter(store, key_of(0)).state == state
    assert len(channel.handed) == (2 if arrived is False else 1)


def test_a_channel_is_never_asked_about_a_letter_that_another_one_had(store: Database) -> None:
    queue(store, 1)
    smtp = Scripted(name="smtp", answers={key_of(0): Unknown("the line dropped")})
    deliver(store, NOW, office(smtp), worker="a")
    files = Scripted(name="file", arrived={key_of(0): False})
    done = deliver(store, LATER, office(files), worker="b")
    assert (done.in_doubt, files.handed) == (1, [])


def test_a_run_that_has_lasted_long_enough_leaves_the_rest_for_the_next(store: Database) -> None:
    queue(store, 4)
    channel = Scripted()
    post = replace(
        office(channel), stopwatch=lambda: float(RUN_SECONDS) if len(channel.handed) == 2 else 0.0
    )
    done = deliver(store, NOW, post, worker="a")
    assert (done.sent, done.waiting, done.trouble) == (2, 2, "")
    assert deliver(store, NOW, office(Scripted()), worker="b").sent == 2


def test_a_letter_over_which_the_server_took_minutes_is_not_begun(store: Database) -> None:
    queue(store, 3)
    seconds = {"now": 0.0}

    class Slow(Scripted):
        def offer(self, message: EmailMessage) -> Outcome | None:
            seconds["now"] += BEGIN_SECONDS if self.handed else 0
            seconds["now"] += 1
            return None

    channel = Slow()
    post = replace(office(channel), stopwatch=lambda: seconds["now"])
    done = deliver(store, NOW, post, worker="a")
    assert (done.sent, done.waiting, channel.handed) == (1, 2, [key_of(0)])
    assert done.trouble.startswith("mail server is too slow: 2 letters wait")


def test_an_answer_is_on_record_before_the_next_letter_begins(store: Database) -> None:
    queue(store, 2)

    def second() -> Outcome:
        assert letter(store, key_of(0)).state == "sent"
        assert letter(store, key_of(1)).state == "handing"
        return Accepted()

    assert deliver(store, NOW, office(Scripted(answers={key_of(1): second})), worker="a").sent == 2


def test_a_letter_costs_one_commit(store: Database) -> None:
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    counts = []
    for number in (10, 30):
        queue(store, number)
        commits.clear()
        deliver(store, NOW, office(Scripted()), worker="a", batch=100)
        counts.append(len(commits))
    assert counts[1] - counts[0] == 10, "twenty letters the second time, ten the first"


def test_a_limit_is_kept(store: Database) -> None:
    queue(store, 5)
    assert deliver(store, NOW, office(Scripted()), worker="a", limit=3, batch=2).sent == 3
    assert states(store) == {"queued": 2, "sent": 3}
