"""Does for the console what only this room can: run a step, foretell the engine, make the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from flows import delivering, opening, publishing, scoring
from flows.chasing import chase_returns
from flows.wiring import App
from portal.steward import Act, Engine


@dataclass(frozen=True)
class Stewardship:
    """The portal's steward, with everything a flow is given."""

    service: App

    def act(self, what: Act, now: datetime) -> list[str]:
        """Do a step as its flow would; what it did, in sentences."""
        database, post = self.service.database, self.service.post
        match what:
            case Act.ROUND:
                done = [opening.request_returns(database, now, post)]
                return [str(done[0]), str(chase_returns(database, now, post))]
            case Act.DELIVER:
                return [str(delivering.deliver_letters(database, now, post))]
            case Act.SCORE:
                return [str(scoring.score_returns(database, now, post))]
            case Act.PUBLISH:
                return publishing.publish_summary(database, now, post).in_words()

    def engine(self) -> Engine:
        """What Prefect says of its deployments."""
        return Engine({}, has_worker=False, trouble="Prefect has not been asked.")

    def pages(self, session: Session, now: datetime) -> Mapping[str, Mapping[str, Any]]:
        """The families' pages as they would be published."""
        return publishing.build_pages(session, now, self.service.calendar)
