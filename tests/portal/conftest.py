"""The portal's stage, on SQLite, and on both databases where they might differ."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from providers.database import Database
from tests.support.stage import Stage


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The cast on a fresh SQLite database, with Avon's last quarter behind it."""
    return Stage(Database(sqlite_database), site_folder=tmp_path / "site").play()


@pytest.fixture
def any_stage(database: Engine, tmp_path: Path) -> Stage:
    """The same on SQLite and then on PostgreSQL."""
    return Stage(Database(database), site_folder=tmp_path / "site").play()
