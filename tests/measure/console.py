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

HERE = "/console/regions/{region}"
FIRST = [
    f"{HERE}/actions",
    f"{HERE}/rungs",
    f"{HERE}/schedule/{{quarter}}",
    f"{HERE}/{{quarter}}/release/{{return_id}}",
]
"""Pages that rest on what is worked out once after each change: timed for the first to look."""


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
            pages = [route for route, cost in opened.items() if cost.kind == "text/html"]
            again = {route: here.open(route) for route in pages}
            times = here.times(pages)
            firsts = here.times(FIRST, first=True)
    print("| page | queries | ms | times the bare page |")
    print("| --- | --- | --- | --- |")
    for route in sorted(pages, key=lambda route: -times[route]):
        ratio = f"{times[route] / times[BARE]:.1f}"
        print(f"| `{route}` | {again[route].queries} | {times[route] * 1000:.0f} | {ratio} |")
    for route in FIRST:
        ratio = f"{firsts[route] / firsts[BARE]:.1f}"
        print(f"| first look: `{route}` | {firsts[route] * 1000:.0f} ms | {ratio} |")
    print(f"the bare page: {times[BARE] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
