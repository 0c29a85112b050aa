"""Checkpoints outside the database show a ledger that was cut short or written anew."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from charter.ledger import GENESIS, sealed
from flows.checkpoints import notary_of, note_restored
from flows.verifying import verify
from providers import cycles, ledger
from providers.backup import backup, restore
from providers.database import Database
from providers.notary import Notary
from tests.support.cast import at
from tests.support.programme import Programme


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """A home with a quarter opened and two bulletins published."""
    here = Programme(store, tmp_path / "home").begin()
    here.day("2026-10-01")
    here.publish("2026-10-02T11:00")
    here.day("2026-10-14")
    here.submit("AVON", "AVB", "2026-10-15T12:00")
    here.publish("2026-10-16T11:00")
    assert verify(here.database, here.home).wrong == ""
    return here


def notary(programme: Programme) -> Notary:
    return notary_of(programme.settings, programme.home)


def wrong(programme: Programme) -> str:
    said = notary(programme)
    with programme.database.reading() as session:
        return said.wrong(session)


def write_anew(programme: Programme, keep: int) -> None:
    """Cut the ledger after an entry and make the head agree, as somebody with the database can."""
    with programme.database.engine.begin() as connection:
        for table in ("step", "ledger"):
            connection.execute(text(f"DELETE FROM {table} WHERE seq > :n"), {"n": keep})
        head = connection.execute(
            text("SELECT hash FROM ledger WHERE seq = :n"), {"n": keep}
        ).scalar()
        connection.execute(
            text("UPDATE ledger_head SET entries = :n, head = :h"), {"n": keep, "h": head}
        )


def test_each_bulletin_has_a_checkpoint_and_publishing_again_adds_none(programme: Programme):
    files = sorted(path.name for path in (programme.home / "checkpoints").iterdir())
    assert files == ["000001.json", "000002.json"]
    programme.publish("2026-10-16T12:00")
    assert len(notary(programme).all()) == 2
    with programme.database.reading() as session:
        newest = notary(programme).all()[-1]
        assert ledger.hash_of(session, newest.entries) == newest.head


def test_the_key_is_made_once_and_only_its_owner_reads_it(programme: Programme):
    key = programme.home / "checkpoint.key"
    assert key.stat().st_mode & 0o777 == 0o600
    made = key.read_bytes()
    programme.submit("BROOK", "BRB", "2026-10-17T12:00")
    programme.publish("2026-10-19T11:00")
    assert key.read_bytes() == made


def test_a_ledger_cut_short_in_every_table_is_found_by_its_last_checkpoint(programme: Programme):
    last = notary(programme).all()[-1].entries
    write_anew(programme, last - 3)
    with programme.database.reading() as session:
        assert ledger.verify(session) == ""
    assert wrong(programme) == (
        f"the ledger ends at entry {last - 3}, but its checkpoint of 16 October 2026 vouches for "
        f"entry {last}: the last 3 entries are gone"
    )


def test_a_ledger_written_anew_is_found_between_two_checkpoints(programme: Programme):
    first, last = (one.entries for one in notary(programme).all())
    with programme.database.reading() as session:
        entries = list(ledger.entries(session))
    write_anew(programme, first)
    prev = entries[first - 1].hash
    with programme.database.engine.begin() as connection:
        for old in entries[first:]:
            new = sealed(old.seq, old.at, "operator", old.kind, old.subject, old.body, prev)
            connection.execute(
                text(
                    'INSERT INTO ledger (seq, at, "by", kind, subject, body, prev, hash) '
                    "VALUES (:seq, :at, :by, :kind, :subject, :body, :prev, :hash)"
                ),
                vars(new),
            )
            prev = new.hash
        connection.execute(
            text("UPDATE ledger_head SET entries = :n, head = :h"), {"n": len(entries), "h": prev}
        )
    with programme.database.reading() as session:
        assert ledger.verify(session) == ""
    assert wrong(programme).startswith(
        f"the ledger was written anew between entry {first + 1} and entry {last}"
    )


def test_a_checkpoint_that_was_changed_or_taken_away_is_named(programme: Programme):
    folder = programme.home / "checkpoints"
    whole = (folder / "000001.json").read_text()
    data = json.loads(whole)
    (folder / "000001.json").write_text(json.dumps({**data, "head": GENESIS}))
    assert wrong(programme) == "the checkpoint 000001.json has been changed"
    (folder / "000001.json").write_text("{")
    assert "has been changed" in wrong(programme)
    (folder / "000001.json").unlink()
    assert "the checkpoint 1 is missing" in wrong(programme)
    (folder / "000001.json").write_text(whole)
    assert wrong(programme) == ""


def test_a_checkpoint_of_another_key_does_not_count(programme: Programme, tmp_path: Path):
    ours = notary(programme)
    other = replace(ours, folder=tmp_path / "other", key_file=tmp_path / "other.key")
    for one in ours.all():
        other.vouch(one.entries, one.head, at("2026-10-16T11:00"))
    assert "signed by another key" in _wrong_of(programme, replace(ours, folder=other.folder))
    (programme.home / "checkpoint.key").unlink()
    assert "the key of the checkpoints is missing" in wrong(programme)


def _wrong_of(programme: Programme, said: Notary) -> str:
    with programme.database.reading() as session:
        return said.wrong(session)


def test_a_backup_put_back_is_said_and_the_record_may_go_on(sqlite_store: Database, tmp_path: Path):
    here = Programme(sqlite_store, tmp_path / "home").begin()
    here.day("2026-10-01")
    here.publish("2026-10-02T11:00")
    copy = tmp_path / "copy.sqlite"
    backup(here.database.engine, copy)
    here.submit("AVON", "AVB", "2026-10-15T12:00")
    here.publish("2026-10-16T11:00")
    restore(here.database.engine, copy, force=True)
    assert "are gone" in wrong(here)
    assert note_restored(here.database, notary(here), at("2026-10-19T09:00"))
    assert not note_restored(here.database, notary(here), at("2026-10-19T09:30"))
    here.publish("2026-10-19T11:00")
    here.submit("AVON", "AVB", "2026-10-20T12:00")
    here.publish("2026-10-20T13:00")
    found = verify(here.database, here.home)
    assert found.wrong == ""
    assert any("On 19 October 2026 a backup was restored" in line for line in found.checkpoints)
    with closing(sqlite3.connect(here.database.engine.url.database or "")) as connection:
        assert connection.execute("SELECT count(*) FROM ledger").fetchone()[0] > 0


def test_without_publication_nothing_vouches_and_nothing_is_wrong(
    sqlite_store: Database, tmp_path: Path
):
    here = Programme(sqlite_store, tmp_path / "home").begin()
    assert wrong(here) == ""
    assert "No checkpoint" in notary(here).in_words()[0]
    with here.database.writing() as session:
        cycles.pause(session, "sample", "Quiet.", at("2026-09-02T09:00"), "operator")
    assert wrong(here) == ""


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\x00", b"[]", b""])
def test_a_checkpoint_that_is_none_is_named_in_a_sentence(programme: Programme, content: bytes):
    (programme.home / "checkpoints" / "000002.json").write_bytes(content)
    assert wrong(programme) == "the checkpoint 000002.json has been changed"


def test_a_checkpoint_that_cannot_be_opened_is_named_in_a_sentence(programme: Programme):
    file = programme.home / "checkpoints" / "000002.json"
    file.unlink()
    file.mkdir()
    assert "000002.json cannot be read (is a directory)" in wrong(programme)


def test_a_key_that_is_none_is_a_sentence(programme: Programme):
    key = programme.home / "checkpoint.key"
    key.write_bytes(b"\xff" * 40)
    assert "32 bytes in base64" in wrong(programme)
    key.unlink()
    key.mkdir()
    assert "cannot be read (is a directory)" in wrong(programme)


def test_doctor_says_when_others_may_read_the_key(programme: Programme):
    assert notary(programme).too_open == ""
    (programme.home / "checkpoint.key").chmod(0o644)
    assert "chmod 600" in notary(programme).too_open
