"""Puts a bulletin in place whole: built to one side, checked, and swapped in at one stroke."""

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from notifications.aside import Aside, settle, written
from notifications.catalogue import Catalogue, Drawing, Drawn, drawn_from
from notifications.drawing import Bulletin, Withheld
from notifications.manifests import (
    MANIFEST,
    SIGNATURE,
    check_site,
    differs,
    manifest,
    read_manifest,
    sha256,
    sha_of,
)

__all__ = ["SiteRefused", "check_site", "differs"]

KEPT = 2
_BUILDING, _DRAWN = ".building", ".drawn"
Sign = Callable[[bytes], bytes]
"""Vouches for a manifest: gives the content of the file that says so."""


class SiteRefused(Exception):
    """A bulletin may not, or could not, be put in place; the one that stood stands still."""


class NotWritten(SiteRefused):
    """The disk did not take it: it is full, or not ours to write on."""


class Overtaken(SiteRefused):
    """The record changed each time before a bulletin was ready."""


class InTheWay(SiteRefused):
    """Something that we did not make stands where the site goes."""


@dataclass(frozen=True)
class Draft:
    """A bulletin built to one side: its folder, its catalogue, and what drawing it came to."""

    folder: Path
    catalogue: Path
    drawn: Drawn

    def discard(self) -> None:
        """Take it away."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.catalogue.unlink(missing_ok=True)


@dataclass(frozen=True)
class Written:
    """What writing did: the folder that now stands, and whether it is a new one."""

    folder: Path
    swapped: bool


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


def build(home: Path, bulletin: Bulletin, before: Draft | None = None) -> Draft:
    """Draws a bulletin to one side, with all that the standing one and `before` have alike linked.

    SiteRefused, in a sentence that names the page, when it does not pass its check or cannot be
    written; then nothing is left of it. Only whoever is `alone` may build.
    """
    standing, sites = standing_folder(home), home / "sites"
    try:
        sites.mkdir(parents=True, exist_ok=True)
        _clear(sites, before)
        number = 1 + max(
            [*_numbers(sites), *([_number(before.folder)] if before else [])], default=0
        )
        draft = _drafted(sites / f"{number}{_BUILDING}", bulletin, standing, before)
    except Withheld as error:
        raise SiteRefused(f"the bulletin is not published: {error}") from error
    except OSError as error:
        raise _not_written(error) from error
    if draft.drawn.faults:
        draft.discard()
        faults = draft.drawn.faults
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise SiteRefused(f"the bulletin is not published: {faults[0]}{more}")
    return draft


def _drafted(aside: Path, bulletin: Bulletin, standing: Path | None, before: Draft | None) -> Draft:
    catalogue = aside.with_suffix(_DRAWN)
    older = [(standing, _catalogue(standing))] if standing else []
    older += [(before.folder, before.catalogue)] if before else []
    try:
        aside.mkdir()
        sink = Aside(aside, [folder for folder, _ in older])
        with catalogue.open("w", encoding="utf-8") as into:
            known = [Catalogue(file) for _, file in older]
            drawn = Drawing(bulletin, sink, into, known).draw()
        sink.settle()
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        catalogue.unlink(missing_ok=True)
        raise
    return Draft(aside, catalogue, drawn)


def stands(home: Path, bulletin: Bulletin, entries: int, head: str, sign: Sign) -> bool:
    """Whether the standing site is this bulletin, whole, drawn by this very release.

    Its signature is put right where it is another's.
    """
    folder = standing_folder(home)
    if (
        folder is None
        or drawn_from(_catalogue(folder)) != bulletin.fingerprint
        or check_site(folder)
    ):
        return False
    if read_manifest(folder)["ledger"] != {"entries": entries, "head": head}:
        return False
    try:
        _sign(folder, sign((folder / MANIFEST).read_bytes()))
    except OSError as error:
        raise _not_written(error) from error
    return True


def _catalogue(folder: Path) -> Path:
    return folder.with_name(folder.name + _DRAWN)


def put_in_place(home: Path, draft: Draft, *, entries: int, head: str, sign: Sign) -> Written:
    """Makes `home/site` show a draft, with a manifest that names the ledger's last entry.

    A draft that is what stands already is discarded. SiteRefused when it cannot be written: then
    whatever stood before stands whole.
    """
    said = manifest(draft.drawn.files, entries, head)
    standing = standing_folder(home)
    try:
        if standing is not None and _stands(standing, said):
            _sign(standing, sign(said))
            draft.catalogue.replace(_catalogue(standing))
            draft.discard()
            return Written(standing, swapped=False)
        written(draft.folder / MANIFEST, said)
        written(draft.folder / SIGNATURE, sign(said))
        place = draft.folder.with_suffix("")
        settle(draft.folder)
        draft.folder.rename(place)
        draft.catalogue.replace(_catalogue(place))
        settle(place.parent)
        _swap(home, place)
    except OSError as error:
        draft.discard()
        raise _not_written(error) from error
    _tidy(home / "sites", place)
    return Written(place, swapped=True)


def _stands(standing: Path, said: bytes) -> bool:
    """Whether the standing site has this very manifest, and just the files that it names."""
    try:
        return (standing / MANIFEST).read_bytes() == said and not check_site(standing)
    except OSError:
        return False


def _sign(folder: Path, signature: bytes) -> None:
    """Puts the signature right where it is missing or another's; readers see one or the other."""
    if sha_of(folder / SIGNATURE) == sha256(signature):
        return
    fresh = folder.with_name(f".{folder.name}.{SIGNATURE}")
    written(fresh, signature)
    fresh.replace(folder / SIGNATURE)


def _not_written(error: OSError) -> NotWritten:
    why = error.strerror or str(error)
    return NotWritten(f"the bulletin could not be written, the old one stands: {why}")


def standing_folder(home: Path) -> Path | None:
    """The folder that is shown now; SiteRefused if somebody put one there that is not ours."""
    site = home / "site"
    if site.exists() and not site.is_symlink():
        raise InTheWay(f"{site} is not a link that we made: move it away, then publish again")
    return site.resolve() if site.is_dir() else None


def _swap(home: Path, place: Path) -> None:
    """Points `home/site` at the new folder; a reader sees the old site or the new one, whole."""
    fresh = home / ".site.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place.relative_to(home), target_is_directory=True)
    fresh.replace(home / "site")
    settle(home)


def _numbers(sites: Path) -> list[int]:
    return [int(one.name) for one in sites.iterdir() if one.name.isdigit()]


def _number(folder: Path) -> int:
    return int(folder.name.partition(".")[0])


def _clear(sites: Path, but: Draft | None) -> None:
    """Takes away what a killed run left half built."""
    for left in sites.glob(f"*{_BUILDING}"):
        if but is None or left != but.folder:
            shutil.rmtree(left, ignore_errors=True)
    for left in sites.glob(f"*{_DRAWN}"):
        if not left.with_suffix("").is_dir() and (but is None or left != but.catalogue):
            left.unlink(missing_ok=True)


def _tidy(sites: Path, place: Path) -> None:
    """Keeps the site that stands and the one before it."""
    for number in sorted(_numbers(sites), reverse=True)[KEPT:]:
        if sites / str(number) != place:
            shutil.rmtree(sites / str(number), ignore_errors=True)
            (sites / f"{number}{_DRAWN}").unlink(missing_ok=True)
