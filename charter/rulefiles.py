"""A policy or Charter file as it is checked: every fault with its line, its field and the mend."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from charter.plainly import faults, strictly

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[int | str, ...]
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(#.*)?")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Misread:
    """Something to mend: its line (0 where no one line is at fault), its field and what to do."""

    line: int
    field: str
    what: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, [f"line {self.line}" if self.line else "", self.field]))
        return f"{place}: {self.what}" if place else self.what


class Unreadable(ValueError):
    """A file that cannot be used; `faults` are what is to be mended in it."""

    def __init__(self, found: Sequence[Misread]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.faults = tuple(found)


def read(model: type[Model], text: str) -> Model:
    """What the text of a TOML file holds; Unreadable with all of its faults."""
    try:
        return strictly(model, tomllib.loads(text))
    except ValidationError as error:
        where = lines_of(text)
        found = [Misread(_line(where, path), _named(path), what) for path, what in faults(error)]
        raise Unreadable(sorted(found, key=lambda one: one.line)) from error
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        what = f"this cannot be read as TOML: {_LINE.sub('', str(error)).strip()}"
        raise Unreadable([Misread(int(at[1]) if at else 0, "", what)]) from error
    except RecursionError:
        raise Unreadable([Misread(0, "", "brackets in brackets cannot be read")]) from None
    except ValueError as error:
        raise Unreadable([Misread(0, "", str(error))]) from error


def lines_of(text: str) -> dict[Path, int]:
    """Where each table and each key of a TOML file is first said, by its path, counted from 1."""
    found: dict[Path, int] = {}
    times: dict[Path, int] = {}
    here: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            here = _table(header[2].split("."), header[1] == "[[", times)
            found.setdefault(here, number)
        elif key := _KEY.match(line):
            found.setdefault((*here, key[1]), number)
    return found


def _table(names: list[str], one_of_many: bool, times: dict[Path, int]) -> Path:
    """The path of a table that begins here; of several of one name the newest is the one meant."""
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name)
        last = place == len(names) - 1
        if last and one_of_many:
            times[path] = times.get(path, -1) + 1
        if path in times:
            path = (*path, times[path])
    return path


def _line(where: dict[Path, int], path: Path) -> int:
    """The line of the nearest place that is said at all; 0 where there is none."""
    return next((where[path[:n]] for n in range(len(path), 0, -1) if path[:n] in where), 0)


def _named(path: Path) -> str:
    return ", ".join(f"number {one + 1}" if isinstance(one, int) else one for one in path)
