"""A service that the register has running is nil only where the commissioner has agreed."""

from datetime import date

import pytest

from providers import answering, asking, checking, lives, staff
from providers.answering import Incomplete
from providers.cycles import NotAllowed
from providers.database import Database
from providers.returns import Ref
from providers.tables import Service
from tests.support.cast import AVON, BROOK, at
from tests.support.stage import ANN, CORA, OTTO, Stage

NOW = at("2026-10-06T09:00")
WHY = "The health wing was closed for repairs."


@pytest.fixture
def stage(store: Database) -> Stage:
    """The cast, a quarter just opened."""
    return Stage(store).play()


def hand_over_nil(stage: Stage, here: Ref) -> str:
    document = stage.filled(here, nil_return=True, nil_reason=WHY, answers=())
    with stage.database.writing() as session:
        return answering.hand_over(session, here, document, NOW, stage.person(BROOK.email))


def ask(stage: Stage, here: Ref, reason: str = WHY) -> None:
    with stage.database.writing() as session:
        asking.ask_not_running(session, here, reason, NOW, stage.person(BROOK.email))


def agree(stage: Stage, here: Ref, reason: str = "", by: str = CORA) -> None:
    with stage.database.writing() as session:
        checking.agree_not_running(session, here, reason, NOW, stage.person(by))


def decline(stage: Stage, here: Ref, reason: str, by: str = CORA) -> None:
    with stage.database.writing() as session:
        checking.decline_not_running(session, here, reason, NOW, stage.person(by))


def refusal(stage: Stage, here: Ref) -> str:
    with pytest.raises(Incomplete) as refused:
        hand_over_nil(stage, here)
    assert [p.where for p in refused.value.problems] == ["nil_return"]
    return refused.value.problems[0].what


def test_a_nil_return_of_a_service_that_ran_is_refused_and_says_how_to_ask(stage: Stage) -> None:
    said = refusal(stage, stage.ref(BROOK))
    assert "from 1 July 2026 to 30 September 2026" in said
    assert "give the reason and ask" in said


def test_it_stays_refused_until_the_commissioner_answers(stage: Stage) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    assert "has been asked" in refusal(stage, here)


def test_it_can_be_handed_over_and_signed_once_agreed(stage: Stage) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    agree(stage, here)
    sha = hand_over_nil(stage, here)
    with stage.database.writing() as session:
        answering.sign(session, here, sha, NOW, stage.person(BROOK.signer_email))
        assert lives.lives(session, [here.id])[here.id].nil


def test_a_declined_one_gives_the_reason_and_may_be_asked_again(stage: Stage) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    decline(stage, here, "Your own figures show 40 clinics.")
    assert "Your own figures show 40 clinics." in refusal(stage, here)
    ask(stage, here)
    assert "has been asked" in refusal(stage, here)


def test_an_agreement_taken_back_stops_the_signature(stage: Stage) -> None:
    here = stage.ref(BROOK)
    agree(stage, here, "We closed it ourselves.")
    sha = hand_over_nil(stage, here)
    decline(stage, here, "It ran from September.")
    with pytest.raises(NotAllowed, match="It ran from September"), stage.database.writing() as s:
        answering.sign(s, here, sha, NOW, stage.person(BROOK.signer_email))


def test_no_agreement_is_needed_where_the_register_says_the_same(stage: Stage) -> None:
    before = stage.ref(BROOK)
    with stage.database.writing() as session:
        session.get_one(Service, before.service_id).ends = date(2026, 6, 30)
    here = stage.ref(BROOK)
    with pytest.raises(NotAllowed, match="register says so too"):
        ask(stage, here)
    assert hand_over_nil(stage, here)


def test_the_provider_may_take_its_question_back_and_the_agreement_goes_with_it(
    stage: Stage,
) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    agree(stage, here)
    ask(stage, here, "")
    assert "has to agree" in refusal(stage, here)


def test_taking_it_back_settles_a_refusal_too(stage: Stage) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    decline(stage, here, "It ran.")
    ask(stage, here, "")
    with stage.database.reading() as session:
        assert lives.lives(session, [here.id])[here.id].not_running_declined == ""


def test_only_a_commissioner_of_the_region_decides_and_says_why(stage: Stage) -> None:
    here = stage.ref(BROOK)
    ask(stage, here)
    for other in (ANN, OTTO, BROOK.email):
        with pytest.raises(NotAllowed, match="only a commissioner"):
            agree(stage, here, by=other)
    with pytest.raises(NotAllowed, match="say why"):
        decline(stage, here, " ")


def test_nobody_decides_on_the_return_of_their_own_party(stage: Stage) -> None:
    here = stage.ref(BROOK)
    with stage.database.writing() as session:
        staff.add(
            session, NOW, "operator", region_code=here.region, email=BROOK.email,
            role="commissioner", name="B",
        )  # fmt: skip
    ask(stage, here)
    with pytest.raises(NotAllowed, match="your own organisation"):
        agree(stage, here, by=BROOK.email)


def test_only_those_who_prepare_a_return_may_ask(stage: Stage) -> None:
    here = stage.ref(BROOK)
    with stage.database.writing() as session, pytest.raises(NotAllowed, match="only a deputy"):
        asking.ask_not_running(session, here, WHY, NOW, stage.person(AVON.email))
