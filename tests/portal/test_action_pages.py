"""Actions and replies: the sum kept true, slips told, services changed with those who use them."""

from collections.abc import Callable
from datetime import date
from xml.etree.ElementTree import Element

from charter.answers import ActionLine
from portal.forms import Form
from portal.provider.actions import aside
from providers import actions, returns
from tests.portal.test_signing import life_of
from tests.support.cast import AVON, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import Stage

Open = Callable[..., PageClient]
EARLIER = "Put a consent card in every reception pack"
NEW = {
    "commitment": "W2",
    "title": "Train two nurses",
    "owner": "Matron",
    "due-day": "1",
    "due-month": "2",
    "due-year": "2027",
}


def day(name: str, on: date) -> dict[str, str]:
    return {
        f"{name}-day": str(on.day),
        f"{name}-month": str(on.month),
        f"{name}-year": str(on.year),
    }


def sums(page: Page) -> list[str]:
    """The figures of the table of sums, from top to bottom."""
    tables = [t for t in page.tree.iter("table") if "app-sums" in t.get("class", "").split()]
    cells: list[Element] = [cell for table in tables for cell in table.iter("td")]
    return [words(cell) for cell in cells]


def lines(stage: Stage) -> tuple[ActionLine, ...]:
    with stage.database.reading() as session:
        return returns.draft(session, stage.ref()).document.actions


def test_an_action_past_its_day_needs_a_new_one_and_a_reason(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/actions")
    refused = page.submit({"action-1-status": "in_progress"}, button="Save and continue")
    assert refused.status == 422
    assert refused.errors == [
        f"“{EARLIER}”: 30 September 2026 has passed and this is still open; "
        "give a date after 30 September 2026",
        f"“{EARLIER}”: this was promised for 30 September 2026; say why it slipped",
    ]
    assert [refused.links[e] for e in refused.errors] == ["#action-1-due", "#action-1-reason"]
    moved = day("action-1-due", date(2026, 12, 31)) | {"action-1-reason": "The printer is broken."}
    refused.submit(moved, button="Save and continue")
    assert (lines(stage)[0].due, lines(stage)[0].status) == (date(2026, 12, 31), "in_progress")


def test_how_an_action_stands_is_never_taken_for_granted(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/actions")
    refused = page.submit(day("action-1-due", date(2026, 12, 31)), button="Save and continue")
    assert refused.errors[0] == f"“{EARLIER}”: say how this action stands"


def test_what_was_typed_is_kept_when_an_action_is_added_or_all_is_left_for_later(
    stage: Stage, open_pages: Open
):
    avon, path = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}/actions"
    half = {"action-1-reason": "The printer is broken."}
    page = avon.get(path).submit(half, button="Add an action")
    assert page.path == f"{path}/new"
    page = page.submit(NEW, button="Save and continue")
    assert lines(stage)[0].reason == "The printer is broken."
    page = page.submit(
        {"action-1-reason": "No paper."}, button=f"Change or take out: {NEW['title']}"
    )
    assert page.path == f"{path}/2"
    page = avon.get(path).submit(half, button="Save for later")
    assert page.path == f"/returns/{stage.ref().id}"
    assert [line.reason for line in lines(stage)] == ["The printer is broken.", ""]
    assert aside(Form({"go": ["change-../../1"]})) == ""


def test_an_action_given_up_says_why(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/actions")
    dropped = page.submit({"action-1-status": "not_doing"}, button="Save and continue")
    assert dropped.errors == [f"“{EARLIER}”: say why this is not being done"]
    why = {"action-1-reason": "The printer is broken."}
    saved = dropped.submit(why, button="Save and continue")
    assert saved.status == 200
    assert saved.path != dropped.path
    assert (lines(stage)[0].status, lines(stage)[0].reason) == ("not_doing", why["action-1-reason"])


def test_the_sum_of_the_actions_is_kept_true_here_and_on_the_check_page(
    stage: Stage, open_pages: Open
):
    avon, path = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}"
    assert sums(avon.get(f"{path}/actions")) == ["1", "0", "0", "1"]
    added = avon.get(f"{path}/actions/new").submit(NEW, button="Save and continue")
    assert sums(added) == ["1", "1", "0", "2"]
    added.submit({"action-1-status": "done"}, button="Save and continue")
    assert sums(avon.get(f"{path}/check")) == ["1", "1", "−1", "1"]


def test_a_new_action_left_empty_is_told_all_it_lacks_at_once(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/actions/new")
    refused = page.submit(button="Save and continue")
    assert [refused.links[e] for e in refused.errors] == ["#commitment", "#title", "#owner", "#due"]


def test_a_new_action_can_be_changed_and_taken_out(stage: Stage, open_pages: Open):
    avon, path = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}/actions"
    avon.get(f"{path}/new").submit(NEW, button="Save and continue")
    page = avon.get(f"{path}/2").submit({"title": "Train three nurses"}, button="Save and continue")
    assert "Train three nurses" in page.text
    assert avon.get(f"{path}/1").status == 404
    page = avon.get(f"{path}/2").submit(button="Take it out")
    assert "Train three nurses" not in page.text


def test_an_action_that_changes_a_service_says_who_was_consulted(stage: Stage, open_pages: Open):
    avon, path = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}/actions"
    page = avon.get(f"{path}/new")
    refused = page.submit(NEW | {"changes_service": "yes"}, button="Save and continue")
    assert [refused.links[e] for e in refused.errors] == ["#consulted"]
    said = "Six families in July; the clinic moves to a visiting day."
    refused.submit({"consulted": said}, button="Save and continue")
    assert (lines(stage)[1].changes_service, lines(stage)[1].consulted) == (True, said)
    assert said in avon.get(f"{path.removesuffix('/actions')}/check").text


def test_who_was_consulted_is_on_record_the_next_quarter(stage: Stage):
    line = ActionLine(
        commitment="W1",
        title="Move the clinic",
        owner="Head",
        due=date(2026, 12, 1),
        changes_service=True,
        consulted="The family forum.",
    )
    document = stage.filled(stage.ref())
    more = document.model_copy(update={"actions": (*document.actions, line)})
    stage.submit(AVON, more, at("2026-10-10T10:00"))
    here = stage.ref()
    with stage.database.reading() as session:
        later = actions.open_lines(session, here.party, here.site_id, here.quarter.next())
    (kept,) = [one for one in later if one.title == "Move the clinic"]
    assert (kept.changes_service, kept.consulted) == (True, "The family forum.")


def test_each_fault_of_a_reply_names_its_request(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{stage.ref().id}/replies")
    asked = "“Ring us back when we leave a message about somebody’s…”"
    refused = page.submit(button="Save and continue")
    assert refused.errors == [f"{asked}: answer this request: accepted, partly or declined"]
    refused = page.submit({"reply-1-answer": "declined"}, button="Save and continue")
    assert refused.errors == [f"{asked}: give families the reason"]
    assert refused.links[refused.errors[0]] == "#reply-1-words"
    kept = page.submit({"reply-1-answer": "declined"}, button="Save for later")
    assert kept.path == f"/returns/{stage.ref().id}"


def test_a_page_opened_from_the_check_page_leads_back_to_it(stage: Stage, open_pages: Open):
    avon, path = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}"
    page = avon.get(f"{path}/actions?then=check")
    page = page.submit({"action-1-status": "done"}, button="Save and continue")
    assert page.path == f"{path}/check"
    answered = {"reply-1-answer": "accepted"}
    page = avon.get(f"{path}/replies?then=check").submit(answered, button="Save and continue")
    assert page.path == f"{path}/check"
    assert not life_of(stage, stage.ref().id).handed_over
