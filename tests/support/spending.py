"""Many who press the button of one link at the same moment, each as a server of its own would."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from portal.keys import hash_of
from providers import sessions
from providers.database import Database, open_engine

BROWSER = hash_of("the browser that asked")


@contextmanager
def servers(url: str, many: int) -> Iterator[list[Database]]:
    """The same database opened so many times, each with connections of its own."""
    engines = [open_engine(url) for _ in range(many)]
    yield [Database(engine) for engine in engines]
    for engine in engines:
        engine.dispose()


def race(act: Callable[[int], object], at_once: int) -> list[object]:
    """What each of several threads got, all let off at one moment; fails if one of them failed."""
    gate = threading.Barrier(at_once)
    got: list[object] = []
    failed: list[Exception] = []

    def run(number: int) -> None:
        gate.wait()
        try:
            got.append(act(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failed, failed
    assert len(got) == at_once, f"{at_once - len(got)} never came back"
    return got


def trial(everyone: list[Database], email: str, name: str, now: datetime) -> list[int]:
    """Ask for a link, have everyone spend it at once, and give the people that were let in.

    Each spends and begins a session in one transaction, as the sign-in page does.
    """
    token = hash_of(f"token {name}")
    with everyone[0].writing() as session:
        sessions.ask(session, email, BROWSER, now)
        (request,) = sessions.waiting(session)
        assert sessions.answer(session, request, token, hash_of("code"), now)

    def spend(number: int) -> int | None:
        with everyone[number].writing() as session:
            person = sessions.spend(session, token, BROWSER, now)
            if person is not None:
                sessions.begin(session, person, hash_of(f"{name} {number}"), "word", now)
            return person

    return [person for person in race(spend, len(everyone)) if isinstance(person, int)]
