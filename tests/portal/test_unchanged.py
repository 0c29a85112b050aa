"""What is unchanged is confirmed on one page: each answer by its own tick, and by no other."""

from collections.abc import Callable

from charter.answers import Answer
from charter.steps import Rating
from providers import answering, returns
from tests.support.cast import AVON, BROOK
from tests.support.pages import Page, PageClient
from tests.support.stage import CHARTER_IDS, Stage

Open = Callable[..., PageClient]
ASH = "ash@avon.example"


def ticks(*commitments: str) -> dict[str, str]:
    return {f"same-{one}": "yes" for one in commitments}


def unchanged(client: PageClient, stage: Stage) -> Page:
    return client.get(f"/returns/{stage.ref().id}/unchanged")


def confirmed(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        document = returns.draft(session, stage.ref()).document
    return [answer.commitment for answer in document.answers if answer.confirmed]


def keep(stage: Stage, *answers: Answer) -> None:
    """Save the draft with these answers in it."""
    with stage.database.writing() as session:
        draft = returns.draft(session, stage.ref())
        new = {answer.commitment: answer for answer in answers}
        told = tuple(new.get(one.commitment, one) for one in draft.document.answers)
        document = draft.document.model_copy(update={"answers": told})
        person = stage.person(AVON.email)
        answering.save_draft(
            session, stage.ref(), document, stage.now, person, version=draft.version
        )


def test_every_answer_of_last_quarter_is_shown_whole_with_a_tick_of_its_own(
    stage: Stage, open_pages: Open
):
    page = unchanged(stage.enters(open_pages, AVON.email), stage)
    assert page.h1.endswith("What is unchanged?")
    assert "9 answers wait" in page.text
    for words in (
        "Partly met",
        "Two posts in the team were empty.",
        "We ring families back within two working days.",
        "Call log",
        "Dated 1 June 2026",
    ):
        assert words in page.text
    boxes = [e for e in page.tree.iter("input") if e.get("type") == "checkbox"]
    assert [box.get("name") for box in boxes] == [f"same-{one}" for one in CHARTER_IDS]
    assert not any("checked" in box.attrib for box in boxes)
    buttons = [b for b in page.tree.iter("button") if "same" in (b.get("name") or "")]
    assert not buttons
    assert page.links["Change it: Find out who supports each person"].endswith("/W1")


def test_only_what_was_ticked_is_confirmed_and_the_rest_comes_one_by_one(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    page = unchanged(avon, stage).submit(ticks("W1", "W3"), button="Save and continue")
    assert confirmed(stage) == ["W1", "W3"]
    assert page.path.endswith("/commitments/W2")
    page = page.submit({"confirmed": "yes"}, button="Save and continue")
    assert page.path.endswith("/commitments/W4")
    page = unchanged(avon, stage)
    assert "6 answers wait" in page.text
    page = page.submit(ticks(*CHARTER_IDS), button="Save and continue")
    assert page.status == 409, "a tick that this page never showed confirms nothing"
    page = unchanged(avon, stage).submit(ticks(*CHARTER_IDS[3:]), button="Save and continue")
    assert confirmed(stage) == list(CHARTER_IDS)
    assert page.path.endswith("/actions")
    assert "Every answer from last quarter has been looked at" in unchanged(avon, stage).text


def test_with_nothing_ticked_nothing_is_confirmed_and_it_goes_on_all_the_same(
    stage: Stage, open_pages: Open
):
    avon = stage.enters(open_pages, AVON.email)
    page = unchanged(avon, stage).submit(button="Save and continue")
    assert (confirmed(stage), page.path[-3:]) == ([], "/W1")
    page = unchanged(avon, stage).submit(ticks("W9"), button="Save for later")
    assert (confirmed(stage), page.path) == (["W9"], f"/returns/{stage.ref().id}")


def test_two_who_tick_the_same_answer_see_what_the_other_made_of_it(stage: Stage, open_pages: Open):
    lead, deputy = stage.enters(open_pages, AVON.email), stage.enters(open_pages, ASH)
    one, two = unchanged(lead, stage), unchanged(deputy, stage)
    path = f"/returns/{stage.ref().id}/commitments/W2"
    lead.get(path).submit({"public_statement": "All is new."}, button="Save and continue")
    one.submit(ticks("W1"), button="Save and continue")
    met = two.submit(ticks("W1", "W2", "W4"), button="Save and continue")
    assert met.status == 409
    assert "Avon Avonson saved this" in met.text
    assert "All is new." in met.text
    assert "Find out who supports each person: confirmed" in met.text
    assert confirmed(stage) == ["W1", "W2"]
    assert met.fields(met.form("Save and continue"))["same-W4"] == ["yes"]
    met.submit(button="Save and continue")
    assert confirmed(stage) == ["W1", "W2", "W4"]


def test_two_who_tick_different_answers_are_not_in_each_others_way(stage: Stage, open_pages: Open):
    lead, deputy = stage.enters(open_pages, AVON.email), stage.enters(open_pages, ASH)
    one, two = unchanged(lead, stage), unchanged(deputy, stage)
    one.submit(ticks("W1"), button="Save and continue")
    assert two.submit(ticks("W2"), button="Save and continue").status == 200
    assert confirmed(stage) == ["W1", "W2"]


def test_what_was_copied_says_from_where_until_it_is_confirmed(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    copied = Answer(
        commitment="W4",
        rating=Rating.FULLY,
        public_statement="As at the other prison.",
        confirmed=False,
        copied_from="HMP Elsewhere",
    )
    keep(stage, copied)
    page = unchanged(avon, stage)
    assert "Copied from HMP Elsewhere" in page.text
    task_list = avon.get(f"/returns/{stage.ref().id}").text
    assert "9 answers from last quarter or another prison to confirm" in task_list
    assert "Copied from HMP Elsewhere" in avon.get(f"/returns/{stage.ref().id}/commitments/W4").text
    page.submit(ticks("W4"), button="Save and continue")
    with stage.database.reading() as session:
        answer = returns.draft(session, stage.ref()).document.find("W4")
    assert answer
    assert (answer.confirmed, answer.copied_from) == (True, "")
    keep(stage, copied)
    page = avon.get(f"/returns/{stage.ref().id}/commitments/W4")
    page.submit({"confirmed": "yes"}, button="Save and continue")
    with stage.database.reading() as session:
        assert returns.draft(session, stage.ref()).document.find("W4") == answer


def test_an_answer_in_which_something_lacks_cannot_be_ticked(stage: Stage, open_pages: Open):
    avon = stage.enters(open_pages, AVON.email)
    keep(stage, Answer(commitment="W5", rating=Rating.NOT_MET, reason="Closed.", confirmed=False))
    page = unchanged(avon, stage)
    assert "Something is missing: say in a sentence or two what families should know" in page.text
    names = {e.get("name") for e in page.tree.iter("input")}
    assert "same-W5" not in names
    assert "same-W6" in names
    token = page.fields(page.form("Save and continue"))["token"]
    avon.post(page.path, {"token": token, **ticks("W5")})
    assert "W5" not in confirmed(stage)


def test_a_first_return_has_nothing_to_confirm(stage: Stage, open_pages: Open):
    brook = stage.enters(open_pages, BROOK.email)
    here = f"/returns/{stage.ref(BROOK).id}"
    assert "to confirm" not in brook.get(here).text
    assert (
        "Every answer from last quarter has been looked at" in brook.get(f"{here}/unchanged").text
    )
