"""Rules that hold at the store, whatever page or command the act comes from."""

from datetime import date
from pathlib import Path

import pytest

from charter.answers import ActionLine
from charter.steps import Rating, Released
from providers import answering, checking, lives, returns, staff
from providers.cycles import NotAllowed
from providers.database import Database
from providers.returns import Ref
from tests.support.cast import at
from tests.support.programme import COMMISSIONER, Programme

PREPARER, SIGNER = "avon@avon.example", "ada@avon.example"


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    here = Programme(store, tmp_path / "home").begin()
    here.day("2026-10-01")
    return here


def signed_with_a_promise(programme: Programme) -> Ref:
    here = programme.ref("AVON", "AVB")
    line = ActionLine(commitment="W1", title="Ring back", owner="Lead", due=date(2026, 12, 1))
    document = programme.filled(here).model_copy(update={"actions": (line,)})
    with programme.database.writing() as session:
        answering.submit(session, here, document, at("2026-10-10T12:00"))
    return here


def test_the_same_text_may_be_signed_again_after_a_question(programme: Programme) -> None:
    here = signed_with_a_promise(programme)
    with programme.database.writing() as session:
        asker = programme.person(COMMISSIONER)
        checking.challenge(session, here, "W1", "Is it so?", at("2026-10-11T12:00"), asker)
        document = returns.signed_document(session, here)
        assert document is not None
        preparer, signer = programme.person(PREPARER), programme.person(SIGNER)
        sha = answering.hand_over(session, here, document, at("2026-10-12T12:00"), preparer)
        answering.sign(session, here, sha, at("2026-10-12T13:00"), signer)
        promise = returns.promises(session, [here])["AVON", here.site_id][0]
        life = lives.lives(session, [here.id])[here.id]
    assert life.document == sha
    assert not life.questions
    assert [change.at for change in promise.changes] == [at("2026-10-12T13:00")]


@pytest.mark.parametrize("email", [PREPARER, SIGNER])
def test_nobody_checks_a_return_they_prepared_or_signed(programme: Programme, email: str) -> None:
    here, who = signed_with_a_promise(programme), programme.person(email)
    with programme.database.writing() as session:
        staff.add(
            session,
            at("2026-10-10T12:00"),
            "operator",
            region_code="sample",
            email=email,
            role="commissioner",
            name=email,
        )
    now = at("2026-10-11T12:00")
    with programme.database.writing() as session:
        with pytest.raises(NotAllowed, match="somebody else must check it"):
            checking.confirm(session, here, now, who)
        with pytest.raises(NotAllowed, match="somebody else must check it"):
            checking.change_rating(session, here, "W1", Rating.FULLY, "It is.", now, who)


def test_what_is_not_confirmed_is_approved_only_after_the_time_to_check(
    programme: Programme,
) -> None:
    here, who = signed_with_a_promise(programme), programme.person(COMMISSIONER)
    with programme.database.writing() as session:
        with pytest.raises(NotAllowed, match="it is not confirmed"):
            checking.approve(session, here, at("2026-11-25T23:59"), who)
        assert checking.approve(session, here, at("2026-11-26T00:00"), who) == 1


def test_a_return_that_is_no_longer_owed_is_not_signed(programme: Programme) -> None:
    here = programme.ref("AVON", "AVB")
    preparer, signer = programme.person(PREPARER), programme.person(SIGNER)
    document = programme.filled(here)
    with programme.database.writing() as session:
        now = at("2026-10-10T12:00")
        sha = answering.hand_over(session, here, document, now, preparer)
        lives.record(session, here.id, Released(reason="moved"), now, "operator")
        with pytest.raises(NotAllowed, match="no longer owed"):
            answering.sign(session, here, sha, now, signer)


def test_a_role_that_ended_today_checks_nothing_more(programme: Programme) -> None:
    here, who = signed_with_a_promise(programme), programme.person(COMMISSIONER)
    now = at("2026-10-11T12:00")
    with programme.database.writing() as session:
        staff.end(
            session, now, "operator", email=COMMISSIONER, region_code="sample", role="commissioner"
        )
        with pytest.raises(NotAllowed, match="only a commissioner"):
            checking.confirm(session, here, now, who)
