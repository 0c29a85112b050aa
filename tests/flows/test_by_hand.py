"""A step had done by hand: one at a time, told of while it runs, and told of when it stops."""

import errno
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from charter.quarters import BeyondHorizon
from flows import by_hand
from flows.by_hand import ByHand
from flows.wiring import App
from notifications.site import InTheWay, NotWritten, Overtaken, SiteRefused
from portal.steward import Act, Busy
from providers.database import Database
from providers.ledger import BeforeLastEntry
from tests.support.cast import at
from tests.support.programme import Programme

NOW = at("2026-10-01T09:00")


@pytest.fixture
def programme(sqlite_database: Engine, tmp_path: Path) -> Programme:
    return Programme(Database(sqlite_database), tmp_path / "home").begin()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Scoring that ends when the gate is opened."""
    opened = threading.Event()

    def waits(_service: App, _region: str, _now: datetime) -> list[str]:
        opened.wait(20)
        return ["All was scored."]

    monkeypatch.setitem(by_hand.STEPS, Act.SCORE, waits)
    yield opened
    opened.set()


def test_a_round_by_hand_opens_what_has_come_and_names_no_other_region(
    programme: Programme,
) -> None:
    hand = ByHand(programme.app, patience=60)
    elsewhere = hand.act(Act.ROUND, "elsewhere", NOW)
    assert elsewhere.finished
    assert elsewhere.said[0] == "No quarter opened here."
    assert "ample" not in " ".join(elsewhere.said)
    assert hand.last(Act.ROUND, "sample") is None
    again = hand.act(Act.ROUND, "sample", NOW)
    assert again.said[1].startswith("0 lines put into letters")


def test_the_quarter_that_a_round_opened_is_named_in_its_own_region(programme: Programme) -> None:
    done = ByHand(programme.app, patience=60).act(Act.ROUND, "sample", NOW)
    assert done.said[0] == "Opened July to September 2026."


def test_what_takes_long_is_said_to_be_running_and_nothing_else_begins(
    programme: Programme, gate: threading.Event
) -> None:
    hand = ByHand(programme.app, patience=0.05)
    assert not hand.act(Act.SCORE, "sample", NOW).finished
    running = hand.running()
    assert running is not None
    assert (running.what, running.at) == (Act.SCORE, NOW)
    with pytest.raises(Busy):
        hand.act(Act.ROUND, "sample", NOW)
    assert hand.last(Act.ROUND, "sample") is None
    gate.set()
    while hand.running():
        pass
    last = hand.last(Act.SCORE, "sample")
    assert last is not None
    assert last.said == ("All was scored.",)


UNCHANGED = "The families’ site was not changed:"


def not_written(number: int) -> NotWritten:
    """As the site is refused where the disk is."""
    refused = NotWritten("the bulletin could not be written: secret")
    refused.__cause__ = OSError(number, "secret")
    return refused


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (BeyondHorizon("bank holidays are not known"), "It stopped: bank holidays are not known."),
        (BeforeLastEntry("the clock is behind"), "It stopped: the clock is behind."),
        (RuntimeError("secret"), "It stopped by a fault of ours."),
        (SiteRefused("secret"), f"{UNCHANGED} a page did not pass its check. That is a fault of"),
        (InTheWay("/secret is no link"), f"{UNCHANGED} something that this service did not make"),
        (Overtaken("secret"), f"{UNCHANGED} the record changed each time before it was ready."),
        (not_written(errno.ENOSPC), f"{UNCHANGED} there is no room left on the disk."),
        (not_written(errno.EACCES), f"{UNCHANGED} it could not be written."),
    ],
)
def test_why_it_stopped_is_told_and_the_next_step_may_begin(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def stops(_service: App, _region: str, _now: datetime) -> list[str]:
        raise error

    monkeypatch.setitem(by_hand.STEPS, Act.SCORE, stops)
    hand = ByHand(programme.app, patience=60)
    said = hand.act(Act.SCORE, "sample", NOW).said[0]
    assert said.startswith(says)
    assert "secret" not in said
    assert hand.act(Act.DELIVER, "sample", NOW).finished
