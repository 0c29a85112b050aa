"""More time is asked for while it can help, and one sentence may stand beside not returned."""

from datetime import date, datetime

import pytest

from charter.returns import Life
from charter.steps import Approved, Published, RecordedNotReturned, Revised
from providers import asking, checking, lives
from providers.cycles import NotAllowed
from providers.database import Database
from tests.support.cast import AVON, BROOK, at
from tests.support.stage import ANN, CORA, MONA, Stage

NOW = at("2026-10-20T09:00")
AFTER = at("2026-11-12T09:00")
UNTIL = date(2026, 11, 6)


@pytest.fixture
def stage(store: Database) -> Stage:
    """The cast, a quarter just opened."""
    return Stage(store).play()


def ask(
    stage: Stage,
    until: date = UNTIL,
    reason: str = "A flood.",
    now: datetime = NOW,
    by: str = BROOK.email,
) -> None:
    with stage.database.writing() as session:
        asking.ask_for_time(session, stage.ref(BROOK), until, reason, now, stage.person(by))


def life(stage: Stage) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [stage.ref(BROOK).id])[stage.ref(BROOK).id]


def record(stage: Stage, *steps: object) -> None:
    with stage.database.writing() as session:
        for step in steps:
            lives.record(session, stage.ref(BROOK).id, step, AFTER, "engine")  # type: ignore[arg-type]


def test_a_request_for_time_waits_for_the_commissioner(stage: Stage) -> None:
    ask(stage)
    asked = life(stage).extension_asked
    assert asked is not None
    assert (asked.until, asked.reason) == (UNTIL, "A flood.")


def test_more_time_given_settles_the_request(stage: Stage) -> None:
    ask(stage)
    with stage.database.writing() as session:
        checking.extend(
            session, stage.ref(BROOK), UNTIL, "A flood.", "A flood.", NOW, stage.person(CORA)
        )
    assert life(stage).extension_asked is None


def test_no_more_time_gives_the_reason_and_may_be_asked_again(stage: Stage) -> None:
    ask(stage)
    with stage.database.writing() as session:
        checking.decline_time(
            session, stage.ref(BROOK), "It is three pages.", NOW, stage.person(CORA)
        )
    assert life(stage).extension_asked is None
    assert life(stage).extension_declined == "It is three pages."
    ask(stage)
    assert life(stage).extension_declined == ""


@pytest.mark.parametrize(
    ("until", "reason", "says"),
    [
        (date(2026, 10, 28), "A flood.", "after the due date in force (28 October 2026)"),
        (UNTIL, " ", "say why"),
    ],
)
def test_what_cannot_be_asked(stage: Stage, until: date, reason: str, says: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        ask(stage, until, reason)
    assert says in str(refused.value)


def test_time_is_asked_for_by_those_who_prepare_the_return(stage: Stage) -> None:
    for other in (AVON.email, MONA, CORA):
        with pytest.raises(NotAllowed, match="only a deputy"):
            ask(stage, by=other)


def test_an_overdue_return_may_ask_until_not_returned_is_recorded(stage: Stage) -> None:
    ask(stage, date(2026, 11, 20), now=AFTER)
    record(stage, RecordedNotReturned())
    with pytest.raises(NotAllowed, match="recorded as not returned"):
        ask(stage, date(2026, 11, 27), now=AFTER)


def test_only_the_commissioner_says_there_is_no_more_time(stage: Stage) -> None:
    with stage.database.writing() as session:
        here, reason = stage.ref(BROOK), "No."
        with pytest.raises(NotAllowed, match="nobody has asked"):
            checking.decline_time(session, here, reason, NOW, stage.person(CORA))
    ask(stage)
    with stage.database.writing() as session:
        for other in (ANN, BROOK.email):
            with pytest.raises(NotAllowed, match="only a commissioner"):
                checking.decline_time(session, here, reason, NOW, stage.person(other))
        with pytest.raises(NotAllowed, match="say why"):
            checking.decline_time(session, here, " ", NOW, stage.person(CORA))


def say(stage: Stage, words: str, by: str = BROOK.email) -> None:
    with stage.database.writing() as session:
        asking.add_sentence(session, stage.ref(BROOK), words, AFTER, stage.person(by))


def test_one_sentence_stands_beside_not_returned_and_approvals_begin_again(stage: Stage) -> None:
    record(stage, RecordedNotReturned(), Approved(person=stage.person(ANN)))
    say(stage, "Our records were lost in a flood, and we are sorry. ")
    assert life(stage).sentence == "Our records were lost in a flood, and we are sorry."
    assert life(stage).approved_by == ()
    say(stage, "")
    assert life(stage).sentence == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("We are sorry. It was the flood.", "more than one sentence"),
        ("We are sorry\nIt was the flood", "more than one sentence"),
        ("w" * 301, "301 characters; keep it to 300"),
    ],
)
def test_more_than_a_sentence_is_refused(stage: Stage, words: str, says: str) -> None:
    record(stage, RecordedNotReturned())
    with pytest.raises(NotAllowed, match=says):
        say(stage, words)


def test_there_is_no_sentence_before_not_returned_nor_once_published(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="not recorded as not returned"):
        say(stage, "We are sorry.")
    record(stage, RecordedNotReturned(), Published(revision=1, page="p"))
    with pytest.raises(NotAllowed, match="published"):
        say(stage, "We are sorry.")
    record(stage, Revised(reason="They asked to speak."))
    say(stage, "We are sorry.")
    assert life(stage).sentence == "We are sorry."


def test_the_sentence_is_the_provider_s_own(stage: Stage) -> None:
    record(stage, RecordedNotReturned())
    with pytest.raises(NotAllowed, match="only a deputy"):
        say(stage, "They are sorry.", by=CORA)
