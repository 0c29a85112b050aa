"""Whatever is altered in the tables behind the ledger, `verify` names it in one sentence."""

import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from charter.answers import ActionLine
from charter.policy import Role
from flows.verifying import verify
from providers import answering, checking, practices, requests, staff, stand_ins, tokens
from providers.database import Database
from providers.practices import Telling
from providers.register import person_by_email
from providers.returns import Ref
from tests.support.cast import AVON, at
from tests.support.programme import Programme


@pytest.fixture
def programme(sqlite_store: Database, tmp_path: Path) -> Programme:
    """A quarter with a request, a promise, a score and two publications on record."""
    here = Programme(sqlite_store, tmp_path / "home").begin()
    with here.database.writing() as session:
        requests.enter_request(
            session,
            id="ring-back",
            region="sample",
            site="AVB",
            party="AVON",
            commitment="W1",
            text="Ring us back.",
            source="a visits hall morning",
            heard_on=date(2026, 8, 1),
            now=at("2026-09-01T10:00"),
            by="operator",
        )
    here.day("2026-10-01")
    here.publish("2026-10-02T11:00")
    line = ActionLine(commitment="W1", title="Ring back", owner="Lead", due=date(2026, 12, 1))
    owed = here.ref("AVON", "AVC")
    document = here.filled(owed).model_copy(update={"actions": (line,)})
    with here.database.writing() as session:
        answering.submit(session, owed, document, at("2026-10-10T12:00"))
        share(session, owed, at("2026-10-11T10:00"))
        let_in(session, owed, at("2026-10-11T11:00"))
    here.score("2026-10-11T12:00")
    here.publish("2026-10-12T11:00")
    assert verify(here.database, here.home).wrong == ""
    return here


def share(session: Session, owed: Ref, now: datetime) -> None:
    """Have a commissioner confirm a return and share a practice from it."""
    staff.add(
        session,
        now,
        "operator",
        email="cora@commissioner.example",
        region_code=owed.region,
        role="commissioner",
        name="Cora Check",
    )
    cora = person_by_email(session, "cora@commissioner.example")
    assert cora is not None
    checking.confirm(session, owed, now, cora.person_id)
    told = Telling("An hour kept", "We ring back.", "The rota.", "A phone.")
    practices.share(session, owed, "W1", told, now, cora.person_id)


def let_in(session: Session, owed: Ref, now: datetime) -> None:
    """Have a deputy named for a fortnight, and a token made for a program."""
    lead, first, last = person_by_email(session, AVON.email), date(2026, 10, 12), date(2026, 10, 25)
    assert lead is not None
    named = "Dora Deputy", "dora@avon.example", first, last
    stand_ins.name(session, owed, Role.DEPUTY, *named, now, lead.person_id)
    tokens.add(session, now, "operator", party=owed.party, name="our records")


@pytest.mark.parametrize(
    ("alteration", "named"),
    [
        ("DELETE FROM ledger_head", "the ledger's head is missing"),
        ("UPDATE step SET at = '2026-10-01 08a00:00.000000' WHERE seq > 7", "steps cannot be read"),
        ("UPDATE family_request SET source = 'hearsay'", "request of families ring-back"),
        ("UPDATE family_request SET heard_on = '2026-19-01'", "requests cannot be read"),
        ("UPDATE cycle SET expected = expected - 1", "the cycle behind ledger entry"),
        ("UPDATE cycle SET dates = replace(dates, '2026-12-08', '2027-12-08')", "the cycle behind"),
        ("DELETE FROM cycle", "the cycle behind ledger entry"),
        ('DELETE FROM "return" WHERE id = 4', "the return behind ledger entry"),
        ("UPDATE \"return\" SET due_on = '2026-17-01' WHERE id = 4", "returns cannot be read"),
        ("UPDATE action SET first_due = '2027-01-01'", "the action avon-avc-2026-27-q2-1 is not"),
        ("UPDATE action SET practice_id = 'x'", "the action avon-avc-2026-27-q2-1 is not"),
        ("UPDATE actionchange SET consulted = 'x'", "said of the action avon-avc-2026-27-q2-1"),
        ("UPDATE practice SET happened = 'We ring.'", "the shared practice avc-w1-1 has been"),
        ("DELETE FROM practice", "the shared practice avc-w1-1 is missing"),
        ("UPDATE stand_in SET role = 'signer'", "the stand-in 1 is not the one the ledger"),
        ("UPDATE stand_in SET last_day = '2036-10-25'", "the stand-in 1 is not the one"),
        ("DELETE FROM stand_in", "the stand-in 1 is missing"),
        ("UPDATE provider_token SET token_hash = 'a'", "the token 1 is not the one the ledger"),
        ("UPDATE provider_token SET ended_at = made_at", "the token 1 is not the one"),
        ("DELETE FROM provider_token", "the token 1 is missing"),
        ("UPDATE action SET title = 'Ring bock'", "the action avon-avc-2026-27-q2-1 is not"),
        ("DELETE FROM action", "the action avon-avc-2026-27-q2-1 is missing"),
        ("UPDATE actionchange SET due = '2027-01-01'", "said of the action avon-avc-2026-27-q2-1"),
        ("UPDATE actionchange SET status = 'done'", "said of the action avon-avc-2026-27-q2-1"),
        ("DELETE FROM actionchange", "said of the action avon-avc-2026-27-q2-1 is missing"),
        ("DELETE FROM document WHERE body LIKE '%Ring back%'", "is missing"),
        ("DELETE FROM document WHERE body LIKE '%\"band\"%'", "is missing"),
        ("DELETE FROM document WHERE body LIKE '%as_at%'", "is missing"),
        (
            "UPDATE publication SET pages = replace(pages, 'AVB', 'AVD') WHERE id = 1",
            "ublication 1",
        ),
        ("UPDATE publication SET pages = '{' WHERE id = 2", "publication 2 is not the one"),
        ("UPDATE publication SET ledger_entries = 1 WHERE id = 1", "publication 1 is not the one"),
        ("DELETE FROM publication WHERE id = 1", "publication 1 is missing"),
        ("DELETE FROM rulebook WHERE kind = 'policy'", "cannot be read"),
    ],
)
def test_what_was_altered_is_named_in_one_sentence(
    programme: Programme, alteration: str, named: str
) -> None:
    file = programme.database.engine.url.database or ""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:  # no foreign keys
        assert connection.execute(alteration).rowcount
    wrong = verify(programme.database, programme.home).wrong
    assert named in wrong
    assert "\n" not in wrong


def test_a_ledger_cut_short_with_a_head_to_match_is_found(programme: Programme) -> None:
    programme.day("2026-10-14")
    file = programme.database.engine.url.database or ""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        last = connection.execute("SELECT max(seq) FROM ledger").fetchone()[0]
        connection.execute("DELETE FROM ledger WHERE seq = ?", (last,))
        connection.execute(
            "UPDATE ledger_head SET entries = ?, head = (SELECT hash FROM ledger WHERE seq = ?)",
            (last - 1, last - 1),
        )
    assert f"step {last} has no ledger entry" in verify(programme.database, programme.home).wrong
