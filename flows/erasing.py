"""Takes what is left of an erased person out of files: letters on disk, and what SQLite keeps."""

from contextlib import closing
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr
from pathlib import Path

from providers.database import Database


def erase_leftovers(database: Database, home: Path, email: str) -> int:
    """Delete the letters to an address that lie in a home as files, and give how many.

    SQLite leaves in its file what was deleted, until something else is written there: the file is
    written anew. PostgreSQL does so by itself, in time.
    """
    theirs = [file for file in (home / "mail").glob("*.eml") if _is_to(file, email.strip().lower())]
    for file in theirs:
        file.unlink(missing_ok=True)
    if database.engine.dialect.name == "sqlite":
        with closing(database.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM")
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(theirs)


def _is_to(file: Path, email: str) -> bool:
    headers = BytesHeaderParser(policy=compat32).parsebytes(file.read_bytes())
    return parseaddr(str(headers["To"] or ""))[1].lower() == email
