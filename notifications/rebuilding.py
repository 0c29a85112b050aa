"""Draws a bulletin again to nowhere, for the fingerprints of its files."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notifications.catalogue import Drawing
from notifications.drawing import Bulletin
from notifications.manifests import sha256


@dataclass
class Nowhere:
    """Takes files and forgets them; those that stand in a folder can be read back there."""

    folder: Path
    shas: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: bytes) -> None:
        """Note a file."""
        self.shas[path] = sha256(content)

    def pour(self, path: str, pieces: Iterable[bytes]) -> str:
        """Note a file that comes in pieces."""
        sha = hashlib.sha256()
        for piece in pieces:
            sha.update(piece)
        self.shas[path] = sha.hexdigest()
        return self.shas[path]

    def keep(self, files: Mapping[str, str]) -> bool:
        """Nothing is taken over: all of it is drawn."""
        return not files

    def read(self, path: str) -> bytes:
        """A file as it stands; empty where it does not."""
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return b""


def rebuilt(bulletin: Bulletin, folder: Path) -> dict[str, str]:
    """The fingerprint of every file that a bulletin's data give, extras left out, by its path."""
    sink = Nowhere(folder)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as into:
        Drawing(bulletin, sink, into, extras=False).draw()
    return sink.shas
