"""However many press the button at once, one of them is let in."""

import re
import time
from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import text

from portal.keys import hash_of
from providers import sessions
from tests.support.cast import AVON, CAST, Player
from tests.support.spending import race, servers, trial
from tests.support.stage import Stage

AT_ONCE = 50
FEW = 8
TRIALS = 4
"""Here; `make spends` has two hundred."""


@pytest.mark.parametrize("player", CAST[:TRIALS])
def test_one_winner_of_fifty_who_spend_a_link_at_once(
    any_stage: Stage, database_url: str, player: Player
):
    with servers(database_url, AT_ONCE) as everyone:
        won = trial(everyone, player.email, player.name, any_stage.now)
    assert won == [any_stage.person(player.email)]
    with any_stage.database.reading() as session:
        begun = session.connection().execute(text("SELECT person_id FROM web_session"))
        assert begun.scalars().all() == won


def test_one_winner_of_fifty_who_press_the_button_at_once(served: Stage):
    asked = httpx2.Client(base_url=served.base_url, trust_env=False)
    headers = {"Sec-Fetch-Site": "same-origin"}

    def word(html: str) -> str:
        found = re.search('name="token" value="([^"]+)"', html)
        assert found
        return found[1]

    token = word(asked.get("/sign-in").text)
    asked.post("/sign-in", data={"token": token, "email": AVON.email}, headers=headers)
    until(lambda: bool(served.messages))
    link = served.link(AVON.email)
    body = {"token": word(asked.get(link).text), "link": link.rsplit("/", 1)[1]}
    cookies = dict(asked.cookies)

    def press(_number: int) -> int:
        with httpx2.Client(base_url=served.base_url, trust_env=False, timeout=60) as browser:
            browser.cookies.update(cookies)
            return browser.post("/sign-in/link", data=body, headers=headers).status_code

    answers = race(press, AT_ONCE)
    asked.close()
    assert sorted(answers, key=str) == [303] + [410] * (AT_ONCE - 1)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, for ten seconds at most."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def test_one_answer_to_a_request_that_many_servers_take_up(any_stage: Stage):
    stage = any_stage
    with stage.database.writing() as session:
        sessions.ask(session, AVON.email, hash_of("a browser"), stage.now)
        (request,) = sessions.waiting(session)

    def answer(number: int) -> object:
        with stage.database.writing() as session:
            token, code = hash_of(f"token {number}"), hash_of(f"code {number}")
            return sessions.answer(session, request, token, code, stage.now)

    assert len([one for one in race(answer, FEW) if one]) == 1


def test_many_codes_at_once_get_five_tries_between_them(any_stage: Stage):
    stage = any_stage
    nonce = hash_of("a browser")
    with stage.database.writing() as session:
        sessions.ask(session, AVON.email, nonce, stage.now)
        (request,) = sessions.waiting(session)
        sessions.answer(session, request, hash_of("token"), hash_of("right"), stage.now)

    def guess(number: int) -> int | None:
        with stage.database.writing() as session:
            return sessions.spend_by_code(session, hash_of(f"wrong {number}"), nonce, stage.now)

    assert race(guess, FEW) == [None] * FEW
    with stage.database.writing() as session:
        assert sessions.spend_by_code(session, hash_of("right"), nonce, stage.now) is None
        assert sessions.spend(session, hash_of("token"), nonce, stage.now)
