"""Prints what each page of the console costs over many services: queries, and times a bare page.

`python -m tests.measure.console --services 500 --quarters 12`, as a table for docs/measurements.md.
"""

import argparse
import tempfile
from pathlib import Path

from providers.database import Database, open_engine
from tests.support import scale
from tests.support.clocked import BARE, console
from tests.support.databases import migrate


def main() -> None:
    """One region on a fresh SQLite database; every page that answers, slowest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=500)
    parser.add_argument("--quarters", type=int, default=12)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'console.db'}"
        migrate(url)
        database = Database(open_engine(url))
        scale.region(database, folder / "home", asked.services, asked.quarters)
        with console(database, folder / "home") as here:
            opened = {route: here.open(route) for route in here.routes()}
            pages = [route for route, cost in opened.items() if cost.status == 200]
            times = here.times(pages)
    print(f"| page | queries | ms | times the bare page ({times[BARE] * 1000:.1f} ms) |")
    print("| --- | --- | --- | --- |")
    for route in sorted(pages, key=lambda route: -times[route]):
        took = times[route]
        print(f"| `{route}` | {opened[route].queries} | {took * 1000:.0f} | "
              f"{took / times[BARE]:.1f} |")  # fmt: skip


if __name__ == "__main__":
    main()
