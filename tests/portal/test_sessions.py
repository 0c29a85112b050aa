"""A session is a row: it ends with idleness, with the day, with signing out and with the role."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from providers import register
from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.stage import Stage, register_text

Open = Callable[..., PageClient]


def ask(client: PageClient, email: str) -> Any:
    return client.get("/sign-in").submit({"email": email}, button="Send me a link")


def test_a_session_ends_after_half_an_hour_of_nothing(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    stage.now += timedelta(minutes=29)
    assert client.get("/returns").h1 == "Avon Health Your returns"
    stage.now += timedelta(minutes=29)
    assert client.get("/returns").h1 == "Avon Health Your returns"
    stage.now += timedelta(minutes=30)
    assert client.get("/returns").path == "/sign-in"


def test_a_session_ends_after_twelve_hours_however_busy(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    for _ in range(35):
        stage.now += timedelta(minutes=20)
        assert client.get("/returns").path == "/returns"
    stage.now += timedelta(minutes=20)
    assert client.get("/returns").path == "/sign-in"


def test_signing_out_ends_the_session_and_not_just_the_cookie(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    name, secret = next(iter(client.http.cookies.items()))
    assert client.get("/returns").submit(button="Sign out").h1 == "You have signed out"
    client.http.cookies.set(name, secret, domain="portal.example", path="/")
    assert client.get("/returns").path == "/sign-in"


def test_a_leaver_loses_access_at_once(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    ask(client, AVON.email)
    rows = register_text().splitlines()
    left = "\n".join(row for row in rows if AVON.email not in row)
    with stage.database.writing() as session:
        read = register.check(left.encode(), "left.csv")
        register.import_register(session, read, stage.now, "operator", policy_version="2026.4")
    assert client.get("/returns").path == "/sign-in"
    assert client.get(stage.link(AVON.email)).submit(button="Sign in").status == 410
    before = len(stage.messages)
    ask(open_pages(stage.app), AVON.email)
    assert len(stage.messages) == before


def test_signing_in_again_ends_the_session_before(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    name, first = next(iter(client.http.cookies.items()))
    stage.sign_in(client, AVON.email)
    assert client.http.cookies[name] != first
    other = open_pages(stage.app)
    other.http.cookies.set(name, first, domain="portal.example", path="/")
    assert other.get("/returns").path == "/sign-in"


def test_a_page_asked_for_before_signing_in_comes_after_it(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    path = f"/returns/{stage.ref().id}"
    assert client.get(path).path == "/sign-in"
    assert stage.sign_in(client, AVON.email).path == path


@pytest.mark.parametrize(
    "onward", ["//elsewhere.example", "https://elsewhere.example", "/sign-out"]
)
def test_nobody_is_led_away_after_signing_in(stage: Stage, open_pages: Open, onward: str):
    client = open_pages(stage.app)
    client.http.cookies.set("__Host-charter-next", onward, domain="portal.example", path="/")
    assert stage.sign_in(client, AVON.email).path == "/returns"
