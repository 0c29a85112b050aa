"""The checkpoints of an installation: where they lie, and when one is written."""

from datetime import datetime
from pathlib import Path

from flows.settings import Settings
from providers import ledger
from providers.database import Database
from providers.notary import Notary

KEY_FILE = "checkpoint.key"


def notary_of(settings: Settings, home: Path) -> Notary:
    """The checkpoints of an installation, as its settings name folder and key."""
    folder = settings.checkpoints or home / "checkpoints"
    return Notary(folder, home / KEY_FILE, settings.checkpoint_key.get_secret_value())


def note_restored(database: Database, notary: Notary, at: datetime) -> bool:
    """After a backup came back: say so, if it lost entries that a checkpoint vouches for."""
    with database.reading() as session:
        entries, head = ledger.head(session)
    return notary.restored(entries, head, at) is not None
