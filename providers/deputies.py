"""Deputies: who approves pages in the place of somebody on leave, from first day to last."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from charter.quarters import london_date, say
from providers import ledger, staff
from providers.cycles import Unknown
from providers.staff import STOOD_FOR, StaffRefused, StaffRole, StaffView
from providers.tables import Staff

NAMED, ENDED = "deputy_named", "deputy_ended"
LONGEST = timedelta(days=92)
"""Whoever is away for longer has a successor and no deputy."""


def stood_for(team: list[StaffView], on: date) -> list[StaffView]:
    """Those of a team who may have a deputy on a London date: who approves in their own right."""
    own = [m for m in team if m.role in STOOD_FOR and m.stands_for is None and m.serves(on)]
    return list({member.person_id: member for member in own}.values())


def suitable(team: list[StaffView], on: date) -> list[StaffView]:
    """Those of a team who may be a deputy: they serve, and neither approve, judge nor decide."""
    out = {StaffRole.LISTENING_PARTNER, StaffRole.ARBITER}
    barred = {m.person_id for m in team if m.role in out and m.serves(on)}
    barred |= {member.person_id for member in stood_for(team, on)}
    here = {m.person_id: m for m in team if m.serves(on) and m.person_id not in barred}
    return list(here.values())


def name(
    session: Session,
    region: str,
    *,
    deputy: int,
    stands_for: int,
    first: date,
    last: date,
    now: datetime,
    person: int,
) -> None:
    """Have a deputy approve in somebody's place from the first day to the last, both counted.

    `person` names them: whoever is on leave, or a commissioner of the region, and never the deputy.
    StaffRefused says why not.
    """
    team, ends = staff.listing(session, region), last + timedelta(days=1)
    if person != stands_for and not _is_commissioner(team, person, london_date(now)):
        raise StaffRefused("only whoever is away, or a commissioner, names their deputy")
    if deputy == person:
        raise StaffRefused("nobody names themselves a deputy")
    _require_days(first, last, london_date(now))
    _require_free(team, deputy, stands_for, first, last)
    session.add(
        Staff(
            person_id=deputy,
            region_code=region,
            role=StaffRole.APPROVER,
            starts=first,
            ends=ends,
            stands_for=stands_for,
        )
    )
    session.flush()
    body = {"person": deputy, "for": stands_for, "from": str(first), "to": str(last)}
    ledger.append(session, now, f"person:{person}", NAMED, f"region:{region}", body)


def _require_days(first: date, last: date, today: date) -> None:
    if not today <= first <= last:
        raise StaffRefused("the first day is today or later, and the last not before the first")
    if last > first + LONGEST:
        raise StaffRefused(f"a deputy stands in for {LONGEST.days} days at most; choose fewer")


def _require_free(
    team: list[StaffView], deputy: int, stands_for: int, first: date, last: date
) -> None:
    """Whoever is away approves on both days, and the deputy may stand in and is not named yet."""
    for day in (first, last):
        if not any(m.person_id == stands_for for m in stood_for(team, day)):
            raise StaffRefused(f"whoever is away does not approve pages here on {say(day)}")
        if not any(m.person_id == deputy for m in suitable(team, day)):
            raise StaffRefused(
                f"a deputy is of this team on {say(day)} and approves nothing in their own right; "
                "nor are they the listening partner or the arbiter"
            )
    named = (m for m in team if m.person_id == deputy and m.stands_for == stands_for)
    if any(m.starts <= last and _ends(m) > first for m in named):
        raise StaffRefused("they are named for some of these days already; end that first")


def end(session: Session, region: str, which: int, now: datetime, person: int) -> None:
    """Have a deputy stand in no longer, from today on; twice is the same as once.

    Whoever is away may, and so may a commissioner or an administrator of the region. Unknown if
    the region has no such deputy.
    """
    today, row = london_date(now), session.get(Staff, which)
    if row is None or row.region_code != region or row.stands_for is None:
        raise Unknown("there is no such deputy in this region")
    team = staff.listing(session, region)
    manages = staff.may_manage(session, region, person, today)
    if person != row.stands_for and not manages and not _is_commissioner(team, person, today):
        raise StaffRefused("only whoever is back, a commissioner or an administrator ends this")
    if row.ends is not None and row.ends <= max(today, row.starts):
        return
    row.ends = max(today, row.starts)
    session.add(row)
    session.flush()
    body = {"person": row.person_id, "for": row.stands_for, "to": str(row.ends)}
    ledger.append(session, now, f"person:{person}", ENDED, f"region:{region}", body)


def _is_commissioner(team: list[StaffView], person: int, on: date) -> bool:
    role = StaffRole.COMMISSIONER
    return any(m.person_id == person and m.role is role and m.serves(on) for m in team)


def _ends(member: StaffView) -> date:
    return member.ends or date.max
