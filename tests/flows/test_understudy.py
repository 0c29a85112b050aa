"""A flow run may be a copy of a process that has read everything in, with no other difference."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.understudy import DOOR, call

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made by fork")

ENGINE = """
import os, sys
print(os.environ["WHOSE"], os.getcwd(), sys.argv, flush=True)
sys.exit(int(os.environ["ENDS"]))
"""
AS_UNDERSTUDY = "from flows import understudy; understudy.ENGINE = 'stands_in'; understudy.main()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose whole path is too long for a socket."""
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    (tmp_path / "stands_in.py").write_text(ENGINE)
    return deep


def process(folder: Path, role: str, *, ends: int = 0) -> "subprocess.Popen[str]":
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(folder.parent)])
    return subprocess.Popen(
        [sys.executable, "-c", AS_UNDERSTUDY, role, str(folder)],
        cwd=folder.parent,
        env=os.environ | {"PYTHONPATH": path, "WHOSE": role, "ENDS": str(ends)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def waiting(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """An understudy at its door."""
    understudy = process(folder, "wait")
    until = time.monotonic() + 30
    while not (folder / DOOR).exists() and time.monotonic() < until:
        time.sleep(0.05)
    yield understudy
    understudy.kill()
    understudy.communicate()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("ends", [0, 7])
def test_a_copy_has_the_callers_environment_folder_output_and_end(folder: Path, ends: int) -> None:
    caller = process(folder, "call", ends=ends)
    said, _ = caller.communicate(timeout=30)
    engine = folder.parent / "stands_in.py"
    assert said == f"call {folder.parent} ['{engine}']\n"
    assert caller.returncode == ends


def test_where_nobody_waits_the_caller_does_it_itself(folder: Path) -> None:
    caller = process(folder, "call", ends=3)
    said, _ = caller.communicate(timeout=30)
    assert said.startswith(f"call {folder.parent}")
    assert caller.returncode == 3
    assert call(folder) is None


def test_no_copy_outlives_the_understudy(folder: Path, waiting: "subprocess.Popen[str]") -> None:
    (folder.parent / "stands_in.py").write_text(
        "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    )
    caller = process(folder, "call")
    assert caller.stdout is not None
    copy = int(caller.stdout.readline())
    waiting.kill()
    caller.communicate(timeout=10)
    until = time.monotonic() + 5
    while _runs(copy) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(copy)


def _runs(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
