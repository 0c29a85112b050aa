"""Has files given as evidence looked into, and clears away what no return holds any more."""

from datetime import datetime
from pathlib import Path

from flows.post import Post
from flows.settings import Settings
from flows.wiring import App
from providers.database import Database
from providers.evidence import Cabinet, sweep
from providers.evidence_scanning import Scanned, scan_waiting
from providers.scanners import scanner_for


def evidence_folder(home: Path) -> Path:
    """Where an installation keeps files given as evidence; no web server may serve it."""
    return home / "evidence"


def cabinet_of(service: App | Post) -> Cabinet:
    """The files of an installation, with the scanner that its settings name."""
    settings: Settings = service.settings
    return Cabinet(evidence_folder(service.home), scanner_for(settings.scanner_url))


def scan_files(database: Database, now: datetime, post: Post) -> Scanned:
    """Look into every file that waits; twice is no harm, and a scanner that is down loses nothing.

    The people who run the service read of a harmful file, and of files that wait, in their brief.
    """
    cabinet = cabinet_of(post)
    done = scan_waiting(database, cabinet, now)
    if cabinet.folder.exists():
        with database.writing() as session:
            sweep(session, cabinet)
    return done
