"""What every test may ask for, and what none may do: call outside or read our own settings."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import hypothesis
import pytest

from tests.support.cast import AVON, BROOK, CLYDE, DEE, Player
from tests.support.environment import QUIET
from tests.support.missing import missing_line
from tests.support.pages import PageClient

pytest_plugins = [
    "tests.support.databases",
    "tests.support.mail",
    "tests.support.imap",
    "tests.support.prefect",
    "tests.support.browser",
]

GROUPED = {"prefect_server": "prefect", "chromium": "browser", "postgres_server": "postgres"}
"""Fixtures that mark their users."""

IN_CI = os.environ.get("CI") == "true"
"""There the suite has half an hour, and plays samples of what `make test` plays whole."""
ONE_IN = 8
"""Of what runs on both databases, so much runs on PostgreSQL in CI: the same ones each time."""

LONG = (
    "tests/crash/",
    "tests/flows/test_engine.py",
    "tests/flows/test_programme_machine.py",
    "tests/portal/test_console_at_scale.py",
    "tests/notifications/test_bulletin_in_a_browser.py",
)
"""What runs longest goes first, so that no worker is left with it alone at the end."""

hypothesis.settings.register_profile("here", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "here")


def pytest_configure(config: pytest.Config) -> None:
    """Gives Prefect a home of this run's own before anything imports it; forgets our settings."""
    for name in [name for name in os.environ if name.startswith(("CHARTER_", "PREFECT_"))]:
        del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="charter-prefect-")
    config.add_cleanup(home.cleanup)
    os.environ.update(QUIET, PREFECT_HOME=home.name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks tests by what they use, so that `-m 'not browser'` needs no thought; samples in CI."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        for fixture, name in GROUPED.items():
            if fixture in used:
                item.add_marker(getattr(pytest.mark, name))
    if IN_CI:
        left_out = [item for item in items if _is_left_out(item)]
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def _is_left_out(item: pytest.Item) -> bool:
    """Most halves on PostgreSQL, and the half with script of what a browser does with and without.

    Nothing of ours needs script, so the half without it is the harder one.
    """
    on_both = "[postgres" in item.name
    return "[script on]" in item.name or (on_both and crc32(item.nodeid.encode()) % ONE_IN != 0)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says in one line what this machine could not run."""
    line = missing_line(terminalreporter.stats.get("skipped", []))
    if line:
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(autouse=True)
def _nobody_calls_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses any connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if not (str(host).startswith("127.") or host in {"localhost", "::1"}):
            raise AssertionError(f"a test tried to call {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own, named in CHARTER_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CHARTER_HOME", str(folder))
    return folder


@pytest.fixture
def open_pages() -> Iterator[Callable[..., PageClient]]:
    """Opens a browser without script on an app: `open_pages(app)`; each call is another person."""
    opened: list[PageClient] = []

    def open_one(app: Any, **options: Any) -> PageClient:
        client = PageClient(app, **options)
        client.__enter__()
        opened.append(client)
        return client

    yield open_one
    for client in reversed(opened):
        client.__exit__()


@pytest.fixture
def avon() -> Player:
    """Avon answers on time."""
    return AVON


@pytest.fixture
def brook() -> Player:
    """Brook is late."""
    return BROOK


@pytest.fixture
def clyde() -> Player:
    """Clyde never answers."""
    return CLYDE


@pytest.fixture
def dee() -> Player:
    """Dee tries another's door."""
    return DEE
