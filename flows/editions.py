"""Which steps of a return a page tells of, and which publication of it stands."""

from charter.quarters import london_date
from charter.steps import Happened, Published, Refused, Reminded, Revised, Skipped, Unsent
from charter.views import Edition

LATE = "It was received after this page was first published."
OF_LETTERS = (Reminded, Skipped, Unsent, Refused)


def newest_told(steps: list[Happened]) -> int:
    """How many steps there are up to the newest that a page tells of; letters are no such step."""
    told = (n for n in range(len(steps), 0, -1) if not isinstance(steps[n - 1].step, OF_LETTERS))
    return next(told, 0)


def until_published(steps: list[Happened]) -> list[Happened]:
    """The steps up to the newest publication: what came after waits for the next edition."""
    for last in range(len(steps), 0, -1):
        if isinstance(steps[last - 1].step, Published):
            return steps[:last]
    return []


def edition_of(steps: list[Happened]) -> Edition | None:
    """The newest publication of a return, and when the first was; None before there is one."""
    edition, because, first = None, "", None
    for happened in steps:
        if isinstance(happened.step, Revised):
            because = happened.step.reason
        elif isinstance(happened.step, Published):
            revision = happened.step.revision
            edition = Edition(
                revision=revision,
                published_on=london_date(happened.at),
                because=(because or LATE) if revision > 1 else "",
                first=first,
            )
            first = first or edition.published_on
            because = ""
    return edition
