"""What families see drawn: promises kept over the quarters, and dates promised and kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from charter.said import Said
from charter.words import RATING_WORDS, Colour, tally_words
from notifications.charts import LABEL, Key, Stack, Stacks

Page = Mapping[str, Any]

QUARTERS = 8
"""Quarters that are drawn at most, the newest of them: two years."""
MOST = 20
"""Promises that are drawn at most, those with the latest first dates."""
COUNTED = ("kept", "partly", "not_kept", "not_applicable")
KEYS = tuple(Key(word.public, word.colour) for word in RATING_WORDS.values())


@dataclass(frozen=True)
class Dated:
    """One promise: the date `first` promised, the date `then` that came of it, and both in words.

    `came` is short enough to stand in the drawing; `words` tell the whole.
    """

    name: str
    first: date
    then: date
    colour: Colour
    came: str
    words: str

    @property
    def label(self) -> str:
        """The name as it stands in the drawing."""
        return self.name if len(self.name) <= LABEL else self.name[: LABEL - 1].rstrip() + "…"


@dataclass(frozen=True)
class Dates:
    """Promises under one another on one line of days, drawn by `dates`; there is one at least."""

    id: str
    title: str
    said: str
    rows: tuple[Dated, ...]

    def across(self, day: date) -> float:
        """Where a day lies, in hundredths of the width; dots stay whole at both edges."""
        days = [one for row in self.rows for one in (row.first, row.then)]
        whole = (max(days) - min(days)).days or 1
        return round(3 + 94 * (day - min(days)).days / whole, 1)

    @property
    def begins(self) -> date:
        """The day at the edge where lines begin."""
        return min(min(row.first, row.then) for row in self.rows)

    @property
    def ends(self) -> date:
        """The day at the edge where they end."""
        return max(max(row.first, row.then) for row in self.rows)


def promises_over_quarters(pages: Sequence[Page]) -> list[Stacks]:
    """One place's promises as kept, partly kept and not kept, a chart for each organisation.

    `pages` are the place's, oldest first. Two organisations are never added together, and quarters
    answered in other wording than the newest are left out. None with fewer than two quarters.
    """
    if not pages:
        return []
    alike = [page for page in pages if _wording(page) == _wording(pages[-1])]
    tallies: dict[str, list[Stack]] = {}
    words: dict[str, str] = {}
    for page in alike:
        for one in page["accounts"]:
            if one["tally"]:
                parts = tuple(int(one["tally"][name]) for name in COUNTED)
                found = tallies.setdefault(one["party_name"], [])
                found.append(Stack(page["quarter_words"], parts))
                words[one["party_name"]] = tally_words(one["tally"])
    shown = {name: found[-QUARTERS:] for name, found in tallies.items() if len(found) > 1}
    some = any(stack.parts[-1] for found in shown.values() for stack in found)
    cut = len(KEYS) if some else len(KEYS) - 1
    return [
        Stacks(
            id=f"kept-{number}",
            title=Said("Promises kept: {who}", who=name),
            said=Said(
                "One bar for each quarter, oldest first. The newest: {kept}.", kept=words[name]
            ),
            keys=KEYS[:cut],
            stacks=tuple(Stack(one.name, one.parts[:cut]) for one in found),
            of=Said("Quarter"),
        )
        for number, (name, found) in enumerate(shown.items(), 1)
    ]


def _wording(page: Page) -> tuple[object, ...]:
    """What must be alike before two quarters may stand beside each other."""
    told = page["notices"]
    asked = tuple(row["id"] for row in page["commitments"])
    return told["charter"], told["working_wording"], asked


def dates_kept(pages: Sequence[Page]) -> Dates | None:
    """Every promise of one place: the date first promised beside the date that came of it.

    `pages` are the place's, oldest first; each promise stands as the newest that tells of it has
    it. None where nothing was promised.
    """
    found: dict[str, Dated] = {}
    for page in pages:
        for action in page["actions"]:
            key = action["source"]["action"]
            if action["status"] != "done" or not _is_done(found.get(key)):
                found[key] = _dated(action, page)
    rows = sorted(found.values(), key=lambda row: (row.first, row.name))[-MOST:]
    if not rows:
        return None
    many = len(found)
    begins = Said("A ring is the date first promised. A dot is what came of it.")
    cut = Said("The newest {drawn} of {many} are drawn.", drawn=len(rows), many=many)
    return Dates(
        id="dates",
        title=Said("Dates promised and dates kept"),
        said=Said.together(begins, cut if many > len(rows) else ""),
        rows=tuple(rows),
    )


def _is_done(row: Dated | None) -> bool:
    return row is not None and row.came.startswith("Done")


def _dated(action: Page, page: Page) -> Dated:
    first, due = _day(action["first_promised"]), _day(action["due"])
    told = _told_on(action, page["accounts"])
    begins = Said("First promised for {day}.", day=first)
    words: str
    came: str
    match action["status"]:
        case "done":
            then = told or due
            colour: Colour = "green" if then <= first else "yellow"
            came = Said("Done on time") if then <= first else Said("Done late")
            words = Said.together(begins, Said("Told as done on {day}.", day=then))
        case "not_doing":
            then, colour, came = told or due, "orange", Said("Not done")
            words = Said.together(begins, Said("Told as not done on {day}.", day=then))
        case _ if due > first:
            then, colour, came = due, "yellow", Said("Moved to {day}", day=due)
            words = Said.together(begins, Said("Now promised for {day}.", day=due))
        case _ if action["date_passed"]:
            then, colour, came = due, "grey", Said("The date has passed")
            words = Said.together(begins, Said("That date has passed."))
        case _:
            then, colour, came = due, "blue", Said("Promised for {day}", day=due)
            words = begins
    return Dated(action["title"], first, then, colour, came, words)


def _told_on(action: Page, accounts: Iterable[Page]) -> date | None:
    """The day on which the organisation sent the update that tells of this."""
    of = action["source"]["return_id"]
    days: Iterator[str | date | None] = (
        one["received_on"] for one in accounts if one["source"]["return_id"] == of
    )
    return next((_day(day) for day in days if day), None)


def _day(day: str | date) -> date:
    return date.fromisoformat(str(day))
