"""R1, the quarter: workers killed after every other commit, from the opening to a revised page."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flows.chasing import chase_returns
from flows.delivering import deliver_letters
from flows.opening import request_returns
from flows.post import Post
from flows.publishing import publish_summary
from flows.scoring import score_returns
from flows.verifying import verify
from notifications.outbox import LEASE
from providers.database import Database
from tests.crash import check, world
from tests.crash.deeds import do_all
from tests.crash.letters import WORKERS
from tests.crash.workers import KILLED, Doom, Job, Watched, at_once, watch_the_swap
from tests.crash.world import Place, Setting
from tests.support.cast import at

Flow = Callable[[Database, datetime, Post], object]


@dataclass(frozen=True)
class Stage:
    """Something done at a time, by a flow or by people; `kills` are the commits to die after.

    A kill after `commit:signed` comes just after a transaction that put `signed` on the ledger.
    `few` says that there are not commits enough for all kills, so that it begins again from a copy.
    """

    at: datetime
    does: Flow | str
    kills: tuple[str, ...] = ()
    few: bool = False


def _commits(*kinds: str) -> tuple[str, ...]:
    return tuple(f"commit:{kind}" for kind in kinds)


def _days(*days: str) -> Iterator[Stage]:
    """The ladder runs of these days: the round, and the letters."""
    for day in days:
        yield Stage(at(f"{day}T09:00"), request_returns)
        yield Stage(at(f"{day}T09:30"), deliver_letters)


def stages() -> list[Stage]:
    """The whole quarter, in order; every kind of step is killed after at least once."""
    return [
        Stage(
            at("2026-10-01T09:00"),
            request_returns,
            _commits("cycle_opened", "reminded"),
            few=True,
        ),
        Stage(at("2026-10-01T09:30"), deliver_letters),
        Stage(at("2026-10-09T10:00"), "start", _commits("started")),
        Stage(at("2026-10-12T10:00"), "hand over", _commits("handed_over")),
        Stage(at("2026-10-13T10:00"), "sign", _commits("signed")),
        *_days("2026-10-14"),
        Stage(at("2026-10-19T10:00"), "extend", _commits("extended")),
        *_days("2026-10-21", "2026-10-28", "2026-10-29"),
        Stage(at("2026-10-30T10:00"), "sign late", _commits("signed")),
        Stage(at("2026-11-04T09:00"), chase_returns, _commits("reminded"), few=True),
        Stage(at("2026-11-04T09:30"), deliver_letters),
        Stage(at("2026-11-05T10:00"), "hand over late", _commits("handed_over")),
        Stage(at("2026-11-05T11:00"), "sign at last", _commits("signed")),
        Stage(at("2026-11-11T09:00"), chase_returns, _commits("recorded_not_returned"), few=True),
        Stage(at("2026-11-11T09:30"), deliver_letters),
        Stage(at("2026-11-12T10:00"), score_returns, _commits("scored"), few=True),
        Stage(at("2026-11-13T10:00"), "challenge", _commits("challenged")),
        Stage(at("2026-11-13T11:00"), "change a rating", _commits("rating_changed")),
        *_days("2026-11-16"),
        Stage(at("2026-11-17T10:00"), "answer", _commits("handed_over")),
        Stage(at("2026-11-17T11:00"), "sign the answer", _commits("signed")),
        Stage(at("2026-11-18T10:00"), score_returns),
        Stage(at("2026-11-19T10:00"), "confirm", _commits("confirmed")),
        Stage(at("2026-11-24T10:00"), "reply", _commits("replied")),
        Stage(at("2026-11-24T11:00"), "judge", _commits("judged")),
        *_days("2026-11-26"),
        Stage(at("2026-12-01T10:00"), "approve", _commits("approved")),
        Stage(at("2026-12-02T10:00"), "approve too", _commits("approved")),
        Stage(at("2026-12-08T10:00"), publish_summary),
        *_days("2026-12-09"),
        Stage(at("2026-12-10T10:00"), "revise", _commits("revised")),
        Stage(at("2026-12-10T11:00"), "approve", _commits("approved")),
        Stage(at("2026-12-10T12:00"), "approve too", _commits("approved")),
        Stage(at("2026-12-11T10:00"), publish_summary),
        *_days("2026-12-14"),
    ]


def publication() -> list[Stage]:
    """A quarter that opens and is published at once: all there is to kill in the families' site."""
    points = (*_commits("bulletin_published"), "site built", "site swapped")
    return [
        Stage(at("2026-10-01T09:00"), request_returns),
        Stage(at("2026-10-01T09:30"), deliver_letters),
        Stage(at("2026-12-01T10:00"), "approve"),
        Stage(at("2026-12-02T10:00"), "approve too"),
        Stage(at("2026-12-08T10:00"), publish_summary, points, few=True),
    ]


def sample() -> list[Stage]:
    """The first three weeks of the quarter."""
    return [stage for stage in stages() if stage.at < at("2026-10-20T00:00")]


@dataclass
class Played:
    """What came of a quarter: the kills by point, the end of the record, and what is wrong."""

    database: str
    killed: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    end: check.Fingerprint = field(default_factory=dict)
    post: check.Post | None = None
    seconds: float = 0.0
    copies: list[str] = field(default_factory=list)

    def kill(self, point: str, many: int) -> None:
        """Count kills at a point."""
        self.killed[point] = self.killed.get(point, 0) + many


