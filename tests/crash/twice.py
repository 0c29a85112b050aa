"""R3: every flow started twice at the same moment, in four processes, day after day."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from charter.quarters import LONDON
from flows.briefing import brief_staff
from flows.sample.acts import FLOWS
from flows.verifying import verify
from notifications import outbox
from notifications.outbox import LEASE
from providers.database import Database
from tests.crash import check, world
from tests.crash.deeds import do_all
from tests.crash.letters import WORKERS
from tests.crash.workers import Doom, Job, Watched, at_once
from tests.crash.world import OPENS, Place, Setting
from tests.support.cast import at

SERVICES = 20
"""Enough for letters of every kind; what is tried here is the coming together of the runs."""
EVERY = {**FLOWS, "brief_staff": brief_staff}
"""Every flow that is deployed, by its name."""
PEOPLE = {
    at("2026-10-09T12:00"): "start",
    at("2026-10-12T12:00"): "hand over",
    at("2026-10-13T12:00"): "sign",
    at("2026-10-19T12:00"): "extend",
    at("2026-10-30T12:00"): "sign late",
    at("2026-11-05T12:00"): "hand over late",
    at("2026-11-06T12:00"): "sign at last",
    at("2026-11-19T12:00"): "confirm",
    at("2026-12-01T12:00"): "approve",
    at("2026-12-02T12:00"): "approve too",
}
"""What people do meanwhile, at noon, so that the flows have something to do."""


@dataclass(frozen=True)
class Rounds:
    """What came of the rounds: runs of flows, whatever escaped from one, and the letters."""

    database: str
    rounds: int
    runs: int
    escaped: str
    letters: int
    twice: int
    lost: int
    wrong: str
    seconds: float


def run(
    place: Place, services: int, rounds: int, folder: Path, said: Callable[[str], None]
) -> Rounds:
    """A round a day: in each, every flow twice, dealt out to four processes that start at once."""
    began, chance = time.monotonic(), random.Random(7)
    folder.mkdir(parents=True)
    faults = folder / "faults"
    url = place.fresh()
    world.populate(url, world.register_text(services))
    with world.sink(folder / "sink") as sink:
        setting = Setting(url, folder / "home", sink.url, sink.maildir)
        for number in range(rounds):
            said(f"{place.name}: round {number + 1} of {rounds}")
            day = OPENS.astimezone(LONDON) + timedelta(days=number)
            runs = [*EVERY, *EVERY]
            chance.shuffle(runs)
            hands = [runs[n::WORKERS] for n in range(WORKERS)]
            at_once([_hand(setting, hand, day) for hand in hands], faults)
            noon = day.replace(hour=12)
            if noon in PEOPLE:
                at_once([_people(setting, PEOPLE[noon], noon)], faults)
        at_once([_hand(setting, ["deliver_letters"], day + LEASE)], faults)
        with world.opened(url) as database:
            result = Rounds(
                database=place.name,
                rounds=rounds,
                runs=rounds * 2 * len(EVERY),
                escaped=faults.read_text() if faults.exists() else "",
                letters=0,
                twice=0,
                lost=0,
                wrong=verify(database, setting.home).wrong
                or _not_one_each(database)
                or _not_one_brief(setting),
                seconds=time.monotonic() - began,
            )
            taken = sink.taken()
            post = check.post(database, taken)
    place.drop(url)
    return replace(result, letters=len(set(taken)), twice=post.twice, lost=post.lost + post.stuck)


def _hand(setting: Setting, flows: list[str], now: datetime) -> Job:
    """These flows one after the other, each as the product runs it."""

    def work() -> None:
        database = Watched(setting.url, Doom())
        for name in flows:
            post = replace(setting.post(database, now), alert=_writer(setting))
            EVERY[name](database, now, post)

    return work


def _writer(setting: Setting) -> Callable[[str, str], bool]:
    """Staff are told by a line in a file."""

    def tell(title: str, _body: str) -> bool:
        with (setting.home / "briefs").open("a") as file:
            file.write(title + "\n")
        return True

    return tell


def _not_one_brief(setting: Setting) -> str:
    days = Counter(
        line.partition(":")[0] for line in (setting.home / "briefs").read_text().splitlines()
    )
    again = [day for day, times in days.items() if times > 1]
    return f"staff were briefed twice: {again[0]}" if again else ""


def _people(setting: Setting, deed: str, now: datetime) -> Job:
    return lambda: do_all(Watched(setting.url, Doom()), deed, now, 0.0)


def _not_one_each(database: Database) -> str:
    """Whether a rung was said twice to one person about one return, whatever the letter's key."""
    with database.reading() as session:
        letters = {letter.key: letter for letter in outbox.listing(session)}
        lines = outbox.lines_of(session, letters)
    said = Counter(
        (letters[key].to_person, row.subject, row.topic, row.occasion)
        for key, rows in lines.items()
        for row in rows
        if not row.dropped and letters[key].state == outbox.LetterState.SENT
    )
    again = [what for what, times in said.items() if times > 1]
    return f"person {again[0][0]} was told {again[0][2]} of {again[0][1]} twice" if again else ""
