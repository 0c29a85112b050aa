"""Good practice is shared on a commissioner's word, offered to other prisons, and counted."""

from datetime import date
from typing import Any

import pytest

from charter.answers import ActionLine
from charter.steps import Rating
from providers import answering, checking, practices, returns, uptake
from providers.answering import Incomplete
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from providers.practices import Telling
from providers.tables import Practice, Region
from tests.support.cast import AVON, BROOK, CLYDE, DEE, Player
from tests.support.stage import ANN, CORA, LENA, OTTO, Stage

MORNING = Telling(
    title="A weekly call-back hour",
    happened="One nurse keeps an hour each Tuesday for ringing families back.",
    enabled="The rota keeps the hour free, and the lead covers leave.",
    copying="A diary hour, a phone, and a list that somebody owns.",
)
OURS = "W4"


@pytest.fixture
def stage(store: Database) -> Stage:
    """A quarter in which Avon's and Brook's returns are signed and confirmed."""
    played = Stage(store).play()
    for player in (AVON, BROOK):
        confirmed(played, player)
    return played


def confirmed(stage: Stage, player: Player) -> None:
    here = stage.ref(player)
    document = stage.filled(here)
    done = tuple(line.model_copy(update={"status": "done"}) for line in document.actions)
    stage.submit(player, document.model_copy(update={"actions": done}), stage.now)
    with stage.database.writing() as session:
        checking.confirm(session, here, stage.now, stage.person(CORA))


def share(stage: Stage, player: Player = AVON, told: Telling = MORNING, **more: Any) -> str:
    with stage.database.writing() as session:
        return practices.share(
            session,
            stage.ref(player),
            more.get("commitment", OURS),
            told,
            more.get("now", stage.now),
            stage.person(more.get("email", CORA)),
        )


def offered(stage: Stage, player: Player = DEE, commitment: str = OURS) -> list[str]:
    with stage.database.reading() as session:
        return [one.id for one in practices.offered(session, stage.ref(player), commitment)]


def take_up(stage: Stage, player: Player, practice: str, *, signed: bool = False) -> None:
    """Put an action that cites a practice into a draft, or into a signed return."""
    here = stage.ref(player)
    line = ActionLine(
        commitment=OURS, title="Ring back", owner="Lead", due=date(2026, 12, 1), practice=practice
    )
    document = stage.filled(here, actions=(line,))
    if signed:
        stage.submit(player, document, stage.now)
        return
    with stage.database.writing() as session:
        draft = returns.draft(session, here)
        answering.save_draft(
            session, here, document, stage.now, stage.person(player.email), version=draft.version
        )


def test_what_a_commissioner_shares_is_offered_to_another_prison_with_where_it_comes_from(
    stage: Stage,
):
    practice = share(stage)
    with stage.database.reading() as session:
        (one,) = practices.offered(session, stage.ref(DEE), OURS)
    assert (one.id, one.site_name, one.told) == (practice, "HMP Avonbridge", MORNING)


def test_it_is_offered_neither_at_home_nor_on_another_commitment(stage: Stage):
    share(stage)
    assert offered(stage, AVON) == []
    assert offered(stage, DEE, "W5") == []


def test_three_are_offered_at_most_the_newest_first(stage: Stage):
    shared = [
        share(stage, told=Telling(f"Number {n}", "This.", "That.", "These.")) for n in range(4)
    ]
    assert len(set(shared)) == 4
    with stage.database.writing() as session:
        for day, practice in enumerate(shared, 1):
            session.get_one(Practice, practice).shared_at = stage.now.replace(day=day)
    assert offered(stage) == [shared[3], shared[2], shared[1]]


def test_this_regions_come_before_newer_ones_of_another(stage: Stage):
    near, far = share(stage), share(stage, BROOK)
    with stage.database.writing() as session:
        row = session.get_one(Practice, far)
        row.region_code = stage.ref_of_eve().region
        session.get_one(Region, row.region_code).sample = True
        row.shared_at = stage.now.replace(day=20)
    assert offered(stage) == [near, far]


def test_what_comes_from_an_invented_region_is_offered_to_no_real_one(stage: Stage):
    practice = share(stage)
    assert stage.ref().sample
    assert not stage.ref_of_eve().sample
    with stage.database.writing() as session:
        assert practices.offered(session, stage.ref_of_eve(), OURS) == []
        session.get_one(Region, stage.ref_of_eve().region).sample = True
    with stage.database.reading() as session:
        (one,) = practices.offered(session, stage.ref_of_eve(), OURS)
    assert one.id == practice


def test_one_withdrawn_is_offered_no_longer_and_is_still_to_be_read(stage: Stage):
    practice = share(stage)
    for _ in range(2):
        with stage.database.writing() as session:
            practices.withdraw(
                session,
                here=stage.ref(),
                practice=practice,
                now=stage.now,
                person=stage.person(CORA),
            )
    assert offered(stage) == []
    with stage.database.reading() as session:
        assert practices.for_others(session, stage.ref(DEE), practice).withdrawn_at == stage.now
        assert practices.first_altered(session) == ""


