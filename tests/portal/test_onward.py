"""Saving leads to the next part that needs something, in one order, and round in no circle."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from charter.answers import ReturnDocument
from portal.provider.onward import next_part
from portal.provider.rooms import Room
from providers import answering, checking, cycles, lives, returns
from providers.database import Database
from tests.support.cast import AVON, BROOK, at
from tests.support.counting import FOR_ANYONE, measures_given, spotlight_given
from tests.support.stage import CHARTER_IDS, CORA, Stage


@pytest.fixture
def counting(sqlite_database: Engine) -> Stage:
    """The stage under a Charter with figures and a spotlight."""
    return Stage(Database(sqlite_database), charter_text=FOR_ANYONE).play()


def room_of(stage: Stage) -> Room:
    here = stage.ref()
    with stage.database.reading() as session:
        life = lives.lives(session, [here.id])[here.id]
        charter = cycles.charter_of(session, here.charter_version)
    roles, today = frozenset({"lead"}), stage.now.date()
    return Room(here, life, charter, roles, life.state(stage.now), today)


def then(stage: Stage, document: ReturnDocument, after: str = "") -> str:
    room = room_of(stage)
    with stage.database.reading() as session:
        path = next_part(session, room, document, after=after)
    return path.removeprefix(room.path)


def confirm(document: ReturnDocument, *commitments: str) -> ReturnDocument:
    answers = tuple(
        one.model_copy(update={"confirmed": one.confirmed or one.commitment in commitments})
        for one in document.answers
    )
    return document.model_copy(update={"answers": answers})


def test_the_parts_follow_in_the_order_of_the_task_list(counting: Stage):
    with counting.database.reading() as session:
        document = returns.template(session, counting.ref())
    whole = counting.filled(counting.ref())
    assert then(counting, document) == "/unchanged"
    document = confirm(document, *CHARTER_IDS[1:])
    assert then(counting, document) == "/commitments/W1", "one alone has no list of its own"
    document = confirm(document, *CHARTER_IDS)
    assert then(counting, document, "unchanged") == "/measures"
    document = document.model_copy(update={"measures": measures_given(document)})
    assert then(counting, document, "measures") == "/spotlight"
    document = document.model_copy(update={"spotlight": spotlight_given(document)})
    assert then(counting, document, "spotlight") == "/actions"
    document = document.model_copy(update={"actions": _put_off(document)})
    assert then(counting, document, "spotlight") == "/actions", "they are looked at once"
    assert then(counting, document, "actions") == "/replies"
    document = document.model_copy(update={"replies": whole.replies})
    assert then(counting, document, "actions") == "/check"
    assert then(counting, document, "replies") == "/check"


def _put_off(document: ReturnDocument) -> tuple:
    later = {"due": at("2026-12-01T09:00").date(), "reason": "The printer broke."}
    return tuple(one.model_copy(update=later) for one in document.actions)


def test_an_action_that_lacks_something_is_led_back_to_even_from_itself(counting: Stage):
    with counting.database.reading() as session:
        actions = returns.template(session, counting.ref()).actions
    document = counting.filled(counting.ref(), actions=actions)
    assert then(counting, document, "actions") == "/actions"
    assert then(counting, document, "replies") == "/actions"


def test_from_a_commitment_the_next_one_comes_and_the_skipped_ones_after_the_last(
    counting: Stage,
):
    with counting.database.reading() as session:
        document = confirm(returns.template(session, counting.ref()), "W4")
    assert then(counting, document, "commitments/W3") == "/commitments/W5"
    assert then(counting, document, "commitments/W9") == "/commitments/W1"
    assert then(counting, document, "unchanged") == "/commitments/W1"
    assert then(counting, document, "measures") == "/unchanged"


def test_a_first_return_begins_with_its_first_commitment(stage: Stage):
    with stage.database.reading() as session:
        document = returns.template(session, stage.ref(BROOK))
        room = room_of(stage)
        assert next_part(session, room, document).endswith("/commitments/W1")


def test_a_service_that_did_not_run_has_only_to_be_checked(counting: Stage):
    with counting.database.reading() as session:
        document = returns.template(session, counting.ref())
    document = document.model_copy(update={"nil_return": True, "answers": ()})
    assert then(counting, document) == "/check"


def test_while_a_question_is_open_all_leads_to_the_return(stage: Stage):
    here = stage.ref()
    document = stage.filled(here)
    document = document.model_copy(update={"actions": _put_off(document)})
    stage.submit(AVON, document, at("2026-10-05T10:00"))
    stage.now = at("2026-10-30T09:00")
    with stage.database.writing() as session:
        checking.challenge(session, here, "W2", "Where?", stage.now, stage.person(CORA))
    assert then(stage, document) == ""


def test_whatever_is_saved_the_way_ends_at_the_check_page(counting: Stage):
    """Follow the way, doing each part as it comes: nothing is asked for twice."""
    whole = counting.filled(counting.ref())
    with counting.database.reading() as session:
        document = returns.template(session, counting.ref())
    doing: dict[str, Callable[[ReturnDocument], ReturnDocument]] = {
        "unchanged": lambda d: confirm(d, *CHARTER_IDS),
        "measures": lambda d: d.model_copy(update={"measures": whole.measures}),
        "spotlight": lambda d: d.model_copy(update={"spotlight": whole.spotlight}),
        "actions": lambda d: d.model_copy(update={"actions": _put_off(d)}),
        "replies": lambda d: d.model_copy(update={"replies": whole.replies}),
    }
    way, after = [], ""
    while (part := then(counting, document, after).removeprefix("/")) != "check":
        way.append(part)
        document, after = doing[part](document), part
    assert way == list(doing)
    with counting.database.reading() as session:
        assert not answering.problems(session, counting.ref(), document, complete=True)
