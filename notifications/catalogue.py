"""What each part of a bulletin was made of, so that the same is not drawn or checked twice."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from notifications import exports
from notifications.bulletin import Drawer, stylesheet
from notifications.drawing import Bulletin, Opened, Piece, Unit
from notifications.manifests import UNLISTED, sha256
from notifications.sitecheck import check_page, sum_faults, wire_size

Line = dict[str, Any]
"""A unit as a catalogue holds it: its name and inputs, and the files of each of its pieces."""


PARTS = frozenset({"unit", "inputs", "reads", "pieces", "gist"})


class Sink(Protocol):
    """Where files go."""

    def put(self, path: str, content: bytes) -> None:
        """Take a file that was drawn."""

    def pour(self, path: str, pieces: Iterable[bytes]) -> str:
        """Take a file piece by piece; gives its fingerprint."""

    def keep(self, files: Mapping[str, str]) -> bool:
        """Take files that stand already with these fingerprints: all of them, or none."""

    def read(self, path: str) -> bytes:
        """A file that was taken."""


@dataclass
class Drawn:
    """What drawing came to: every file's fingerprint, how many pages were drawn, and all faults.

    `extras` are files that a unit has beside those that are rebuilt, drawn or not.
    """

    files: dict[str, str] = field(default_factory=dict)
    extras: set[str] = field(default_factory=set)
    pages: int = 0
    faults: list[str] = field(default_factory=list)
    leads: dict[tuple[str, str], str] = field(default_factory=dict)


class Catalogue:
    """The lines of an older bulletin, read along with the units of a new one, in the same order."""

    def __init__(self, file: Path | None) -> None:
        self._lines = _lines(file)
        self._next: Line | None = next(self._lines, None)

    def line(self, name: str) -> Line | None:
        """The line of the unit of that name; asked for in the order of the names."""
        while self._next is not None and self._next["unit"] < name:
            self._next = next(self._lines, None)
        here = self._next
        return here if here is not None and here["unit"] == name else None


def drawn_from(file: Path) -> str:
    """The fingerprint of the bulletin that a catalogue is of; nothing where it cannot be read."""
    try:
        with file.open(encoding="utf-8") as opened:
            return str(json.loads(opened.readline())["bulletin"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _lines(file: Path | None) -> Iterator[Line]:
    """Every line, up to one that cannot be read: what is lost is drawn again."""
    try:
        opened = file.open(encoding="utf-8") if file else None
    except OSError:
        return
    if opened is None:
        return
    with opened:
        for text in opened:
            try:
                line = json.loads(text)
            except ValueError:
                return
            if line.keys() >= PARTS:
                yield line


class Drawing:
    """Draws a bulletin into a sink, unit by unit, taking over what an older one has alike.

    `into` is written with a line for each unit. With `extras` those are drawn as well.
    """

    def __init__(
        self,
        bulletin: Bulletin,
        sink: Sink,
        into: IO[str],
        older: Iterable[Catalogue] = (),
        *,
        extras: bool = True,
    ) -> None:
        self.bulletin, self.sink, self.into, self.older = bulletin, sink, into, list(older)
        self.extras, self.done = extras, Drawn()
        self.sheet = wire_size(stylesheet().encode())

    def draw(self) -> Drawn:
        """Everything, the tables and the feed last; the faults of what was drawn are noted."""
        self.into.write(json.dumps({"bulletin": self.bulletin.fingerprint}) + "\n")
        for unit in self.bulletin.units():
            known = [line for one in self.older if (line := one.line(unit.name))]
            line = next((one for one in known if self._stands(unit, one)), None)
            line = line or self._made(unit, known)
            self._note(line)
            self.into.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.into.flush()
        self._lists()
        self._follow()
        return self.done

    def _follow(self) -> None:
        """Whether all links lead somewhere, and to a place that is there."""
        ids: dict[str, frozenset[str]] = {}
        for (target, place), path in sorted(self.done.leads.items()):
            if target not in self.done.files:
                if target not in UNLISTED | self.done.extras:
                    self.done.faults.append(f"{path} links to {target}, which is not there")
                continue
            if place and target not in ids:
                ids[target] = check_page(target, self.sink.read(target), 0).ids
            if place and place not in ids[target]:
                self.done.faults.append(
                    f"{path} links to {target}#{place}, but that page has no such place"
                )

    def _stands(self, unit: Unit, line: Line) -> bool:
        """Whether nothing has changed of a unit, and its files are taken over."""
        alike = line["inputs"] == unit.inputs and all(
            self.bulletin.shas.get(key) == sha for key, sha in line["reads"].items()
        )
        return alike and self.sink.keep(
            {path: sha for piece in line["pieces"].values() for path, sha in piece["files"].items()}
        )

    def _made(self, unit: Unit, known: list[Line]) -> Line:
        opened: Opened = unit.open()
        pieces = {
            piece.name: self._piece(piece, [one["pieces"].get(piece.name) for one in known])
            for piece in opened.pieces
            if self.extras or not piece.extras
        }
        self.done.extras |= {path for piece in opened.pieces for path in piece.extras}
        return {
            "unit": unit.name,
            "inputs": unit.inputs,
            "reads": dict(opened.reads),
            "pieces": pieces,
            "gist": opened.gist,
        }

    def _piece(self, piece: Piece, known: list[Line | None]) -> Line:
        for one in known:
            if one and one["inputs"] == piece.inputs and self.sink.keep(one["files"]):
                return one
        files: dict[str, str] = {}
        leads: dict[str, str] = {}
        for path, content in piece.draw():
            self.sink.put(path, content)
            files[path] = sha256(content)
            if path.endswith(".html"):
                checked = check_page(path, content, self.sheet)
                self.done.faults += checked.faults
                leads |= {
                    f"{target}#{place}" if place else target: path
                    for target, place in checked.leads
                }
        self.done.pages += piece.is_page
        return {"inputs": piece.inputs, "files": files, "leads": leads}

    def _note(self, line: Line) -> None:
        for piece in line["pieces"].values():
            self.done.files |= piece["files"]
        own = {path for piece in line["pieces"].values() for path in piece["files"]}
        for piece in line["pieces"].values():
            for lead, path in piece.get("leads", {}).items():
                target, _, place = lead.partition("#")
                if target not in own:
                    self.done.leads.setdefault((target, place), path)

    def _lists(self) -> None:
        """The tables and the feed of the whole site, from what every unit gave for them."""
        into = Path(self.into.name)
        counts = [one for gist in _gists(into) for one in gist.get("counts", ())]
        listed: dict[tuple[str, str], Counter[str]] = {}
        for gist in _gists(into):
            for row in gist.get("returns", ()):
                here = listed.setdefault((row["region"], row["quarter"]), Counter())
                here[row["state"]] += 1
        for one in counts:
            self.done.faults += sum_faults(one, listed.get((one["region"], one["quarter"]), {}))
        tables = {
            "data/returns.csv": _csv(into, "returns", exports.RETURN_COLUMNS),
            "data/actions.csv": _csv(into, "actions", exports.ACTION_COLUMNS),
            "data/corrections.csv": _csv(into, "corrections", exports.CORRECTION_COLUMNS),
            "data/returns.json": _json(into, counts),
        }
        for path, pieces in tables.items():
            self.done.files[path] = self.sink.pour(path, pieces)
        drawer = Drawer({"index": self.bulletin.home}, known=self.bulletin.known)
        newest = exports.feed_of(one for gist in _gists(into) for one in gist.get("entries", ()))
        self.done.files["feed.xml"] = self.sink.pour("feed.xml", [drawer.feed(newest)])


def _gists(file: Path) -> Iterator[Line]:
    for line in _lines(file):
        yield line["gist"]


def _csv(file: Path, what: str, columns: Sequence[str]) -> Iterator[bytes]:
    """A table from the rows that each unit has of it."""
    yield exports.table(columns, ())
    for gist in _gists(file):
        if rows := gist.get(what):
            yield exports.table(columns, rows, header=False)


def _json(file: Path, counts: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """The returns after the counts that they add up to, as one document."""
    whole = _indented({"counts": counts, "returns": []})
    before, after = whole.removesuffix("]\n}"), "\n ]\n}\n"
    lead = "\n"
    yield before.encode()
    for gist in _gists(file):
        for row in gist.get("returns", ()):
            yield (lead + textwrap.indent(_indented(row), "  ")).encode()
            lead = ",\n"
    yield (after if lead != "\n" else "]\n}\n").encode()


def _indented(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
