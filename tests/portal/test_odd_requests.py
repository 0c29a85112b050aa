"""Addresses and forms that no page of ours makes are answered with a page, never with a fault."""

from collections.abc import Callable

import pytest

from tests.portal.test_families import publish
from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.stage import Stage

Open = Callable[..., PageClient]


@pytest.mark.parametrize(
    "number", ["000000000001" + "9" * 18, "9" * 30, "0" * 5000, "\u0661", "-1"]
)
def test_a_number_no_return_can_have_is_not_here(stage: Stage, open_pages: Open, number: str):
    client = stage.enters(open_pages, AVON.email)
    assert client.http.get(f"/returns/{number}").status_code == 404
    assert client.http.get(f"/console/returns/{number}").status_code == 404


def test_an_address_longer_than_any_file_is_not_here(stage: Stage, open_pages: Open):
    publish(stage, "Site")
    assert open_pages(stage.app).http.get("/families/" + "a" * 5000).status_code == 404


def test_a_form_with_half_a_character_is_a_stale_form(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    body = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n+2AA-\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x; charset=utf-7"
    path = f"/returns/{stage.ref().id}/actions"
    answer = client.http.post(path, content=body, headers={"content-type": kind})
    assert answer.status_code == 403


def test_monitors_may_ask_for_the_head_of_a_page(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    assert client.request("HEAD", "/sign-in").status == 200
