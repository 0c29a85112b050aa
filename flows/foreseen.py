"""Pages as they would be published next, made once for each state of the record."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from charter.pages import PrisonPage
from charter.quarters import Calendar, london_date
from flows.publishing import pages_if_published
from providers import ledger

MOST = 64
"""Prisons' pages that are kept: a few people read a few pages each before they approve."""

Pages = Mapping[str, PrisonPage]


class Foreseen:
    """Keeps what was made. Every change has its ledger entry, so its head names all they say."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._kept: dict[tuple[int, str, date, int], Pages] = {}

    def pages(self, session: Session, now: datetime, return_id: int) -> Pages:
        """The pages of a return's prison, were it published next."""
        key = (*ledger.head(session), london_date(now), return_id)
        found = self._kept.get(key)
        if found is None:
            found = pages_if_published(session, now, self._calendar, return_id)
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = found
        return found
