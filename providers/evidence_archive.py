"""Packs the evidence into one file beside a backup of the database, and puts it back."""

import hashlib
import re
import tarfile
from pathlib import Path

from providers.evidence import Cabinet, put

_MEMBER = re.compile(r"(quarantine|clean/[0-9a-f]{2})/([0-9a-f]{64})")


def beside(copy: Path) -> Path:
    """Where the evidence of a backup is packed."""
    return copy.with_name(f"{copy.name}.evidence.tar")


def pack(folder: Path, to: Path) -> int:
    """Pack every finished file of a cabinet, and give how many there are."""
    many = 0
    with tarfile.open(to, "w") as packed:
        for path in Cabinet(folder).files():
            name = path.relative_to(folder).as_posix()
            if _MEMBER.fullmatch(name):
                packed.add(path, name, recursive=False)
                many += 1
    return many


def unpack(source: Path, folder: Path) -> int:
    """Put packed files back, each checked against its SHA-256, and give how many.

    ValueError for a file that is no such pack, or holds anything changed; what lies in the cabinet
    already stays.
    """
    many = 0
    try:
        with tarfile.open(source, "r:") as packed:
            for member in packed:
                found = _MEMBER.fullmatch(member.name)
                inside = packed.extractfile(member) if found and member.isreg() else None
                data = inside.read() if inside else b""
                if found is None or hashlib.sha256(data).hexdigest() != found[2]:
                    raise ValueError(f"{source} holds a file that was changed: {member.name}")
                put(folder / member.name, data)
                many += 1
    except (tarfile.TarError, EOFError) as error:
        raise ValueError(f"{source} cannot be read as a pack of evidence ({error})") from error
    return many
