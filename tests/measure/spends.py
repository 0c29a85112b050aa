"""Has fifty spend one link at the same moment, two hundred times over, on both databases.

Run by `make spends`: `python -m tests.measure.spends --trials 200 --at-once 50`. Ends with 1 and a
sentence if a link ever let in more or fewer than one, or began more or fewer than one session.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from providers.database import Database, open_engine
from tests.support.cast import AVON
from tests.support.databases import migrate, postgres
from tests.support.spending import servers, trial
from tests.support.stage import Stage


@contextmanager
def places() -> Iterator[dict[str, str]]:
    """A fresh SQLite file and a fresh PostgreSQL database, by name."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        yield {
            "SQLite": f"sqlite:///{Path(folder) / 'spends.sqlite'}",
            "PostgreSQL": server.create(),
        }


def run(name: str, url: str, trials: int, at_once: int) -> bool:
    """All trials on one database; whether each had one winner and one session."""
    migrate(url)
    engine = open_engine(url)
    stage = Stage(Database(engine)).play()
    winners: Counter[int] = Counter()
    began = time.monotonic()
    with servers(url, at_once) as everyone:
        for number in range(trials):
            winners[len(trial(everyone, AVON.email, str(number), stage.now))] += 1
            if sys.stderr.isatty():
                print(f"\r{name}: {number + 1} of {trials}", end="", file=sys.stderr, flush=True)
    took = time.monotonic() - began
    with engine.connect() as connection:
        sessions = connection.execute(text("SELECT count(*) FROM web_session")).scalar_one()
    engine.dispose()
    said = ", ".join(f"{many} let in: {times}" for many, times in sorted(winners.items()))
    print(
        f"\r{name}: {trials} links, {at_once} at once each, {trials * at_once} tries in "
        f"{took:.0f} s. Links by how many they let in: {said}. Sessions begun: {sessions}."
    )
    return winners == {1: trials} and sessions == trials


def main() -> int:
    """Both databases; 1 if any link had anything but one winner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=50)
    given = parser.parse_args()
    with places() as urls:
        good = [run(name, url, given.trials, given.at_once) for name, url in urls.items()]
    if not all(good):
        print("A link let in more or fewer than one.", file=sys.stderr)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
