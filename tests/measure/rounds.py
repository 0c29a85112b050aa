"""Opens and chases a cycle of ten thousand returns, on both databases, and prints what it took.

`python -m tests.measure.rounds --returns 10000`. For each act: seconds on the clock and of a core,
statements sent to the database, the longest transaction that writes (others wait for it), and the
process's peak memory.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlmodel import Session

from providers.database import Database, open_engine
from tests.support.crowd import crowd
from tests.support.databases import migrate, postgres
from tests.support.programme import Programme

ACTS = (
    ("opened, and everybody asked", "2026-10-01T09:00"),
    ("nothing due", "2026-10-01T10:00"),
    ("one reminder due on each", "2026-10-14T09:00"),
    ("three weeks missed", "2026-11-04T09:00"),
    ("nothing due any more", "2026-11-04T10:00"),
)


class Watched(Database):
    """A database that remembers what was asked of it, and for how long it was held."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.statements, self.longest = 0, 0.0
        event.listen(engine, "before_cursor_execute", self._heard)

    def _heard(self, *_: object) -> None:
        self.statements += 1

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, timed from when it has the lock to when it is done."""
        with super().writing() as session:
            began = time.perf_counter()
            yield session
        self.longest = max(self.longest, time.perf_counter() - began)


def measure(name: str, url: str, returns: int) -> None:
    """Plays the acts over one fresh database."""
    migrate(url)
    database = Watched(open_engine(url))
    with tempfile.TemporaryDirectory() as home:
        programme = Programme(database, Path(home))
        _timed(
            database,
            f"{name}: register of {returns} taken in",
            lambda: programme.begin(crowd(returns)),
        )
        for said, when in ACTS:
            _timed(database, f"{name}: {said}", lambda when=when: programme.open(when))  # type: ignore[misc]
            with database.writing() as session:  # as if every letter had left at once
                session.execute(text("UPDATE letter SET state = 'sent', settled_at = queued_at"))
    database.engine.dispose()


def _timed(database: Watched, said: str, act: Callable[[], object]) -> None:
    database.statements, database.longest = 0, 0.0
    began, busy = time.perf_counter(), time.process_time()
    act()
    took, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{said:<50} {took:6.1f} s ({busy:5.1f} s of a core)  {database.statements:6} statements  "
        f"longest transaction {database.longest:5.2f} s  peak {peak:4.0f} MB",
        flush=True,
    )


def main() -> None:
    """Each database in a process of its own, so that neither's memory counts for the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--returns", type=int, default=10_000)
    returns = parser.parse_args().returns
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'rounds.db'}", "PostgreSQL": server.create()}
        for name, url in urls.items():
            child = apart.Process(target=measure, args=(name, url, returns))
            child.start()
            child.join()
            if child.exitcode:
                raise SystemExit(f"{name}: the measurement failed")


if __name__ == "__main__":
    main()
