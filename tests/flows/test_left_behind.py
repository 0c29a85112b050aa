"""What a killed run leaves behind is ended by the next one, and nothing else is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.left_behind import TOKEN, InUse, Notebook, end_left_behind, only_one

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); {SLEEP}"
)


@contextmanager
def sleeper(token: str, code: str = SLEEP) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {TOKEN: token},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_processes_that_carry_the_noted_token_are_ended_and_others_left_alone(
    tmp_path: Path,
) -> None:
    killed = Notebook(tmp_path)
    killed.open()
    with sleeper(killed.token) as ours, sleeper("another") as theirs:
        killed.add("worker", theirs.pid)  # the number has passed to another since
        time.sleep(0.2)
        assert end_left_behind(tmp_path) == [ours.pid]
        assert ours.wait(5) == -signal.SIGTERM
        assert theirs.poll() is None
    assert not killed.path.exists()


def test_one_that_will_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    killed = Notebook(tmp_path)
    killed.open()
    with sleeper(killed.token, STUBBORN) as ours:
        assert ours.stdout is not None
        ours.stdout.readline()
        assert end_left_behind(tmp_path, patience=0.3) == [ours.pid]
        assert ours.wait(5) == -signal.SIGKILL


@pytest.mark.parametrize("text", ["", "{}", "[]", "not JSON", '{"token": 5}'])
def test_an_unreadable_note_ends_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "processes.json").write_text(text)
    assert end_left_behind(tmp_path) == []


def test_a_folder_is_held_by_one_run_at_a_time_and_says_by_whom(tmp_path: Path) -> None:
    with only_one(tmp_path / "prefect"):
        said = rf"process {os.getpid()} is already at work on {tmp_path}; wait"
        with pytest.raises(InUse, match=said), only_one(tmp_path / "prefect"):
            pass
    with only_one(tmp_path / "prefect"):
        pass


def test_a_leashed_process_ends_when_the_one_that_started_it_is_killed(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(
        "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"
    )
    starts = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-m', 'flows.leash', 'waits'])\n"
        "time.sleep(60)"
    )
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])
    parent = subprocess.Popen(
        [sys.executable, "-c", starts],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    held = os.pidfd_open(child)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 5
    try:
        while _runs(child) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _runs(child)
    finally:
        os.close(held)


def _runs(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
