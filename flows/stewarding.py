"""Does for the portal what only this room can: run a step, foretell the engine, draw the pages."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from flows import foreseen
from flows.by_hand import PATIENCE, ByHand
from flows.foretelling import foretell
from flows.wiring import App
from portal.steward import Act, Engine, Ran
from providers.foreseen import Drawing
from providers.returns import Ref


class Stewardship:
    """The portal's steward, with everything a flow is given."""

    def __init__(self, service: App, patience: float = PATIENCE) -> None:
        self.service = service
        self._by_hand = ByHand(service, patience)

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

    def drawing(self, session: Session, now: datetime, here: Ref) -> Drawing | None:
        """A return's page as it was drawn last."""
        return foreseen.find(session, now, here)

    def draw(self, now: datetime, return_ids: Sequence[int]) -> None:
        """Draw the pages of these few returns, but for those that are up to date."""
        foreseen.draw(self.service.database, now, self.service.calendar, return_ids)

    def draw_after(self, now: datetime, return_ids: Sequence[int]) -> None:
        """Draw the pages of these few returns after somebody acted on them."""
        foreseen.draw_after(self.service.database, now, self.service.calendar, return_ids)
