"""Which rung of the ladder works: what was received after each, before the next, and how soon."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from charter.policy import Anchor, Role, Rung
from charter.quarters import Quarter, london_date
from charter.words import letter_words

FEWEST = 5
"""Fewer returns than this say nothing about how soon a rung is answered."""

BEFORE = ""
"""Stands for the time before any letter had gone out."""

_ROLE = {
    Role.LEAD: "the lead",
    Role.DEPUTY: "the deputy",
    Role.SIGNER: "the signing director",
    Role.CONTRACT_MANAGER: "the contract manager",
    Role.COMMISSIONER: "the commissioner",
    Role.LISTENING_PARTNER: "the listening partner",
    Role.ARBITER: "the arbiter",
}


@dataclass(frozen=True)
class Told:
    """One return of a quarter: when each rung was first handed over, and when it was received.

    So `many` that stand alike, as those do of which nothing was said, are told of together.
    """

    quarter: Quarter
    said: Mapping[str, datetime]
    received: datetime | None
    many: int = 1


@dataclass(frozen=True)
class Worked:
    """What followed one rung: to how many returns it was the last word, and how soon they came.

    `reached` counts the returns it was said about; `received` those that came after it and before
    anything later was said; `days` are calendar days from the letter to each receipt.
    """

    rung: str
    words: str
    reached: int
    days: tuple[int, ...]

    @property
    def received(self) -> int:
        """How many returns came after it and before the next."""
        return len(self.days)

    @property
    def usual(self) -> float | None:
        """The median of the days to receipt; None where too few came to say."""
        return float(median(self.days)) if len(self.days) >= FEWEST else None


@dataclass(frozen=True)
class Counted:
    """Every rung of one quarter, or of all: the receipts add up to `received` of `expected`."""

    quarter: Quarter | None
    expected: int
    received: int
    rungs: tuple[Worked, ...]


def rung_words(rung: Rung) -> str:
    """`Reminder to the lead, 10 working days before the due date`."""
    to = " and ".join(_ROLE[role] for role in rung.to)
    told = " and told" if rung.letter == "not_returned" else ""  # recorded, besides the letter
    return f"{letter_words(rung.letter)}{told} to {to}, {_when(rung)}"


def _when(rung: Rung) -> str:
    days = abs(rung.offset)
    many = f"{days} working day{'' if days == 1 else 's'}"
    if rung.anchor is Anchor.OPENED:
        return f"{many} after the opening" if days else "at the opening"
    if rung.anchor is Anchor.PROMISED:
        return f"{many} after its date"
    if not days:
        return "on the due date"
    return f"{many} {'after' if rung.offset > 0 else 'before'} the due date"


def which_works(returns: Iterable[Told], ladder: Sequence[Rung]) -> list[Counted]:
    """How each rung worked in all quarters together, and then quarter by quarter, newest first.

    A return received counts for the rung that was the last word before it: one of the latest
    London date, and of several on that date the highest of the `ladder`.
    """
    told = list(returns)
    of_quarter: dict[Quarter, list[Told]] = defaultdict(list)
    for one in told:
        of_quarter[one.quarter].append(one)
    whole = [_counted(None, told, ladder)] if told else []
    return [
        *whole,
        *(_counted(q, of_quarter[q], ladder) for q in sorted(of_quarter, reverse=True)),
    ]


def _counted(quarter: Quarter | None, told: list[Told], ladder: Sequence[Rung]) -> Counted:
    chasers = [rung for rung in ladder if rung.is_chaser]
    order = [BEFORE, *(rung.id for rung in chasers)]
    days: dict[str, list[int]] = {rung: [] for rung in order}
    reached = dict.fromkeys(order, 0)
    for one in told:
        known = {rung: at for rung, at in one.said.items() if rung in reached}
        for rung in known:
            reached[rung] += one.many
        if one.received:
            last = _last_word(known, one.received, order)
            days[last] += [_days(known[last], one.received) if last else 0] * one.many
    words = {rung.id: rung_words(rung) for rung in chasers}
    rows = [Worked(rung, words[rung], reached[rung], tuple(days[rung])) for rung in order[1:]]
    if days[BEFORE]:
        rows.insert(0, Worked(BEFORE, "Before any letter had gone out", 0, tuple(days[BEFORE])))
    expected, received = sum(one.many for one in told), sum(row.received for row in rows)
    return Counted(quarter, expected, received, tuple(rows))


def _days(said: datetime, received: datetime) -> int:
    return (london_date(received) - london_date(said)).days


def _last_word(said: Mapping[str, datetime], received: datetime, order: list[str]) -> str:
    before = [rung for rung, at in said.items() if at <= received]
    if not before:
        return BEFORE
    return max(before, key=lambda rung: (london_date(said[rung]), order.index(rung)))
