"""A story is a list of acts, each a moment, a sentence and a small deed that may be done twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol

from charter.quarters import at
from flows.chasing import chase_returns
from flows.delivering import deliver_letters
from flows.opening import request_returns
from flows.post import Post
from flows.publishing import publish_summary
from flows.scoring import score_returns
from flows.wiring import App, still_clock
from providers.database import Database

Deed = Callable[[App], None]
"""Something done at the app's own time; doing it again at that time changes nothing."""

FLOWS: dict[str, Callable[[Database, datetime, Post], object]] = {
    "request_returns": request_returns,
    "chase_returns": chase_returns,
    "deliver_letters": deliver_letters,
    "score_returns": score_returns,
    "publish_summary": publish_summary,
}
"""The plain function behind each deployed flow."""


@dataclass(frozen=True)
class FlowCall:
    """A deployed flow, to be run at the act's moment."""

    deployment: str


@dataclass(frozen=True)
class Act:
    """What happens at `at` (UTC), in one plain sentence."""

    at: datetime
    says: str
    do: Deed | FlowCall


class Runner(Protocol):
    """Whoever runs deployed flows: Prefect in the demo, this very process in tests."""

    def run(self, deployment: str, instants: Sequence[datetime]) -> None:
        """Run a flow once, at each of these moments in order; raises if it did not complete."""


@dataclass(frozen=True)
class InProcess:
    """Runs the plain function of a flow here and now."""

    app: App

    def run(self, deployment: str, instants: Sequence[datetime]) -> None:
        """Call it at each moment."""
        for moment in instants:
            FLOWS[deployment](self.app.database, moment, self.app.post)


def plainly(deployment: str) -> Deed:
    """The deed of running a flow's plain function, without anybody to keep time for it."""
    return lambda app: InProcess(app).run(deployment, [app.clock()])


def together(*deeds: Deed) -> Deed:
    """One deed made of several, done in turn."""

    def do(app: App) -> None:
        for deed in deeds:
            deed(app)

    return do


def at_moment(app: App, moment: datetime) -> App:
    """The same app, whose clock stands at a moment."""
    return replace(app, clock=still_clock(moment))


class Story:
    """Acts in the order they happen; an act that is not later than the last is refused."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def on(self, day: date, time: str, says: str, do: Deed | FlowCall) -> None:
        """Add an act at a London time such as `09:10`."""
        hour, minute = (int(part) for part in time.split(":"))
        moment = at(day, hour, minute).astimezone(UTC)
        if self.acts and moment <= self.acts[-1].at:
            raise ValueError(f"'{says}' ({moment}) is not later than '{self.acts[-1].says}'")
        self.acts.append(Act(moment, says, do))
