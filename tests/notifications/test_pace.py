"""No domain is sent more letters a minute than it bears, however many workers there are."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from notifications import outbox
from notifications.channels.base import Outcome, Refused
from notifications.channels.smtp import SmtpChannel
from notifications.channels.smtp_url import read_url
from notifications.delivery import RUN_SECONDS, PostOffice, deliver
from notifications.outbox import Pace
from providers.database import Database
from tests.support.post import NOW, Scripted, key_of, office, states


@dataclass
class Clock:
    """A stopwatch that runs only while somebody pauses."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


def queue(store: Database, **domains: int) -> None:
    with store.writing() as session:
        number = 0
        for domain, count in domains.items():
            for _ in range(count):
                outbox.enqueue(
                    session, key=key_of(number), person=number,
                    email=f"lead{number}@{domain}.example", kind="request", region="sample",
                    day=NOW.date(), lines=[outbox.Line(f"return:{number}", "request")], now=NOW,
                )  # fmt: skip
                number += 1


def paced(channel: Scripted, clock: Clock, letters: int = 3) -> PostOffice:
    channel.pace = letters
    return replace(office(channel), stopwatch=clock.read, pause=clock.pause)


def test_a_domain_gets_so_many_a_minute_and_the_others_do_not_wait_for_it(store: Database) -> None:
    queue(store, avon=7, brook=2)
    channel, clock = Scripted(), Clock()
    done = deliver(store, NOW, paced(channel, clock), worker="a", batch=100)
    assert (done.sent, done.waiting) == (9, 0)
    first = [0, 1, 2, 7, 8]
    assert channel.handed == [key_of(n) for n in [*first, 3, 4, 5, 6]]
    assert 120 <= clock.seconds < 130, "three, a minute later three, and a minute later one"


def test_two_workers_keep_one_pace(store: Database) -> None:
    queue(store, avon=5)

    def claim(now: datetime) -> list[str]:
        with store.writing() as session:
            return [x.key for x in outbox.claim(session, now, "b", 10, pace=Pace(3, now))]

    meanwhile: list[str] = []

    def answer() -> Outcome:
        meanwhile.extend(claim(NOW))
        return Refused("552 too big")

    channel = Scripted(answers={key_of(0): answer})
    deliver(store, NOW, paced(channel, Clock()), worker="a", limit=3)
    assert len(channel.handed) == 3
    assert meanwhile == [], "one is being handed over and two are claimed: the minute is full"
    assert claim(NOW + timedelta(seconds=59)) == []
    assert claim(NOW + timedelta(seconds=61)) == [key_of(3), key_of(4)]


def test_a_run_that_waits_for_its_turn_ends_in_time(store: Database) -> None:
    queue(store, avon=50)
    channel, clock = Scripted(), Clock()
    done = deliver(store, NOW, paced(channel, clock, letters=1), worker="a")
    assert RUN_SECONDS <= clock.seconds < RUN_SECONDS + 5
    assert done.sent == RUN_SECONDS // 60
    assert states(store) == {"queued": 50 - done.sent, "sent": done.sent}


def test_a_run_does_not_wait_when_nothing_is_left(store: Database) -> None:
    queue(store, avon=2)
    clock = Clock()
    deliver(store, NOW, paced(Scripted(), clock), worker="a")
    assert clock.pauses == []


def test_the_pace_is_part_of_the_mail_url() -> None:
    assert SmtpChannel("smtp://mail.example?pace=30").pace == 30
    assert SmtpChannel("smtp://mail.example").pace is None
    assert read_url("smtps://mail.example?pace=5&tls=yes").tls == "implicit"
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(ValueError, match="CHARTER_MAIL_URL"):
            read_url(f"smtp://mail.example?pace={wrong}")
