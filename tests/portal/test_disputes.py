"""A changed rating is disputed once by its provider, and decided once by somebody from outside."""

import pytest

from charter.returns import Life
from charter.review import DisputeDecided
from charter.steps import Published, Rating, Revised
from providers import checking, disputes, ledger, lives, staff, standings
from providers.cycles import NotAllowed
from providers.returns import Ref
from tests.support.cast import AVON, BROOK, at
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, IRIS, LENA, MONA, OTTO, RITA, Stage

WHY = "Two other visits saw the card."


@pytest.fixture
def changed(any_stage: Stage) -> Stage:
    """Avon's return, received, with one rating changed; on SQLite and on PostgreSQL."""
    any_stage.now = at("2026-11-02T09:00")
    here = any_stage.ref()
    any_stage.submit(AVON, any_stage.filled(here), any_stage.now)
    change(any_stage)
    return any_stage


def change(stage: Stage, rating: Rating = Rating.NOT_MET, why: str = "No card was seen.") -> None:
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        checking.change_rating(session, stage.ref(), "W2", rating, why, stage.now, cora)


def dispute(stage: Stage, email: str = AVON.email, why: str = WHY, commitment: str = "W2") -> None:
    with stage.database.writing() as session:
        disputes.dispute(
            session, stage.ref(), commitment, why, stage.now, stage.person(email), CALENDAR
        )


def decide(stage: Stage, *, upheld: bool, email: str = IRIS, why: str = "It was there.") -> None:
    with stage.database.writing() as session:
        person = stage.person(email)
        disputes.decide(session, stage.ref(), "W2", upheld, why, stage.now, person)


def life(stage: Stage) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [stage.ref().id])[stage.ref().id]


def waiting(stage: Stage, region: str = "") -> list[tuple[str, object]]:
    with stage.database.reading() as session:
        found = disputes.waiting(session, [region or stage.ref().region], CALENDAR)
    return [(one.commitment, one.by) for one in found]


def test_it_goes_to_the_arbiter_who_gives_the_provider_its_own_rating_back(changed: Stage):
    dispute(changed)
    assert life(changed).open_disputes == ("W2",)
    assert waiting(changed) == [("W2", at("2026-11-16T09:00").date())]
    decide(changed, upheld=False)
    settled = life(changed)
    assert (settled.changes, settled.disputes["W2"].upheld) == ({}, False)
    assert waiting(changed) == []
    with changed.database.reading() as session:
        stood = standings.of(session, [changed.ref().id])[changed.ref().id]
        assert not lives.first_stale_cache(session)
        assert not ledger.verify(session)
    assert stood.ratings["W2"] == (Rating.FULLY, Rating.FULLY)


def test_the_record_of_it_holds_no_word_of_anybodys(changed: Stage):
    dispute(changed)
    decide(changed, upheld=True)
    with changed.database.reading() as session:
        told = "".join(entry.body for entry in ledger.entries(session))
    assert WHY not in told
    assert "It was there." not in told


@pytest.mark.parametrize("email", [AVON.email, AVON.signer_email])
def test_a_lead_or_the_signing_director_disputes(changed: Stage, email: str):
    dispute(changed, email)
    assert life(changed).disputes["W2"].reason == WHY


@pytest.mark.parametrize("email", ["ash@avon.example", MONA, BROOK.email, CORA, IRIS])
def test_nobody_else_disputes(changed: Stage, email: str):
    with pytest.raises(NotAllowed, match="only a lead or signing director"):
        dispute(changed, email)
    assert not life(changed).disputes


def test_a_rating_is_disputed_once_however_it_ends(changed: Stage):
    dispute(changed)
    with pytest.raises(NotAllowed, match="disputed once"):
        dispute(changed)
    decide(changed, upheld=True)
    with pytest.raises(NotAllowed, match="disputed once"):
        dispute(changed)


def test_a_rating_that_was_not_changed_or_has_no_reason_against_it_is_not_disputed(changed: Stage):
    with pytest.raises(NotAllowed, match="nothing to dispute"):
        dispute(changed, commitment="W3")
    with pytest.raises(NotAllowed, match="say why"):
        dispute(changed, why="  ")
    change(changed, Rating.FULLY, "It was seen after all.")
    with pytest.raises(NotAllowed, match="nothing to dispute"):
        dispute(changed)


@pytest.mark.parametrize(("day", "open_still"), [("2026-12-02", True), ("2026-12-03", False)])
def test_the_time_to_dispute_ends_with_the_right_of_reply(
    changed: Stage, day: str, open_still: bool
):
    changed.now = at(f"{day}T17:00")
    if open_still:
        dispute(changed)
    else:
        with pytest.raises(NotAllowed, match="ended on 2 December 2026"):
            dispute(changed)


@pytest.mark.parametrize("email", [CORA, ANN, LENA, RITA, OTTO, AVON.email])
def test_nobody_but_an_arbiter_decides(changed: Stage, email: str):
    dispute(changed)
    with pytest.raises(NotAllowed, match="only an arbiter"):
        decide(changed, upheld=True, email=email)


def test_an_arbiter_who_is_or_was_a_contact_of_the_service_does_not_decide(changed: Stage):
    dispute(changed)
    with changed.database.writing() as session:
        staff.end(
            session, changed.now, "o", email=IRIS, region_code=changed.ref().region, role="arbiter"
        )
        staff.add(
            session, changed.now, "o", email=MONA, region_code=changed.ref().region, role="arbiter"
        )
    with pytest.raises(NotAllowed, match="are or were a contact"):
        decide(changed, upheld=True, email=MONA)
    assert life(changed).open_disputes


def test_a_decision_stands(changed: Stage):
    dispute(changed)
    with pytest.raises(NotAllowed, match="give the reason"):
        decide(changed, upheld=True, why=" ")
    decide(changed, upheld=True)
    with pytest.raises(NotAllowed, match="has been decided"):
        decide(changed, upheld=False)
    with pytest.raises(NotAllowed, match="cannot be changed again"):
        change(changed, Rating.PARTLY, "On reflection.")
    assert life(changed).changes["W2"].rating is Rating.NOT_MET


def test_while_it_is_disputed_the_commissioner_does_not_change_it(changed: Stage):
    dispute(changed)
    with pytest.raises(NotAllowed, match="is to decide"):
        change(changed, Rating.PARTLY, "Half of it was seen.")


def test_a_decision_after_publication_opens_a_revision_with_its_reason(changed: Stage):
    dispute(changed)
    published(changed, changed.ref())
    assert waiting(changed) == [("W2", at("2026-11-16T09:00").date())]
    decide(changed, upheld=False)
    assert life(changed).revising == disputes.REVISED
    with changed.database.reading() as session:
        last = lives.history(session, changed.ref().id)[-2:]
    assert [type(one.step) for one in last] == [DisputeDecided, Revised]


def published(stage: Stage, here: Ref) -> None:
    with stage.database.writing() as session:
        step = Published(revision=1, page="ab" * 32)
        lives.record(session, here.id, step, stage.now, "engine")


def test_a_region_sees_no_dispute_of_another(changed: Stage):
    dispute(changed)
    assert waiting(changed, changed.ref_of_eve().region) == []
