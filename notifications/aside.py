"""A folder that takes a bulletin's files, and links those that an older one has alike."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notifications.manifests import sha_of


@dataclass
class Aside:
    """A folder that takes a bulletin's files, linking those that older folders have alike."""

    folder: Path
    older: list[Path]
    made: set[Path] = field(default_factory=set)

    def put(self, path: str, content: bytes) -> None:
        """Write a file, and settle it on the disk."""
        self._room(path)
        written(self.folder / path, content)

    def pour(self, path: str, pieces: Iterable[bytes]) -> str:
        """Write a file piece by piece; gives its fingerprint."""
        self._room(path)
        sha = hashlib.sha256()
        with (self.folder / path).open("wb") as out:
            for piece in pieces:
                out.write(piece)
                sha.update(piece)
            out.flush()
            os.fsync(out.fileno())
        return sha.hexdigest()

    def keep(self, files: Mapping[str, str]) -> bool:
        """Link these files, if one older folder has them all with just these bytes."""
        for folder in self.older:
            if all(sha_of(folder / path) == sha for path, sha in files.items()):
                return all(self._linked(folder, path) for path in files)
        return not files

    def read(self, path: str) -> bytes:
        """A file that was taken."""
        return (self.folder / path).read_bytes()

    def settle(self) -> None:
        """Settle every folder on the disk."""
        for folder in [self.folder, *self.made]:
            settle(folder)

    def _linked(self, folder: Path, path: str) -> bool:
        self._room(path)
        try:
            os.link(folder / path, self.folder / path)
        except FileExistsError:
            return True
        except OSError:
            return False
        return True

    def _room(self, path: str) -> None:
        parent = (self.folder / path).parent
        if parent not in self.made and parent != self.folder:
            parent.mkdir(parents=True, exist_ok=True)
            self.made |= {parent, *(one for one in parent.parents if self.folder in one.parents)}


def written(file: Path, content: bytes) -> None:
    """Write a file and settle it on the disk; what another name shows of it stays as it was."""
    file.unlink(missing_ok=True)
    with file.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def settle(folder: Path) -> None:
    """Settle on the disk which files a folder has."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
