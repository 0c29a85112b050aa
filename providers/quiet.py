"""Sensitive periods: days on which a prison's pages show no ratings and no narratives."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from charter.quarters import london_date, say
from notifications.among import among
from providers import approving, checking, ledger, staff
from providers.console_tables import SensitivePeriod
from providers.cycles import NotAllowed, Unknown, policy_of
from providers.staff import StaffView
from providers.tables import Region, Site

SET, AGREED, ENDED = "sensitive_set", "sensitive_agreed", "sensitive_ended"
SETTERS = checking.APPROVERS
AHEAD = timedelta(days=366)
"""No period begins later: a first day years ahead is a slip."""


@dataclass(frozen=True)
class Period:
    """A sensitive period of a prison, from its first to its last London date; never its cause."""

    id: int
    region: str
    site_id: int
    site_name: str
    first_day: date
    last_day: date
    set_by: str
    set_at: datetime
    agreed_by: str
    agreed_at: datetime | None
    ended_at: datetime | None

    def is_in_force(self, on: date) -> bool:
        """It counts on a London date."""
        agreed = self.agreed_at is not None and self.ended_at is None
        return agreed and self.first_day <= on <= self.last_day

    def is_over(self, on: date) -> bool:
        """Nothing more comes of it."""
        return self.ended_at is not None or on > self.last_day

    def waits(self, on: date) -> bool:
        """A second person has still to agree to it."""
        return self.agreed_at is None and not self.is_over(on)


def in_force(session: Session, on: date) -> frozenset[int]:
    """The prisons, by their site's number, whose sensitive period counts on a London date."""
    found = select(SensitivePeriod.site_id).where(
        col(SensitivePeriod.agreed_at).is_not(None),
        col(SensitivePeriod.ended_at).is_(None),
        col(SensitivePeriod.first_day) <= on,
        col(SensitivePeriod.last_day) >= on,
    )
    return frozenset(session.exec(found))


def changes(session: Session, sites: Collection[int]) -> list[date]:
    """The London dates on which a sensitive period of these prisons begins to count, or ends."""
    found = select(col(SensitivePeriod.first_day), col(SensitivePeriod.last_day)).where(
        col(SensitivePeriod.agreed_at).is_not(None),
        col(SensitivePeriod.ended_at).is_(None),
        among(col(SensitivePeriod.site_id), sites),
    )
    return [day for first, last in session.exec(found) for day in (first, last + timedelta(days=1))]


def periods(session: Session, regions: Iterable[str], most: int = 200) -> list[Period]:
    """The newest `most` sensitive periods of these regions, newest first."""
    rows = (
        select(SensitivePeriod, Site)
        .join(Site, col(Site.id) == col(SensitivePeriod.site_id))
        .where(col(Site.region_code).in_(list(regions)))
        .order_by(col(SensitivePeriod.id).desc())
        .limit(most)
    )
    return [_view(row, site) for row, site in session.exec(rows)]


def waiting(session: Session, regions: Iterable[str], on: date) -> list[Period]:
    """Those to which a second person has still to agree, oldest first."""
    return [one for one in reversed(periods(session, regions)) if one.waits(on)]


def prisons(session: Session, region: str) -> list[tuple[int, str]]:
    """The prisons of a region, by number and name, A to Z."""
    rows = select(Site).where(Site.region_code == region, Site.code != "REGION")
    return [(site.id or 0, site.name) for site in session.exec(rows.order_by(col(Site.name)))]


def longest(session: Session, region: str) -> int:
    """How many calendar days a sensitive period of this region may last at most."""
    return policy_of(session, _region(session, region).policy_version).quiet_longest


def set_period(
    session: Session,
    region: str,
    site_id: int,
    first: date,
    last: date,
    now: datetime,
    person: int,
) -> int:
    """Propose a sensitive period of a prison; it counts once a second person has agreed to it.

    NotAllowed for days that are over, too many, or held already; Unknown for another's prison.
    """
    _may(session, region, now, person, "set a sensitive period")
    site = session.get(Site, site_id)
    if site is None or site.region_code != region or site.code == "REGION":
        raise Unknown("there is no such prison in this region")
    _check_days(first, last, london_date(now), longest(session, region))
    for one in periods(session, [region]):
        if one.site_id == site_id and not one.is_over(first) and last >= one.first_day:
            raise NotAllowed(
                f"{site.name} has a sensitive period from {say(one.first_day)} to "
                f"{say(one.last_day)} already"
            )
    row = SensitivePeriod(
        site_id=site_id, first_day=first, last_day=last, set_by=f"person:{person}", set_at=now
    )
    session.add(row)
    session.flush()
    _note(session, row, region, SET, now, person)
    return row.id or 0


