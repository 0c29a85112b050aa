"""What must be true of a bulletin before anyone may read it, and of one that stands."""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MANIFEST = "manifest.json"
HELPLINE = "0808 808 2003"
_FETCHED = {"src", "srcset", "poster", "data", "action", "formaction", "background", "style"}
_OUTSIDE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_STATES = (
    *("not_started", "in_progress", "received", "received_late"),
    *("nil", "extended", "not_returned"),
)


class _Reading(HTMLParser):
    """What a checker needs to know of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.h1 = 0
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.faults: list[str] = []
        self.counts: list[tuple[int, list[int]]] = []
        self._counting = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.h1 += tag == "h1"
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "script" or any(name.startswith("on") for name in given):
            self.faults.append("holds a script")
        fetched = _FETCHED | ({"href"} if tag in {"link", "base"} else set())
        for name in sorted(fetched & given.keys()):
            if name == "style" or _OUTSIDE.match(given[name]):
                self.faults.append(f"makes a browser fetch or run {given[name]}")
        if tag in {"a", "link"} and "href" in given:
            self.links.append(given["href"])
        if "data-expected" in given:
            self.counts.append((int(given["data-expected"]), []))
        self._counting = "data-count" in given

    def handle_data(self, data: str) -> None:
        if self._counting and data.strip():
            self.counts[-1][1].append(int(data))
            self._counting = False


def faults_of(files: Mapping[str, bytes]) -> list[str]:
    """Everything that keeps these files from being published, as sentences; none is a pass."""
    pages = {path: _read(text.decode()) for path, text in files.items() if path.endswith(".html")}
    found = [] if pages else ["there is no page to publish"]
    for path, page in pages.items():
        found += [f"{path} {fault}" for fault in page.faults]
        found += [f"{path} {fault}" for fault in _page_faults(page, files[path].decode())]
        found += [f"{path} {fault}" for fault in _link_faults(path, page, pages, files)]
    return [*found, *_export_faults(files)]


def _read(text: str) -> _Reading:
    page = _Reading()
    page.feed(text)
    page.close()
    return page


def _page_faults(page: _Reading, text: str) -> Iterator[str]:
    if page.h1 != 1:
        yield f"has {page.h1} main headings, where there is to be one"
    if HELPLINE not in text:
        yield "does not give the helpline's number"
    for expected, states in page.counts:
        if len(states) != len(_STATES) or sum(states) != expected:
            yield f"says {expected} updates are owed, but its states add up to {sum(states)}"


def _link_faults(
    path: str, page: _Reading, pages: Mapping[str, _Reading], files: Mapping[str, bytes]
) -> Iterator[str]:
    for href in page.links:
        parts = urlsplit(href)
        if parts.scheme == "tel":
            continue
        if parts.scheme or parts.netloc or href.startswith("/"):
            yield f"links outside the bulletin, to {href}"
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
        target = target if parts.path else path
        if target not in files and target != MANIFEST:
            yield f"links to {href}, which is not there"
        elif parts.fragment and target in pages and parts.fragment not in pages[target].ids:
            yield f"links to {href}, but that page has no such place"


def _export_faults(files: Mapping[str, bytes]) -> Iterator[str]:
    """Each quarter's counts against the returns listed beside them."""
    data: Any = json.loads(files.get("data/returns.json", b'{"counts": [], "returns": []}'))
    for counts in data["counts"]:
        name = f"data/returns.json, {counts['region']} {counts['quarter']}:"
        listed = [
            row["state"]
            for row in data["returns"]
            if (row["region"], row["quarter"]) == (counts["region"], counts["quarter"])
        ]
        if sum(counts[state] for state in _STATES) != counts["expected"]:
            yield f"{name} the seven states do not add up to {counts['expected']}"
        elif any(listed.count(state) != counts[state] for state in _STATES):
            yield f"{name} the returns listed are not those counted"


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def manifest(files: Mapping[str, bytes], entries: int, head: str) -> bytes:
    """The fingerprint of every file, and where the ledger stood just before publication."""
    data = {
        "files": {path: sha256(files[path]) for path in sorted(files)},
        "ledger": {"entries": entries, "head": head},
    }
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a bulletin says of itself; ValueError in a sentence when it cannot be read."""
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
        files, ledger = data["files"], data["ledger"]
        sound = all(isinstance(v, str) for v in files.values()) and isinstance(ledger["head"], str)
    except FileNotFoundError as error:
        raise ValueError(f"{MANIFEST} is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{MANIFEST} cannot be read") from error
    if not sound:
        raise ValueError(f"{MANIFEST} cannot be read")
    return {"files": files, "ledger": ledger}


def standing_files(folder: Path) -> list[str]:
    """The paths of every file in a folder but its manifest, sorted."""
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir())
    return sorted(path for path in found if path != MANIFEST)


def check_site(folder: Path) -> list[str]:
    """What of a standing bulletin does not match its manifest, file by file; none is a pass."""
    folder = folder.resolve()
    if not folder.is_dir():
        return [f"no bulletin stands at {folder}"]
    try:
        promised: dict[str, str] = read_manifest(folder)["files"]
    except ValueError as error:
        return [str(error)]
    found = []
    for path in sorted({*promised, *standing_files(folder)}):
        if path not in promised:
            found.append(f"{path} is extra: the manifest does not name it")
        elif not (folder / path).is_file():
            found.append(f"{path} is missing")
        elif sha256((folder / path).read_bytes()) != promised[path]:
            found.append(f"{path} has been changed")
    return found


def differs(folder: Path, files: Mapping[str, bytes], entries: int, head: str) -> str:
    """The first difference between a bulletin built again and the one that stands, or nothing."""
    folder = folder.resolve()
    if not folder.is_dir():
        return f"no bulletin stands at {folder}"
    for path in sorted({*files, *standing_files(folder)}):
        if path not in files:
            return f"{path} stands in the bulletin, but the record gives no such file"
        if not (folder / path).is_file():
            return f"{path} is missing from the bulletin"
        if (folder / path).read_bytes() != files[path]:
            return f"{path} is not what the record gives"
    try:
        ledger = read_manifest(folder)["ledger"]
    except ValueError as error:
        return str(error)
    if ledger != {"entries": entries, "head": head}:
        return f"{MANIFEST} names another state of the ledger than the publication on record"
    if (folder / MANIFEST).read_bytes() != manifest(files, entries, head):
        return f"{MANIFEST} is not what the record gives"
    return ""
