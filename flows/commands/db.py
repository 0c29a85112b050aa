"""`charter db`: bring the schema up to date, check it, back it up, restore it."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from flows.checkpoints import notary_of, note_restored
from flows.commands.common import Json, answer, will
from flows.scanning import evidence_folder
from flows.settings import read_settings
from flows.wiring import (
    CannotStart,
    clock_at,
    fill_standings,
    keep_shipped_rules,
    prepare,
    writable,
)
from providers import backup as backups
from providers import lives, promise_standings
from providers.database import Database, open_engine, require_current, revision

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the database to this release's schema; a new one is made where there is none.

    What is kept beside the returns for pages is written again where it is not what their steps say.
    """
    settings = read_settings()
    will("Bringing the database to this release's schema.", quiet=as_json)
    prepare(settings)
    engine = open_engine(settings.database)
    mended = _mended(Database(engine))
    at = revision(engine)
    lines = [f"The database is at revision {at}."]
    if mended:
        lines.append(f"How {mended} returns or promises stand was written again from their steps.")
    answer({"revision": at, "mended": mended}, lines, as_json=as_json)


def _mended(database: Database) -> int:
    """Only where something is wrong does this take the writers' lock."""
    with database.reading() as session:
        if not _stale(session):
            return 0
    with database.writing() as session:
        return lives.mend_caches(session) + promise_standings.mend(session)


def _stale(session: Session) -> str:
    """What is kept for pages and is not what the steps say, in a sentence."""
    return lives.first_stale_cache(session) or promise_standings.first_stale(session)


@app.command()
def check(as_json: Json = False) -> None:
    """Say whether the schema is this release's, and what is kept for pages what the steps say."""
    settings = read_settings()
    writable(settings.home)
    engine = open_engine(settings.database)
    require_current(engine)
    with Database(engine).reading() as session:
        stale = _stale(session)
    if stale:
        raise CannotStart(f"{stale}; run: charter db upgrade")
    at = revision(engine)
    answer({"revision": at}, f"The database is at revision {at}, as it should be.", as_json=as_json)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Write a copy of the whole database, consistent even while it is in use.

    Files given as evidence are packed beside it, in FILE.evidence.tar.
    """
    settings = read_settings()
    engine = open_engine(settings.database)
    require_current(engine)
    will(f"Copying the database to {to}.", quiet=as_json)
    done = backups.backup(engine, to, evidence=evidence_folder(settings.home))
    answer(_plainly(done), done.in_words(), as_json=as_json)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A file that `charter db backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that holds something.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in place of the database, once its ledger has been checked.

    One that an older release wrote is brought to this one's schema. The evidence packed beside it
    goes back too. Where entries are lost that a checkpoint vouches for, a signed checkpoint says
    so, and `charter verify` repeats it from then on.
    """
    settings = read_settings()
    notary = notary_of(settings, writable(settings.home))
    notary.all()  # what is wrong with them is said before anything is replaced
    will(f"Restoring the database from {source}.", quiet=as_json)
    engine, folder = open_engine(settings.database), evidence_folder(settings.home)
    done = backups.restore(engine, source, force=force, evidence=folder)
    if done.was:
        keep_shipped_rules(Database(engine))
        fill_standings(Database(engine))
    lines = [done.in_words()]
    if note_restored(Database(engine), notary, clock_at(None)()):
        lines.append("It lacks entries that a checkpoint vouches for; a checkpoint says so now.")
    answer(_plainly(done), lines, as_json=as_json)


def _plainly(done: backups.BackedUp) -> dict[str, object]:
    return {"file": str(done.file), "entries": done.entries, "evidence_files": done.files}
