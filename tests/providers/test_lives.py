"""Steps recorded many at once are the same record as steps recorded one by one."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from charter.steps import (
    BecameReachable,
    BecameUnreachable,
    DueMoved,
    Reminded,
    Signed,
    Started,
    Step,
)
from notifications.among import among
from providers import ledger, lives, opening, reach
from providers.database import Database
from providers.lives import NewStep
from providers.tables import Person, StepRow
from tests.support.cast import AVON, BROOK, at
from tests.support.rules import CALENDAR
from tests.support.stage import LAST, QUARTER, Stage

NOW = at("2026-10-05T09:00")
REMINDED = Reminded(rung="request", person=1, letter="sample-p1-2026-10-05")


@pytest.fixture
def stage(store: Database) -> Stage:
    return Stage(store).play()


def written(database: Database) -> list[tuple[object, ...]]:
    sql = (
        "SELECT l.seq, l.at, l.by, l.kind, l.subject, s.return_id, s.at, s.body, s.once "
        "FROM ledger l JOIN step s ON s.seq = l.seq ORDER BY l.seq"
    )
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_many_steps_at_once_make_the_entries_of_as_many_steps_one_by_one(stage: Stage) -> None:
    avon, brook = stage.ref(AVON), stage.ref(BROOK)
    steps: list[Step] = [Started(), REMINDED, DueMoved(due=avon.dates.challenge_ends, why="late")]
    new = [NewStep(here.id, step) for here in (brook, avon) for step in steps]
    with stage.database.writing() as session:
        began = ledger.head(session)[0]
        numbers = lives.record_many(session, new, NOW, "engine")
        together = lives.lives(session, [avon.id, brook.id])
    assert numbers == list(range(began + 1, began + 7))
    assert [(row[5], row[3]) for row in written(stage.database)[-6:]] == [
        (one.return_id, one.step.kind) for one in new
    ]
    with stage.database.writing() as session:
        for one in new:
            lives.record(session, one.return_id, one.step, NOW, "engine")
        alone = lives.lives(session, [avon.id, brook.id])
        assert ledger.verify(session) == lives.first_unmatched(session) == ""
        assert lives.first_stale_cache(session) == ""
    assert alone == together
    assert [row[1:] for row in written(stage.database)[-6:]] == [
        row[1:] for row in written(stage.database)[-12:-6]
    ]
    assert stage.ref(AVON).due_on == avon.dates.challenge_ends


def test_a_step_that_may_be_taken_once_is_taken_once_even_among_many(stage: Stage) -> None:
    avon, brook = stage.ref(AVON).id, stage.ref(BROOK).id
    new = [
        NewStep(avon, REMINDED, "a"),
        NewStep(avon, REMINDED, "a"),
        NewStep(brook, REMINDED, "a"),
    ]
    with stage.database.writing() as session:
        assert len(lives.record_many(session, new, NOW, "engine")) == 2
        assert lives.record_many(session, new, NOW, "engine") == []
        assert lives.record(session, avon, REMINDED, NOW, "engine", once="a") == 0
        assert lives.record(session, avon, REMINDED, NOW, "engine", once="b")
        assert ledger.verify(session) == lives.first_unmatched(session) == ""


def test_what_lies_before_the_last_entry_is_refused_whole(stage: Stage) -> None:
    before = written(stage.database)
    early = [NewStep(stage.ref(AVON).id, Started()), NewStep(stage.ref(BROOK).id, Started())]
    behind = "the clock says 1 September 2026 at 9:00am, but the record's last entry is of "
    with pytest.raises(ledger.BeforeLastEntry, match=behind), stage.database.writing() as session:
        lives.record_many(session, early, at("2026-09-01T09:00"), "engine")
    assert written(stage.database) == before


def test_no_steps_leave_no_trace(stage: Stage) -> None:
    with stage.database.writing() as session:
        before = ledger.head(session)
        assert lives.record_many(session, [], NOW, "engine") == []
        assert ledger.append_many(session, NOW, "engine", []) == []
        assert ledger.head(session) == before


def test_a_signature_recorded_among_others_is_known_to_queries(stage: Stage) -> None:
    here = stage.ref(BROOK)
    steps = [NewStep(here.id, Signed(document="0" * 64)), NewStep(stage.ref(AVON).id, REMINDED)]
    with stage.database.writing() as session:
        lives.record_many(session, steps, NOW, "person:1")
    assert stage.ref(BROOK).received_at == NOW
    assert stage.ref(AVON).received_at is None


def test_more_values_than_a_database_takes_parameters_can_be_asked_about(stage: Stage) -> None:
    with stage.database.reading() as session:
        known = set(session.exec(select(StepRow.seq)))
        asked = among(col(StepRow.seq), range(100_000))
        assert set(session.exec(select(StepRow.seq).where(asked))) == known
        odd = ['"', "'); DROP TABLE person; --", "é\\", AVON.email]
        named = select(Person.email).where(among(col(Person.email), odd))
        assert session.exec(named).all() == [AVON.email]
        assert session.exec(select(Person.email).where(among(col(Person.email), []))).all() == []


def test_unreachable_quarters_are_counted_back_from_a_return_until_one_was_reached(
    stage: Stage,
) -> None:
    first, second = stage.ref(BROOK, LAST), stage.ref(BROOK, QUARTER)
    later = at("2027-01-04T09:00")
    with stage.database.writing() as session:
        opening.open_due(session, later, CALENDAR)
    third = stage.ref(BROOK, "2026-27-Q3")

    def counted() -> list[int]:
        with stage.database.reading() as session:
            found = reach.quarters_unreachable(session, [first.id, second.id, third.id])
        return [found[here.id] for here in (first, second, third)]

    def record(here_id: int, step: Step) -> None:
        with stage.database.writing() as session:
            lives.record(session, here_id, step, later + timedelta(hours=1), "engine")

    assert counted() == [0, 0, 0]
    record(first.id, BecameUnreachable())
    record(third.id, BecameUnreachable())
    assert counted() == [1, 0, 1]
    record(second.id, BecameUnreachable())
    assert counted() == [1, 2, 3]
    record(first.id, BecameReachable())
    assert counted() == [0, 1, 2]
