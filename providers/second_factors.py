"""People's second factors: one each, its secret enciphered elsewhere, each code good for once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, select

from charter.quarters import london_date
from notifications.among import among
from providers import ledger, staff
from providers.cycles import NotAllowed, Unknown
from providers.door_tables import SecondFactor, WebSession
from providers.tables import Person

SET, RESET = "second_factor_set", "second_factor_reset"
ALLOWED = "second_factor_allowed"
GOOD_FOR = timedelta(hours=24)
"""How long somebody has to set one up after it was allowed."""


@dataclass(frozen=True)
class Factor:
    """A person's second factor: its secret as it was enciphered, and since when it is theirs."""

    secret: str
    since: datetime


@dataclass(frozen=True)
class Allowed:
    """The ledger's entry that lets a person set up their first one, by whom, and until when."""

    entry: int
    by: str
    until: datetime


def of(session: Session, person: int) -> Factor | None:
    """The second factor a person has set up, if any."""
    row = session.get(SecondFactor, person, populate_existing=True)
    return Factor(row.secret, row.made_at) if row else None


def allow(session: Session, person: int, now: datetime, by: str) -> Allowed:
    """Let a member of a team set up their first one within 24 hours; what was allowed before ends.

    Whoever reads their mail could set one up for them, so somebody else has to say that it is they.
    NotAllowed where they have one, work for no team, or are let in by themselves or by somebody who
    is no administrator of theirs.
    """
    on = london_date(now)
    theirs = {region for region, _ in staff.roles_of(session, person, on)}
    if not theirs:
        raise NotAllowed("only somebody who works for a region's team needs a second factor")
    if of(session, person):
        raise NotAllowed("they have a second factor; it is reset first where it was lost")
    if by == f"person:{person}":
        raise NotAllowed("nobody lets themselves in; ask another administrator")
    kind, _, number = by.partition(":")
    if kind == "person" and not any(
        staff.may_manage(session, region, int(number), on) for region in theirs
    ):
        raise NotAllowed("only an administrator of their region lets somebody set one up")
    entry = ledger.append(session, now, by, ALLOWED, f"person:{person}", {})
    return Allowed(entry, by, now + GOOD_FOR)


def allowed(session: Session, person: int, now: datetime) -> Allowed | None:
    """What lets a person set up their first one now; None where nothing does, or does no more."""
    subject = f"person:{person}"
    given = ledger.newest(session, ALLOWED, subject)
    since = [ledger.newest(session, kind, subject) for kind in (SET, RESET)]
    if given is None or any(later.seq > given.seq for later in since if later):
        return None
    until = datetime.fromisoformat(given.at) + GOOD_FOR
    return Allowed(given.seq, given.by, until) if now < until else None


def keep(
    session: Session, person: int, id_hash: str, secret: str, step: int, now: datetime
) -> bool:
    """Make this a person's second factor, in the place of any before; `step` was shown with it.

    Their other sessions have to show it from now on. False where they have one that the session of
    that `id_hash` has not shown.
    """
    row, here = session.get(SecondFactor, person), session.get(WebSession, id_hash)
    if here is None or (row is not None and here.second_at is None):
        return False
    row = row or SecondFactor(person_id=person, secret=secret, made_at=now)
    row.secret, row.made_at, row.confirmed_at, row.last_step = secret, now, now, step
    session.add(row)
    session.flush()
    mine = col(WebSession.person_id) == person
    session.connection().execute(update(WebSession).where(mine).values(second_at=None))
    session.expire_all()
    ledger.append(session, now, f"person:{person}", SET, f"person:{person}", {})
    return True


def spend(session: Session, person: int, step: int) -> bool:
    """Spend the code of a step of time; False if it, or a later one, was spent before."""
    newer = update(SecondFactor).where(
        col(SecondFactor.person_id) == person, col(SecondFactor.last_step) < step
    )
    done: CursorResult[object] = session.connection().execute(newer.values(last_step=step))
    session.expire_all()
    return done.rowcount == 1


def shown(session: Session, old_hash: str, new_hash: str, now: datetime) -> bool:
    """Note that a session has shown it, and give the session a name that nobody knew before."""
    mine = update(WebSession).where(
        col(WebSession.id_hash) == old_hash, col(WebSession.revoked_at).is_(None)
    )
    done: CursorResult[object] = session.connection().execute(
        mine.values(id_hash=new_hash, second_at=now)
    )
    session.expire_all()
    return done.rowcount == 1


def reset(session: Session, email: str, now: datetime, by: str) -> bool:
    """Take away the second factor of whoever has this address, and end their sessions.

    False if they have none; Unknown if nobody has the address.
    """
    found = session.exec(select(Person).where(Person.email == email.strip().lower())).first()
    if found is None or found.id is None:
        raise Unknown(f"nobody in the record has the address {email}")
    row = session.get(SecondFactor, found.id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    live = update(WebSession).where(
        col(WebSession.person_id) == found.id, col(WebSession.revoked_at).is_(None)
    )
    session.connection().execute(live.values(revoked_at=now))
    ledger.append(session, now, by, RESET, f"person:{found.id}", {})
    return True


def forget(session: Session, person: int) -> int:
    """Delete what is kept of a person who is erased; gives how many."""
    mine = delete(SecondFactor).where(col(SecondFactor.person_id) == person)
    done: CursorResult[object] = session.connection().execute(mine)
    return done.rowcount


def holders(session: Session, people: Iterable[int]) -> set[int]:
    """Those of these people who have set one up."""
    rows = select(SecondFactor.person_id).where(among(col(SecondFactor.person_id), people))
    return set(session.exec(rows))
