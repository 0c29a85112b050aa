"""The database: how it is opened, and the two ways to talk to it, reading and writing."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Compiled, Connection, Engine, Update, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

BUSY_SECONDS = 30
WAL_TRIES = 100
READS = "reads"
"""Marks a session in which nothing is written."""


class WrongRevision(RuntimeError):
    """The database's schema is not the one this release speaks."""


class Database:
    """One database with single-writer transactions, SQLite and PostgreSQL alike.

    `writing()` takes the writers' lock at once: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by the
    ledger's head row. What a writer reads is therefore still true when it commits.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(charter_writing=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions; nothing written in it is kept."""
        with Session(self.engine, expire_on_commit=False, info={READS: True}) as session:
            yield session
            session.expunge_all()  # what was read stays readable after the rollback
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back whole if it raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "postgresql":
                session.connection().execute(
                    text("SELECT head FROM ledger_head WHERE id = 1 FOR UPDATE")
                )
            yield session

    @contextmanager
    def keeping(self) -> Iterator["Kept"]:
        """A connection for guarded updates of single rows, which need no writers' lock.

        Each says itself what must still be true of its row. SQLite locks out other writers anyhow.
        """
        with self._writer.connect() as connection:
            yield Kept(connection)


class Kept:
    """A connection kept open for many small transactions, whose updates are compiled once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._compiled: dict[Update, Compiled] = {}

    def change(self, *changes: tuple[Update, Mapping[str, Any]]) -> list[bool]:
        """Make each update in turn, all in one transaction; whether each changed anything."""
        with self._connection.begin():
            return [self._did(update, given) for update, given in changes]

    def _did(self, update: Update, given: Mapping[str, Any]) -> bool:
        if update not in self._compiled:
            self._compiled[update] = update.compile(self._connection)
        done = self._connection.execute(self._compiled[update], given)  # type: ignore[call-overload]
        return bool(done.rowcount)


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` (WAL, foreign keys, full sync) or `postgresql+psycopg://…`."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's "begin" below opens transactions
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("charter_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Put the file in WAL mode, which SQLite refuses at once while another process is doing it."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")  # waits its turn, up to BUSY_SECONDS
            connection.execute("COMMIT")
    raise sqlite3.OperationalError("the database stayed locked while it was being opened")


def _alembic(**attributes: Any) -> Config:  # noqa: ANN401 - Alembic's own bag
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes.update(attributes)
    return config


def newest_revision() -> str:
    """The schema revision this release speaks."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def revision(engine: Engine) -> str:
    """The schema revision a database is at; empty when it has none yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the schema up to a revision; SQLite's foreign keys rest meanwhile."""
    with engine.connect() as connection:
        command.upgrade(_alembic(connection=connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Take the schema down to a revision (`base` for none)."""
    with engine.connect() as connection:
        command.downgrade(_alembic(connection=connection), to)


def _is_known(found: str) -> bool:
    scripts = ScriptDirectory.from_config(_alembic()).walk_revisions()
    return found in {script.revision for script in scripts}


def is_behind(engine: Engine) -> bool:
    """Whether an upgrade would bring the schema to this release's revision."""
    found = revision(engine)
    return found != newest_revision() and (not found or _is_known(found))


def require_current(engine: Engine) -> None:
    """Raise WrongRevision, with the mend, unless the schema is the one this release speaks."""
    try:
        found = revision(engine)
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise WrongRevision(
            f"the database cannot be opened ({reason}); check CHARTER_DATABASE_URL"
        ) from error
    newest = newest_revision()
    if found == newest:
        return
    if found and not _is_known(found):
        raise WrongRevision(
            f"the database is at revision {found}, newer than this release knows ({newest}); "
            "install the release that wrote it, or restore a backup"
        )
    raise WrongRevision(
        f"the database is at revision {found or 'none'} and this release needs {newest}; "
        "run: charter db upgrade"
    )
