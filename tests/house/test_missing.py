"""What a machine lacks is said in one line, and is a failure where nothing may be missing."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.missing import missing_line, report_missing


def skipped(reason: str) -> Any:
    return SimpleNamespace(longrepr=("test_x.py", 1, f"Skipped: {reason}"))


def test_at_home_a_test_that_cannot_run_is_skipped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Not on this machine: Chromium"):
        report_missing("Chromium", "apt-get install chromium")


def test_in_ci_it_fails(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        report_missing("Chromium", "apt-get install chromium")


def test_all_that_is_missing_is_one_line():
    reports = [skipped("Not on this machine: Chromium (get it)")] * 3
    reports += [skipped("not today"), skipped("Not on this machine: PostgreSQL (get it)")]
    assert missing_line(reports) == (
        "Not on this machine: Chromium (get it): 3 not run; PostgreSQL (get it): 1 not run"
    )
    assert missing_line([skipped("not today")]) is None
