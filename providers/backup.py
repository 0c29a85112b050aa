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

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DatabaseError

from providers import evidence_archive as archive
from providers import ledger
from providers.database import Database, WrongRevision, open_engine, require_current, revision
from providers.evidence import Cabinet

PG_DUMP = ("--format=custom", "--no-owner", "--no-privileges")
PG_RESTORE = (
    "--clean",
    "--if-exists",
    "--no-owner",
    "--no-privileges",
    "--single-transaction",
    "--exit-on-error",
)


class BackupRefused(ValueError):
    """The copy could not be made or put back; the message says why, with the mend."""


@dataclass(frozen=True)
class BackedUp:
    """A copy made or put back: where it lies, its ledger entries, and files of evidence with it.

    `pack` is where those files are packed, beside the copy; empty where there are none.
    """

    file: Path
    entries: int
    restored: bool = False
    pack: Path | None = None
    files: int = 0

    def in_words(self) -> str:
        """What was done, in a sentence."""
        many = "entry" if self.entries == 1 else "entries"
        held = f"its ledger has {self.entries} {many}, and holds"
        if self.restored:
            return f"The database is as {self.file} had it: {held}.{self._evidence('came')}"
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
            entries = _checked_file(made)
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

    Refused if the database holds anything (unless `force`), or if the copy is damaged, has another
    schema than this release's, or a ledger that does not hold. PostgreSQL can say that last only
    once the copy is in place; on SQLite it is known before, and asked again after.
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
        _restore_sqlite(engine, source)
    else:
        _pg(engine, "pg_restore", *PG_RESTORE, str(source))
    entries = _checked(engine)
    return BackedUp(source, entries, True, pack if files else None, files)


def _restore_sqlite(engine: Engine, source: Path) -> None:
    target = _sqlite_file(engine)
    with _beside(target) as made:
        _copy_sqlite(source, made)
        _checked_file(made)
        _copy_sqlite(made, target)


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


def _checked_file(file: Path) -> int:
    """How many entries the ledger in a SQLite file has; BackupRefused unless all of it holds."""
    engine = open_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if found != "ok":
            raise BackupRefused(f"the copy is damaged ({found}); use another")
        return _checked(engine)
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
    address = without_password.render_as_string()
    found = which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not on this machine's path; install PostgreSQL's client tools, or run "
            f"where they are: {program} {' '.join(arguments)} --dbname={address}"
        )
    secret = {"PGPASSWORD": str(url.password)} if url.password else None
    done = subprocess.run(
        [found, *arguments, f"--dbname={address}"],
        env=secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"it ended with code {done.returncode}"
        raise BackupRefused(f"{program} could not do it: {reason}")


which: Callable[[str], str | None] = shutil.which
"""Finds a program on the path; tests put another in its place."""
