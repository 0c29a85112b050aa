"""The queue of what is received and not confirmed: together where nothing stands out."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event

from charter.answers import PersonNamed
from charter.listening import Survey
from charter.steps import Confirmed
from providers import answering, checking, listening, lives, staff
from providers.database import Database
from providers.returns import Ref
from tests.portal.test_console import life_of, sign
from tests.support import group
from tests.support.cast import AVON, BROOK, CLYDE, at
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ANN, CORA, IRIS, LAST, LENA, OTTO, QUARTER, RITA, Stage

Open = Callable[..., PageClient]
TOGETHER = "Confirm those ticked"


def queue(stage: Stage, client: PageClient, more: str = "") -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}/queue{more}")


def lines(page: Page) -> dict[str, str]:
    """Each return that is to be looked at by itself, with all that is said of it."""
    found = {}
    for line in page.tree.iter("li"):
        if "app-queued" in line.get("class", ""):
            found[words(line.find(".//a"))] = words(line)
    return found


def ticks(page: Page) -> dict[str, str]:
    """Each return that may be confirmed with others: its label by what its tick sends."""
    labels = {e.get("for"): words(e) for e in page.tree.iter("label")}
    boxes = [e for e in page.tree.iter("input") if e.get("name") == "pick"]
    return {box.get("value", ""): labels[box.get("id")] for box in boxes}


@pytest.fixture
def four(sqlite_database: Engine, tmp_path: Any) -> Stage:
    """Three of Gull's prisons as they were a quarter ago, and Avon's with one answer changed."""
    stage = group.group(Database(sqlite_database), tmp_path / "site")
    for quarter, when in ((LAST, "2026-10-05T10:00"), (QUARTER, "2026-10-06T09:00")):
        stage.now = at(when)
        for site in (group.SAND, group.SHELL, group.STONE):
            finish(stage, group.ref(stage, site, quarter))
    filled = stage.filled(stage.ref())
    changed = filled.answers[3].model_copy(update={"public_statement": "Now we ring on Sundays."})
    sign(stage, AVON, answers=(*filled.answers[:3], changed, *filled.answers[4:]))
    return stage


def finish(stage: Stage, here: Ref) -> None:
    """Gull's return for one prison, filled in whole and signed by its signer."""
    document = stage.filled(here).model_copy(
        update={
            "prepared_by": PersonNamed(name="Lead", email=lead_of(here.site)),
            "signed_by": PersonNamed(name="Gus", email=group.GUS),
        }
    )
    with stage.database.writing() as session:
        answering.submit(session, here, document, stage.now)


def lead_of(site: str) -> str:
    return group.HAL if site == group.STONE else group.GIL


def test_what_is_unchanged_and_unflagged_is_confirmed_together(four: Stage, open_pages: Open):
    cora = four.enters(open_pages, CORA)
    page = queue(four, cora)
    assert "4 returns are received and not confirmed" in page.text
    offered = ticks(page)
    assert sorted(offered.values()) == [
        "HMP Gull Sand, Gull Health", "HMP Gull Shell, Gull Health", "HMP Gull Stone, Gull Health",
    ]  # fmt: skip
    assert "1 answer changed since last quarter: Be easy to reach" in lines(page)["HMP Avonbridge"]
    two = [value for value, name in offered.items() if "Stone" not in name]
    done = page.submit({"pick": two}, button=TOGETHER)
    assert "2 returns are confirmed" in done.text
    assert list(ticks(done).values()) == ["HMP Gull Stone, Gull Health"]
    for site, confirmed in ((group.SAND, four.now), (group.SHELL, four.now), (group.STONE, None)):
        life = life_of(four, group.ref(four, site).id)
        assert life.confirmed_at == confirmed
    with four.database.reading() as session:
        last = lives.history(session, group.ref(four, group.SAND).id)[-1]
    assert (last.by, last.step) == (f"person:{four.person(CORA)}", Confirmed())


def test_ticking_nothing_is_said_at_the_boxes(four: Stage, open_pages: Open):
    cora = four.enters(open_pages, CORA)
    refused = queue(four, cora).submit(button=TOGETHER)
    assert (refused.status, refused.errors) == (422, ["Tick the returns to confirm"])
    assert refused.links[refused.errors[0]] == "#pick"


def test_all_of_a_page_can_be_ticked_without_script(four: Stage, open_pages: Open):
    cora = four.enters(open_pages, CORA)
    ticked = queue(four, cora).click("Tick all 3")
    done = ticked.submit(button=TOGETHER)
    assert "3 returns are confirmed" in done.text


def test_one_that_changed_meanwhile_is_named_and_left_out(four: Stage, open_pages: Open):
    cora, sand = four.enters(open_pages, CORA), group.ref(four, group.SAND)
    page = queue(four, cora, "?all=yes")
    with four.database.writing() as session:
        staff.add(session, four.now, "o", email=ANN, region_code=sand.region, role="commissioner")
        checking.confirm(session, sand, four.now, four.person(ANN))
    refused = page.submit(button=TOGETHER)
    assert refused.status == 409
    assert "2 confirmed, 1 left out" in refused.text
    assert (
        "HMP Gull Sand, Gull Health: it was confirmed already. Ann Approve confirmed the return on "
        "6 October 2026 at 9:00am." in refused.text
    )
    assert life_of(four, group.ref(four, group.SHELL).id).confirmed_at


