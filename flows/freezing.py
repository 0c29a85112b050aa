"""Freezes each quarter's seminar pack on its day, some working days before the seminar begins."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session

from charter.packs import PackKind, frozen_from
from charter.quarters import BeyondHorizon, Calendar, london_date
from providers import cycles, packing, packs, pauses
from providers.database import Database
from providers.packing import Asking

ENGINE = "engine"


def freeze_packs(database: Database, now: datetime, calendar: Calendar) -> int:
    """Freeze the seminar packs whose day has come; how many that were. Twice is the same as once.

    Each is put together before anybody is held up, and kept in a transaction of its own. A paused
    region's waits until it resumes, and one whose quarter was published meanwhile is left: its
    seminar is over. Where the bank holidays are not known that far, none is frozen.
    """
    with database.reading() as session:
        due = list(_due(session, now, calendar))
        made = [packing.make(session, asking, now, frozen=True) for asking, _ in due]
    for pack, (asking, freezes) in zip(made, due, strict=True):
        with database.writing() as session:
            if not packs.is_frozen(session, asking, freezes):
                packs.keep(session, pack, now, ENGINE, freezes=freezes)
    return len(due)


def _due(session: Session, now: datetime, calendar: Calendar) -> Iterator[tuple[Asking, date]]:
    """The packs to freeze; as many queries whatever the day, so that a round's are the same."""
    today, paused = london_date(now), pauses.in_force(session)
    policies, made = cycles.policies(session), packs.made_on(session, PackKind.SEMINAR)
    for cycle in cycles.cycles(session):
        still = cycle.paused or paused.everything
        if cycle.early or still or not cycle.dates.due <= today <= cycle.dates.publishes:
            continue
        try:
            freezes = frozen_from(policies[cycle.policy_version], cycle.dates.due, calendar)
        except BeyondHorizon:
            continue
        last = made.get((cycle.region, cycle.quarter))
        if today >= freezes and (last is None or last < freezes):
            yield Asking(PackKind.SEMINAR, cycle), freezes
