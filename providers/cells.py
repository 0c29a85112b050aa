"""The cells of one row become values, and every cell that cannot is reported with its mend."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from email_validator import EmailNotValidError, validate_email

from providers.tabular import Problem, is_excel_error, odd_character

LONGEST = 200
LONGEST_NOTE = 2000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PHONE = re.compile(r"[0-9 +()-]{3,}( ?(ext|x)\.? ?\d+)?", re.IGNORECASE)
_YEARS = range(1948, 2101)


def slug(name: str) -> str:
    """`South East` as `south-east`: lower case, ASCII, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def email_address(text: str) -> str:
    """The address in lower case; a ValueError says why it is none. Nothing is looked up."""
    odd = odd_character(text)
    if odd:
        raise ValueError(f"{text!r} holds {odd}; an e-mail address is one line")
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            f"'{text}' is no e-mail address ({reason}); write it as name@organisation.example"
        ) from error
    return f"{found.local_part}@{found.ascii_domain}".lower()


@dataclass
class Cells:
    """One row being read: each question gives a cell's value, or notes what is wrong with it."""

    line: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, what: str) -> None:
        """Note a problem of this row."""
        self.problems.append(Problem(self.line, column, what))

    def blank(self, *columns: str) -> bool:
        """Every one of these cells is empty, or its column is not in the file."""
        return not any(self.cells.get(column, "").strip() for column in columns)

    def text(self, column: str, *, required: bool = False, longest: int = LONGEST) -> str:
        """A line of text in Unicode's composed form, without spaces around it."""
        found = unicodedata.normalize("NFC", self.cells.get(column, "").strip())
        odd = odd_character(found)
        if required and not found:
            self.wrong(column, "is blank; fill it in")
        elif odd:
            self.wrong(column, f"holds {odd}; put it on one line")
        elif is_excel_error(found):
            self.wrong(column, f"holds {found}, what a broken formula shows; type the value")
        elif len(found) > longest:
            self.wrong(column, f"has {len(found)} characters and the most is {longest}; shorten it")
        return found

    def code(self, column: str) -> str:
        """A code fit for an address on the web."""
        found = self.text(column, required=True)
        if found and not _CODE.fullmatch(found):
            self.wrong(
                column, f"'{found}' is no code; use letters, digits and hyphens, as in 'larkmoor'"
            )
        return found

    def choice(self, column: str, choices: tuple[str, ...]) -> str:
        """One word of a fixed list."""
        found = self.text(column, required=True)
        if found and found not in choices:
            self.wrong(column, f"'{found}' is not known here; write one of: {', '.join(choices)}")
        return found

    def day(self, column: str, *, required: bool = False) -> date | None:
        """A date written year first; nothing when the cell is blank."""
        found = self.text(column, required=required)
        if not found:
            return None
        try:
            day = date.fromisoformat(found) if _DAY.fullmatch(found) else None
        except ValueError:
            day = None
        if day is None:
            self.wrong(column, f"'{found}' is no date; write it year first, as in 2026-07-01")
        elif day.year not in _YEARS:
            self.wrong(column, f"{found} lies too far away; check the year")
            return None
        return day

    def email(self, column: str) -> str:
        """An e-mail address in lower case; a line break anywhere in the cell is refused."""
        cell = self.cells.get(column, "")
        if not cell.strip():
            self.wrong(column, "is blank; fill it in")
            return ""
        try:
            return email_address(cell)
        except ValueError as error:
            self.wrong(column, str(error))
            return ""

    def phone(self, column: str) -> str:
        """A telephone number as people write it; one that lost its first nought is reported."""
        found = self.text(column)
        digits = re.sub(r"\D", "", found)
        if found and not _PHONE.fullmatch(found):
            self.wrong(column, f"'{found}' is no telephone number; use digits, spaces and +")
        elif len(digits) > 6 and found.lstrip("(")[0] not in "0+":
            self.wrong(column, f"'{found}' has lost its first 0; format the column as text")
        return found
