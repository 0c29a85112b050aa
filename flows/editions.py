"""Which steps of a return a page tells of, and which publication of it stands."""

from collections.abc import Sequence

from charter.corrections import Correction
from charter.quarters import london_date
from charter.review import Withdrawn
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


def corrections_of(steps: Sequence[Happened], entries: Sequence[int]) -> tuple[Correction, ...]:
    """Every later edition of a return and every taking down, oldest first.

    `entries` are the ledger entries of its steps, one for each.
    """
    found, because, revision = [], "", 0
    for happened, entry in zip(steps, entries, strict=True):
        step, on = happened.step, london_date(happened.at)
        if isinstance(step, Revised):
            because = step.reason
        elif isinstance(step, Withdrawn):
            found.append(Correction(revision, on, step.reason, taken_down=True, step=entry))
        elif isinstance(step, Published):
            revision = step.revision
            if revision > 1:
                why = because or LATE
                found.append(Correction(revision, on, why, taken_down=False, step=entry))
            because = ""
    return tuple(found)
