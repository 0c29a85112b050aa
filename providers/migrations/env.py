"""Alembic's entry: migrates on the connection it is handed, whole or not at all."""

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from notifications import tables as letters
from providers import console_tables as console
from providers import door_tables as door
from providers import rendition_tables as renditions
from providers import steering_tables as steering
from providers import tables as domain

TABLES = (domain, door, steering, console, renditions, letters)
"""Whatever holds tables; importing them is what fills SQLModel's metadata."""

TURN = 0x43484152
"""The PostgreSQL advisory lock that lets one migration run at a time."""


def migrate(connection: Connection) -> None:
    """Run the revisions asked for in one transaction, while nobody else writes."""
    if connection.dialect.name == "sqlite":
        _on_sqlite(connection)
    else:
        _run(connection)


def _on_sqlite(connection: Connection) -> None:
    """Foreign keys rest, because SQLite alters a table by making it anew, and are checked after."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        _run(connection.execution_options(charter_writing=True))
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            _require_whole(connection)


def _require_whole(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise RuntimeError(f"after the migration a row of '{broken[0]}' points at nothing")


if context.is_offline_mode():
    raise RuntimeError("migrations run on a live database only: use charter db upgrade")
migrate(context.config.attributes["connection"])
