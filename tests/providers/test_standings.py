"""What is kept of each return for pages is what its steps give, and is mended where it is not."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from charter.returns import State
from charter.review import Disputed
from charter.steps import (
    BecameUnreachable,
    NotRunningAsked,
    Rating,
    RecordedNotReturned,
    Released,
    Reminded,
    Started,
    Step,
)
from charter.waiting import WAITS_WORDS, Waits
from flows import wiring
from providers import checking, lives, overview, standings
from providers.console_tables import Standing
from providers.database import Database
from providers.pauses import Pauses
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE, Player, at
from tests.support.stage import CORA, QUARTER, Stage

LATE = at("2026-11-02T09:00")


@pytest.fixture
def stage(store: Database, tmp_path: Path) -> Stage:
    return Stage(store, site_folder=tmp_path / "site").play()


def record(stage: Stage, player: Player, *steps: Step) -> int:
    here = stage.ref(player).id
    with stage.database.writing() as session:
        for step in steps:
            lives.record(session, here, step, stage.now, "engine")
    return here


def signed(stage: Stage, player: Player = AVON, when: str = "2026-10-20T09:00") -> int:
    stage.now = at(when)
    here = stage.ref(player)
    stage.submit(player, stage.filled(here), stage.now)
    return here.id


def waits(stage: Stage, player: Player) -> str:
    here = stage.ref(player).id
    with stage.database.reading() as session:
        found = session.exec(select(Standing.waits_for).where(col(Standing.return_id) == here))
        return found.one()


def played(stage: Stage) -> None:
    """A return in each of the states that this cast has room for, and one that is released."""
    signed(stage)
    with stage.database.writing() as session:
        cora, brook = stage.person(CORA), stage.ref(BROOK)
        until = date(2026, 11, 9)
        checking.extend(session, brook, until, "Flood", "A flood.", stage.now, cora)
        checking.change_rating(
            session, stage.ref(), "W2", Rating.NOT_MET, "No log.", stage.now, cora
        )
    record(stage, CLYDE, Started(), RecordedNotReturned(), BecameUnreachable())
    record(stage, DEE, Released(reason="it passed to another"))


def test_a_standing_is_the_fold_without_what_was_said(stage: Stage) -> None:
    played(stage)
    record(stage, CLYDE, Reminded(rung="request", person=1, letter="a"))
    ids = [stage.ref(player).id for player in CAST]
    with stage.database.reading() as session:
        folded = lives.lives(session, ids)
        stood = standings.of(session, ids)
    assert folded[ids[2]].said
    assert {i: one.life for i, one in stood.items()} == {
        i: replace(life, said=frozenset()) for i, life in folded.items()
    }
    assert stood[ids[0]].ratings["W2"] == (Rating.FULLY, Rating.NOT_MET)
    assert stood[ids[2]].ratings == {}
    assert not stood[ids[0]].receipt


@pytest.mark.parametrize("days", [-20, 8, 40])
def test_the_database_gives_each_return_the_state_that_the_fold_gives(
    stage: Stage, days: int
) -> None:
    played(stage)
    if days == 40:
        signed(stage, BROOK, "2026-11-10T09:00")
    now = LATE + timedelta(days=days)
    with stage.database.reading() as session:
        here = stage.ref()
        rows = overview.rows(session, here.region, [here.cycle_id], now.date(), Pauses({}))
        folded = lives.lives(session, [row.id for row in rows])
        tallies = overview.tallies(session, here.region, now.date())
    assert len(rows) == len(CAST)
    for row in rows:
        life = folded[row.id]
        assert row.state is life.state(now)
        assert row.released == bool(life.released)
        assert row.released or row.days_late(now.date()) == life.days_late(now)
    counted = [row.state for row in rows if not row.released]
    assert tallies[here.cycle_id].states == {state: counted.count(state) for state in State}


def test_the_score_kept_is_the_one_that_the_rules_give(stage: Stage) -> None:
    signed(stage)
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.change_rating(
            session, stage.ref(), "W2", Rating.NOT_MET, "No log.", stage.now, cora
        )
    with stage.database.reading() as session:
        found = session.exec(
            select(Standing.fully, Standing.applicable, Standing.band).where(
                Standing.return_id == stage.ref().id
            )
        ).one()
    assert tuple(found) == (7, 9, "partially")


def test_a_return_waits_for_one_thing_at_a_time(stage: Stage) -> None:
    assert waits(stage, BROOK) == ""
    record(stage, BROOK, NotRunningAsked(reason="It was shut."))
    assert waits(stage, BROOK) == Waits.DID_IT_RUN
    record(stage, BROOK, BecameUnreachable())
    assert waits(stage, BROOK) == Waits.NAME_CONTACT
    signed(stage)
    assert waits(stage, AVON) == Waits.CONFIRM
    with stage.database.writing() as session:
        cora, here = stage.person(CORA), stage.ref()
        checking.change_rating(session, here, "W2", Rating.NOT_MET, "No log.", stage.now, cora)
    record(stage, AVON, Disputed(commitment="W2", reason="There is a log."))
    assert waits(stage, AVON) == Waits.DISPUTE
    record(stage, CLYDE, RecordedNotReturned())
    assert waits(stage, CLYDE) == Waits.APPROVE
    assert set(WAITS_WORDS) == set(Waits)


def test_a_standing_that_was_tampered_with_is_found_and_written_again(stage: Stage) -> None:
    here = signed(stage)
    with stage.database.writing() as session:
        session.execute(
            text(f"UPDATE standing SET not_returned = NOT nil WHERE return_id = {here}")
        )
    with stage.database.reading() as session:
        assert list(lives.stale_caches(session)) == [here]
        assert "out of date" in lives.first_stale_cache(session)
    with stage.database.writing() as session:
        assert lives.mend_caches(session) == 1
    with stage.database.reading() as session:
        assert lives.first_stale_cache(session) == ""


def test_a_record_of_an_older_release_has_its_standings_filled_in(stage: Stage) -> None:
    played(stage)
    with stage.database.writing() as session:
        before = list(session.connection().execute(text("SELECT * FROM standing ORDER BY 1")))
        session.execute(text("DELETE FROM standing"))
    with stage.database.reading() as session:
        assert lives.lack_standings(session)
        assert lives.first_stale_cache(session)
    wiring.fill_standings(stage.database)
    with stage.database.reading() as session:
        after = list(session.connection().execute(text("SELECT * FROM standing ORDER BY 1")))
        assert not lives.lack_standings(session)
        assert lives.first_stale_cache(session) == ""
    assert after == before
    assert len(before) > len(CAST)


def test_only_what_a_cache_holds_makes_it_be_written_again(stage: Stage) -> None:
    here = stage.ref(BROOK, QUARTER).id
    with stage.database.writing() as session:
        session.execute(text(f"DELETE FROM standing WHERE return_id = {here}"))
    record(stage, BROOK, Reminded(rung="request", person=1, letter="a"))
    with stage.database.reading() as session:
        assert standings.of(session, [here]) == {}
    record(stage, BROOK, Started())
    with stage.database.reading() as session:
        assert standings.of(session, [here])[here].life.started