def test_only_a_practice_of_this_prison_can_be_withdrawn_here(stage: Stage):
    practice = share(stage)
    with stage.database.writing() as session, pytest.raises(Unknown, match="HMP Brookbridge"):
        practices.withdraw(
            session,
            here=stage.ref(BROOK),
            practice=practice,
            now=stage.now,
            person=stage.person(CORA),
        )


@pytest.mark.parametrize("email", [ANN, LENA, OTTO, AVON.email])
def test_only_the_regions_commissioner_shares_and_withdraws(stage: Stage, email: str):
    with pytest.raises(NotAllowed, match="only a commissioner"):
        share(stage, email=email)
    practice = share(stage)
    with stage.database.writing() as session, pytest.raises(NotAllowed, match="only a commiss"):
        practices.withdraw(
            session,
            here=stage.ref(),
            practice=practice,
            now=stage.now,
            person=stage.person(email),
        )


def test_nothing_is_shared_from_a_return_that_is_not_confirmed(stage: Stage):
    stage.submit(CLYDE, stage.filled(stage.ref(CLYDE)), stage.now)
    with pytest.raises(NotAllowed, match="confirm this return first"):
        share(stage, CLYDE)


def test_nothing_is_shared_about_a_commitment_that_is_not_fully_met(stage: Stage):
    with pytest.raises(NotAllowed, match="not fully met"):
        share(stage, commitment="W1")


def test_the_commissioners_own_rating_counts(stage: Stage):
    here, cora = stage.ref(), stage.person(CORA)
    for commitment, rating in (("W1", Rating.FULLY), (OURS, Rating.PARTLY)):
        with stage.database.writing() as session:
            checking.change_rating(session, here, commitment, rating, "We looked.", stage.now, cora)
            checking.confirm(session, here, stage.now, cora)
    assert share(stage, commitment="W1")
    with pytest.raises(NotAllowed, match="not fully met"):
        share(stage)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("title", "", "say what it is"),
        ("title", "two\nlines", "one line"),
        ("title", "x" * 201, "one line of 200"),
        ("happened", "  ", "say what happened"),
        ("happened", "A man, A1234BC, was told.", "prison number: A1234BC"),
        ("enabled", "His NHS number 943 476 5919 was known.", "NHS number"),
        ("copying", "He was born on 3 May 1984.", "date of birth"),
    ],
)
def test_words_that_lack_or_may_identify_somebody_are_not_shared(
    stage: Stage, field: str, text: str, said: str
):
    told = Telling(**{**vars(MORNING), field: text})
    with pytest.raises(Incomplete) as refused:
        share(stage, told=told)
    assert [problem.where for problem in refused.value.problems] == [field]
    assert said in str(refused.value)


def test_the_same_words_shared_twice_are_one_practice(stage: Stage):
    assert share(stage) == share(stage)
    with stage.database.reading() as session:
        assert len(practices.shared(session, stage.ref(), OURS)) == 1


def test_one_taken_up_in_a_draft_or_a_signed_return_is_not_offered_there_again(stage: Stage):
    practice = share(stage)
    take_up(stage, DEE, practice)
    take_up(stage, CLYDE, practice, signed=True)
    assert offered(stage, DEE) == offered(stage, CLYDE) == []


def test_signed_uptake_is_named_and_a_draft_is_only_counted(stage: Stage):
    practice = share(stage)
    take_up(stage, DEE, practice)
    take_up(stage, CLYDE, practice, signed=True)
    with stage.database.reading() as session:
        assert uptake.taken_up(session) == {
            practice: uptake.TakenUp(prisons=("HMP Clydebridge",), drafts=1)
        }


def test_an_action_may_not_cite_a_practice_that_nobody_shared(stage: Stage):
    with pytest.raises(Incomplete, match="no practice 'no-such' has been shared"):
        take_up(stage, CLYDE, "no-such", signed=True)


@pytest.mark.parametrize("field", ["title", "happened", "enabled", "copying", "commitment", "id"])
def test_the_check_of_the_record_names_a_practice_that_was_altered(stage: Stage, field: str):
    practice = share(stage)
    with stage.database.reading() as session:
        assert practices.first_altered(session) == ""
    with stage.database.writing() as session:
        setattr(session.get_one(Practice, practice), field, "W7")
    with stage.database.reading() as session:
        assert "has been changed" in practices.first_altered(session)


def test_the_check_of_the_record_names_a_practice_that_vanished_or_came_back(stage: Stage):
    practice = share(stage)
    with stage.database.writing() as session:
        session.get_one(Practice, practice).withdrawn_at = stage.now
    with stage.database.reading() as session:
        assert (
            practices.first_altered(session) == f"the shared practice {practice} has been changed"
        )
    with stage.database.writing() as session:
        session.delete(session.get_one(Practice, practice))
    with stage.database.reading() as session:
        assert practices.first_altered(session) == f"the shared practice {practice} is missing"
