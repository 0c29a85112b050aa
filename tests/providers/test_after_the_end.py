"""A provider whose contract ended keeps its door open until its last return is published."""

from datetime import date

import pytest

from charter.steps import Published, Released, Revised
from providers import answering, checking, lives, register, returns, sessions
from providers.contacts import contact_roles
from providers.database import Database
from providers.tables import Service
from tests.support.cast import AVON, at
from tests.support.stage import CORA, LAST, Stage, register_text

LATER = at("2026-12-10T09:00")
DAY = date(2026, 12, 10)


@pytest.fixture
def stage(store: Database) -> Stage:
    """The cast, a quarter just opened, and Avon's service ended in it."""
    there = Stage(store).play()
    with store.writing() as session:
        session.get_one(Service, there.ref().service_id).ends = date(2026, 9, 20)
    return there


def enters(stage: Stage, on: date = DAY) -> bool:
    with stage.database.reading() as session:
        return bool(contact_roles(session, stage.person(AVON.email), on))


def record(stage: Stage, step: object, quarter: str = "2026-27-Q2") -> None:
    with stage.database.writing() as session:
        lives.record(session, stage.ref(AVON, quarter).id, step, LATER, "engine")  # type: ignore[arg-type]


def test_the_door_is_open_until_the_last_return_is_published(stage: Stage) -> None:
    record(stage, Published(revision=1, page="p"), LAST)
    assert enters(stage)
    record(stage, Published(revision=1, page="p"))
    assert not enters(stage)
    assert enters(stage, date(2026, 9, 20))


def test_it_opens_again_while_the_page_is_revised(stage: Stage) -> None:
    for quarter in (LAST, "2026-27-Q2"):
        record(stage, Published(revision=1, page="p"), quarter)
    record(stage, Revised(reason="A mistake."))
    assert enters(stage)


def test_a_return_no_longer_owed_holds_no_door_open(stage: Stage) -> None:
    record(stage, Published(revision=1, page="p"), LAST)
    record(stage, Released(reason="It was not theirs."))
    assert not enters(stage)


def test_the_last_return_may_be_still_to_come(stage: Stage) -> None:
    """The quarter in which the service ended opens only when the quarter is over."""
    record(stage, Published(revision=1, page="p"), LAST)
    record(stage, Published(revision=1, page="p"))
    with stage.database.writing() as session:
        session.get_one(Service, stage.ref().service_id).ends = date(2026, 11, 20)
    assert enters(stage)


def test_meanwhile_a_challenge_is_answered_and_a_reply_given(stage: Stage) -> None:
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), at("2026-10-20T10:00"))
    with stage.database.writing() as session:
        checking.challenge(session, here, "W1", "Is it so?", LATER, stage.person(CORA))
        signed = returns.signed_document(session, here)
        assert signed
        sha = answering.hand_over(session, here, signed, LATER, stage.person(AVON.email))
        answering.sign(session, here, sha, LATER, stage.person(AVON.signer_email))
        answering.reply(session, here, "We did.", LATER, stage.person(AVON.email))
        life = lives.lives(session, [here.id])[here.id]
    assert life.reply == "We did."
    assert not life.questions


def test_a_live_session_ends_with_the_publication(stage: Stage) -> None:
    record(stage, Published(revision=1, page="p"), LAST)
    with stage.database.writing() as session:
        sessions.begin(session, stage.person(AVON.email), "hash", "csrf", LATER)
        assert sessions.visitor(session, "hash", LATER)
    record(stage, Published(revision=1, page="p"))
    with stage.database.reading() as session:
        assert sessions.visitor(session, "hash", LATER) is None


def test_a_register_that_no_longer_lists_the_service_leaves_its_contacts_in(stage: Stage) -> None:
    with stage.database.writing() as session:
        session.get_one(Service, stage.ref().service_id).ends = None
    kept = [line for line in register_text().splitlines() if ",AVON," not in line]
    with stage.database.writing() as session:
        read = register.check("\n".join([*kept, ""]).encode(), "without.csv")
        now = at("2026-10-06T09:00")
        register.import_register(session, read, now, "operator", policy_version="2026.4", yes=True)
        assert session.get_one(Service, stage.ref().service_id).ends == date(2026, 10, 6)
    assert enters(stage)
