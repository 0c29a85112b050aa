"""What people type into forms, and what is wrong with it, in words that lead to the field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from charter.document import Words
from charter.plainly import faults as plainly

_WORDS: TypeAdapter[str] = TypeAdapter(Words)


@dataclass(frozen=True)
class Fault:
    """A sentence about one field, by the field's id."""

    field: str
    message: str


class Faults:
    """All that is wrong with a form, in the order of its fields."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def add(self, field: str, message: str) -> None:
        """Note a fault; the message becomes a sentence with a capital."""
        self._found.append(Fault(field, message[:1].upper() + message[1:]))

    def on(self, field: str) -> str:
        """The first message for a field; empty when it is well."""
        return next((fault.message for fault in self._found if fault.field == field), "")

    def in_order(self, fields: Iterable[str]) -> "Faults":
        """The same faults, in the order the fields stand on the page."""
        place = {name: number for number, name in enumerate(fields)}
        sorted_faults = Faults()
        sorted_faults._found = sorted(self._found, key=lambda f: place.get(f.field, len(place)))
        return sorted_faults


@dataclass(frozen=True)
class Upload:
    """A file as a browser sent it: the name it gave, and what is in it."""

    name: str
    data: bytes


class Form:
    """The words a browser sent, each field by name, and the files with them.

    It is `cut_off` where it was longer than is read there; what stood after that is not in it.
    """

    def __init__(
        self,
        sent: Mapping[str, list[str]],
        files: Mapping[str, Upload] | None = None,
        *,
        cut_off: bool = False,
    ) -> None:
        self._sent = sent
        self._files = files or {}
        self.cut_off = cut_off

    def file(self, name: str) -> Upload | None:
        """The file chosen in a field; none where nothing was chosen."""
        return self._files.get(name)

    @property
    def names(self) -> list[str]:
        """The fields that were sent, in their order, files left out."""
        return list(self._sent)

    @property
    def has_file(self) -> bool:
        """Whether a file came with it, whole or cut off."""
        return bool(self._files) or self.cut_off

    def all_of(self, name: str) -> str:
        """All that was sent in a field, each value on a line of its own, with plain line ends."""
        return "\n".join(self._sent.get(name, ())).replace("\r\n", "\n").replace("\r", "\n").strip()

    def text(self, name: str) -> str:
        """A field's words with plain line ends and no space around them; empty if not sent."""
        values = self._sent.get(name, [""])
        return values[-1].replace("\r\n", "\n").replace("\r", "\n").strip()

    def has(self, name: str) -> bool:
        """Whether a box is ticked, or a button pressed."""
        return name in self._sent

    def key(self, name: str) -> str:
        """What a form of ours names a thing by; no NUL, which PostgreSQL cannot be asked about."""
        return self.text(name).replace("\x00", "")

    def words(self, name: str, faults: Faults) -> str:
        """A field of free text; a fault if it is too long or holds what cannot be shown."""
        text = self.text(name)
        try:
            return _WORDS.validate_python(text)
        except ValidationError as error:
            faults.add(name, plainly(error)[0][1])
            return text

    def day(self, name: str, faults: Faults, *, what: str) -> date | None:
        """A date typed in three boxes; nothing, with a fault, if it is none. `what` names it."""
        parts = [self.text(f"{name}-{part}") for part in ("day", "month", "year")]
        if not any(parts):
            faults.add(name, f"enter {what}")
            return None
        if not all(part.isdecimal() and len(part) <= 4 for part in parts):
            faults.add(name, f"{what} must have a day, a month and a year, in figures")
            return None
        day, month, year = (int(part) for part in parts)
        try:
            found = date(year, month, day)
        except ValueError:
            found = date.min
        if not 2000 <= found.year <= 2100:
            faults.add(name, f"{what} must be a real date, such as 27 3 2026")
            return None
        return found

    def typed_day(self, name: str) -> dict[str, str]:
        """The three boxes of a date as they were typed."""
        return {part: self.text(f"{name}-{part}") for part in ("day", "month", "year")}

    def any_of(self, *names: str) -> bool:
        """Whether anything at all was typed into these fields."""
        return any(self.text(name) for name in names)


def boxes(day: date | None) -> dict[str, str]:
    """A date as the three boxes that show it."""
    if day is None:
        return {"day": "", "month": "", "year": ""}
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
