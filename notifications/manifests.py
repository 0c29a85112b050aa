"""What a bulletin says of its own files, and whether a folder holds just those."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
UNLISTED = frozenset({MANIFEST, SIGNATURE})
"""The two files that no manifest names: itself, and what vouches for it."""
EXTRAS = (".pdf",)
"""Files that the manifest names and that are not rebuilt."""


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def manifest(files: Mapping[str, str], entries: int, head: str) -> bytes:
    """The fingerprint of every file, and where the ledger stood just before publication."""
    data = {"files": dict(files), "ledger": {"entries": entries, "head": head}}
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a bulletin says of itself; ValueError in a sentence when it cannot be read."""
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
        files, ledger = data["files"], data["ledger"]
        sound = (
            all(isinstance(sha, str) and _is_plain(path) for path, sha in files.items())
            and isinstance(ledger["head"], str)
            and isinstance(ledger["entries"], int)
        )
    except FileNotFoundError as error:
        raise ValueError(f"{MANIFEST} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{MANIFEST} cannot be read") from error
    if not sound:
        raise ValueError(f"{MANIFEST} cannot be read")
    return {"files": files, "ledger": ledger}


def _is_plain(path: str) -> bool:
    """A path that stays within its folder."""
    return bool(path) and not any(part in ("", ".", "..") for part in path.split("/"))


def standing_files(folder: Path) -> list[str]:
    """The paths of every file in a folder that a manifest has to name, sorted."""
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir())
    return sorted(path for path in found if path not in UNLISTED)


def check_site(folder: Path) -> list[str]:
    """What of a standing bulletin does not match its manifest, file by file; none is a pass."""
    folder = folder.resolve()
    if not folder.is_dir():
        return [f"no bulletin stands at {folder}"]
    try:
        promised: dict[str, str] = read_manifest(folder)["files"]
    except ValueError as error:
        return [str(error)]
    return list(_departures(folder, promised))


def _departures(folder: Path, promised: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*promised, *standing_files(folder)}):
        if path not in promised:
            yield f"{path} is extra: the manifest does not name it"
        elif not (folder / path).is_file():
            yield f"{path} is missing"
        elif sha_of(folder / path) != promised[path]:
            yield f"{path} has been changed"


def sha_of(file: Path) -> str:
    """SHA-256 of a file, in hex; nothing for one that cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def differs(folder: Path, files: Iterable[tuple[str, str]], entries: int, head: str) -> str:
    """The first difference between a bulletin built again and the one that stands, or nothing.

    `files` are paths with the SHA-256 of what the record gives; empty for an extra, of which only
    the manifest can say whether it was changed.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        return f"no bulletin stands at {folder}"
    seen: dict[str, str] = {}
    for path, sha in files:
        if not (folder / path).is_file():
            return f"{path} is missing from the bulletin"
        seen[path] = sha_of(folder / path)
        if sha and seen[path] != sha:
            return f"{path} is not what the record gives"
    for path in standing_files(folder):
        if path not in seen and not path.endswith(EXTRAS):
            return f"{path} stands in the bulletin, but the record gives no such file"
    return _other_manifest(folder, seen, entries, head)


def _other_manifest(folder: Path, seen: Mapping[str, str], entries: int, head: str) -> str:
    try:
        said = read_manifest(folder)
    except ValueError as error:
        return str(error)
    if said["ledger"] != {"entries": entries, "head": head}:
        return f"{MANIFEST} names another state of the ledger than the publication on record"
    extras = {path: sha for path, sha in said["files"].items() if path.endswith(EXTRAS)}
    if (folder / MANIFEST).read_bytes() != manifest({**seen, **extras}, entries, head):
        return f"{MANIFEST} is not what the record gives"
    return next(_departures(folder, said["files"]), "") if extras else ""
