"""What is kept of each promise for pages is what returns tell of it, and is mended where not."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from charter.keeping import Outcome, outcome, outcome_of
from flows import wiring
from providers import actions, keeping, promise_standings
from providers.console_tables import PromiseStanding
from providers.database import Database
from tests.portal.test_actions_page import CARD, keep_promises
from tests.support.stage import Stage


@pytest.fixture
def stage(store: Database, tmp_path: Path) -> Stage:
    """Avon's promises of two quarters: kept, moved, given up, overdue, and to come."""
    stage = Stage(store, site_folder=tmp_path / "site").play()
    keep_promises(stage)
    return stage


def rows(session: Session) -> list[PromiseStanding]:
    return list(session.exec(select(PromiseStanding).order_by(col(PromiseStanding.action_id))))


def test_the_database_gives_each_promise_the_outcome_that_the_rule_gives(stage: Stage) -> None:
    seen = set()
    with stage.database.reading() as session:
        places = {(one.party_code, one.site_id) for one in rows(session)}
        found_at = actions.promises(session, places).values()
        promises = [promise for there in found_at for promise in there]
        for days in (-400, 0, 400):
            today = stage.now.date() + timedelta(days=days)
            found = {line.id: line for line in keeping.lines(session, "sample", today, {})}
            for one in rows(session):
                told = (one.due, one.first_due, one.latest_due, one.told_on, today)
                became = outcome(one.status, *told)
                assert found[one.action_id].outcome is became
                (promise,) = [p for p in promises if p.id == one.action_id]
                assert outcome_of(promise, today) is became
                seen.add(found[one.action_id].outcome)
            assert len(found) == len(rows(session)) > 4
    assert {Outcome.OVERDUE, Outcome.OPEN, Outcome.KEPT, Outcome.NOT_DONE} <= seen


def test_a_page_of_promises_and_their_counts_are_those_of_all_of_them(stage: Stage) -> None:
    today = stage.now.date()
    with stage.database.reading() as session:
        every = keeping.lines(session, "sample", today, {})
        counted = keeping.counted(session, "sample", today, {"outcome": "overdue"})
        parts = [keeping.lines(session, "sample", today, {}, (n, 2)) for n in range(0, 8, 2)]
        choice = keeping.options(session, "sample")
    assert [line for part in parts for line in part] == every
    assert counted.many == len(every)
    assert counted.chosen == sum(line.outcome is Outcome.OVERDUE for line in every) > 0
    assert {code for code, _ in choice["prison"]} == {line.site for line in every}
    assert {code for code, _ in choice["provider"]} == {line.party for line in every}


def test_a_date_that_moved_is_kept_with_the_signing_that_moved_it(stage: Stage) -> None:
    with stage.database.reading() as session:
        lines = keeping.lines(session, "sample", stage.now.date(), {})
        card = next(line for line in lines if line.title == CARD)
        assert not promise_standings.first_stale(session)
    assert (card.first_due, card.due) == (date(2026, 11, 16), date(2027, 2, 1))


def test_what_was_altered_behind_is_named_and_written_again(stage: Stage) -> None:
    with stage.database.engine.begin() as connection:
        connection.execute(text("UPDATE promise_standing SET due = '2030-01-01'"))
    with stage.database.writing() as session:
        assert "is out of date" in promise_standings.first_stale(session)
        assert promise_standings.mend(session) == len(rows(session))
        assert not promise_standings.first_stale(session)


def test_a_record_of_an_older_release_is_filled_in_at_the_start(stage: Stage) -> None:
    with stage.database.reading() as session:
        before = [row.model_dump() for row in rows(session)]
    with stage.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM promise_standing"))
    wiring.fill_standings(stage.database)
    with stage.database.reading() as session:
        assert [row.model_dump() for row in rows(session)] == before
