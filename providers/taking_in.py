"""An import at work: each record is made, mended or left, counted, and told in a sentence."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from charter.ledger import canonical, digest
from charter.quarters import say
from providers.register_rows import Register, Row
from providers.tabular import Problem

M = TypeVar("M", bound=SQLModel)


class ImportRefused(ValueError):
    """The register cannot be taken in as it is; `problems` says why, and nothing was changed.

    `places` are the same with the line and column of each, as far as it has one.
    """

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        given = tuple(problems)
        self.problems = tuple(str(problem) for problem in given)
        self.places = tuple(p if isinstance(p, Problem) else Problem(0, "", p) for p in given)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True)
class Difference:
    """What a column held and is to hold, as a person reads it; empty for nothing."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What an import does with one record: `did` is new, changed or ended, `of` its kind."""

    did: str
    of: str
    named: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Open:
    """A service that an import would end, whose return for a quarter is still to come."""

    service: str
    quarter: str


@dataclass(frozen=True)
class Plan:
    """What an import would do; `seen` names this very plan of this very file, whoever asks."""

    changes: tuple[Change, ...]
    still_open: tuple[Open, ...]
    unchanged: int
    seen: str


class PlanChanged(ValueError):
    """An import would no longer do what was shown, for the record has changed meanwhile."""


def plan_of(
    sha: str, changes: Iterable[Change], still_open: Iterable[Open], unchanged: int
) -> Plan:
    """The plan made of these changes, for a file of that SHA-256."""
    told, waiting = tuple(changes), tuple(still_open)
    parts = [sorted(canonical(asdict(one)) for one in several) for several in (told, waiting)]
    return Plan(told, waiting, unchanged, digest(canonical([sha, *parts])))


@dataclass
class Work:
    """An import under way: the session, the London date, the file, and what was done so far.

    `within` is the one region that may be touched, where somebody may import for no other.
    """

    session: Session
    today: date
    register: Register
    within: str = ""
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    lines: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def settle(
        self,
        found: M | None,
        make: Callable[[], M],
        values: dict[str, Any],
        what: str = "",
        *,
        of: str,
        named: str = "",
    ) -> M:
        """The record with these values: made, mended or left; `what` names it in the sentences.

        `of` says what kind of record it is, and `named` what it is called where `what` is empty.
        """
        other = [] if found is None else [n for n, v in values.items() if getattr(found, n) != v]
        if found is not None and not other:
            self.unchanged += 1
            return found
        told = tuple(Difference(n, _read(getattr(found, n)), _read(values[n])) for n in other)
        if found is None:
            found, said = make(), "new"
            self.added += 1
        else:
            said = "changed"
            self.changed += 1
        for name, value in values.items():
            setattr(found, name, value)
        self.session.add(found)
        self.changes.append(Change(said, of, named or what, told))
        if what:
            self.lines.append(f"{said}: {what}")
        return found

    def count_new(self, *, of: str, named: str) -> None:
        """Say of a record that it is new, and leave it as it is."""
        self.added += 1
        self.changes.append(Change("new", of, named))

    def end(self, record: SQLModel, values: dict[str, Any], what: str, *, of: str) -> None:
        """End a record that the register lists no longer."""
        for name, value in values.items():
            setattr(record, name, value)
        self.session.add(record)
        self.ended += 1
        self.changes.append(Change("ended", of, what))
        self.lines.append(f"ended: {what}")

    def told(self, rows: Iterable[Row], *columns: str) -> dict[str, Any]:
        """What the rows say in those columns: the first that is not blank.

        A column that the file has not got is left out, so that what is on record stays.
        """
        rows = list(rows)
        return {
            column: next(
                (v for row in rows if (v := getattr(row, column))), getattr(rows[0], column)
            )
            for column in columns
            if column in self.register.columns
        }


def _read(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    return say(value) if isinstance(value, date) else str(value or "")
