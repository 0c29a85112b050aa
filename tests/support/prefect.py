"""A real Prefect server on loopback, with a home of its own, started once for its tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.environment import QUIET

STARTUP_SECONDS = 180


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """Where the server is, and the environment that leads a process to it."""

    api_url: str
    home: Path
    env: dict[str, str]


def free_port() -> int:
    """A loopback port that nobody held a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait(process: subprocess.Popen[bytes], api_url: str, log: Path) -> None:
    end = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < end:
        if _healthy(f"{api_url}/health"):
            return
        if process.poll() is not None:
            break
        time.sleep(0.25)
    pytest.fail(f"The Prefect server did not start:\n{log.read_text()[-3000:]}", pytrace=False)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server and whatever it started: they share a process group of their own."""
    for farewell, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, farewell)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait()


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server on a free port; tests that use it all run in one worker, so there is one."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    api_url = f"http://127.0.0.1:{port}/api"
    env = {**os.environ, **QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": api_url}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    log = home / "server.log"
    with log.open("wb") as out:
        start = f"-m prefect server start --host 127.0.0.1 --port {port} --no-ui"
        process = subprocess.Popen(
            [sys.executable, *start.split()],
            env={**env, "PREFECT_API_URL": ""},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, api_url, log)
        yield PrefectServer(api_url, home, env)
    finally:
        _stop(process)


@pytest.fixture
def prefect_here(prefect_server: PrefectServer) -> Iterator[PrefectServer]:
    """The same server, with this process pointed at it, so that a flow may simply be called."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY
    from prefect.settings.context import temporary_settings

    here = {PREFECT_API_URL: prefect_server.api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    with temporary_settings(here):
        yield prefect_server
