"""Does for the console what only this room can: run a step, foretell the engine, make the pages."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from charter.pages import PrisonPage
from flows.by_hand import PATIENCE, ByHand
from flows.foreseen import Foreseen
from flows.foretelling import foretell
from flows.wiring import App
from portal.steward import Act, Engine, Ran


class Stewardship:
    """The portal's steward, with everything a flow is given."""

    def __init__(self, service: App, patience: float = PATIENCE) -> None:
        self.service = service
        self._by_hand = ByHand(service, patience)
        self._foreseen = Foreseen(service.calendar)

    def act(self, what: Act, region: str, now: datetime) -> Ran:
        """Do a step as its flow would, and wait a little for it."""
        return self._by_hand.act(what, region, now)

    def running(self) -> Ran | None:
        """The step that is running now."""
        return self._by_hand.running()

    def last(self, what: Act, region: str) -> Ran | None:
        """The last time that somebody of a region had a step done."""
        return self._by_hand.last(what, region)

    def engine(self) -> Engine:
        """What Prefect says of its deployments."""
        return foretell(self.service.settings.prefect_api_url.get_secret_value())

    def pages(self, session: Session, now: datetime, return_id: int) -> Mapping[str, PrisonPage]:
        """The pages of a return's prison, were it published next."""
        return self._foreseen.pages(session, now, return_id)
