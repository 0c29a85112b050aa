"""Kills the demo again and again at random moments, and checks that the last run mends it all.

Run by `make crash`: `python tests/crash/kill_the_demo.py --kills 6 --seed 7`. Ends with 1 and a
sentence if a letter was lost or sent twice, the record does not verify, or a process was left.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHARTER = Path(sys.executable).parent / "charter"
SETTLES = 3.0
"""Seconds in which the kernel ends the children of a killed demo."""


def charter(home: Path, *words: str) -> Any:
    """What a command of the same home answers, as JSON."""
    ran = subprocess.run(
        [CHARTER, *words, "--json"],
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def environment(home: Path) -> dict[str, str]:
    """Our own environment, with that home."""
    return {**os.environ, "CHARTER_HOME": str(home)}


def left_behind(home: Path) -> Iterator[str]:
    """The processes that still belong to a home."""
    mark = f"CHARTER_HOME={home}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes() and (entry / "cmdline").read_bytes():
                yield (entry / "cmdline").read_text().replace("\0", " ")[:100]
        except OSError:
            continue


def run_demo(home: Path, seconds: float | None) -> bool:
    """Run the demo, killed after so many seconds; True if it came to its end."""
    with (home.parent / "demo.log").open("a") as log:
        demo = subprocess.Popen(
            [CHARTER, "demo", "--no-serve"], env=environment(home), stdout=log, stderr=log
        )
        try:
            demo.wait(seconds)
        except subprocess.TimeoutExpired:
            demo.send_signal(signal.SIGKILL)
            demo.wait()
            return False
    if demo.returncode:
        sys.exit(f"the demo ended with {demo.returncode}; see {log.name}")
    return True


def faults(home: Path) -> Iterator[str]:
    """What is wrong with the finished home, a sentence each."""
    letters = charter(home, "letters", "list")
    sent = [letter["key"] for letter in letters if letter["state"] == "sent"]
    open_ = [x["key"] for x in letters if x["state"] not in ("sent", "refused", "withdrawn")]
    files = {path.stem for path in (home / "mail").glob("*.eml")}
    if open_:
        yield f"{len(open_)} letters never left, {open_[0]} first"
    if lost := sorted(set(sent) - files):
        yield f"{len(lost)} letters are on record as sent and lost, {lost[0]} first"
    if twice := sorted(files - set(sent)):
        yield f"{len(twice)} files stand for no sent letter, {twice[0]} first"
    if not charter(home, "verify")["verified"]:
        yield "the record does not verify"


def main() -> None:
    """Kill, run to the end, check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    moments = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="charter-crash-") as folder:
        home = Path(folder) / "home"
        for number in range(1, asked.kills + 1):
            seconds = moments.uniform(3, 45)
            if run_demo(home, seconds):
                print(f"the demo ended before kill {number}")
                break
            print(f"kill {number} after {seconds:.1f} seconds", flush=True)
        run_demo(home, None)
        time.sleep(SETTLES)
        wrong = [*faults(home), *(f"left running: {name}" for name in left_behind(home))]
        standing = charter(home, "status")
    print(f"letters {standing['letters']}, ledger {standing['ledger']['entries']} entries")
    if wrong:
        sys.exit("; ".join(wrong))
    print("nothing lost, nothing sent twice, nothing left running, and the record verifies")


if __name__ == "__main__":
    main()
