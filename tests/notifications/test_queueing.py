"""Many lines put into letters at once fare as they would one by one, whatever state the letters."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import text

from notifications import outbox
from notifications.outbox import Line, Wanted
from providers.database import Database
from tests.support.post import NOW

OLD, GONE, NEW = (Line(f"return:{n}", "request") for n in range(3))
ASKED = ((OLD,), (GONE,), (NEW,), (NEW, OLD), (OLD, NEW, NEW), (NEW,))
STATES = ("new", "queued", "claimed", "withdrawn")


def wanted(key: str, *lines: Line, kind: str = "request") -> Wanted:
    person = sum(key.encode())  # each has one letter a day
    return Wanted(key, person, "Lead@Avon.example", kind, "sample", NOW.date(), lines)


def prepare(store: Database, prefix: str) -> None:
    """One letter in each state but `new`, each with a line in force and one dropped from it."""
    with store.writing() as session:
        for state in STATES[1:]:
            key = f"{prefix}-{state}"
            outbox.enqueue_many(session, [wanted(key, OLD, GONE)], NOW)
            outbox.drop_line(session, key, GONE, "received")
        outbox.withdraw(session, f"{prefix}-withdrawn", "received", NOW)
    with store.engine.begin() as connection:
        claimed = {"key": f"{prefix}-claimed"}
        connection.execute(text("UPDATE letter SET state = 'claimed' WHERE key = :key"), claimed)


def every(prefix: str) -> list[Wanted]:
    """Each letter asked for each bundle of lines in turn, the letters taking turns too."""
    return [
        wanted(f"{prefix}-{state}", *lines, kind=f"kind-{n}")
        for n, lines in enumerate(ASKED)
        for state in STATES
    ]


def standing(store: Database, prefix: str) -> list[tuple[object, ...]]:
    sql = (
        "SELECT substr(l.key, 3), l.state, l.kind, l.domain, l.to_email, l.queued_at, x.subject, "
        "x.dropped FROM letter l JOIN letter_line x ON x.letter_key = l.key "
        "WHERE l.key LIKE :like ORDER BY l.key, x.id"
    )
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), {"like": f"{prefix}-%"})]


def put(store: Database, one: Iterable[Wanted]) -> list[bool]:
    with store.writing() as session:
        return outbox.enqueue_many(session, list(one), NOW)


def test_many_at_once_fare_as_they_would_one_by_one(store: Database) -> None:
    prepare(store, "a")
    prepare(store, "b")
    together = put(store, every("a"))
    alone = [put(store, [one])[0] for one in every("b")]
    assert together == alone
    assert standing(store, "a") == standing(store, "b")
    assert len(set(zip(STATES * len(ASKED), together, strict=True))) > len(STATES)


def test_a_letter_is_of_the_kind_that_was_put_in_first_and_knows_where_it_goes(
    store: Database,
) -> None:
    put(store, [wanted("a-one", OLD, kind="reminder"), wanted("a-one", NEW, kind="warning")])
    assert {row[2:5] for row in standing(store, "a")} == {
        ("reminder", "avon.example", "Lead@Avon.example")
    }


def test_one_that_no_message_could_carry_keeps_them_all_out(store: Database) -> None:
    bad = replace(wanted("a-two", NEW), email="lead@avon.example\nBcc: eve@elsewhere.example")
    try:
        put(store, [wanted("a-one", OLD), bad])
    except ValueError:
        assert standing(store, "a") == []
    else:
        raise AssertionError("the address was taken")


def test_nothing_wanted_is_nothing_done(store: Database) -> None:
    assert put(store, []) == []
