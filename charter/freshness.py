"""How old evidence may be: one rule for the score, the pages, and the notice before it is past."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from charter.document import Answer
from charter.plainly import Problem
from charter.quarters import Quarter, say

Freshness = Literal["fresh", "ages_soon", "past"]
NOTICE = timedelta(days=30)
"""How long before evidence is past its age its owner is told: time to get a newer piece."""
LAST_YEAR = 9900
"""A file may name any day there is; so long after our time, nothing ages any more."""
AHEAD = "this day has not come yet; give the date that stands on it"
_DAY = timedelta(days=1)


def past_from(dated: date, months: int) -> date:
    """The first day on which evidence of that date is more than so many months old.

    Evidence of a day that the month at the other end does not have counts to that month's end.
    """
    if dated.year > LAST_YEAR:
        return date.max
    after = dated + _DAY
    count = after.year * 12 + after.month - 1 + months
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(date(count // 12, count % 12 + 1, 1) + timedelta(after.day - 1), following)


def freshness(dated: date, months: int, on: date) -> Freshness:
    """Whether evidence is past its age on a day, will be within 30 days of it, or neither."""
    ends = past_from(dated, months)
    if on >= ends:
        return "past"
    return "ages_soon" if on + NOTICE >= ends else "fresh"


def age(dated: date, months: int, quarter: Quarter, today: date) -> tuple[Freshness, str]:
    """How evidence stands in a quarter's return, read on a day; with a note unless it is fresh.

    What counts is its age on the quarter's last day, as in the score. What is in date for the
    quarter, and ages within 30 days of being read, has its notice for the next one.
    """
    ends = past_from(dated, months)
    allowed = "1 month" if months == 1 else f"{months} months"
    if freshness(dated, months, quarter.ends) == "past":
        return "past", f"past its {allowed} since {say(ends)}"
    if freshness(dated, months, today) == "fresh":
        return "fresh", ""
    began = "since" if ends <= today else "from"
    return "ages_soon", f"in date for this quarter, but past its {allowed} {began} {say(ends)}"


def dated_ahead(answers: Iterable[Answer], today: date) -> Iterator[Problem]:
    """Evidence of a day still to come: nothing shows anything yet, and it would never be past."""
    for answer in answers:
        for number, piece in enumerate(answer.evidence, 1):
            if piece.dated > today:
                yield Problem(f"answers[{answer.commitment}].evidence[{number}].dated", AHEAD)
