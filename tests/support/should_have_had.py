"""A small program of its own that says who should have been written to, about what, and when.

It knows the ladder only as the programme's table gives it, and nothing of the product's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
OPENS, DUE = date(2026, 10, 1), date(2026, 10, 28)
CHECKED = date(2026, 11, 25)
"""The last day on which the commissioner may ask; what nobody confirmed is told of after it."""
HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}
PAUSED = (date(2026, 10, 12), date(2026, 10, 23))
"""First and last day on which the paused providers stand still."""
AWAY = {date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 22), date(2026, 11, 4)}
"""Working days on which the engine did not run."""

LADDER = (
    ("notice", None, "signer"),
    ("request", None, "lead"),
    ("remind-10", -10, "lead"),
    ("remind-5", -5, "lead"),
    ("remind-5-signer", -5, "signer"),
    ("remind-0", 0, "lead"),
    ("overdue-1", 1, "lead"),
    ("overdue-5", 5, "signer"),
    ("overdue-10", 10, "commissioner"),
)
"""Each rung, so many working days from the due date (none: from the opening), and whom it asks."""

Row = tuple[date, str, str]
"""A London date, a person, and what: a rung, `skip RUNG`, or something recorded."""


@dataclass(frozen=True)
class Behaviour:
    """How one service takes the quarter; things happen in the afternoon, after the day's letters.

    `people` are those on its list by role; `refuses` the roles whose address turns letters away.
    """

    people: dict[str, str]
    refuses: frozenset[str] = frozenset()
    started: date | None = None
    handed: date | None = None
    signed: date | None = None
    extended: tuple[date, date] | None = None
    paused: bool = False


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def shift(day: date, count: int) -> date:
    while count:
        day += DAY if count > 0 else -DAY
        if is_working(day):
            count -= 1 if count > 0 else -1
    return day


@dataclass
class Diary:
    """What one service has heard so far."""

    how: Behaviour
    due: date = DUE
    heard: set[tuple[str, str]] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    warned: date | None = None
    missing: bool = False
    unreachable: bool = False

    def by(self, what: date | None, day: date) -> bool:
        """Whether something had happened before that morning."""
        return what is not None and what < day

    def first(self, *roles: str) -> str | None:
        """The first of these on the list whose address works, as far as is known."""
        here = self.how.people
        return next((here[r] for r in roles if r in here and here[r] not in self.lost), None)

    def lead(self) -> str | None:
        return self.first("lead", "deputy", "signer", "contract_manager")

    def signer(self) -> str | None:
        return self.first("signer", "contract_manager")


def expected(how: Behaviour, until: date) -> list[Row]:
    """Everything that should stand on record of one service, from the opening to a day."""
    diary, rows, day = Diary(how), [], OPENS
    while day <= until:
        still = how.paused and PAUSED[0] <= day <= PAUSED[1]
        if is_working(day) and day not in AWAY and not still:
            today = list(_morning(diary, day))
            rows += today
            _post(diary, today, day)
        day += DAY
    return sorted(rows)


def _post(diary: Diary, today: list[Row], day: date) -> None:
    """The letters of the morning are handed over; some addresses turn them away."""
    refusing = {diary.how.people[role] for role in diary.how.refuses}
    for _, person, what in today:
        if what.startswith("skip ") or not person:
            continue
        if person in refusing:
            if person not in diary.lost:
                diary.lost.append(person)
        elif what == "overdue-5" and diary.warned is None:
            diary.warned = day


def _morning(diary: Diary, day: date) -> Iterator[Row]:
    how = diary.how
    if how.extended and how.extended[0] < day and diary.due < how.extended[1]:
        diary.due = how.extended[1]
    if diary.by(how.signed, day):
        yield from _news(diary, day)
        return
    lead = diary.lead()
    fresh = lead is not None and lead not in {person for person, _ in diary.heard}
    if diary.lost and fresh and shift(day, 15) > diary.due:
        diary.due = shift(day, 15)
        yield day, "", f"due moves to {diary.due}"
    if lead is None and not diary.unreachable:
        diary.unreachable = True
        yield day, "", "unreachable"
    if _given_up(diary, day):
        diary.missing = True
        yield day, "", "not returned"
    if diary.lost and not diary.unreachable:
        yield from _once(diary, day, "commissioner", f"refused {len(diary.lost)}")
    if diary.unreachable:
        yield from _once(diary, day, "commissioner", "unreachable")
    yield from _chase(diary, day)


def _once(diary: Diary, day: date, person: str, what: str) -> Iterator[Row]:
    if (person, what) not in diary.heard:
        diary.heard.add((person, what))
        yield day, person, what


def _given_up(diary: Diary, day: date) -> bool:
    late = day > diary.due and day >= shift(diary.due, 10)
    fair = diary.warned is not None and shift(diary.warned, 5) <= day
    return late and fair and not diary.missing


def _chase(diary: Diary, day: date) -> Iterator[Row]:
    how = diary.how
    waits = diary.by(how.handed, day)
    started = diary.by(how.started, day) or waits
    highest: dict[str, str] = {}
    for rung, offset, role in LADDER:
        if offset is not None and day < shift(diary.due, offset):
            continue
        who = diary.signer() if role == "signer" else diary.lead()
        if role == "lead" and waits and offset is not None:
            who = diary.signer() or who
        if role == "commissioner":
            who = "commissioner" if diary.missing else None
        if who is None or (who, rung) in diary.heard:
            continue
        if offset is not None and offset <= 0 and day > diary.due:
            diary.heard.add((who, rung))
            yield day, who, f"skip {rung}"
        elif rung != "remind-5-signer" or not (started or diary.missing):
            if who in highest:
                diary.heard.add((who, highest[who]))
                yield day, who, f"skip {highest[who]}"
            highest[who] = rung
    for who, rung in highest.items():
        diary.heard.add((who, rung))
        yield day, who, rung


def _news(diary: Diary, day: date) -> Iterator[Row]:
    """Once it is signed: a receipt, then the page to check when the time to ask is over."""
    both = [person for person in (diary.lead(), diary.signer()) if person]
    for person in dict.fromkeys(both):
        yield from _once(diary, day, person, "receipt")
    if day > CHECKED:
        for person in dict.fromkeys([*both, "partner"]):
            yield from _once(diary, day, person, "facts")
