"""However many press the button at once, one of them is let in."""

import threading
from collections.abc import Callable

from portal.keys import hash_of
from providers import sessions
from tests.support.cast import AVON, CAST
from tests.support.stage import Stage

AT_ONCE = 8


def race(act: Callable[[int], object]) -> list[object]:
    """What each of several threads got, all let off at one moment."""
    gate, won, failed = threading.Barrier(AT_ONCE), [], []

    def run(number: int) -> None:
        gate.wait()
        try:
            won.append(act(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed, failed
    return won


def test_one_winner_of_many_who_spend_a_link_at_once(any_stage: Stage):
    stage = any_stage
    for number, player in enumerate(CAST):
        token, nonce = hash_of(f"token {number}"), hash_of("a browser")
        with stage.database.writing() as session:
            sessions.ask(session, player.email, nonce, stage.now)
            (request,) = sessions.waiting(session)
            assert sessions.answer(session, request, token, hash_of("code"), stage.now)

        def spend(_number: int, token: str = token, nonce: str = nonce) -> int | None:
            with stage.database.writing() as session:
                return sessions.spend(session, token, nonce, stage.now)

        won = [person for person in race(spend) if person is not None]
        assert won == [stage.person(player.email)]


def test_one_answer_to_a_request_that_many_servers_take_up(any_stage: Stage):
    stage = any_stage
    with stage.database.writing() as session:
        sessions.ask(session, AVON.email, hash_of("a browser"), stage.now)
        (request,) = sessions.waiting(session)

    def answer(number: int) -> object:
        with stage.database.writing() as session:
            token, code = hash_of(f"token {number}"), hash_of(f"code {number}")
            return sessions.answer(session, request, token, code, stage.now)

    assert len([one for one in race(answer) if one]) == 1


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

    assert race(guess) == [None] * AT_ONCE
    with stage.database.writing() as session:
        assert sessions.spend_by_code(session, hash_of("right"), nonce, stage.now) is None
        assert sessions.spend(session, hash_of("token"), nonce, stage.now)
