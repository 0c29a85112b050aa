"""An answer is copied from another of one's own prisons, and counts once it is confirmed."""

from collections.abc import Callable

import pytest

from providers.database import Database
from tests.support.cast import DEE
from tests.support.group import GIL, GUS, HAL, SAND, SHELL, STONE, answer, group, ref, said
from tests.support.group import save as save_answer
from tests.support.pages import Page, PageClient
from tests.support.stage import Stage

Open = Callable[..., PageClient]
BUTTON = "Copy to HMP Gull Sand from HMP Gull Shell"


@pytest.fixture
def gull(sqlite_store: Database) -> Stage:
    stage = group(sqlite_store)
    save_answer(stage, SHELL, answer("W1", "We ask each person on arrival."))
    return stage


def copy_page(stage: Stage, client: PageClient, site: str = SAND, part: str = "copy") -> Page:
    return client.get(f"/returns/{ref(stage, site).id}/commitments/W1/{part}")


def test_a_lead_reads_the_other_prisons_answer_copies_it_and_has_to_confirm_it(
    gull: Stage, open_pages: Open
):
    gil = gull.enters(open_pages, GIL)
    commitment = gil.get(f"/returns/{ref(gull, SAND).id}/commitments/W1")
    page = commitment.click("Copy from another of your prisons")
    assert "We ask each person on arrival." in page.text
    assert "This quarter, not signed yet" in page.text
    landed = page.submit(button=BUTTON)
    assert landed.path == commitment.path
    assert "Copied from HMP Gull Shell" in landed.text
    copy = said(gull, SAND, "W1")
    assert (copy.confirmed, copy.copied_from) == (False, "HMP Gull Shell")
    assert copy.evidence == answer("W1").evidence
    again = landed.submit({"confirmed": "yes"}, button="Save and continue")
    assert again.status == 200
    confirmed = said(gull, SAND, "W1")
    assert confirmed == answer("W1", "We ask each person on arrival.")


def test_no_copy_is_offered_where_there_is_nothing_to_copy(gull: Stage, open_pages: Open):
    gil, dee = gull.enters(open_pages, GIL), gull.enters(open_pages, DEE.email)
    words = "Copy from another of your prisons"
    assert words not in gil.get(f"/returns/{ref(gull, SAND).id}/commitments/W2").links
    assert words not in gil.get(f"/returns/{ref(gull, SHELL).id}/commitments/W1").links
    assert words not in dee.get(f"/returns/{gull.ref(DEE).id}/commitments/W1").links
    assert "None of your other prisons has an answer" in copy_page(gull, gil, SHELL).text


def test_a_prison_of_another_lead_is_not_shown_and_cannot_be_copied_from(
    gull: Stage, open_pages: Open
):
    save_answer(gull, STONE, answer("W1", "At Stone we ask twice."))
    gil = gull.enters(open_pages, GIL)
    page = copy_page(gull, gil)
    assert "Stone" not in page.text
    refused = page.submit({"from": str(ref(gull, STONE).id)}, button=BUTTON)
    assert refused.status == 404
    assert said(gull, SAND, "W1").rating is None
    assert "At Stone we ask twice." in copy_page(gull, gull.enters(open_pages, GUS)).text
    assert copy_page(gull, gull.enters(open_pages, HAL)).status == 404


def test_what_a_copy_replaces_is_shown_and_a_save_meanwhile_is_not_lost(
    gull: Stage, open_pages: Open
):
    gil = gull.enters(open_pages, GIL)
    page = copy_page(gull, gil)
    save_answer(gull, SAND, answer("W1", "Here we ask in the second week."))
    refused = page.submit(button=BUTTON)
    assert refused.status == 409
    assert "Gus Gullson saved this" in refused.text
    assert "Here we ask in the second week." in refused.text
    assert said(gull, SAND, "W1").public_statement == "Here we ask in the second week."
    assert refused.submit(button=BUTTON).status == 200
    assert said(gull, SAND, "W1").copied_from == "HMP Gull Shell"


def test_what_is_copied_is_what_was_read(gull: Stage, open_pages: Open):
    page = copy_page(gull, gull.enters(open_pages, GIL))
    save_answer(gull, SHELL, answer("W1", "We do not ask any more."))
    refused = page.submit(button=BUTTON)
    assert refused.status == 409
    assert "The answer at HMP Gull Shell has just changed" in refused.text
    assert "We do not ask any more." in refused.text
    assert said(gull, SAND, "W1").rating is None


def test_on_the_way_back_from_the_check_page_a_copy_leads_back_there(gull: Stage, open_pages: Open):
    gil = gull.enters(open_pages, GIL)
    page = copy_page(gull, gil, part="copy?then=check")
    landed = page.submit(button=BUTTON)
    assert str(landed.response.url).endswith("/commitments/W1?then=check")
