"""An import at work: each record is made, mended or left, counted, and told in a sentence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from providers.register_rows import Register, Row

M = TypeVar("M", bound=SQLModel)


class ImportRefused(ValueError):
    """The register cannot be taken in as it is; `problems` says why, and nothing was changed."""

    def __init__(self, problems: Iterable[object]) -> None:
        self.problems = tuple(str(problem) for problem in problems)
        super().__init__("; ".join(self.problems))


@dataclass
class Work:
    """An import under way: the session, the London date, the file, and what was done so far."""

    session: Session
    today: date
    register: Register
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    lines: list[str] = field(default_factory=list)

    def settle(
        self,
        found: M | None,
        make: Callable[[], M],
        values: dict[str, Any],
        what: str = "",
    ) -> M:
        """The record with these values: made, mended or left; `what` names it in the sentences."""
        if found is not None and all(getattr(found, n) == v for n, v in values.items()):
            self.unchanged += 1
            return found
        if found is None:
            found, said = make(), "new"
            self.added += 1
        else:
            said = "changed"
            self.changed += 1
        for name, value in values.items():
            setattr(found, name, value)
        self.session.add(found)
        if what:
            self.lines.append(f"{said}: {what}")
        return found

    def end(self, record: SQLModel, values: dict[str, Any], what: str) -> None:
        """End a record that the register lists no longer."""
        for name, value in values.items():
            setattr(record, name, value)
        self.session.add(record)
        self.ended += 1
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
