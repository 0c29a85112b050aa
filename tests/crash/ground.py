"""Ground for trouble: an opened quarter, a mail server with habits, and workers that deliver."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flows.delivering import deliver_letters
from flows.opening import request_returns
from notifications import outbox
from notifications.channels import smtp
from notifications.outbox import LEASE, LetterState
from tests.crash import check, world
from tests.crash.letters import WORKERS
from tests.crash.workers import Doom, Job, Mortal, Watched, at_once, watch_the_line
from tests.crash.world import OPENS, Place, Setting

PATIENCE = 0.4
"""Seconds that these workers wait for an answer to their message; a slow server takes longer."""


@dataclass(frozen=True)
class Trouble:
    """What came of one trouble: the letters, and what is wrong, if anything.

    `ambiguous` are the hand-overs that it cut short (of a run that failed, one at most); `doubted`
    the letters that the record then held in doubt, before anybody was asked: never more.
    """

    what: str
    database: str
    letters: int
    ambiguous: int
    doubted: int
    lost: int
    twice: int
    stuck: int
    wrong: str
    seconds: float


@dataclass
class Ground:
    """An opened quarter to make trouble in: its database, its mail server, its time."""

    place: Place
    setting: Setting
    sink: world.Sink
    faults: Path
    began: float

    def wave(self, jobs: Sequence[Job]) -> list[int]:
        """Run jobs at once."""
        return at_once(jobs, self.faults)

    def settle(self, now: datetime, more: int = 3) -> None:
        """Untroubled workers, a lease apart, until nothing may be left."""
        for number in range(more):
            quiet = [deliverer(self.setting, now + number * LEASE) for _ in range(WORKERS)]
            self.wave(quiet)

    def ended(self, what: str, ambiguous: int, doubted: int, wrong: str = "") -> Trouble:
        """What stands now; every letter must have ended, and those not refused be taken once."""
        with world.opened(self.setting.url) as database:
            post = check.post(database, self.sink.taken())
            wrong = wrong or check.unsound(database)
        if post.in_doubt:
            wrong = wrong or f"{len(post.in_doubt)} letters are in doubt for ever"
        if doubted > ambiguous:
            wrong = wrong or f"{doubted} letters were in doubt, {ambiguous} made ambiguous"
        return Trouble(
            what=what,
            database=self.place.name,
            letters=post.letters,
            ambiguous=ambiguous,
            doubted=doubted,
            lost=post.lost,
            twice=post.twice,
            stuck=post.stuck,
            wrong=wrong or self.unexpected(),
            seconds=time.monotonic() - self.began,
        )

    def unexpected(self) -> str:
        """What any worker raised; a trouble that expects such things takes them away first."""
        return self.raised()[-600:]

    def one_is_late(self) -> None:
        """Wait until the mail server holds back an answer, half a minute at most."""
        gives_up = time.monotonic() + 30
        while " late-" not in self.sink.said() and time.monotonic() < gives_up:
            time.sleep(0.05)

    def raised(self) -> str:
        """Every traceback of a worker so far."""
        return self.faults.read_text() if self.faults.exists() else ""

    def doubts(self) -> set[str]:
        """The letters that are being handed over by nobody, or are in doubt."""
        with world.opened(self.setting.url) as database, database.reading() as session:
            open_ = [LetterState.HANDING, LetterState.IN_DOUBT]
            return {one.key for state in open_ for one in outbox.listing(session, state)}


def ground(place: Place, services: int, folder: Path, habits: tuple[str, ...] = ()) -> Ground:
    """A quarter just opened, its letters queued."""
    began = time.monotonic()
    url = place.fresh()
    world.populate(url, world.register_text(services, habits))
    sink = world.Sink(folder / "sink")
    setting = Setting(url, folder / "home", sink.url, sink.maildir)
    with world.opened(url) as database:
        request_returns(database, OPENS, setting.post(database, OPENS))
    return Ground(place, setting, sink, folder / "faults", began)


def deliverer(
    setting: Setting,
    now: datetime,
    doom: Doom | None = None,
    ready: Callable[[Watched], object] = lambda database: None,
    *,
    patience: float = PATIENCE,
    wait: Callable[[], object] = lambda: None,
) -> Job:
    """A worker that delivers, once it has waited; `ready` may spoil its database first."""

    def work() -> None:
        wait()
        fate = doom or Doom()
        watch_the_line(fate)
        smtp.DATA_SECONDS = patience  # type: ignore[assignment]
        database = Watched(setting.url, fate)
        ready(database)
        post = setting.post(database, now)
        mortal = replace(post.letters, channel=Mortal(post.letters.channel, database))
        deliver_letters(database, now, replace(post, letters=mortal))

    return work


def by_key(here: Ground) -> dict[str, str]:
    """Every letter's address, by its key."""
    with world.opened(here.setting.url) as database, database.reading() as session:
        return {letter.key: letter.to_email for letter in outbox.listing(session)}


def all_taken(here: Ground) -> str:
    """A sentence if any letter never arrived."""
    missing = set(by_key(here)) - set(here.sink.taken())
    return f"{len(missing)} letters never arrived" if missing else ""
