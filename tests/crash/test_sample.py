"""A sample of the crash laboratory, in every run of the tests; `make crash` runs it whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str) -> str:
    """What a sample prints; it must find nothing wrong."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--sample", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr[-3000:]}"
    return ran.stdout


def rows(markdown: str) -> dict[str, list[str]]:
    """The cells of each row of the first table, by the row's first cell."""
    first = markdown.split("| --- |", 1)[1].split("\n\n", 1)[0]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in first.splitlines()]
    return {line[0]: line[1:] for line in cells[1:]}


@pytest.mark.postgres
def test_a_worker_killed_at_any_point_of_delivery_loses_nothing_and_repeats_nothing() -> None:
    told = rows(run("--only", "letters", "--kills", "2"))
    points = 7
    assert told["ours, journal asked"] == ["0"] * points
    assert {"0"} <= {*told["ours, file mail"]} <= {"0", "n/a"}
    doubts = [cell for cell in told["ours, nobody to ask"] if cell != "n/a"]
    assert doubts == ["2 in doubt"] * len(doubts) != []
    assert "2 lost" in told["mark, then send"], "the laboratory sees a letter that is lost"
    assert "2 twice" in told["send, then mark"], "and one that is sent twice"


@pytest.mark.postgres
def test_a_worker_killed_after_any_commit_of_the_quarter_changes_nothing_of_its_end() -> None:
    told = rows(run("--only", "quarter", "--kills", "1", "--services", "10"))
    assert {"after a commit of cycle opened", "site swapped"} <= told.keys()
    assert all(int(kills) >= 1 for cells in told.values() for kills in cells)


@pytest.mark.postgres
def test_trouble_leaves_in_doubt_what_it_made_ambiguous_and_nothing_else() -> None:
    told = run("--only", "hostile")
    troubles = re.findall(r"^\| (?!trouble|---)([^|]+) \|", told, re.MULTILINE)
    assert {"hostile mail server", "database restarted", "clock stepped an hour"} <= {*troubles}


@pytest.mark.postgres
def test_every_flow_started_twice_at_once_comes_to_one() -> None:
    told = rows(run("--only", "twice", "--rounds", "2"))
    assert [cells[5] for cells in told.values()] == ["none", "none"]
