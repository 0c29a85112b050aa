"""Erasing a person takes them out of the record, and the record still verifies."""

from pathlib import Path

import pytest
from sqlalchemy import text

from flows.erasing import erase_leftovers
from flows.verifying import verify
from notifications import outbox
from providers import answering, forgetting, register, sessions, staff
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from tests.support.cast import at
from tests.support.programme import COMMISSIONER, QUARTER, SMALL, Programme

GONE = "brook@brook.example"
WITHOUT = SMALL.replace("Brook,brook@brook.example,lead", "Betty,betty@brook.example,lead")


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """A quarter in which Brook's lead was written to, signed in, typed, and left."""
    here = Programme(store, tmp_path / "home").begin()
    here.day("2026-10-01")
    owed = here.ref("BROOK", "BRB")
    with here.database.writing() as session:
        document = here.filled(owed)
        answering.save_draft(
            session, owed, document, at("2026-10-02T10:00"), here.person(GONE), version=0
        )
        sessions.ask(session, GONE, "nonce", at("2026-10-02T10:30"))
        sessions.begin(session, here.person(GONE), "hash", "csrf", at("2026-10-02T10:31"))
    return here


def leaves(programme: Programme, when: str = "2026-10-05T09:00") -> None:
    with programme.database.writing() as session:
        read = register.check(WITHOUT.encode(), "small.csv")
        register.import_register(session, read, at(when), "operator", policy_version="2026.4")


def forget(programme: Programme, email: str, when: str) -> forgetting.Forgotten:
    with programme.database.writing() as session:
        return forgetting.forget(session, email, at(when), "operator")


def everything(database: Database) -> str:
    """All that stands in every table but the contact list's history of numbers."""
    with database.engine.connect() as connection:
        names = connection.dialect.get_table_names(connection)
        return "\n".join(
            str(row)
            for name in names
            for row in connection.execute(text(f'SELECT * FROM "{name}"')).all()
        )


def test_nothing_names_an_erased_person_and_the_record_still_holds(programme: Programme):
    number = programme.person(GONE)
    before = everything(programme.database)
    assert GONE in before
    leaves(programme)
    done = forget(programme, GONE.upper(), "2026-10-06T09:00")
    assert (done.person, done.letters, done.sign_ins) == (number, 1, 2)
    assert done.drafts == 1
    after = everything(programme.database)
    assert GONE not in after.lower()
    assert "Dear Brook" not in after
    assert verify(programme.database, programme.home).wrong == ""
    assert f"person:{number}" in after


def test_no_file_of_the_home_names_an_erased_person(programme: Programme, tmp_path: Path):
    mail = programme.home / "mail"
    assert any(GONE.encode() in file.read_bytes() for file in mail.iterdir())
    leaves(programme)
    forget(programme, GONE, "2026-10-06T09:00")
    assert erase_leftovers(programme.database, programme.home, GONE.upper()) == 1
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    found = [file for file in files if GONE.encode() in file.read_bytes().lower()]
    assert found == []
    assert len(list(mail.iterdir())) > 1
    assert verify(programme.database, programme.home).wrong == ""


def test_the_chase_goes_on_with_whoever_came_after(programme: Programme):
    leaves(programme)
    forget(programme, GONE, "2026-10-06T09:00")
    programme.day("2026-10-14")
    betty = programme.person("betty@brook.example")
    with programme.database.reading() as session:
        sent = {letter.to_person for letter in outbox.listing(session)}
    assert betty in sent
    assert verify(programme.database, programme.home).wrong == ""


def test_who_still_acts_for_somebody_is_not_erased(programme: Programme):
    with pytest.raises(NotAllowed, match="still a contact; import a register"):
        forget(programme, GONE, "2026-10-06T09:00")
    with pytest.raises(NotAllowed, match="charter staff end"):
        forget(programme, COMMISSIONER, "2026-10-06T09:00")
    with pytest.raises(Unknown, match="nobody in the record"):
        forget(programme, "no.body@brook.example", "2026-10-06T09:00")


def test_a_letter_still_in_the_post_holds_up_the_erasure(programme: Programme):
    programme.open("2026-10-14T09:00")
    leaves(programme, "2026-10-14T09:30")
    with pytest.raises(NotAllowed, match="still in the post"):
        forget(programme, GONE, "2026-10-14T09:40")
    programme.deliver("2026-10-14T10:00")
    assert forget(programme, GONE, "2026-10-14T11:00").letters == 2


def test_somebody_may_be_erased_once_their_role_has_ended(programme: Programme):
    with programme.database.writing() as session:
        staff.end(
            session,
            at("2026-10-05T09:00"),
            "operator",
            email=COMMISSIONER,
            region_code="sample",
            role="commissioner",
        )
    forget(programme, COMMISSIONER, "2026-10-06T09:00")
    assert COMMISSIONER not in everything(programme.database)
    assert programme.ref("AVON", "AVB", QUARTER)
