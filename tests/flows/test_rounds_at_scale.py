"""A round over many returns: no more queries than over few, the same record, nothing lost."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from flows import chasing
from providers import opening
from providers.database import Database, open_engine
from tests.support.crowd import crowd
from tests.support.programme import Programme

Fresh = Callable[[], Database]
FEW, MANY = 200, 2000


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes as many databases as a test wants, all of one kind."""
    made: list[tuple[Database, Callable[[], None]]] = []

    def on_sqlite() -> Database:
        path = tmp_path / f"{len(made)}.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        made.append((Database(open_engine(f"sqlite:///{path}")), path.unlink))
        return made[-1][0]

    def on_postgres() -> Database:
        server = request.getfixturevalue("postgres_server")
        url = server.create(template=request.getfixturevalue("postgres_template"))
        made.append((Database(open_engine(url)), lambda: server.drop(url)))
        return made[-1][0]

    yield on_sqlite if request.param == "sqlite" else on_postgres
    for database, drop in made:
        database.engine.dispose()
        drop()


def queries(database: Database, act: Callable[[], object]) -> int:
    """How many statements an act sends to the database."""
    sent: list[str] = []

    def heard(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(database.engine, "before_cursor_execute", heard)
    act()
    event.remove(database.engine, "before_cursor_execute", heard)
    return len(sent)


def counted(database: Database, home: Path, services: int) -> dict[str, int]:
    """The queries of rounds that find nothing, and of one that finds much on each return."""
    programme = Programme(database, home).begin(crowd(services))
    programme.open("2026-10-01T09:00")
    with database.writing() as session:  # as if every letter had left at once
        session.execute(text("UPDATE letter SET state = 'sent', settled_at = queued_at"))
    return {
        "nothing opens": queries(database, lambda: programme.open("2026-10-01T09:01")),
        "nothing is due": queries(database, lambda: programme.chase("2026-10-01T09:05")),
        "much was missed": queries(database, lambda: programme.chase("2026-11-04T09:00")),
    }


def test_the_queries_of_a_round_grow_with_its_batches_and_not_with_the_returns(
    fresh: Fresh, tmp_path: Path
) -> None:
    few, many = (counted(fresh(), tmp_path / str(n), n) for n in (FEW, MANY))
    nothing = few["nothing is due"]
    assert many["nothing is due"] == nothing
    assert many["nothing opens"] == few["nothing opens"]
    assert FEW <= chasing.BATCH <= 1000
    batches = MANY // chasing.BATCH
    assert many["much was missed"] - nothing == batches * (few["much was missed"] - nothing)


def test_a_cycle_of_many_returns_opens_with_as_many_queries_as_one_of_few(
    fresh: Fresh, tmp_path: Path
) -> None:
    def asked(services: int) -> int:
        programme = Programme(fresh(), tmp_path / str(services)).begin(crowd(services))
        now, calendar = programme.moment("2026-10-01T09:00"), programme.post.calendar

        def act() -> None:
            with programme.database.writing() as session:
                ((_, expected),) = opening.open_due(session, now, calendar)
            assert expected == services

        return queries(programme.database, act)

    assert asked(50) == asked(500)


def whole(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All that rounds write; without the salts, and what is made from them."""
    asked = {
        "ledger": "SELECT seq, at, by, kind, subject FROM ledger ORDER BY seq",
        "step": "SELECT seq, return_id, at, by, body, once FROM step ORDER BY seq",
        "return": 'SELECT id, cycle_id, service_id, due_on, received_at FROM "return" ORDER BY id',
        "letter": "SELECT key, to_person, to_email, domain, kind, region, day, state, queued_at "
        "FROM letter ORDER BY key",
        "line": "SELECT letter_key, subject, topic, occasion, dropped FROM letter_line "
        "ORDER BY letter_key, id",
    }
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(sql))]
            for name, sql in asked.items()
        }


ROUNDS = ("2026-10-01", "2026-10-14", "2026-10-28", "2026-11-04", "2026-11-11")


def play(programme: Programme) -> None:
    """A quarter in which one provider answers, letters leave twice, and the others fall silent."""
    for day in ROUNDS:
        programme.open(f"{day}T09:00")
        if day in ("2026-10-01", "2026-11-04"):
            programme.deliver(f"{day}T09:30")
        if day == "2026-10-14":
            programme.submit("AVON", "AVB", f"{day}T10:00")


def test_the_size_of_its_batches_leaves_no_trace_in_the_record(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = []
    for size in (chasing.BATCH, 1):
        monkeypatch.setattr(chasing, "BATCH", size)
        programme = Programme(fresh(), tmp_path / str(size)).begin()
        play(programme)
        records.append(whole(programme.database))
    assert records[0] == records[1]
    assert len(records[0]["line"]) > len(ROUNDS)


class Killed(BaseException):
    """The end of a process, as nothing in it can catch."""


def test_a_round_killed_between_batches_is_finished_by_the_next_one(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chasing, "BATCH", 1)
    left_alone = Programme(fresh(), tmp_path / "left-alone").begin()
    left_alone.open("2026-10-01T09:00")
    killed = Programme(fresh(), tmp_path / "killed").begin()
    write_down, survived = chasing.write_down, 0

    def and_die(*args: Any) -> chasing.Chased:
        nonlocal survived
        if survived == 2:
            raise Killed
        survived += 1
        return write_down(*args)

    monkeypatch.setattr(chasing, "write_down", and_die)
    with pytest.raises(Killed):
        killed.open("2026-10-01T09:00")
    assert 0 < len(whole(killed.database)["line"]) < len(whole(left_alone.database)["line"])
    monkeypatch.setattr(chasing, "write_down", write_down)
    killed.open("2026-10-01T09:00")
    assert whole(killed.database) == whole(left_alone.database)


def test_a_round_that_finds_nothing_takes_no_lock_to_find_it(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = Programme(fresh(), tmp_path / "home").begin()
    programme.open("2026-10-01T09:00")
    monkeypatch.delattr(Database, "writing")
    programme.chase("2026-10-01T09:05")
