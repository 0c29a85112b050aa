"""Says in one line which tests a machine cannot run, and fails them where none may be missing."""

import os
from typing import NoReturn

import pytest

PREFIX = "Not on this machine: "


def report_missing(what: str, mend: str) -> NoReturn:
    """Skips the test that needs `what`, or fails it under CI=true; `mend` is what helps."""
    sentence = f"{PREFIX}{what} ({mend})"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def missing_line(skipped: list[pytest.TestReport]) -> str | None:
    """One line naming all that was missing and how many tests waited for it, or None."""
    counts: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found = reason.partition(PREFIX)[2]
        if found:
            counts[found] = counts.get(found, 0) + 1
    if not counts:
        return None
    parts = [f"{what}: {count} not run" for what, count in sorted(counts.items())]
    return PREFIX + "; ".join(parts)
