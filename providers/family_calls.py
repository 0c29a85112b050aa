"""Calls that the listening partner makes to prisons' lines for families, to hear who answers."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.quarters import Quarter, london_date
from providers import ledger
from providers.console_tables import FamilyCall
from providers.cycles import NotAllowed, Unknown
from providers.partners import require_partner
from providers.tables import LedgerRow, Site

MADE, STRUCK = "family_call_made", "family_call_struck_out"
LONGEST = 240
"""Minutes: nobody waits longer for a call to be answered, so more is a slip."""


@dataclass(frozen=True)
class Call:
    """One call: where and when, whether it was answered, and how many minutes were waited."""

    id: int
    site: str
    site_name: str
    on: date
    answered: bool
    minutes: int


def note(
    session: Session,
    region: str,
    site: str,
    on: date,
    answered: bool,
    minutes: int,
    most: int,
    now: datetime,
    person: int,
) -> None:
    """Note a call to a prison's line for families; it counts in the quarter of its day.

    NotAllowed for a day to come, for more than `most` calls there in a quarter, and for more
    minutes than anybody waits.
    """
    require_partner(session, region, now, person, "note calls to a prison's line for families")
    where = session.exec(select(Site).where(Site.region_code == region, Site.code == site)).first()
    if where is None or where.id is None:
        raise Unknown(f"no prison '{site}' in this region")
    if on > london_date(now):
        raise NotAllowed("a call is noted once it was made: this day is still to come")
    if not 0 <= minutes <= LONGEST:
        raise NotAllowed(f"give the minutes waited, from 0 to {LONGEST}")
    quarter = Quarter.containing(on)
    before = select(FamilyCall.id).where(
        FamilyCall.site_id == where.id, FamilyCall.quarter == str(quarter)
    )
    if len(session.exec(before).all()) >= most:
        raise NotAllowed(
            f"{most} calls to {where.name} are on record for {quarter.in_words}; that is all "
            "that are made in a quarter"
        )
    row = FamilyCall(
        site_id=where.id,
        quarter=str(quarter),
        called_on=on,
        answered=answered,
        minutes=minutes,
        noted_at=now.replace(microsecond=0),
        noted_by=f"person:{person}",
    )
    session.add(row)
    session.flush()
    ledger.append(session, now, row.noted_by, MADE, f"family_call:{row.id}", _vouched(row))


def strike_out(session: Session, region: str, call: int, now: datetime, person: int) -> None:
    """Take a call that was noted by mistake off the record; Unknown for another region's."""
    require_partner(session, region, now, person, "strike out a call")
    row = session.get(FamilyCall, call)
    where = session.get(Site, row.site_id) if row else None
    if row is None or where is None or where.region_code != region:
        raise Unknown(f"no call {call} is on record in this region")
    session.delete(row)
    ledger.append(session, now, f"person:{person}", STRUCK, f"family_call:{call}", {})


def made(session: Session, region: str, quarter: Quarter) -> list[Call]:
    """The calls of a quarter in a region, by prison and date, in one query."""
    rows = session.exec(
        select(FamilyCall, Site)
        .join(Site, col(Site.id) == col(FamilyCall.site_id))
        .where(Site.region_code == region, FamilyCall.quarter == str(quarter))
        .order_by(col(Site.name), col(FamilyCall.called_on), col(FamilyCall.id))
    )
    return [
        Call(call.id or 0, site.code, site.name, call.called_on, call.answered, call.minutes)
        for call, site in rows
    ]


def first_altered(session: Session) -> str:
    """One sentence naming the first call that its ledger entries do not vouch for."""
    told: dict[str, dict[str, object]] = {}
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([MADE, STRUCK]))
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        if entry.kind == MADE:
            told[entry.subject] = json.loads(entry.body)
        else:
            told.pop(entry.subject, None)
    for row in session.exec(select(FamilyCall).order_by(col(FamilyCall.id))):
        if told.pop(f"family_call:{row.id}", None) != _vouched(row):
            return f"the call {row.id} to a prison's line for families has been changed"
    for subject in told:
        return f"the {subject.replace('_', ' ').replace(':', ' ')} is missing"
    return ""


def _vouched(row: FamilyCall) -> dict[str, object]:
    return {
        "site": row.site_id,
        "quarter": row.quarter,
        "on": row.called_on.isoformat(),
        "answered": row.answered,
        "minutes": row.minutes,
    }
