"""What the portal may have done for it by the room above: flows run, pages drawn, runs foretold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlmodel import Session

from providers.foreseen import Drawing
from providers.returns import Ref


class Act(StrEnum):
    """A step of the programme that a person may have done now rather than wait for its hour."""

    ROUND = "round"
    DELIVER = "deliver"
    SCORE = "score"
    PUBLISH = "publish"


FLOWS: Mapping[str, str] = {
    "request_returns": "Opens a quarter and asks for its returns",
    "chase_returns": "Writes the reminders that are due",
    "deliver_letters": "Hands over the letters",
    "score_returns": "Scores what was received",
    "publish_summary": "Publishes the families’ site",
    "brief_staff": "Briefs whoever runs this service",
}
"""Every deployed flow by its name in Prefect, and what it does."""


@dataclass(frozen=True)
class Ran:
    """A step that somebody had done at an instant; what it `said` is known once it has finished."""

    what: Act
    at: datetime
    finished: bool
    said: tuple[str, ...] = ()


class Busy(RuntimeError):
    """Another step is running; `ran` is that one."""

    def __init__(self, ran: Ran) -> None:
        super().__init__("another step is running")
        self.ran = ran


@dataclass(frozen=True)
class Engine:
    """What Prefect means to do: each deployment's next run, and whether a worker is there to do it.

    `trouble` says in a sentence why nothing is known, when it is not.
    """

    next_runs: Mapping[str, datetime | None]
    has_worker: bool
    trouble: str = ""


class Steward(Protocol):
    """Given to the portal when the service is put together; a test gives it the same one."""

    def act(self, what: Act, region: str, now: datetime) -> Ran:
        """Do a step as its flow does, for somebody of a region; Busy while another is running.

        It is not waited for longer than a page may take: it may still be running.
        """

    def running(self) -> Ran | None:
        """The step that is running now."""

    def last(self, what: Act, region: str) -> Ran | None:
        """The last time that somebody of a region had a step done, since the service started."""

    def engine(self) -> Engine:
        """What Prefect says of its deployments; asks its API, and gives up after two seconds."""

    def drawing(self, session: Session, now: datetime, here: Ref) -> Drawing | None:
        """A return's page as it was drawn last, were it published next; None where it never was."""

    def draw(self, now: datetime, return_ids: Sequence[int]) -> None:
        """Draw the pages of these few returns anew, but for those that are up to date."""

    def draw_after(self, now: datetime, return_ids: Sequence[int]) -> None:
        """Draw the pages of these few returns after somebody acted on them; nothing is raised."""
