"""The portal's stage, on SQLite, and on both databases where they might differ."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import Engine

from providers.database import Database
from tests.support.rules import CHARTER_TEXT
from tests.support.stage import Stage


@pytest.fixture
def charter_text() -> str:
    """The Charter that the stage's regions are asked about; a module may say another."""
    return CHARTER_TEXT


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path, charter_text: str) -> Stage:
    """The cast on a fresh SQLite database, with Avon's last quarter behind it."""
    store, site = Database(sqlite_database), tmp_path / "site"
    return Stage(store, site_folder=site, charter_text=charter_text).play()


@pytest.fixture
def any_stage(database: Engine, tmp_path: Path) -> Stage:
    """The same on SQLite and then on PostgreSQL."""
    return Stage(Database(database), site_folder=tmp_path / "site").play()


@pytest.fixture
def served(stage: Stage) -> Iterator[Stage]:
    """The stage's app on a port of this machine, reached over plain HTTP as in a demonstration."""
    listener = socket.create_server(("127.0.0.1", 0))
    stage.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    stage.open_app()
    config = uvicorn.Config(stage.app, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield stage
    server.should_exit = True
    thread.join(10)
    listener.close()