def _check_days(first: date, last: date, today: date, most: int) -> None:
    if last < first:
        raise NotAllowed("the last day is no earlier than the first")
    if last < today:
        raise NotAllowed("the last day is over already")
    if (last - first).days >= most:
        raise NotAllowed(f"a sensitive period lasts {most} days at most; set another one later")
    if first > today + AHEAD:
        raise NotAllowed(f"{say(first)} is more than a year ahead; check the year")


def agree(session: Session, region: str, period: int, now: datetime, person: int) -> None:
    """Agree to a sensitive period that somebody else set, so that it counts."""
    _may(session, region, now, person, "agree to a sensitive period")
    row = _period(session, region, period)
    if row.agreed_at is not None:
        raise NotAllowed("somebody has agreed to it already")
    if row.ended_at is not None or row.last_day < london_date(now):
        raise NotAllowed("it is over already")
    if why := why_not_agree(staff.listing(session, region), row, london_date(now), person):
        raise NotAllowed(why)
    row.agreed_by, row.agreed_at = f"person:{person}", now
    session.add(row)
    _note(session, row, region, AGREED, now, person)


def why_not_agree(
    team: Sequence[StaffView], one: Period | SensitivePeriod, on: date, person: int
) -> str:
    """Why somebody of a region's team may not agree to a period on a London date; empty if so.

    Whoever set it and a deputy of theirs count as one.
    """
    if one.set_by == f"person:{person}":
        return "you set this period, so somebody else must agree to it"
    setter = int(one.set_by.removeprefix("person:"))
    seats = [
        approving.seats_of(team, setter, london_date(one.set_at)) or frozenset({setter}),
        approving.seats_of(team, person, on),
    ]
    if approving.are_different(seats):
        return ""
    return "a deputy and whoever they stand for count as one, so somebody else must agree to it"


def end(session: Session, region: str, period: int, now: datetime, person: int) -> None:
    """End a sensitive period before its last day, or take back one that nobody agreed to."""
    _may(session, region, now, person, "end a sensitive period")
    row = _period(session, region, period)
    if row.ended_at is not None or row.last_day < london_date(now):
        raise NotAllowed("it is over already")
    row.ended_at = now
    session.add(row)
    _note(session, row, region, ENDED, now, person)


def _period(session: Session, region: str, period: int) -> SensitivePeriod:
    row = session.get(SensitivePeriod, period)
    site = session.get(Site, row.site_id) if row else None
    if row is None or site is None or site.region_code != region:
        raise Unknown("there is no such sensitive period in this region")
    return row


def _may(session: Session, region: str, now: datetime, person: int, act: str) -> None:
    held = staff.roles_of(session, person, london_date(now))
    if not any(code == region and role in SETTERS for code, role in held):
        raise NotAllowed(f"only a commissioner or approver of this region may {act}")


def _region(session: Session, code: str) -> Region:
    row = session.get(Region, code)
    if row is None:
        raise Unknown(f"no region '{code}'")
    return row


def _note(
    session: Session, row: SensitivePeriod, region: str, kind: str, now: datetime, person: int
) -> None:
    body = {
        "period": row.id,
        "site": row.site_id,
        "first": row.first_day.isoformat(),
        "last": row.last_day.isoformat(),
    }
    ledger.append(session, now, f"person:{person}", kind, f"region:{region}", body)


def _view(row: SensitivePeriod, site: Site) -> Period:
    return Period(
        id=row.id or 0,
        region=site.region_code,
        site_id=row.site_id,
        site_name=site.name,
        first_day=row.first_day,
        last_day=row.last_day,
        set_by=row.set_by,
        set_at=row.set_at,
        agreed_by=row.agreed_by,
        agreed_at=row.agreed_at,
        ended_at=row.ended_at,
    )
