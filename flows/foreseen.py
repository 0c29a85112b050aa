"""Pages as they would be published next, made once for each state of the record."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from charter.pages import PrisonPage
from charter.quarters import Calendar, london_date
from flows.publishing import pages_if_published
from providers.keepsakes import Keepsakes

MOST = 64
"""Prisons' pages that are kept: a few people read a few pages each before they approve."""

Pages = Mapping[str, PrisonPage]


class Foreseen:
    """Keeps what was made, for as long as the record stands as it did."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._kept: Keepsakes[Pages] = Keepsakes(MOST)

    def pages(self, session: Session, now: datetime, return_id: int) -> Pages:
        """The pages of a return's prison, were it published next."""
        key = (london_date(now), return_id)
        return self._kept.get(
            session, key, lambda: pages_if_published(session, now, self._calendar, return_id)
        )
