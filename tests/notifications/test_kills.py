"""A worker killed at any moment loses no letter and sends none twice; doubts are counted."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from notifications import outbox
from notifications.channels import channel_for
from notifications.delivery import Delivered, deliver
from notifications.outbox import LEASE
from providers.database import Database
from tests.support.dying import DIED
from tests.support.mail import SmtpSink
from tests.support.post import NOW, key_of, office, queue, states

ROOT = Path(__file__).parents[2]
LETTERS = 5
NTH = 3
LATER = NOW + LEASE
POINTS = ["claimed", "handing", "data", "accepted"]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def start(
    store: Database, url: str, mail: Path, point: str, now: datetime = NOW, order: str = "ours"
) -> subprocess.Popen[bytes]:
    """A worker in a process of its own, to die at this point of its third letter."""
    database = store.engine.url.render_as_string(hide_password=False)
    words = [database, url, str(mail), now.isoformat(), point, str(NTH), order]
    return subprocess.Popen([sys.executable, "-m", "tests.support.dying", *words], cwd=ROOT)


def kill_at(store: Database, url: str, mail: Path, point: str, order: str = "ours") -> None:
    assert start(store, url, mail, point, order=order).wait(60) == DIED


def recover(store: Database, url: str, mail: Path, now: datetime = LATER) -> Delivered:
    return deliver(store, now, office(channel_for(url, mail)), worker="rescuer")


def written(mail: Path) -> list[str]:
    return sorted(path.stem for path in mail.glob("*.eml"))


def outcomes(store: Database) -> Counter[str]:
    with store.reading() as session:
        return Counter(letter.outcome for letter in outbox.listing(session))


@pytest.mark.parametrize("point", POINTS)
def test_with_file_mail_every_letter_arrives_once_and_none_is_in_doubt(
    store: Database, mail: Path, point: str
) -> None:
    keys = queue(store, LETTERS)
    kill_at(store, "file:", mail, point)
    assert recover(store, "file:", mail, NOW).sent == 0, "a lease is kept while it lasts"
    recover(store, "file:", mail)
    assert states(store) == {"sent": LETTERS}
    assert written(mail) == keys
    assert outcomes(store)["the file was already there"] == 0


@pytest.mark.parametrize(
    ("point", "in_doubt", "received"),
    [("claimed", 0, 5), ("handing", 1, 4), ("data", 1, 4), ("accepted", 1, 5)],
)
def test_with_smtp_what_nobody_can_answer_for_is_held_and_nothing_goes_twice(
    store: Database, smtp_sink: SmtpSink, mail: Path, point: str, in_doubt: int, received: int
) -> None:
    queue(store, LETTERS)
    kill_at(store, smtp_sink.url, mail, point)
    assert recover(store, smtp_sink.url, mail).in_doubt == in_doubt
    seen = Counter(message.key for message in smtp_sink.messages)
    assert (len(seen), max(seen.values())) == (received, 1)
    if in_doubt:
        with store.writing() as session:
            arrived = key_of(NTH - 1) in seen
            assert outbox.settle_by_hand(session, key_of(NTH - 1), arrived, LATER, "person:7")
        recover(store, smtp_sink.url, mail)
    seen = Counter(message.key for message in smtp_sink.messages)
    assert (len(seen), max(seen.values())) == (LETTERS, 1)
    assert states(store) == {"sent": LETTERS}


@pytest.mark.parametrize(
    ("order", "point", "lost", "twice"),
    [("mark-then-send", "handing", 1, 0), ("send-then-mark", "accepted", 0, 1)],
)
def test_the_orders_that_lose_or_repeat_letters_would_be_seen(
    sqlite_store: Database, smtp_sink: SmtpSink, mail: Path, order: str, point: str,
    lost: int, twice: int,
) -> None:  # fmt: skip
    queue(sqlite_store, LETTERS)
    kill_at(sqlite_store, smtp_sink.url, mail, point, order)
    recover(sqlite_store, smtp_sink.url, mail)
    assert states(sqlite_store) == {"sent": LETTERS}, "the record is content, and wrong"
    seen = Counter(message.key for message in smtp_sink.messages)
    assert (LETTERS - len(seen), sum(seen.values()) - len(seen)) == (lost, twice)


def test_two_workers_killed_again_and_again_lose_nothing_and_repeat_nothing(
    sqlite_store: Database, mail: Path
) -> None:
    store = sqlite_store
    keys = queue(store, 300)
    chance = random.Random(7)
    now, killed = NOW, 0
    for _ in range(4):
        before = len(written(mail))
        pair = [start(store, "file:", mail, "never", now) for _ in range(2)]
        while len(written(mail)) == before and any(p.poll() is None for p in pair):
            time.sleep(0.005)
        for worker in pair:
            time.sleep(chance.uniform(0, 0.1))
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGKILL)
                killed += 1
            worker.wait()
        now += LEASE
    assert killed >= 4, "the workers were killed at work"
    assert len(written(mail)) < len(keys), "and had not finished"
    recover(store, "file:", mail, now)
    assert states(store) == {"sent": len(keys)}
    assert written(mail) == sorted(keys)
    assert outcomes(store)["the file was already there"] == 0
