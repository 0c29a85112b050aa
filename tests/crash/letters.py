"""R1, delivery: workers killed at each point of handing letters over, and what became of them."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flows.delivering import deliver_letters
from flows.opening import request_returns
from notifications.outbox import LEASE
from tests.crash import check, world
from tests.crash.controls import CONTROLS
from tests.crash.workers import (
    KILLED,
    POINTS,
    Doom,
    Job,
    Mortal,
    Watched,
    at_once,
    watch_the_files,
    watch_the_line,
)
from tests.crash.world import OPENS, Place, Setting

WORKERS = 4
OURS = "ours"
JOURNAL, NOBODY, FILES = "journal asked", "nobody to ask", "file mail"
WAVES = 60
"""When so many waves have not brought the kills that were asked for, something else is wrong."""


@dataclass(frozen=True)
class Trial:
    """One order of events, killed so many times at one point; `mail` is who could be asked after.

    JOURNAL: the mail server's blind copies. NOBODY: it keeps none. FILES: mail as files, which
    answer for themselves.
    """

    order: str
    mail: str
    point: str
    kills: int


@dataclass(frozen=True)
class Result:
    """What came of a trial; `wrong` says in sentences what should not have been."""

    database: str
    trial: Trial
    killed: int
    post: check.Post
    differs: int
    unsound: str
    faults: str
    seconds: float


def prepare(place: Place, services: int, folder: Path) -> tuple[str, check.Fingerprint]:
    """A database whose quarter has just opened, its letters queued; and how it ends unkilled."""
    url = place.fresh()
    world.populate(url, world.register_text(services))
    with world.opened(url) as database:
        setting = Setting(url, folder / "home")
        request_returns(database, OPENS, setting.post(database, OPENS))
    untouched = Trial(OURS, JOURNAL, "", 0)
    with _stage(place, url) as (copy, sink, here):
        _wave(_setting(copy, sink, here, untouched), untouched, [Doom()], OPENS, here / "faults")
        with world.opened(copy) as database:
            return url, check.fingerprint(database)


def run(place: Place, template: str, ideal: check.Fingerprint, trial: Trial, seed: int) -> Result:
    """Waves of four competing workers, each to die at a letter of its own, a lease apart; then one
    wave that nobody dies in, exactly one lease after the last kill."""
    chance = random.Random(f"{seed} {trial}")
    reach = max(1, len(ideal) // 2 // (trial.kills + WORKERS))
    began = time.monotonic()
    with _stage(place, template) as (copy, sink, here):
        setting = _setting(copy, sink, here, trial)
        faults, now, killed = here / "faults", OPENS, 0
        for _ in range(WAVES):
            wanted = min(WORKERS, trial.kills - killed)
            if not wanted:
                break
            nth = 1 if trial.point == "claimed" else reach
            dooms = [Doom(trial.point, chance.randint(1, nth)) for _ in range(wanted)]
            killed += _wave(setting, trial, dooms, now, faults).count(KILLED)
            now += LEASE
        _wave(setting, trial, [Doom() for _ in range(WORKERS)], now, faults)
        with world.opened(copy) as database:
            post = check.post(database, [*sink.taken(), *files_of(here / "home")])
            return Result(
                database=place.name,
                trial=trial,
                killed=killed,
                post=post,
                differs=len(check.differing(ideal, check.fingerprint(database), post.in_doubt)),
                unsound=check.unsound(database),
                faults=faults.read_text() if faults.exists() else "",
                seconds=time.monotonic() - began,
            )


class _stage:
    """A copy of a database, a mail server and a folder for one trial, all gone after it."""

    def __init__(self, place: Place, template: str) -> None:
        self.place, self.template = place, template

    def __enter__(self) -> tuple[str, world.Sink, Path]:
        self.copy = self.place.copy(self.template)
        self.folder = Path(tempfile.mkdtemp(prefix="charter-crash-"))
        self.sink = world.Sink(self.folder / "sink")
        return self.copy, self.sink, self.folder

    def __exit__(self, *_: object) -> None:
        self.sink.close()
        self.place.drop(self.copy)
        shutil.rmtree(self.folder, ignore_errors=True)


def _setting(copy: str, sink: world.Sink, here: Path, trial: Trial) -> Setting:
    if trial.mail == FILES:
        return Setting(copy, here / "home")
    return Setting(copy, here / "home", sink.url, sink.maildir if trial.mail == JOURNAL else None)


def files_of(home: Path) -> list[str]:
    """The letters that lie in a home as files, by key."""
    return [path.stem for path in (home / "mail").glob("*.eml")]


def _wave(
    setting: Setting, trial: Trial, dooms: list[Doom], now: datetime, faults: Path
) -> list[int]:
    return at_once([worker(setting, trial.order, doom, now) for doom in dooms], faults)


def worker(setting: Setting, order: str, doom: Doom, now: datetime) -> Job:
    """What one worker does, in a process of its own, until there is nothing left or it dies."""

    def work() -> None:
        watch_the_line(doom)
        watch_the_files(doom, setting.home / "mail")
        database = Watched(setting.url, doom)
        post = setting.post(database, now)
        mortal = replace(post.letters, channel=Mortal(post.letters.channel, database))
        if order == OURS:
            deliver_letters(database, now, replace(post, letters=mortal))
        else:
            CONTROLS[order](database, now, mortal, f"worker {id(doom)}")

    return work


def trials(kills: int, points: tuple[str, ...] = tuple(POINTS)) -> Iterator[Trial]:
    """Every order at every point: ours, whoever can be asked, and then the controls.

    Who marks first has committed before it sends: there is nothing after it to die after.
    """
    for mail in (JOURNAL, NOBODY, FILES):
        for point in points:
            yield Trial(OURS, mail, point, kills)
    for order in CONTROLS:
        for point in points:
            if (order, point) != ("mark, then send", "committed"):
                yield Trial(order, NOBODY, point, kills)