@pytest.mark.parametrize("pick", ["x", "1:", "999999:abc", "٣:abc", ""])
def test_a_made_up_choice_confirms_nothing(four: Stage, open_pages: Open, pick: str):
    cora = four.enters(open_pages, CORA)
    page = queue(four, cora)
    fields = page.fields(page.form(TOGETHER)) | {"pick": [pick]}
    refused = cora.post(f"{page.form(TOGETHER).get('action')}", fields)
    assert refused.status in {409, 422}
    sand = life_of(four, group.ref(four, group.SAND).id)
    assert sand.confirmed_at is None


def test_another_text_than_the_one_seen_is_not_confirmed(four: Stage, open_pages: Open):
    cora, sand = four.enters(open_pages, CORA), group.ref(four, group.SAND)
    page = queue(four, cora)
    fields = page.fields(page.form(TOGETHER)) | {"pick": [f"{sand.id}:{'ab' * 32}"]}
    refused = cora.post(str(page.form(TOGETHER).get("action")), fields)
    assert refused.status == 409
    assert "it was signed again after you opened the page" in refused.text
    assert life_of(four, sand.id).confirmed_at is None


def test_a_return_of_another_region_is_not_confirmed_through_this_queue(
    four: Stage, open_pages: Open
):
    far = group.ref(four, group.FAR)
    cora = four.enters(open_pages, CORA)
    page = queue(four, cora)
    fields = page.fields(page.form(TOGETHER)) | {"pick": [f"{far.id}:abc"]}
    assert cora.post(str(page.form(TOGETHER).get("action")), fields).status == 422


def survey(share: int, site: str) -> Survey:
    return Survey(
        commitment="W4",
        question="Were you rung back?",
        share=share,
        base=48,
        method="Tokens in the visits hall",
        asked_on=date(2026, 8, 12),
        site_code=site,
    )


def hear(stage: Stage, *surveys: Survey) -> None:
    """The listening partner keeps these questions of the quarter."""
    here = stage.ref()
    with stage.database.writing() as session:
        basis = listening.record(session, here.region, here.quarter).basis("surveys")
        listening.save(
            session, here.region, here.quarter, "surveys", surveys, basis,
            stage.now, stage.person(LENA),
        )  # fmt: skip


def test_what_families_say_takes_a_return_out_of_the_batch(four: Stage, open_pages: Open):
    hear(four, survey(20, group.SAND), survey(90, group.SHELL))
    page = queue(four, four.enters(open_pages, CORA))
    assert len(ticks(page)) == 2
    assert "Families say otherwise: “Be easy to reach”" in lines(page)["HMP Gull Sand"]


def test_first_returns_are_looked_at_and_questions_wait_for_the_provider(
    stage: Stage, open_pages: Open
):
    sign(stage, BROOK)
    clyde = sign(stage, CLYDE)
    with stage.database.writing() as session:
        person = stage.person(CORA)
        checking.challenge(session, stage.ref(CLYDE), "W3", "Which team?", stage.now, person)
    page = queue(stage, stage.enters(open_pages, CORA))
    assert "First return: there is no quarter to compare it with" in lines(page)["HMP Brookbridge"]
    assert "Waiting for the provider’s answer" in page.text
    assert "Which team?" in lines(page)["HMP Clydebridge"]
    assert not ticks(page)
    assert page.links["HMP Clydebridge"] == f"/console/returns/{clyde}"


def test_an_empty_queue_says_so(stage: Stage, open_pages: Open):
    page = queue(stage, stage.enters(open_pages, CORA))
    assert "Every return received so far is confirmed." in page.text


@pytest.mark.parametrize("email", [ANN, RITA, LENA, IRIS])
def test_the_rest_of_the_team_reads_the_queue_and_confirms_nothing(
    four: Stage, open_pages: Open, email: str
):
    client = four.enters(open_pages, email)
    page = queue(four, client)
    assert "HMP Gull Sand" in page.text
    assert not ticks(page)
    token = page.fields(page.form("Sign out"))["token"][0]
    sand = group.ref(four, group.SAND)
    pick = f"{sand.id}:{life_of(four, sand.id).document}"
    path = f"/console/regions/{sand.region}/{QUARTER}/queue/confirm"
    assert client.post(path, {"token": token, "pick": pick}).status == 403
    assert life_of(four, sand.id).confirmed_at is None


def test_another_regions_queue_is_not_there(four: Stage, open_pages: Open):
    otto = four.enters(open_pages, OTTO)
    assert queue(four, otto).status == 404


def test_the_queue_asks_no_more_of_the_database_for_more_returns(four: Stage, open_pages: Open):
    cora = four.enters(open_pages, CORA)
    with heard(four) as asked:
        queue(four, cora)
        many = len(asked)
    with four.database.writing() as session:
        for site in (group.SAND, group.SHELL):
            checking.confirm(session, group.ref(four, site), four.now, four.person(CORA))
    with heard(four) as asked:
        queue(four, cora)
    assert len(asked) == many <= 12


class heard:
    """The questions put to the database meanwhile."""

    def __init__(self, stage: Stage) -> None:
        self.engine = stage.database.engine
        self.asked: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self.engine, "before_cursor_execute", self._hear)
        return self.asked

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._hear)

    def _hear(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            self.asked.append(statement)
