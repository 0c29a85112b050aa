"""A page names as able to approve only those of the team whose approval would count."""

from charter.policy import Role
from charter.quarters import london_date
from providers import approvers, lives
from providers.tables import Contact
from tests.support.releases import named_in
from tests.support.stage import ANN, CORA, Stage


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
