"""Letters a second: `charter deliver` against bare loops over one SMTP connection, by turns.

Run by `python -m tests.measure.letters_a_second --turns 5 --letters 500`. One mail server, in a
process of its own, takes all. A turn is a loop that writes each message and sends it, a loop that
is given each message in bytes, and a delivery, which claims letters, asks again what is owed, words
them, and records each before it goes and after. Every commit is on disk, and where it says `kept`
every message is too, before the server says 250.
"""

import argparse
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count, product
from pathlib import Path

import psycopg

from flows.delivering import deliver_letters
from flows.opening import request_returns
from flows.wiring import assemble
from notifications import outbox
from notifications.channels.base import Envelope, as_email
from notifications.outbox import LetterState
from providers.database import Database, open_engine
from tests.support.cast import at
from tests.support.databases import IMPATIENT, migrate, postgres
from tests.support.programme import HEADER, Programme

ROOT = Path(__file__).parents[2]
OPENS = at("2026-10-01T09:00")
SENDER = "charter@returns.example"
SINK = """
import os, sys
from aiosmtpd.controller import Controller

class Sink:
    kept = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async def handle_DATA(self, server, session, envelope):
        os.write(self.kept, envelope.original_content)
        if sys.argv[2] == "kept":
            os.fsync(self.kept)
        return "250 OK"

class Loopback(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

sink = Loopback(Sink(), hostname="127.0.0.1", port=0)
sink.start()
print(sink.port, flush=True)
sys.stdin.read()
sink.stop(no_assert=True)
"""
"""Says 250 once the message is on disk, as a mail server must; or at once, for comparison."""


@contextmanager
def sink(folder: Path, promise: str) -> Iterator[int]:
    """A mail server in a process of its own, `kept` or `careless`; its port."""
    with subprocess.Popen(
        [sys.executable, "-c", SINK, str(folder / "sink.log"), promise],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def register(services: int) -> str:
    """A register of so many services, each with a lead of its own and one prison."""
    rows = (
        f"Sample,P{n},HMP Prison {n},C{n},Provider {n},provider,prime,2024-04-01,,"
        f"Lead {n},lead@provider{n}.example,lead"
        for n in range(services)
    )
    return "\n".join([HEADER, *rows, ""])


class Measured:
    """A programme whose letters can be put back into the queue and delivered again."""

    def __init__(self, url: str, folder: Path, port: int, letters: int) -> None:
        migrate(url)
        self.database = Database(open_engine(url))
        programme = Programme(self.database, folder).begin(register(letters))
        self.now = OPENS
        settings = programme.settings.model_copy(
            update={"mail_url": type(programme.settings.mail_url)(f"smtp://127.0.0.1:{port}")}
        )
        self.post = assemble(settings, lambda: self.now, self.database, folder).post
        request_returns(self.database, OPENS, self.post)
        self.port = port

    def envelopes(self) -> list[Envelope]:
        """All that was sent, in words."""
        with self.database.reading() as session:
            letters = outbox.listing(session, LetterState.SENT)
        return [
            Envelope(x.key, x.to_email, x.subject, x.text, x.html, SENDER, OPENS) for x in letters
        ]

    def deliver(self) -> float:
        """Letters a second of one delivery run over everything."""
        self._put_back()
        began = time.perf_counter()
        done = deliver_letters(self.database, self.now, self.post)
        return done.sent / (time.perf_counter() - began)

    def bare(self) -> float:
        """Letters a second of a loop that writes each message as Python's manual does it."""
        envelopes = self.envelopes()
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            for each in envelopes:
                message = EmailMessage()
                message["From"], message["To"] = each.from_, each.to
                message["Subject"], message["Message-ID"] = each.subject, f"<{each.key}@a.example>"
                message.set_content(each.text)
                message.add_alternative(each.html, subtype="html")
                smtp.send_message(message)
        return len(envelopes) / (time.perf_counter() - began)

    def barest(self) -> float:
        """Letters a second of a loop that is given every message in bytes."""
        messages = [as_email(each) for each in self.envelopes()]
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            for each in messages:
                smtp.sendmail(each.ends[0], [each.ends[1]], each.raw)
        return len(messages) / (time.perf_counter() - began)

    def _put_back(self) -> None:
        statement = "UPDATE letter SET state = 'queued', subject = '', text = '', html = ''"
        with self.database.writing() as session:
            session.connection().exec_driver_sql(statement)


@dataclass(frozen=True)
class Turn:
    """Letters a second: of both loops, and of a delivery just after them.

    `spent` is the processor time of that delivery, in that of the loop that writes its messages: a
    busy machine changes it little.
    """

    bare: float
    barest: float
    delivered: float
    spent: float


def turns(measured: Measured, many: int) -> Iterator[Turn]:
    """So many turns, after one delivery that warms everything up."""
    measured.deliver()
    for _ in range(many):
        bare, loop_spent = _with_processor(measured.bare)
        barest = measured.barest()
        delivered, spent = _with_processor(measured.deliver)
        yield Turn(bare, barest, delivered, spent / loop_spent)


def _with_processor(job: Callable[[], float]) -> tuple[float, float]:
    """What it gives, and the seconds that this process was busy with it."""
    began = time.process_time()
    return job(), time.process_time() - began


def ratios(found: list[Turn]) -> tuple[float, float]:
    """The medians of what a delivery reaches of the loop, and of the loop given bytes."""
    return (
        statistics.median(turn.delivered / turn.bare for turn in found),
        statistics.median(turn.delivered / turn.barest for turn in found),
    )


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, Callable[[], str]]]]:
    """How to make a SQLite and a PostgreSQL database; commits of both outlive a power cut."""
    with postgres() as server:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            for setting in IMPATIENT:
                connection.execute(f"ALTER SYSTEM SET {setting} = on".encode())
            connection.execute("SELECT pg_reload_conf()")
        names = count()
        yield [
            ("SQLite", lambda: f"sqlite:///{folder / str(next(names))}.sqlite"),
            ("PostgreSQL", server.create),
        ]


def main() -> None:
    """Measure both databases against both servers, and print each turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--letters", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as places:
        for promise, (database, make) in product(("kept", "careless"), places):
            with sink(Path(name), promise) as port:
                measured = Measured(make(), Path(name), port, asked.letters)
                found = list(turns(measured, asked.turns))
                measured.database.engine.dispose()
            loop, given_bytes = ratios(found)
            each = ", ".join(f"{x.bare:.0f}:{x.barest:.0f}:{x.delivered:.0f}" for x in found)
            print(
                f"{promise:<8} {database:<10} {loop:.2f} of a loop, {given_bytes:.2f} of one given "
                f"bytes, {statistics.median(x.spent for x in found):.2f} of the loop's processor "
                f"time, load {os.getloadavg()[0]:.1f}  (loop:bytes:deliver a second {each})",
                flush=True,
            )


if __name__ == "__main__":
    main()
