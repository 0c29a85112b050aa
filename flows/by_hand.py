"""A step of the programme that somebody asked for: done apart, and told of as far as it came."""

import errno
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from charter.quarters import BeyondHorizon, Quarter
from flows import delivering, exhibits, opening, publishing, scoring
from flows.opening import Opened
from flows.publishing import Bulletin
from flows.wiring import App
from notifications.site import InTheWay, NotWritten, Overtaken, SiteRefused
from portal.steward import Act, Busy, Ran
from providers.ledger import BeforeLastEntry

log = logging.getLogger(__name__)
PATIENCE = 8.0
"""Seconds that a page waits for a step before it says that the step is still running."""


@dataclass(frozen=True)
class Begun:
    """A step that was begun for somebody of a region, done or not."""

    what: Act
    at: datetime
    done: "Future[list[str]]"

    @property
    def ran(self) -> Ran:
        """How far it has come."""
        finished = self.done.done()
        return Ran(self.what, self.at, finished, tuple(self.done.result()) if finished else ())


class ByHand:
    """Does one step at a time, in a thread of its own, and keeps what the last of each came to."""

    def __init__(self, service: App, patience: float = PATIENCE) -> None:
        self._service = service
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="by-hand")
        self._lock = threading.Lock()
        self._begun: dict[tuple[Act, str], Begun] = {}
        self._last: Begun | None = None

    def act(self, what: Act, region: str, now: datetime) -> Ran:
        """Begin a step for somebody of a region, and wait a little for it; Busy if one runs."""
        with self._lock:
            if running := self.running():
                raise Busy(running)
            begun = Begun(what, now, self._thread.submit(self._told, what, region, now))
            self._begun[what, region] = self._last = begun
        try:
            begun.done.result(self._patience)
        except TimeoutError:
            log.info("the step '%s' is still running", what)
        return begun.ran

    def running(self) -> Ran | None:
        """The step that is running now, whoever of whichever region asked for it."""
        last = self._last
        return None if last is None or last.done.done() else last.ran

    def last(self, what: Act, region: str) -> Ran | None:
        """The last time that somebody of a region had a step done, since this service started."""
        begun = self._begun.get((what, region))
        return begun.ran if begun else None

    def _told(self, what: Act, region: str, now: datetime) -> list[str]:
        """What a step did, in sentences; why it stopped, where it did."""
        try:
            return STEPS[what](self._service, region, now)
        except (BeforeLastEntry, BeyondHorizon) as error:
            return [f"It stopped: {error}."]
        except SiteRefused as error:
            log.warning("the step '%s' stopped: %s", what, error)
            return refused(error)
        except Exception:
            log.exception("the step '%s' failed", what)
            return ["It stopped by a fault of ours. What it had done until then stands."]


def refused(error: SiteRefused) -> list[str]:
    """Why the families' site was not put in place, by kind; no file or page of it is named."""
    match error:
        case NotWritten(__cause__=OSError(errno=errno.ENOSPC | errno.EDQUOT)):
            why = "there is no room left on the disk. Whoever runs this service can make room"
        case NotWritten():
            why = "it could not be written. Whoever runs this service can see why in its log"
        case InTheWay():
            why = (
                "something that this service did not make stands in its place. Whoever runs the "
                "service has to move that away"
            )
        case Overtaken():
            why = "the record changed each time before it was ready. Ask for it again"
        case _:
            why = "a page did not pass its check. That is a fault of ours, for us to mend"
    return [f"The families’ site was not changed: {why}.", "The site that stood still stands."]


def _round(service: App, region: str, now: datetime) -> list[str]:
    done = opening.request_returns(service.database, now, service.post)
    return [_opened(done, region), exhibits.chased_sentence([done.chased])]


def _opened(done: Opened, region: str) -> str:
    """Which quarters of this region opened; those of others are not this reader's to know of."""
    here = [
        name.removeprefix(f"{region} ") for name in done.cycles if name.startswith(f"{region} ")
    ]
    if not here:
        return "No quarter opened here."
    return f"Opened {' and '.join(Quarter.parse(quarter).in_words for quarter in here)}."


def _deliver(service: App, _region: str, now: datetime) -> list[str]:
    done = delivering.deliver_letters(service.database, now, service.post)
    return [exhibits.delivered_sentence([done])]


def _score(service: App, _region: str, now: datetime) -> list[str]:
    return [exhibits.scored_sentence([scoring.score_returns(service.database, now, service.post)])]


def _publish(service: App, _region: str, now: datetime) -> list[str]:
    return _published(publishing.publish_summary(service.database, now, service.post))


def _published(done: Bulletin) -> list[str]:
    """What a publication came to, naming no file and no page: they may be another region's."""
    if not done.pages:
        return ["There is nothing to publish yet: no quarter has opened."]
    if not done.changed:
        return ["Nothing has changed since the last publication."]
    returns, pages = exhibits.many(done.published, "return"), exhibits.many(done.pages, "page")
    held = f"{exhibits.many(len(done.held), 'page')} with words held for a person to look at."
    return [f"{returns} newly published; {pages} in all.", *([held] if done.held else [])]


STEPS: dict[Act, Callable[[App, str, datetime], list[str]]] = {
    Act.ROUND: _round,
    Act.DELIVER: _deliver,
    Act.SCORE: _score,
    Act.PUBLISH: _publish,
}