@dataclass
class Play:
    """A quarter on one kind of database: so many services, so many kills a point (nought: none)."""

    place: Place
    services: int
    kills: int
    folder: Path
    said: Callable[[str], None]
    done: Played = field(init=False)

    def run(self, order: Sequence[Stage] | None = None) -> Played:
        """Play every stage; the record it ends with is in what it gives."""
        began = time.monotonic()
        self.done = Played(self.place.name)
        self.folder.mkdir(parents=True)
        url = self.place.fresh()
        world.populate(url, world.register_text(self.services))
        with world.sink(self.folder / "sink") as sink:
            setting = Setting(url, self.folder / "home", sink.url, sink.maildir)
            for stage in order or stages():
                self.said(f"{self.place.name}: {_name(stage)}")
                self._stage(setting, stage)
            with world.opened(url) as database:
                self.done.end = check.fingerprint(database)
                self.done.post = check.post(database, sink.taken())
                self._expect(not (wrong := verify(database, setting.home).wrong), wrong)
        self.place.drop(url)
        self.done.seconds = time.monotonic() - began
        return self.done

    def _stage(self, setting: Setting, stage: Stage) -> None:
        if not self.kills or not stage.kills:
            self._wave(setting, stage, [Doom() for _ in range(WORKERS)], stage.at)
        elif stage.few:
            self._again_and_again(setting, stage)
        else:
            for point in stage.kills:
                self._killing(setting, stage, point, self.kills)
            self._wave(setting, stage, [Doom() for _ in range(WORKERS)], stage.at)

    def _killing(self, setting: Setting, stage: Stage, point: str, wanted: int) -> int:
        """Waves of workers that die after a commit of theirs, until enough have died."""
        killed = 0
        reach = max(1, self.services // 10 // max(1, self.kills // WORKERS) // WORKERS)
        while killed < wanted:
            dooms = [Doom(point, 1 + n % reach) for n in range(min(WORKERS, wanted - killed))]
            died = self._wave(setting, stage, dooms, stage.at).count(KILLED)
            killed += died
            if not died:
                break
        self.done.kill(point, killed)
        return killed

    def _again_and_again(self, setting: Setting, stage: Stage) -> None:
        """Kill in a copy, let others finish it there, compare; as often as it takes."""
        ends = {}
        for point in stage.kills:
            left = self.kills
            while left:
                killed, ends[f"{point} {left}"] = self._in_a_copy(setting, stage, point, left)
                if not killed:
                    self.done.wrong.append(f"nobody came to {point} at {_name(stage)}")
                    break
                left -= killed
        self._wave(setting, stage, [Doom() for _ in range(WORKERS)], stage.at)
        with world.opened(setting.url) as database:
            ideal = check.fingerprint(database)
        for name, end in ends.items():
            unlike = check.differing(ideal, end)
            self._expect(not unlike, f"killed at {name}: {unlike[:3]} ended otherwise")

    def _in_a_copy(
        self, setting: Setting, stage: Stage, point: str, wanted: int
    ) -> tuple[int, check.Fingerprint]:
        copy = self.place.copy(setting.url)
        there = Setting(copy, self.folder / f"home {len(self.done.copies)}", setting.mail)
        self.done.copies.append(point)
        dooms = [Doom(point) for _ in range(min(WORKERS, wanted))]
        killed = self._wave(there, stage, dooms, stage.at).count(KILLED)
        self.done.kill(point, killed)
        self._wave(there, stage, [Doom() for _ in range(2)], stage.at)
        with world.opened(copy) as database:
            self._expect(not (wrong := check.unsound(database)), f"killed at {point}: {wrong}")
            if stage.does is publish_summary:
                self._expect(not (wrong := verify(database, there.home).wrong), wrong)
            end = check.fingerprint(database)
        self.place.drop(copy)
        return killed, end

    def _wave(
        self, setting: Setting, stage: Stage, dooms: Sequence[Doom], now: datetime
    ) -> list[int]:
        faults = self.folder / "faults"
        jobs = [worker(setting, stage, doom, now, n / len(dooms)) for n, doom in enumerate(dooms)]
        ended = at_once(jobs, faults)
        if faults.exists():
            self.done.wrong.append(f"at {_name(stage)}: {faults.read_text()[-600:]}")
            faults.unlink()
        return ended

    def _expect(self, holds: bool, wrong: str) -> None:
        if not holds:
            self.done.wrong.append(wrong)


def worker(setting: Setting, stage: Stage, doom: Doom, now: datetime, share: float) -> Job:
    """What one worker does at a stage; `share` is how far through the returns it begins."""

    def work() -> None:
        watch_the_swap(doom, setting.home / "site")
        database = Watched(setting.url, doom)
        if isinstance(stage.does, str):
            do_all(database, stage.does, now, share)
        else:
            stage.does(database, now, setting.post(database, now))

    return work


def _name(stage: Stage) -> str:
    what = stage.does if isinstance(stage.does, str) else stage.does.__name__
    return f"{stage.at:%-d %B} {what}"


HALF_AN_HOUR = timedelta(minutes=30)
assert LEASE < HALF_AN_HOUR, "a stage's letters are settled before the next begins"
