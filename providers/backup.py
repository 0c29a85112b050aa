"""A copy of the whole database, made while it is in use, and put back once its ledger holds."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import URL, Engine, inspect
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from providers import evidence_archive as archive
from providers import ledger
from providers.database import (
    Database,
    WrongRevision,
    is_behind,
    open_engine,
    require_current,
    revision,
    upgrade,
)
from providers.evidence import Cabinet

PG_DUMP = ("--format=custom", "--no-owner", "--no-privileges")
PG_RESTORE = ("--clean", "--if-exists", "--no-owner", "--no-privileges")
PSQL = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")


class BackupRefused(ValueError):
    """The copy could not be made or put back; the message says why, with the mend."""


@dataclass(frozen=True)
class BackedUp:
    """A copy made or put back: where it lies, its ledger entries, and files of evidence with it.

    `pack` is where those files are packed, beside the copy; empty where there are none. `was` is
    the schema of a copy that an older release wrote, and that was brought to this one's.
    """

    file: Path
    entries: int
    restored: bool = False
    pack: Path | None = None
    files: int = 0
    was: str = ""

    def in_words(self) -> str:
        """What was done, in a sentence."""
        many = "entry" if self.entries == 1 else "entries"
        held = f"its ledger has {self.entries} {many}, and holds"
        if self.restored:
            older = f" Its schema was {self.was}, and is now this release's." if self.was else ""
            whole = f"The database is as {self.file} had it: {held}.{older}"
            return f"{whole}{self._evidence('came')}"
        whole = f"{self.file} is a copy of the whole database: {held}."
        return f"{whole}{self._evidence('goes')}"

    def _evidence(self, moved: str) -> str:
        many = "1 file" if self.files == 1 else f"{self.files} files"
        return f" With it {moved} {self.pack}: {many} of evidence." if self.pack else ""


def backup(
    engine: Engine, to: Path, *, force: bool = False, evidence: Path | None = None
) -> BackedUp:
    """Copy the database to a file; BackupRefused if that exists (unless `force`) or is no copy.

    Files in the `evidence` folder are packed beside it, after it: what came in between is in the
    pack and not in the copy, and is cleared away after a restore.

    On SQLite the copy is one file with none beside it, and its ledger is checked before it takes
    its name. On PostgreSQL it is pg_dump's custom format, made once the ledger has been checked.
    """
    if to.exists() and not force:
        raise BackupRefused(f"{to} exists already; name another file, or remove it first")
    with _beside(to) as made:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(_sqlite_file(engine), made)
            entries, _ = _checked_file(made)
        else:
            entries = _checked(engine)
            _pg(engine, "pg_dump", *PG_DUMP, f"--file={made}")
        _to_disk(made)
        made.replace(to)
    return _with_evidence(BackedUp(to, entries), evidence)


def _with_evidence(done: BackedUp, folder: Path | None) -> BackedUp:
    """Pack the evidence beside a copy; an old pack of that name goes, so that none is mixed up."""
    pack = archive.beside(done.file)
    pack.unlink(missing_ok=True)
    if folder is None or not any(Cabinet(folder).files()):
        return done
    with _beside(pack) as made:
        many = archive.pack(folder, made)
        _to_disk(made)
        made.replace(pack)
    return replace(done, pack=pack, files=many)


def restore(
    engine: Engine, source: Path, *, force: bool = False, evidence: Path | None = None
) -> BackedUp:
    """Put a copy in place of the database, whole or not at all.

    Files packed beside it go back into the `evidence` folder first, each one checked; what lies
    there already stays, and is no harm.

    A copy that an older release wrote is brought to this one's schema. Refused if the database
    holds anything (unless `force`), or if the copy is damaged, has a schema that this release does
    not know, or a ledger that does not hold. PostgreSQL can say that last only once the copy is in
    place; on SQLite it is known before, and asked again after.
    """
    if not source.is_file():
        raise BackupRefused(f"{source} is not there; name a file that charter db backup wrote")
    if not force and _holds_anything(engine):
        raise BackupRefused(
            "the database holds something already; back it up, then add --force to replace it"
        )
    pack, files = archive.beside(source), 0
    if evidence is not None and pack.exists():
        try:
            files = archive.unpack(pack, evidence)
        except ValueError as error:
            raise BackupRefused(f"{error}; nothing was restored") from error
    engine.dispose()
    if engine.dialect.name == "sqlite":
        was = _restore_sqlite(engine, source)
    else:
        _restore_postgres(engine, source)
        was = _brought_up(engine)
    entries = _checked(engine)
    return BackedUp(source, entries, True, pack if files else None, files, was)


def _restore_sqlite(engine: Engine, source: Path) -> str:
    target = _sqlite_file(engine)
    with _beside(target) as made:
        _copy_sqlite(source, made)
        _, was = _checked_file(made, older=True)
        _copy_sqlite(made, target)
    return was


def _restore_postgres(engine: Engine, source: Path) -> None:
    """In one transaction; what is there goes first, the tables that the copy lacks as well."""
    ours = {*SQLModel.metadata.tables, "alembic_version"}
    there = ours.intersection(inspect(engine).get_table_names())
    away = [f'--command=DROP TABLE "{name}" CASCADE' for name in sorted(there)]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "copy.sql"
        _run("pg_restore", *PG_RESTORE, f"--file={script}", str(source))
        _pg(engine, "psql", *PSQL, *away, f"--file={script}")


def _brought_up(engine: Engine) -> str:
    """Bring what an older release wrote to this one's schema; the one it had, empty if this."""
    was = revision(engine)
    if not was or not is_behind(engine):
        return ""
    upgrade(engine)
    return was


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy through SQLite itself, so that neither file is ever seen half written."""
    try:
        with (
            closing(sqlite3.connect(source.absolute().as_uri() + "?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target, timeout=30)) as new,
        ):
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(
            f"{source} could not be copied to {target} ({error}); "
            "name a file that charter db backup wrote, and stop whatever else uses the database"
        ) from error


def _checked_file(file: Path, *, older: bool = False) -> tuple[int, str]:
    """How many entries the ledger in a SQLite file has; BackupRefused unless all of it holds.

    One that an `older` release wrote is brought up first; with it the schema that it had.
    """
    engine = open_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if found != "ok":
            raise BackupRefused(f"the copy is damaged ({found}); use another")
        was = _brought_up(engine) if older else ""
        return _checked(engine), was
    except DatabaseError as error:
        raise BackupRefused(
            f"the copy is no database of ours ({error.orig}); use another"
        ) from error
    finally:
        engine.dispose()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")


def _checked(engine: Engine) -> int:
    try:
        require_current(engine)
    except WrongRevision as error:
        raise BackupRefused(
            f"its schema is {revision(engine) or 'none'}, not this release's; use the release that "
            "wrote it, and then charter db upgrade"
        ) from error
    with Database(engine).reading() as session:
        wrong = ledger.verify(session)
        if wrong:
            raise BackupRefused(f"the copy's record does not hold: {wrong}; use another")
        return ledger.head(session)[0]


def _holds_anything(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite" and not _sqlite_file(engine).exists():
        return False
    if not revision(engine):
        return False
    try:
        require_current(engine)
    except WrongRevision:
        return True
    with Database(engine).reading() as session:
        return ledger.head(session)[0] > 0


def _sqlite_file(engine: Engine) -> Path:
    name = engine.url.database
    if not name or name == ":memory:":
        raise BackupRefused("a database in memory cannot be backed up; set CHARTER_DATABASE_URL")
    return Path(name)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A name for an unfinished copy in the folder of the finished one; gone afterwards."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.absolute().parent)
    except OSError as error:
        raise BackupRefused(
            f"nothing can be written beside {file} ({error.strerror}); name another folder"
        ) from error
    with folder as name:
        yield Path(name) / "copy"


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _pg(engine: Engine, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own tools; the password is handed over out of other users' sight."""
    url = engine.url
    without_password = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    address = f"--dbname={without_password.render_as_string()}"
    secret = {"PGPASSWORD": str(url.password)} if url.password else None
    _run(program, *arguments, address, secret=secret)


def _run(program: str, *arguments: str, secret: dict[str, str] | None = None) -> None:
    found = which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not on this machine's path; install PostgreSQL's client tools, or run "
            f"where they are: {program} {' '.join(arguments)}"
        )
    done = subprocess.run(
        [found, *arguments], env=secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"it ended with code {done.returncode}"
        raise BackupRefused(f"{program} could not do it: {reason}")


which: Callable[[str], str | None] = shutil.which
"""Finds a program on the path; tests put another in its place."""
