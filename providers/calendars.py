"""The lists of bank holidays on record: the newest is in force, and older ones stay readable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.holidays import added, following, read_any, read_holidays, removed, written
from charter.ledger import digest
from charter.policy import Dates
from charter.quarters import BeyondHorizon, Calendar, london_date
from providers import ledger
from providers.tables import Cycle, LedgerRow, Return, Rulebook

KIND = "calendar"
ENTRY = "calendar_kept"


@dataclass(frozen=True)
class TakenUp:
    """What an import came to: the list now in force, and what it changed (day to name)."""

    calendar: Calendar
    changed: bool
    added: Mapping[date, str]
    removed: Mapping[date, str]


def in_force(session: Session, shipped: Calendar) -> Calendar:
    """The newest list there is: of those on record, and of that which came with the product."""
    newest = session.exec(
        select(Rulebook)
        .where(Rulebook.kind == KIND)
        .order_by(col(Rulebook.version).desc())
        .limit(1)
    ).first()
    if newest is None or newest.version <= shipped.version:
        return shipped
    return _read(newest)


def find(session: Session, version: str) -> Calendar | None:
    """One list on record; the oldest where no version is named; nothing where there is none."""
    rows = select(Rulebook).where(Rulebook.kind == KIND).order_by(col(Rulebook.version))
    if version:
        rows = rows.where(Rulebook.version == version)
    row = session.exec(rows).first()
    return _read(row) if row else None


def versions(session: Session) -> list[str]:
    """The versions on record, oldest first."""
    rows = select(Rulebook.version).where(Rulebook.kind == KIND)
    return list(session.exec(rows.order_by(col(Rulebook.version))))


def keep(session: Session, calendar: Calendar, now: datetime, by: str) -> bool:
    """Put a list on record, with its ledger entry; False if it was there already."""
    if session.get(Rulebook, (KIND, calendar.version)):
        return False
    body = written(calendar)
    session.add(Rulebook(kind=KIND, version=calendar.version, body=body))
    about = {
        "sha": digest(body),
        "since": str(calendar.since),
        "horizon": str(calendar.horizon),
        "holidays": len(calendar.holidays),
    }
    ledger.append(session, now, by, ENTRY, f"calendar:{calendar.version}", about)
    return True


def take_up(
    session: Session, json_text: str, read_on: date, shipped: Calendar, now: datetime, by: str
) -> TakenUp:
    """Put a new list in force; a ValueError says by name and place what is wrong with it.

    `read_on` is the London date on which GOV.UK's own file was fetched. The list before it is put
    on record too, so that every date counted by it can still be explained.
    """
    today, before = london_date(now), in_force(session, shipped)
    given = read_any(json_text, read_on)
    after = following(given, before, today, last_day_needed(session, today))
    if _same(before, after):
        return TakenUp(before, changed=False, added={}, removed={})
    keep(session, before, now, by)
    after = replace(after, version=_free(session, after.version))
    keep(session, after, now, by)
    return TakenUp(
        calendar=after, changed=True, added=added(before, after), removed=removed(before, after)
    )


def last_day_needed(session: Session, today: date) -> date:
    """The last day that a quarter still open, or a return still due in it, counts on."""
    days = [today]
    for cycle in session.exec(select(Cycle)):
        dates = dates_of(cycle)
        if dates.publishes >= today:
            ladder = dates.not_returned - dates.due
            days += [dates.publishes, *(due + ladder for due in _due(session, cycle))]
    return max(days)


def too_short(session: Session, calendar: Calendar, today: date) -> str:
    """Why a list does not carry what is open to its end; empty when it does."""
    try:
        calendar.is_working_day(last_day_needed(session, today))
    except BeyondHorizon as error:
        return str(error)
    return ""


def dates_of(cycle: Cycle) -> Dates:
    """A cycle's dates in force."""
    return Dates.model_validate(json.loads(cycle.moved or cycle.dates))


def first_altered(session: Session) -> str:
    """One sentence naming the first list of bank holidays that the ledger does not vouch for."""
    rows = {row.version: row for row in session.exec(select(Rulebook).where(Rulebook.kind == KIND))}
    for entry in session.exec(
        select(LedgerRow).where(LedgerRow.kind == ENTRY).order_by(col(LedgerRow.seq))
    ):
        row = rows.pop(entry.subject.removeprefix("calendar:"), None)
        if row is None:
            return f"the list of bank holidays behind ledger entry {entry.seq} is missing"
        if json.loads(entry.body)["sha"] != digest(row.body):
            return f"the list of bank holidays behind ledger entry {entry.seq} has been changed"
    for version in sorted(rows):
        return f"no ledger entry put the list of bank holidays {version} on record"
    return ""


def _due(session: Session, cycle: Cycle) -> list[date]:
    owed = select(Return).where(Return.cycle_id == cycle.id, col(Return.received_at).is_(None))
    return [row.due_on for row in session.exec(owed) if row.due_on]


def _same(before: Calendar, after: Calendar) -> bool:
    known = (before.holidays, before.since, before.horizon)
    return known == (after.holidays, after.since, after.horizon)


def _free(session: Session, version: str) -> str:
    """A version of its own for a second list read on the same day."""
    taken, name, count = set(versions(session)), version, 1
    while name in taken:
        count += 1
        name = f"{version}.{count:02}"
    return name


def _read(row: Rulebook) -> Calendar:
    return replace(read_holidays(row.body), version=row.version)
