"""Puts a bulletin in place whole: built to one side, checked, and swapped in at one stroke."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from notifications.sitecheck import (
    MANIFEST,
    check_site,
    differs,
    faults_of,
    manifest,
    standing_files,
)

__all__ = ["SiteRefused", "Written", "check_site", "differs", "faults_of", "write_site"]

KEPT = 2
_BUILDING = ".building"


class SiteRefused(Exception):
    """A bulletin may not, or could not, be put in place; the one that stood stands still."""


@dataclass(frozen=True)
class Written:
    """What writing did: the folder that now stands, and how many of its files changed."""

    folder: Path
    changed: tuple[str, ...]
    linked: int
    swapped: bool


def write_site(home: Path, files: Mapping[str, bytes], *, entries: int, head: str) -> Written:
    """Makes `home/site` show these files, with a manifest that names the ledger's last entry.

    Done twice it changes nothing the second time. SiteRefused, in a sentence, when the files do
    not pass their check or cannot be written: then whatever stood before stands whole.
    """
    faults = faults_of(files)
    if faults:
        raise SiteRefused(f"the bulletin is not published: {faults[0]}{_others(len(faults) - 1)}")
    whole = {**files, MANIFEST: manifest(files, entries, head)}
    try:
        with alone(home, ".lock"):
            return _write(home, whole)
    except OSError as error:
        raise _not_written(error) from error


def _not_written(error: OSError) -> SiteRefused:
    why = error.strerror or str(error)
    return SiteRefused(f"the bulletin could not be written, the old one stands: {why}")


def _others(more: int) -> str:
    return f" (and {more} more)" if more else ""


@contextlib.contextmanager
def alone(home: Path, turn: str) -> Iterator[None]:
    """One process of this home at a time; the `turn`, a file, goes with the process that has it."""
    sites = home / "sites"
    try:
        sites.mkdir(parents=True, exist_ok=True)
        held = (sites / turn).open("w")
    except OSError as error:
        raise _not_written(error) from error
    with held as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(home: Path, files: Mapping[str, bytes]) -> Written:
    standing = _standing(home)
    changed = tuple(path for path in files if not _same(standing, path, files[path]))
    if standing is not None and not changed and not _spare(standing, files):
        return Written(standing, (), len(files), swapped=False)
    number = 1 + max(_numbers(home / "sites"), default=0)
    aside = home / "sites" / f"{number}{_BUILDING}"
    _clear(home / "sites")
    try:
        linked = _build(aside, files, standing, set(changed))
        place = aside.with_suffix("")
        aside.rename(place)
        _settle(place.parent)
        _swap(home, place)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _tidy(home / "sites", place)
    return Written(place, changed, linked, swapped=True)


def _standing(home: Path) -> Path | None:
    """The folder that is shown now."""
    site = home / "site"
    if site.exists() and not site.is_symlink():
        raise SiteRefused(f"{site} is not a link that we made: move it away, then publish again")
    return site.resolve() if site.is_dir() else None


def _same(standing: Path | None, path: str, content: bytes) -> bool:
    """Whether the standing file holds these very bytes; what its manifest says is not enough."""
    if standing is None:
        return False
    try:
        return (standing / path).read_bytes() == content
    except OSError:
        return False


def _spare(standing: Path, files: Mapping[str, bytes]) -> bool:
    return any(path not in files for path in standing_files(standing))


def _build(
    aside: Path, files: Mapping[str, bytes], standing: Path | None, changed: set[str]
) -> int:
    """Writes every file and settles it on the disk; how many were linked instead."""
    linked = 0
    for path, content in files.items():
        target = aside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if standing is not None and path not in changed and _linked(standing / path, target):
            linked += 1
            continue
        with target.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    for folder in [aside, *(one for one in aside.rglob("*") if one.is_dir())]:
        _settle(folder)
    return linked


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(home: Path, place: Path) -> None:
    """Points `home/site` at the new folder; a reader sees the old site or the new one, whole."""
    fresh = home / ".site.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place.relative_to(home), target_is_directory=True)
    fresh.replace(home / "site")
    _settle(home)


def _numbers(sites: Path) -> list[int]:
    return [int(one.name) for one in sites.iterdir() if one.name.isdigit()]


def _clear(sites: Path) -> None:
    """Takes away what a killed run left half built."""
    for left in sites.glob(f"*{_BUILDING}"):
        shutil.rmtree(left, ignore_errors=True)


def _tidy(sites: Path, place: Path) -> None:
    """Keeps the site that stands and the one before it."""
    for number in sorted(_numbers(sites), reverse=True)[KEPT:]:
        if sites / str(number) != place:
            shutil.rmtree(sites / str(number), ignore_errors=True)
