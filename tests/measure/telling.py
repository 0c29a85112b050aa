"""Times the answer to a known and to an unknown address, turn about, and says if it tells.

Run by `python -m tests.measure.telling --pairs 1000`: a server of its own process on this machine,
asked over HTTP. Two times are taken of each request: until the answer to the form, and from there
until the page that a browser opens next, while the address is being looked up.
"""

import argparse
import math
import multiprocessing
import random
import re
import socket
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from flows.serving import LONGEST_PAUSE, Apart
from tests.support.cast import AVON
from tests.support.databases import migrate

STRANGERS = "nobody@avon.example"
SETTLES = LONGEST_PAUSE + 0.1
"""Seconds from one try to the next, so that what follows an answer is over."""
TEN_MINUTES = timedelta(minutes=11)


def serve(listener: socket.socket, folder: str) -> None:
    """The portal with the cast on record; before each request for a link its clock moves on."""
    import uvicorn

    from notifications.letters import Letters
    from providers.database import Database, open_engine
    from tests.support.stage import Stage

    url = f"sqlite:///{Path(folder) / 'telling.sqlite'}"
    migrate(url)
    stage = Stage(Database(open_engine(url)))
    stage.play()
    stage.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    letters = Letters()

    def send(_email: str, name: str, link: str, code: str) -> None:
        letter = letters.render("sign_in", {"to_name": name, "link": link, "code": code})
        (Path(folder) / "mail.eml").write_text(letter.text + letter.html)

    stage.send, stage.later = send, Apart().do
    stage.open_app()
    app = stage.app

    async def ticking(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            stage.now += TEN_MINUTES
        await app(scope, receive, send)

    config = uvicorn.Config(ticking, log_level="error", ws="none", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def one(client: httpx2.Client, token: str, email: str) -> tuple[float, float]:
    """The milliseconds until the answer, and from there until the next page."""
    began = time.perf_counter()
    answer = client.post(
        "/sign-in",
        data={"token": token, "email": email},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    answered = time.perf_counter()
    assert answer.status_code == 303, answer.text
    client.get("/sign-in/sent").raise_for_status()
    return (answered - began) * 1000, (time.perf_counter() - answered) * 1000


def measure(base_url: str, pairs: int) -> dict[str, list[tuple[float, float]]]:
    """So many pairs, known and unknown in an order thrown anew for each."""
    times: dict[str, list[tuple[float, float]]] = {AVON.email: [], STRANGERS: []}
    with httpx2.Client(base_url=base_url, trust_env=False, timeout=30) as client:
        page = client.get("/sign-in").text
        found = re.search('name="token" value="([^"]+)"', page)
        assert found
        for number in range(pairs + 10):
            both = list(times)
            random.shuffle(both)
            for email in both:
                taken = one(client, found[1], email)
                time.sleep(SETTLES)
                if number >= 10:  # the first are slower, whoever asks
                    times[email].append(taken)
    return times


def kolmogorov_smirnov(one: list[float], other: list[float]) -> tuple[float, float]:
    """The greatest distance between two distributions, and how often chance alone makes it so."""
    every = sorted([(value, 1) for value in one] + [(value, 0) for value in other])
    here = there = 0
    distance = 0.0
    for _, mine in every:
        here, there = here + mine, there + 1 - mine
        distance = max(distance, abs(here / len(one) - there / len(other)))
    size = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    scale = (size + 0.12 + 0.11 / size) * distance
    chance = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scale) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, chance))


def slower(one: list[float], other: list[float]) -> float:
    """How often a value of `one` is above a value of `other`: a half if nothing can be told."""
    ranked = sorted([(value, 1) for value in one] + [(value, 0) for value in other])
    ranks = sum(place for place, (_, mine) in enumerate(ranked, 1) if mine)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def main() -> None:
    """Serve, measure, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1000)
    pairs = parser.parse_args().pairs
    listener = socket.create_server(("127.0.0.1", 0))
    with tempfile.TemporaryDirectory() as folder:
        server = multiprocessing.get_context("fork").Process(target=serve, args=(listener, folder))
        server.start()
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            times = measure(base_url, pairs)
        finally:
            server.terminate()
            server.join(10)
    for place, what in enumerate(("until the answer", "the page after it")):
        known, unknown = ([pair[place] for pair in times[who]] for who in (AVON.email, STRANGERS))
        distance, chance = kolmogorov_smirnov(known, unknown)
        print(
            f"{what}: {pairs} pairs, median {statistics.median(known):.2f} ms known and "
            f"{statistics.median(unknown):.2f} ms unknown, Kolmogorov-Smirnov D {distance:.4f} "
            f"(p {chance:.2f}), known slower in {slower(known, unknown):.1%} of comparisons"
        )


if __name__ == "__main__":
    main()
