"""The schema can be walked up and down with rows in it, and is the one the models describe."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
)
from sqlmodel import SQLModel

import notifications.tables  # noqa: F401 - its import fills the metadata
import providers.console_tables
import providers.door_tables
import providers.rendition_tables
import providers.tables  # noqa: F401 - so does this
from providers.database import (
    WrongRevision,
    _alembic,
    downgrade,
    newest_revision,
    open_engine,
    require_current,
    revision,
    upgrade,
)

ROWS = 3


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a database that nobody has migrated."""
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def revisions() -> list[str]:
    """Every revision, oldest first."""
    walked = ScriptDirectory.from_config(_alembic()).walk_revisions()
    return [script.revision for script in reversed(list(walked))]


def reflected(engine: Engine) -> list[Table]:
    """The tables as the database has them, parents before children."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def made_up(column: Column[Any], number: int) -> object:
    """A value that fits a column, and differs from row to row."""
    match column.type:
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case DateTime():
            return datetime(2026, 10, number, 9, tzinfo=UTC)
        case Date():
            return date(2026, 10, number)
        case LargeBinary():
            return f"{column.name} {number}".encode()
        case _:
            return f"{column.name} {number}"


def source(column: Column[Any]) -> Column[Any]:
    """The column that a foreign key leads to in the end; itself, when it is none."""
    while column.foreign_keys:
        column = next(iter(column.foreign_keys)).column
    return column


def row_for(table: Table, number: int) -> dict[str, object]:
    """A row whose foreign keys point at the row of the same number in the parent table."""
    return {column.name: made_up(source(column), number) for column in table.columns}


def fill(engine: Engine) -> dict[str, int]:
    """Put rows into every table, and say how many each now has."""
    tables = reflected(engine)
    with engine.begin() as connection:
        for table in tables:
            kept = connection.scalar(select(func.count()).select_from(table)) or 0
            rows = [row_for(table, number) for number in range(kept + 1, ROWS + 1)]
            if rows:
                connection.execute(table.insert(), rows)
    return counts(engine)


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in reflected(engine)
        }


def test_the_schema_is_exactly_the_one_the_models_describe(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_revision_goes_down_and_up_again_with_rows_in_every_table(empty: Engine) -> None:
    previous = "base"
    for step in revisions():
        upgrade(empty, step)
        filled = fill(empty)
        assert set(filled.values()) == {ROWS}
        downgrade(empty, previous)
        upgrade(empty, step)
        fill(empty)
        previous = step
    assert revision(empty) == newest_revision()


def test_going_down_to_the_base_leaves_no_table_behind(empty: Engine) -> None:
    upgrade(empty)
    fill(empty)
    downgrade(empty, "base")
    assert reflected(empty) == []
    assert revision(empty) == ""


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    before = fill(empty)
    upgrade(empty)
    assert counts(empty) == before


def test_a_fresh_ledger_is_empty_and_its_head_is_sixty_four_zeros(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection:
        heads = connection.exec_driver_sql("SELECT id, entries, head FROM ledger_head").all()
    assert [tuple(head) for head in heads] == [(1, 0, "0" * 64)]


def test_two_upgrades_at_once_end_in_one_schema(empty: Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    code = f"from providers.database import open_engine, upgrade; upgrade(open_engine({url!r}))"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in "ab"]
    said = [process.communicate()[1].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    require_current(empty)


def test_many_may_open_a_new_database_in_the_same_instant(tmp_path: Path) -> None:
    for attempt in range(20):
        url = f"sqlite:///{tmp_path}/new{attempt}.db"
        start = threading.Barrier(6)

        def opened(url: str = url, start: threading.Barrier = start) -> str:
            start.wait()
            with open_engine(url).connect() as connection:
                return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

        with ThreadPoolExecutor(6) as pool:
            openings = [pool.submit(opened) for _ in range(6)]
        assert {opening.result() for opening in openings} == {"wal"}


def test_a_migration_that_breaks_leaves_the_database_as_it_was(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    make = Operations.create_table

    def breaks(self: Operations, name: str, *columns: Any, **more: Any) -> Table:
        if name == "staff":
            raise RuntimeError("the power went")
        return make(self, name, *columns, **more)

    monkeypatch.setattr(Operations, "create_table", breaks)
    with pytest.raises(RuntimeError, match="the power went"):
        upgrade(empty)
    assert inspect(empty).get_table_names() == []


def test_foreign_keys_are_kept_again_after_a_migration_on_sqlite(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    with engine.connect() as connection:
        command.upgrade(_alembic(connection=connection), "head")
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_database_that_was_never_migrated_is_told_what_to_run(empty: Engine) -> None:
    with pytest.raises(WrongRevision, match="charter db upgrade"):
        require_current(empty)


def test_a_database_from_a_newer_release_is_told_so(empty: Engine) -> None:
    upgrade(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongRevision, match="newer than this release"):
        require_current(empty)
