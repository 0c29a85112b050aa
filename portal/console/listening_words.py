"""What a listening partner types, read with care: numbers, choices, and nobody's live worry."""

from collections.abc import Collection, Iterable
from datetime import date

from charter.concerns import concern
from charter.quarters import Quarter, say
from portal.forms import Faults, Form
from portal.kept import NOT_TYPED

YEARS = 2
"""What is older says little of how a prison is now, and is mostly a year typed wrong."""
NOT_HERE = "may be of one person, or of a danger to one: not kept. See above what to do now"


def number(form: Form, name: str, faults: Faults, what: str, most: int = 100_000) -> int | None:
    """A whole number from a box; nothing where it is blank, and a fault where it is none."""
    text = "".join(form.text(name).replace(",", "").split())
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= most:
        return int(text)
    if text:
        faults.add(name, f"{what}: write a whole number in figures, from 0 to {most}")
    return None


def needed(form: Form, name: str, faults: Faults, what: str, most: int = 100_000) -> int:
    """The same where a blank will not do; nought with a fault."""
    found = number(form, name, faults, what, most)
    if found is None and not faults.on(name):
        faults.add(name, f"{what}: write a whole number in figures, from 0 to {most}")
    return found or 0


def asking(form: Form, faults: Faults, *, needed: bool) -> int | None:
    """How many families asked, of whom there is one at least; a blank will do unless `needed`."""
    what = "how many families asked for it"
    found = number(form, "families", faults, what, 1000)
    if not faults.on("families") and (found == 0 or (found is None and needed)):
        faults.add("families", f"{what}: give the fewest that you are sure of, at least 1")
    return found


def chosen(form: Form, name: str, faults: Faults, known: Collection[str], what: str) -> str:
    """One of a list; a fault that asks for `what` where it is none of them."""
    said = form.text(name)
    if said not in known:
        faults.add(name, what)
    return said


def line(form: Form, name: str, faults: Faults, what: str, *, blank: bool = False) -> str:
    """One line of at most 300 characters; a fault that asks for `what` where there is none."""
    text = form.words(name, faults)
    if faults.on(name):
        return text
    if not text and not blank:
        faults.add(name, what)
    elif len(text) > 300 or len(text.splitlines()) > 1:
        faults.add(name, "keep this to one line of 300 characters")
    return text


def lines(form: Form, name: str, faults: Faults, most: int) -> tuple[str, ...]:
    """A box with something on each line, each of at most 300 characters, `most` lines at most."""
    text = form.words(name, faults)
    found = tuple(one.strip() for one in text.splitlines() if one.strip())
    if not faults.on(name) and (len(found) > most or any(len(one) > 300 for one in found)):
        faults.add(name, f"write at most {most} lines of at most 300 characters each")
    return found


def heard(
    form: Form, name: str, faults: Faults, what: str, today: date, quarter: Quarter
) -> date | None:
    """A day that has come and is not long gone: at most YEARS before `quarter` begins."""
    day = form.day(name, faults, what=what)
    first = quarter.starts.replace(year=quarter.starts.year - YEARS)
    if day and day > today:
        faults.add(name, "this day is still to come")
    elif day and day < first:
        faults.add(name, f"this is more than {YEARS} years before the quarter it would be told of: "
                   f"give a day from {say(first)}, and look at the year")  # fmt: skip
    return day


def live(form: Form, faults: Faults) -> bool:
    """Whether anything typed may be of one person or of a danger to one, with a fault at each.

    It is looked for in every field there is, choices and numbers too.
    """
    found = False
    for name in _typed(form):
        if words := concern(form.all_of(name)):
            faults.add(name, f"“{words}” {NOT_HERE}")
            found = True
    return found


def as_typed(form: Form) -> dict[str, str]:
    """Every field as it was typed, to be shown again."""
    return {name: form.text(name) for name in form.names if name != "token"}


def _typed(form: Form) -> Iterable[str]:
    return (name for name in form.names if not NOT_TYPED.fullmatch(name))
