"""The commissioner lets a region or one provider stand still, and go on, with a reason."""

from collections.abc import Callable

from providers import pauses, register
from tests.support.cast import AVON
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, OTTO, QUARTER, RITA, Stage

Open = Callable[..., PageClient]


def cycle_page(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/console/regions/{stage.ref().region}/{QUARTER}")


def pauses_page(stage: Stage, client: PageClient) -> Page:
    return cycle_page(stage, client).click("Pause or resume this region, or one provider in it")


def test_one_provider_is_paused_with_a_reason_and_goes_on_again(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = pauses_page(stage, cora)
    assert "What stands still now Nothing." in page.text
    page = page.submit({"what": "p:AVON", "reason": "A strike."}, button="Pause")
    assert "Paused. No letter goes out there" in page.text
    assert "Avon Health. A strike. Since 5 October 2026 at 9:00am, by Cora Check." in page.text
    assert stage.ref(AVON).paused
    assert "Paused" in cycle_page(stage, cora).text
    page = pauses_page(stage, cora).submit(button="Resume: Avon Health")
    assert "Resumed." in page.text
    assert "What stands still now Nothing." in page.text
    assert not stage.ref(AVON).paused


def test_the_whole_region_is_paused_and_goes_on_again(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    form = {"what": "region", "reason": "A flood."}
    opened = pauses_page(stage, cora)
    page = opened.submit(form, button="Pause")
    assert "The whole region. A flood. Since 5 October 2026 at 9:00am, by Cora Check." in page.text
    late = opened.submit(form, button="Pause")
    assert late.errors == ["It stands still since 5 October 2026 at 9:00am, by Cora Check"]
    assert "This region is paused" in cycle_page(stage, cora).text
    pauses_page(stage, cora).submit(button="Resume: Sample")
    with stage.database.reading() as session:
        home = register.region(session, stage.ref().region)
    assert home is not None
    assert (home.paused, home.paused_reason) == (False, "")


def test_nothing_is_paused_without_a_choice_and_a_reason(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = pauses_page(stage, cora).submit({"what": "", "reason": ""}, button="Pause")
    assert page.status == 422
    assert "Choose what is to stand still" in page.text
    assert "Give the reason, for the record" in page.text
    path = page.path
    kept = pauses_page(stage, cora).submit({"what": "p:AVON", "reason": ""}, button="Pause")
    assert kept.fields(kept.form("Pause"))["what"] == ["p:AVON"]
    assert path == kept.path
    assert not stage.ref(AVON).paused


def test_what_is_of_another_region_can_be_neither_paused_nor_resumed(
    stage: Stage, open_pages: Open
):
    with stage.database.writing() as session:
        far = pauses.scope_of(stage.ref_of_eve().region, "EVE")
        pauses.pause(session, far, "A strike.", stage.now, "operator")
    cora = stage.enters(open_pages, CORA)
    page = pauses_page(stage, cora)
    token = page.fields(page.form("Pause"))["token"][0]
    for what in ("p:EVE", f"p:{far}", "everything", ""):
        answer = cora.post(page.path, {"token": token, "what": what, "reason": "x"})
        assert answer.status == 422
        cora.post(f"{page.path}/end", {"token": token, "go": what})
    assert stage.ref_of_eve().paused
    otto = stage.enters(open_pages, OTTO)
    assert otto.get(page.path).status == 404


def test_a_reader_sees_that_something_is_paused_and_is_offered_no_button(
    stage: Stage, open_pages: Open
):
    with stage.database.writing() as session:
        pauses.pause(session, pauses.EVERYTHING, "A fire.", stage.now, "operator")
    page = cycle_page(stage, stage.enters(open_pages, RITA))
    assert "Everything is paused, in every region" in page.text
    assert "Pause or resume" not in page.text
    told = pauses_page(stage, stage.enters(open_pages, CORA))
    assert "Everything, in every region. A fire." in told.text
