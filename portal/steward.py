"""What the console may have done for it by the room above: flows run, pages made, runs foretold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlmodel import Session


class Act(StrEnum):
    """A step of the programme that a person may have done now rather than wait for its hour."""

    ROUND = "round"
    DELIVER = "deliver"
    SCORE = "score"
    PUBLISH = "publish"


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

    def act(self, what: Act, now: datetime) -> list[str]:
        """Do a step for every region, in the same way as its flow; what it did, in sentences."""

    def engine(self) -> Engine:
        """What Prefect says of its deployments; asks its API, and gives up after two seconds."""

    def pages(self, session: Session, now: datetime) -> Mapping[str, Mapping[str, Any]]:
        """The data of every page of the families' site as it would be published at `now`."""
