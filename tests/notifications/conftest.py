"""What the tests of the post office share: an outbox on SQLite and then on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.database import Database
from tests.support.post import open_store


@pytest.fixture
def store(empty_database_url: str) -> Iterator[Database]:
    """A database with an empty outbox."""
    engine, database = open_store(empty_database_url)
    yield database
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone, for tests that two databases would tell nothing more."""
    engine, database = open_store(f"sqlite:///{tmp_path / 'outbox.db'}")
    yield database
    engine.dispose()
