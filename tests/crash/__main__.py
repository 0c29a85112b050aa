"""The crash laboratory on the command line: `make crash`, or `python -m tests.crash --sample`.

Ends with 1 and a sentence for each thing found wrong. The tables go to standard output as Markdown,
and how far it has come to standard error.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import hostile, letters, quarter, tables, twice, world
from tests.crash.ground import Trouble
from tests.crash.letters import JOURNAL, Trial
from tests.crash.world import Place

PARTS = ("letters", "quarter", "hostile", "twice", "demo")
DATABASES = ("SQLite", "PostgreSQL")
SHOWN_SITE = 100
"""How many services the families' site has where its publication is killed again and again."""


@dataclass
class Found:
    """What has been found so far: Markdown to show, and sentences of what is wrong."""

    asked: argparse.Namespace
    places: list[Place]
    folder: Path
    wrong: list[str] = field(default_factory=list)

    def show(self, part: str, title: str, text: str) -> None:
        """Print a table at once, so that a long run can be followed; and put it into the page."""
        shown = f"{title}.\n\n{text}"
        print(f"\n{shown}", flush=True)
        if self.asked.write:
            _write(self.asked.write, part, shown)


def _write(page: Path, part: str, text: str) -> None:
    """Put a part's table between its two marks in a page."""
    whole = page.read_text("utf-8")
    before, begins, rest = whole.partition(f"<!-- {part} -->\n")
    _, ends, after = rest.partition(f"<!-- end of {part} -->")
    if not begins or not ends:
        raise SystemExit(f"{page} has no place marked for {part}")
    page.write_text(f"{before}{begins}{text}\n{ends}{after}", "utf-8")


def say(what: str) -> None:
    """How far it has come."""
    print(what, file=sys.stderr, flush=True)


def kill_deliveries(found: Found) -> None:
    """R1: every point of handing over, with a journal, without, and the two wrong orders."""
    asked, results = found.asked, []
    for place in found.places:
        template, ideal = letters.prepare(place, asked.services, found.folder / place.name)
        for trial in _trials(asked, place):
            result = letters.run(place, template, ideal, trial, asked.seed)
            say(f"{place.name}, {trial.order}, {trial.point}: {result.seconds:.1f} s")
            results.append(result)
            found.wrong += tables.letter_faults(result)
        place.drop(template)
    found.show(
        "letters",
        f"Killed while handing over: {asked.services} services, {letters.WORKERS} workers, "
        f"{asked.kills} kills a point",
        tables.letters_table(results),
    )


def _trials(asked: argparse.Namespace, place: Place) -> Iterator[Trial]:
    """All of them; of a sample what differs, and on PostgreSQL the three points of doubt."""
    for trial in letters.trials(asked.kills):
        doubtful = trial.point in ("handing", "dot", "accepted")
        with_journal = trial.mail == JOURNAL
        if (
            not asked.sample
            or (with_journal if place.server is None else False)
            or (doubtful and (place.server is None or with_journal))
        ):
            yield trial


def kill_the_quarter(found: Found) -> None:
    """R1: every other commit, from the opening to a revised page."""
    asked, played = found.asked, []
    stages = quarter.sample() if asked.sample else quarter.stages()
    say("a quarter in which nobody is killed, to compare with")
    lite = Place("SQLite", found.folder)
    ideal = quarter.Play(lite, asked.services, 0, found.folder / "ideal", say).run(stages)
    found.wrong += ideal.wrong
    for place in found.places:
        folder = found.folder / f"quarter {place.name}"
        done = quarter.Play(place, asked.services, asked.kills, folder, say).run(stages)
        site = min(asked.services, SHOWN_SITE)
        again = quarter.Play(place, site, asked.kills, folder / "site", say)
        other = again.run(quarter.publication())
        found.wrong += tables.quarter_faults(done, ideal, asked.kills) + other.wrong
        done.killed |= other.killed
        done.seconds += other.seconds
        played.append(done)
    found.show(
        "quarter",
        f"Killed after every other commit: {asked.services} services ({site} where it is "
        f"published), {letters.WORKERS} workers, at least {asked.kills} kills each",
        tables.quarter_table(played),
    )


def trouble(found: Found) -> None:
    """R2: a hostile mail server, restarts, full disks, a clock that is stepped."""
    results = []
    for place in found.places:
        for name, make in _troubles(place).items():
            say(f"{place.name}: {name}")
            folder = found.folder / f"{place.name} {name}"
            results.append(make(place, found.asked.services, folder))
            found.wrong += tables.trouble_faults(results[-1])
    title = f"Trouble all around: {found.asked.services} services"
    found.show("hostile", title, tables.troubles_table(results))


def _troubles(place: Place) -> dict[str, Callable[[Place, int, Path], Trouble]]:
    every = {
        "mail server": hostile.server,
        "late answers": hostile.late_answers,
        "clock": hostile.stepped_clock,
    }
    if place.server is not None:
        return {**every, "restarts": hostile.restarted}
    return {
        **every,
        "full pages": lambda *words: hostile.full_disk(*words, by_limit=False),
        "full files": lambda *words: hostile.full_disk(*words, by_limit=True),
    }


def everything_twice(found: Found) -> None:
    """R3: every flow started twice at once."""
    asked, results = found.asked, []
    for place in found.places:
        folder = found.folder / f"twice {place.name}"
        services = min(asked.services, twice.SERVICES)
        results.append(twice.run(place, services, asked.rounds, folder, say))
        found.wrong += tables.round_faults(results[-1])
    found.show(
        "twice",
        f"Every flow twice at once: {services} services, {letters.WORKERS} processes",
        tables.rounds_table(results),
    )


def kill_the_demo(found: Found) -> None:
    """The demo, with its Prefect server and worker, killed at random moments."""
    if found.asked.sample:
        return
    script = Path(__file__).with_name("kill_the_demo.py")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True)
    found.show("demo", "The demo killed at random moments", ran.stdout.strip())
    if ran.returncode:
        found.wrong.append(f"the demo killed: {ran.stderr.strip()}")


DOES = dict(
    zip(
        PARTS,
        (kill_deliveries, kill_the_quarter, trouble, everything_twice, kill_the_demo),
        strict=True,
    )
)


def read_arguments() -> argparse.Namespace:
    """The size of it; a sample is small enough for every run of the tests."""
    parser = argparse.ArgumentParser(prog="tests.crash", description=__doc__)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--services", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path, help="a page to put the tables into")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--databases", choices=DATABASES, nargs="+", default=DATABASES)
    asked = parser.parse_args()
    for name, whole, sample in (("services", 1000, 30), ("kills", 20, 2), ("rounds", 100, 3)):
        if getattr(asked, name) is None:
            setattr(asked, name, sample if asked.sample else whole)
    return asked


def main() -> int:
    """Do what was asked, in order; 1 if anything was found wrong."""
    asked = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before its time"))  # tidy up first
    for name in [name for name in os.environ if name.startswith("CHARTER_")]:
        del os.environ[name]
    with (
        tempfile.TemporaryDirectory(prefix="charter-crash-") as folder,
        world.places(Path(folder), tuple(asked.databases)) as places,
    ):
        found = Found(asked, places, Path(folder))
        for part in asked.only:
            DOES[part](found)
    if found.wrong:
        print("\nWRONG:\n" + "\n".join(f"- {each}" for each in found.wrong))
        return 1
    print("\nNothing lost, nothing sent twice, nothing stuck, and every record verifies.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
