"""A bank holiday added in mid-quarter moves what is open later, once, and tells those concerned."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from charter.steps import DueMoved, Reminded
from flows.moving import Moved, move_deadlines
from flows.verifying import verify
from providers import calendars, checking, cycles, ledger, lives, moving, proving
from providers.database import Database
from tests.support.cast import at
from tests.support.holidays import NEW, take_up
from tests.support.programme import COMMISSIONER, QUARTER, Programme
from tests.support.rules import CALENDAR

DUE, NEXT = date(2026, 10, 28), date(2026, 10, 29)
LEARNT = "2026-10-12T09:00"


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    here = Programme(store, tmp_path / "home").begin()
    here.day("2026-10-01")
    return here


@pytest.fixture
def on_sqlite(sqlite_store: Database, tmp_path: Path) -> Programme:
    here = Programme(sqlite_store, tmp_path / "home").begin()
    here.day("2026-10-01")
    return here


def told_of(
    programme: Programme, when: str = LEARNT, *, also: Iterable[date] = (NEW,)
) -> Programme:
    """The service as it is started after a list with these days was taken up."""
    take_up(programme.database, when, also=also)
    return Programme(programme.database, programme.home)


def due(programme: Programme, provider: str = "AVON", site: str = "AVB") -> date | None:
    return programme.ref(provider, site).due_on


def moves(programme: Programme, provider: str = "AVON", site: str = "AVB") -> list[DueMoved]:
    here = programme.ref(provider, site)
    with programme.database.reading() as session:
        steps = [h.step for h in lives.history(session, here.id)]
    return [step for step in steps if isinstance(step, DueMoved)]


def reminded(programme: Programme, provider: str, site: str) -> list[str]:
    here = programme.ref(provider, site)
    with programme.database.reading() as session:
        steps = [h.step for h in lives.history(session, here.id)]
    return [step.rung for step in steps if isinstance(step, Reminded)]


def test_every_open_date_moves_by_one_working_day_and_says_which_holiday(programme: Programme):
    after = told_of(programme)
    after.chase("2026-10-12T10:00")
    for provider, site in (("AVON", "AVB"), ("BROOK", "BRB"), ("CLYDE", "CLB")):
        assert due(after, provider, site) == NEXT
        [step] = moves(after, provider, site)
        assert step.cause == "holiday"
        assert step.why == (
            "there is a new bank holiday on 26 October 2026 (Bank holiday for a coronation)"
        )
    with after.database.reading() as session:
        cycle = cycles.cycle_of(session, "sample", QUARTER)
        [entry] = [e for e in ledger.entries(session) if e.kind == moving.MOVED]
    assert (cycle.dates.due, str(cycle.dates.not_returned)) == (NEXT, "2026-11-12")
    assert '"holidays":["2026-10-26"]' in entry.body
    assert verify(after.database, after.home).wrong == ""


def test_those_concerned_are_told_once_and_the_ladder_counts_from_the_new_date(
    programme: Programme,
):
    after = told_of(programme)
    for day in ("2026-10-12", "2026-10-13", "2026-10-14", "2026-10-21", "2026-10-29", "2026-10-30"):
        after.day(day)
    said = reminded(after, "CLYDE", "CLB")
    assert said.count("moved") == 2  # the lead and the signing director
    assert [rung for rung in said if rung.startswith("overdue")] == ["overdue-1"]
    letter = after.home / "mail" / f"{after.key('clyde@clyde.example', '2026-10-12')}.eml"
    assert "29 October 2026" in letter.read_text()


def test_a_second_round_and_a_round_that_knows_an_older_list_move_nothing(programme: Programme):
    after = told_of(programme)
    after.chase("2026-10-12T10:00")
    with after.database.reading() as session:
        before = ledger.head(session)
    after.chase("2026-10-12T11:00")
    old = move_deadlines(after.database, at("2026-10-12T12:00"), CALENDAR)
    assert old == Moved()
    assert due(after) == NEXT
    with after.database.reading() as session:
        assert ledger.head(session) == before


def test_a_holiday_taken_out_again_moves_nothing_back(programme: Programme):
    after = told_of(programme)
    after.chase("2026-10-12T10:00")
    again = told_of(after, "2026-10-13T09:00", also=())
    again.chase("2026-10-13T10:00")
    assert due(again) == NEXT
    assert len(moves(again)) == 1
    with again.database.reading() as session:
        here = again.ref("AVON", "AVB")
        cal = calendars.in_force(session, CALENDAR)
        proof = proving.proofs(session, [here], cal, at("2026-10-13T10:00"))[here.id]
    assert "a due date never moves earlier" in proof.notes[0]
    assert verify(again.database, again.home).wrong == ""


def test_a_second_holiday_moves_it_again_and_names_only_the_new_one(programme: Programme):
    told_of(programme).chase("2026-10-12T10:00")
    again = told_of(programme, "2026-10-13T09:00", also=(NEW, date(2026, 10, 27)))
    again.chase("2026-10-13T10:00")
    assert due(again) == date(2026, 10, 30)
    assert "27 October 2026" in moves(again)[1].why
    assert "26 October" not in moves(again)[1].why


def test_what_came_is_late_or_was_given_more_time_keeps_its_date(programme: Programme):
    programme.submit("AVON", "AVB", "2026-10-09T12:00")
    more = programme.ref("BROOK", "BRB")
    with programme.database.writing() as session:
        checking.extend(
            session,
            more,
            date(2026, 11, 11),
            "ill",
            "Illness.",
            at("2026-10-09T13:00"),
            programme.person(COMMISSIONER),
        )
    after = told_of(programme)
    after.chase("2026-10-12T10:00")
    assert due(after) == DUE
    assert due(after, "BROOK", "BRB") == date(2026, 11, 11)
    assert due(after, "AVON", "AVC") == NEXT


def test_a_holiday_learnt_after_the_due_date_moves_what_is_still_to_come_and_no_more(
    programme: Programme,
):
    after = told_of(programme, "2026-10-29T08:00", also=(NEW, date(2026, 11, 2)))
    after.chase("2026-10-29T09:00")
    assert (due(after), moves(after)) == (DUE, [])
    with after.database.reading() as session:
        dates = cycles.cycle_of(session, "sample", QUARTER).dates
    assert (dates.due, str(dates.not_returned)) == (DUE, "2026-11-13")
    assert str(dates.challenge_ends) == "2026-11-27"


def test_a_round_cut_short_after_any_batch_is_taken_up_where_it_ended(
    on_sqlite: Programme, monkeypatch: pytest.MonkeyPatch
):
    after = told_of(on_sqlite)
    monkeypatch.setattr("flows.moving.BATCH", 1)
    calendar = after.post.calendar
    real = moving.move_returns
    taken: list[int] = []

    def cut_short(*args: Any, **kwargs: Any) -> int:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(moving, "move_returns", cut_short)
    with pytest.raises(KeyboardInterrupt):
        move_deadlines(after.database, at("2026-10-12T10:00"), calendar)
    monkeypatch.setattr(moving, "move_returns", real)
    assert move_deadlines(after.database, at("2026-10-12T11:00"), calendar) == Moved(1, 2)
    assert [len(moves(after, *who)) for who in (("AVON", "AVB"), ("CLYDE", "CLB"))] == [1, 1]


def test_four_rounds_at_once_move_each_date_once(programme: Programme):
    after = told_of(programme)
    gate = threading.Barrier(4)
    failures: list[BaseException] = []

    def run() -> None:
        gate.wait()
        try:
            after.chase("2026-10-12T10:00")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(moves(after)) == 1
    assert verify(after.database, after.home).wrong == ""


def test_a_quarter_opened_by_the_release_before_is_held_against_the_list_too(on_sqlite: Programme):
    with on_sqlite.database.writing() as session:  # as an upgraded home has it
        session.connection().execute(text("UPDATE cycle SET calendar = '', held_against = ''"))
        session.connection().execute(text("DELETE FROM rulebook WHERE kind = 'calendar'"))
        session.connection().execute(
            text("UPDATE ledger SET body = replace(body, '\"calendar\":\"2026-02-25\",', '')")
        )
    told_of(on_sqlite).chase("2026-10-12T10:00")
    assert due(on_sqlite) == NEXT


@pytest.mark.parametrize(
    ("alteration", "named"),
    [
        (
            "UPDATE cycle SET moved = replace(moved, '2026-10-29', '2026-10-30')",
            "have been changed",
        ),
        ("UPDATE cycle SET moved = ''", "have been changed"),
        ("UPDATE cycle SET calendar = '2027-01-01'", "the cycle behind ledger entry"),
    ],
)
def test_moved_dates_that_the_ledger_does_not_vouch_for_are_named(
    on_sqlite: Programme, alteration: str, named: str
):
    after = told_of(on_sqlite)
    after.chase("2026-10-12T10:00")
    with after.database.writing() as session:
        session.connection().execute(text(alteration))
    assert named in verify(after.database, after.home).wrong


def test_dates_moved_without_an_entry_or_to_an_earlier_day_are_named(on_sqlite: Programme):
    moved = "UPDATE cycle SET moved = replace(dates, '2026-10-28', '2026-10-{}')"
    for day in ("29", "27"):
        with on_sqlite.database.writing() as session:
            session.connection().execute(text(moved.format(day)))
        wrong = verify(on_sqlite.database, on_sqlite.home).wrong
        assert wrong == f"no ledger entry moved the dates of sample {QUARTER}"


def test_a_list_that_ends_too_soon_halts_instead_of_guessing(on_sqlite: Programme):
    short = replace(CALENDAR, horizon=date(2026, 11, 20), version="2026-10-12")
    with pytest.raises(ValueError, match="bank holidays are known from"):
        move_deadlines(on_sqlite.database, at("2026-10-12T10:00"), short)
    assert due(on_sqlite) == DUE
