"""Publishes many prisons over several quarters, then again after one changed return, and another.

`python -m tests.measure.bulletin --prisons 2000 --quarters 4`, with `--language` in an invented
language beside English. For each publication: seconds on
the clock and of a core, pages made and drawn, files, and the process's memory at its most; then
the largest pages over the wire. Each publication runs in a process of its own.
"""

import argparse
import io
import multiprocessing
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from babel.messages.pofile import write_po

from charter.steps import Approved, Revised, Step
from notifications.bulletin import stylesheet
from notifications.sitecheck import wire_size
from providers import lives, renditions, returns
from providers.database import Database, open_engine
from providers.lives import NewStep
from providers.renditions import Made
from tests.support import scale
from tests.support.databases import migrate
from tests.support.languages import accented, catalogue
from tests.support.programme import Programme


def publish(url: str, home: Path, said: str, when: str) -> None:
    """One publication, timed, in this process."""
    database = Database(open_engine(url))
    programme = Programme(database, home)
    began, busy = time.perf_counter(), time.process_time()
    done = programme.publish(when)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    peak = _most_held() / 1024
    print(
        f"{said:<28} {took:7.1f} s ({busy:6.1f} s of a core)  {done.made:5} pages made, "
        f"{done.drawn:5} drawn, {done.files:6} files  peak {peak:4.0f} MB",
        flush=True,
    )


def _most_held() -> int:
    """Kilobytes that this process held at its most; `getrusage` would count its parent's too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def change(url: str, which: int) -> None:
    """One published return is opened for a revision and approved again."""
    database = Database(open_engine(url))
    with database.writing() as session:
        owed = returns.refs(session, quarter=str(scale.LAST.previous()))
        here = owed[len(owed) // 2 + which]
        steps: list[Step] = [
            Revised(reason="A date was wrong."),
            Approved(person=3),
            Approved(person=4),
        ]
        now = scale.NOW + timedelta(minutes=35)
        lives.record_many(session, [NewStep(here.id, one) for one in steps], now, "person:3")
    database.engine.dispose()


def speak(database: Database) -> None:
    """A catalogue in letters that are not English is put on record as Polish."""
    out = io.BytesIO()
    write_po(out, catalogue("pl", accented))
    made = Made("Nobody", "Nobody else", scale.NOW.date(), "pl")
    with database.writing() as session:
        renditions.add_catalogue(session, out.getvalue().decode(), made, scale.NOW, "operator")


def largest(site: Path, most: int) -> None:
    """The pages that take most over the wire, style sheet included."""
    sheet = wire_size(stylesheet().encode())
    sizes = {
        str(page.relative_to(site)): wire_size(page.read_bytes()) + sheet
        for page in site.rglob("*.html")
        if not page.is_symlink()
    }
    for path in sorted(sizes, key=lambda path: -sizes[path])[:most]:
        print(f"{sizes[path]:7,} bytes  {path}")


def apart(url: str, home: Path, said: str, when: str) -> None:
    """The same in a process of its own, so that its memory is its own."""
    child = multiprocessing.get_context("spawn").Process(
        target=publish, args=(url, home, said, when)
    )
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(f"{said}: the publication failed")


def main() -> None:
    """All prisons in one region on a fresh SQLite database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prisons", type=int, default=2000)
    parser.add_argument("--quarters", type=int, default=4)
    parser.add_argument("--language", action="store_true", help="in an invented language as well")
    parser.add_argument("--home", type=Path, help="kept here, and used again if it is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.home or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'bulletin.db'}"
        if not (folder / "bulletin.db").exists():
            migrate(url)
            database = Database(open_engine(url))
            scale.region(database, folder / "home", asked.prisons, asked.quarters)
            database.engine.dispose()
        if asked.language:
            database = Database(open_engine(url))
            speak(database)
            database.engine.dispose()
        first = f"{scale.NOW:%Y-%m-%dT}%s"
        apart(url, folder / "home", "all of it", first % "10:30")
        apart(url, folder / "home", "nothing changed", first % "10:31")
        change(url, 1)
        apart(url, folder / "home", "after one changed return", first % "10:40")
        change(url, 2)
        week = f"{scale.NOW + timedelta(days=7):%Y-%m-%dT10:30}"
        apart(url, folder / "home", "after another, a week later", week)
        largest((folder / "home" / "site").resolve(), 8)


if __name__ == "__main__":
    main()
