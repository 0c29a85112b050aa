"""Prints what each page of the console costs over many services: queries, and times a bare page.

`python -m tests.measure.console --services 500 --quarters 12`, as a table for docs/measurements.md.
"""

import argparse
import tempfile
from pathlib import Path

from providers.database import Database, open_engine
from tests.support import scale
from tests.support.clocked import BARE, TABLES, console
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
            found = {}
            here.draw()
            for route in here.routes():
                here.open(route)
                here.change()
                found[route] = here.open(route)
            firsts = here.times([*found], first=True)
            here.draw()
            again = here.times([*found])
    print("Each as whoever looks first after a change has it, and then as it is looked at again.")
    print("| page or file | queries | ms | times the bare page | again | lines of a file |")
    print("| --- | --- | --- | --- | --- | --- |")
    for route in sorted(found, key=lambda route: -firsts[route]):
        cost, took = found[route], firsts[route]
        ratio, later = took / firsts[BARE], again[route] / again[BARE]
        lines = cost.lines if cost.kind in TABLES else ""
        print(
            f"| `{route}` | {cost.queries} | {took * 1000:.0f} | {ratio:.1f} | {later:.1f} "
            f"| {lines} |"
        )
    print(f"the bare page: {firsts[BARE] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
