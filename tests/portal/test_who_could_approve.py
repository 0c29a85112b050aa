"""A page names as able to approve only those of the team whose approval would count."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.policy import Role
from charter.quarters import london_date
from charter.steps import Rating
from providers import approvers, checking, disputes, lives, releasing, together
from providers.cycles import NotAllowed
from providers.tables import Contact, Service
from tests.support.cast import AVON, DEE
from tests.support.pages import PageClient
from tests.support.releases import NAMED, look, named_in
from tests.support.stage import ANN, CORA, IRIS, Stage


def could(stage: Stage, *given: str) -> list[str]:
    here, on = stage.ref(), london_date(stage.now)
    with stage.database.reading() as session:
        history = lives.history(session, here.id)
        people = [stage.person(email) for email in given]
        return sorted(approvers.left(session, here, history, people, 2, on))


def test_nobody_who_answers_for_the_provider_is_named(stage: Stage):
    named_in(stage)
    assert could(stage) == ["Ann Approve", "Cora Check"]
    assert could(stage, CORA) == ["Ann Approve"]
    with stage.database.writing() as session:
        session.add(
            Contact(
                service_id=stage.ref().service_id,
                person_id=stage.person(ANN),
                role=Role.DEPUTY.value,
                listed_on=london_date(stage.now),
            )
        )
    assert could(stage) == ["Cora Check"]
    assert could(stage, CORA) == []


def colleague(stage: Stage, email: str, ends: date | None = None) -> None:
    """Somebody of the team also answers for Avon, at another prison than the one in question."""
    with stage.database.writing() as session:
        here, there = (session.get(Service, stage.ref(who).service_id) for who in (AVON, DEE))
        assert here
        assert there
        other = Service(**there.model_dump(exclude={"id"}) | {"party_code": here.party_code})
        other.ends, other.line = ends, email
        session.add(other)
        session.flush()
        session.add(
            Contact(
                service_id=other.id or 0,
                person_id=stage.person(email),
                role=Role.LEAD.value,
                listed_on=london_date(stage.now),
            )
        )


OWN = "your own organisation's return"


def test_nobody_decides_on_a_return_of_the_provider_they_work_for_elsewhere(any_stage: Stage):
    stage = named_in(any_stage)
    here = stage.ref()
    colleague(stage, CORA)
    colleague(stage, IRIS)
    assert could(stage) == ["Ann Approve"]
    cora, iris, now = stage.person(CORA), stage.person(IRIS), stage.now
    with stage.database.writing() as session:
        document = lives.lives(session, [here.id])[here.id].document
        left_out = together.confirm_together(session, [(here, document)], now, cora)
        assert OWN in left_out[here.id]
        assert OWN in disputes.why_not_decide(session, here, now, iris)
        for act in (
            lambda: checking.approve(session, here, now, cora),
            lambda: checking.confirm(session, here, now, cora),
            lambda: checking.change_rating(
                session, here, "W1", Rating.PARTLY, "No log.", now, cora
            ),
            lambda: checking.extend(session, here, date(2027, 1, 9), "Why.", "A flood.", now, cora),
        ):
            with pytest.raises(NotAllowed, match=OWN):
                act()
        with pytest.raises(NotAllowed, match="somebody else must look"):
            releasing.clear_hold(session, here, NAMED, "It may stand.", now, cora)


def test_whoever_worked_for_it_at_a_prison_that_it_has_left_may_decide(stage: Stage):
    named_in(stage)
    colleague(stage, CORA, ends=date(2026, 1, 31))
    assert could(stage) == ["Ann Approve", "Cora Check"]


def test_the_pages_of_a_return_offer_no_button_to_a_colleague_of_its_provider(
    stage: Stage, open_pages: Callable[..., PageClient]
):
    named_in(stage)
    assert "Approve to publish" in look(stage.enters(open_pages, CORA), stage.ref()).text
    colleague(stage, CORA)
    assert "Approve to publish" not in look(stage.enters(open_pages, CORA), stage.ref()).text
