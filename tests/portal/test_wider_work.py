"""An action says what wider work it is part of, and keeps that for as long as it lives."""

from collections.abc import Callable

from charter.answers import parse
from providers import auditing, returns
from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.stage import CHARTER_IDS, Stage

Open = Callable[..., PageClient]
TYPED = {
    "commitment": CHARTER_IDS[0],
    "title": "Ring families before a move",
    "owner": "Head of healthcare",
    "due-day": "31",
    "due-month": "1",
    "due-year": "2027",
    "tags": ["core20plus5", "cross_boundary"],
}


def test_the_tags_of_a_promise_are_ticked_read_signed_and_kept(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    here = f"/returns/{stage.ref().id}/actions/new"
    page = avon.get(here).submit(TYPED, button="Save and continue")
    assert page.status == 200
    with stage.database.reading() as session:
        line = returns.draft(session, stage.ref()).document.actions[-1]
    assert line.tags == ("cross_boundary", "core20plus5")
    again = avon.get(f"/returns/{stage.ref().id}/actions/2")
    assert again.html.count(" checked") >= 2
    check = avon.get(f"/returns/{stage.ref().id}/check")
    assert "Work across prisons, or across the gate; Core20PLUS5" in check.text
    carried = stage.filled(stage.ref())
    stage.submit(AVON, carried.model_copy(update={"actions": (*carried.actions, line)}), stage.now)
    with stage.database.reading() as session:
        key = (AVON.provider, stage.ref().site_id)
        made = returns.promises(session, [stage.ref()])[key]
        assert [one.tags for one in made if one.title == TYPED["title"]] == [line.tags]
        assert auditing.first_altered_action(session) == ""
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE action SET tags = 'care_planning'")
    with stage.database.reading() as session:
        assert "is not as it was signed" in auditing.first_altered_action(session)


def test_a_tag_that_nobody_offers_is_refused_by_name(stage: Stage):
    plain = stage.filled(stage.ref()).model_dump(mode="json")
    plain["actions"][0]["tags"] = ["champions"]
    document, problems = parse(plain)
    assert document is None
    assert "choose one of care_planning, cross_boundary or core20plus5" in problems[0].what


def test_an_action_without_tags_leaves_no_trace_of_them(stage: Stage):
    plain = stage.filled(stage.ref()).actions[0].model_dump(mode="json")
    assert "tags" not in plain
