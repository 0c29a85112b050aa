"""Who is at the door: requests for a link, links that are spent once, and sessions that are rows.

Only hashes come in here: the link, the code and the browser's own secret stay with the portal.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.sql.dml import Delete, Update
from sqlmodel import Session, col, select

from charter.quarters import london_date
from providers import staff
from providers.contacts import contact_roles
from providers.door_tables import SecondFactor, SignInRequest, SignInToken, WebSession
from providers.tables import Contact, Person, Staff, StandIn

LINK_LIFE = timedelta(minutes=10)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
CODE_TRIES = 5
KEPT_AFTER = timedelta(hours=24)
SESSIONS_KEPT = timedelta(days=30)
Via = Literal["link", "oidc"]
Over = Literal["idle", "too long", "unknown"]
Lacks = Literal["", "provider", "code", "enrolment"]
"""What keeps staff roles from counting: no word of an identity provider, no code, none set up."""


@dataclass(frozen=True)
class Invited:
    """Somebody known, to whom a fresh link is now owed."""

    email: str
    name: str


@dataclass(frozen=True)
class Visitor:
    """A signed-in person with what they may enter: services by role, regions by staff role."""

    person: int
    name: str
    email: str
    csrf: str
    seen_at: datetime
    services: Mapping[int, frozenset[str]]
    staff: frozenset[tuple[str, str]]
    withheld: frozenset[tuple[str, str]] = frozenset()
    """Staff roles that this session does not count, because it was begun by an e-mailed link."""
    lacks: Lacks = ""
    """What this session would need, so that they count."""

    def regions(self, *roles: str) -> set[str]:
        """The regions in whose team this person is, in one of these roles when any are named."""
        return {region for region, role in self.staff if not roles or role in roles}


def ask(session: Session, email: str, nonce_hash: str, now: datetime) -> None:
    """Note that a link was asked for, known address or not; nothing is looked up."""
    session.add(SignInRequest(email=email, nonce_hash=nonce_hash, asked_at=now))
    session.flush()


def waiting(session: Session) -> list[int]:
    """The requests that nobody has answered yet, oldest first."""
    rows = select(SignInRequest.id).where(col(SignInRequest.done_at).is_(None))
    return [i for i in session.exec(rows.order_by(col(SignInRequest.id))) if i]


def answer(
    session: Session, request: int, token_hash: str, code_hash: str, now: datetime
) -> Invited | None:
    """Turn one request into a link, and give who to send it to; older links of theirs expire.

    Nothing for an unknown address, for one with no role any more, for a request older than a
    link lives, and for all but the first to answer it.
    """
    open_still = update(SignInRequest).where(
        col(SignInRequest.id) == request, col(SignInRequest.done_at).is_(None)
    )
    if _run(session, open_still.values(done_at=now)) != 1:
        return None
    row = session.get_one(SignInRequest, request)
    person = session.exec(select(Person).where(Person.email == row.email)).first()
    if person is None or person.id is None or row.asked_at + LINK_LIFE <= now:
        return None
    if not may_enter(session, person.id, london_date(now)):
        return None
    older = update(SignInToken).where(
        col(SignInToken.person_id) == person.id,
        col(SignInToken.spent_at).is_(None),
        col(SignInToken.expires_at) > now,
    )
    _run(session, older.values(expires_at=now))
    session.add(
        SignInToken(
            token_hash=token_hash,
            person_id=person.id,
            nonce_hash=row.nonce_hash,
            code_hash=code_hash,
            expires_at=now + LINK_LIFE,
        )
    )
    session.flush()
    return Invited(person.email, person.name)


def asked_in(session: Session, token_hash: str, now: datetime) -> str:
    """The hash of the browser that asked for a live link; empty if it is spent, old or unknown."""
    row = session.get(SignInToken, token_hash)
    if row is None or row.spent_at is not None or row.expires_at <= now:
        return ""
    return row.nonce_hash


def spend(session: Session, token_hash: str, nonce_hash: str, now: datetime) -> int | None:
    """Spend a link in the browser that asked for it, and give whose it was; one winner only."""
    live = _live(now).where(
        col(SignInToken.token_hash) == token_hash, col(SignInToken.nonce_hash) == nonce_hash
    )
    if _run(session, live.values(spent_at=now)) != 1:
        return None
    return _still_welcome(session, token_hash, now)


def spend_by_code(session: Session, code_hash: str, nonce_hash: str, now: datetime) -> int | None:
    """Spend the link behind a typed code; each try counts, and after five a link takes no more."""
    tried = _live(now).where(
        col(SignInToken.nonce_hash) == nonce_hash, col(SignInToken.tries) < CODE_TRIES
    )
    if _run(session, tried.values(tries=SignInToken.tries + 1)) == 0:
        return None
    token_hash = session.exec(
        select(SignInToken.token_hash).where(
            SignInToken.nonce_hash == nonce_hash, SignInToken.code_hash == code_hash
        )
    ).first()
    return spend(session, token_hash, nonce_hash, now) if token_hash else None


def _live(now: datetime) -> Update:
    return update(SignInToken).where(
        col(SignInToken.spent_at).is_(None), col(SignInToken.expires_at) > now
    )


def _still_welcome(session: Session, token_hash: str, now: datetime) -> int | None:
    person = session.get_one(SignInToken, token_hash).person_id
    return person if may_enter(session, person, london_date(now)) else None


def begin(
    session: Session, person: int, id_hash: str, csrf: str, now: datetime, via: Via = "link"
) -> bool:
    """Start a session for somebody who has just proved who they are; False if it began before."""
    if session.get(WebSession, id_hash) is not None:
        return False
    row = WebSession(
        id_hash=id_hash, person_id=person, csrf=csrf, via=via, began_at=now, seen_at=now
    )
    session.add(row)
    session.flush()
    return True


def why_over(session: Session, id_hash: str, now: datetime) -> Over:
    """How a session ended, as far as its row tells; `unknown` for none and for lost roles."""
    row = session.get(WebSession, id_hash)
    if row is None or row.revoked_at is not None:
        return "unknown"
    if row.began_at + LONGEST <= now:
        return "too long"
    return "idle" if row.seen_at + IDLE <= now else "unknown"


def member(session: Session, email: str, now: datetime) -> int | None:
    """The person at this address, if they serve in a region's team today."""
    person = session.exec(select(Person).where(Person.email == email)).first()
    if person is None or person.id is None:
        return None
    return person.id if staff.roles_of(session, person.id, london_date(now)) else None


def visitor(
    session: Session,
    id_hash: str,
    now: datetime,
    *,
    staff_by_oidc: bool = False,
    second_factor: bool = False,
) -> Visitor | None:
    """Whose session this is; nobody's once it is revoked, idle or too long, or all roles ended.

    With `staff_by_oidc`, staff roles count only in sessions that an identity provider vouched for.
    In one that was begun by a link, they count once the person's second factor was shown in it, if
    they have one; with `second_factor` they must have one.
    """
    found = session.execute(_known().where(col(WebSession.id_hash) == id_hash)).all()
    row, person, factor, acts, _ = found[0] if found else (None, None, None, False, None)
    if row is None or person is None or row.revoked_at is not None:
        return None
    if row.seen_at + IDLE <= now or row.began_at + LONGEST <= now:
        return None
    today = london_date(now)
    services = _services(session, row.person_id, today) if acts else {}
    team = [(one, person) for *_, one in found if one is not None]
    regions = frozenset(staff.serving(team, today))
    if not services and not regions:
        return None
    lacks = _lacks(row, staff_by_oidc, second_factor, factor is not None) if regions else ""
    return Visitor(
        person=row.person_id,
        name=person.name,
        email=person.email,
        csrf=row.csrf,
        seen_at=row.seen_at,
        services=services,
        staff=frozenset() if lacks else regions,
        withheld=regions if lacks else frozenset(),
        lacks=lacks,
    )


def _lacks(row: WebSession, by_oidc: bool, needed: bool, has_factor: bool) -> Lacks:
    """What a session lacks for its person's staff roles to count."""
    if row.via == "oidc":
        return ""
    if by_oidc:
        return "provider"
    if row.second_at is not None:
        return ""
    if has_factor:
        return "code"
    return "enrolment" if needed else ""


def touch(session: Session, id_hash: str, now: datetime) -> None:
    """Note that a session is in use; a revoked one stays revoked."""
    row = update(WebSession).where(
        col(WebSession.id_hash) == id_hash,
        col(WebSession.revoked_at).is_(None),
        col(WebSession.seen_at) < now,
    )
    _run(session, row.values(seen_at=now))


def revoke(session: Session, id_hash: str, now: datetime) -> None:
    """End a session for good."""
    row = update(WebSession).where(
        col(WebSession.id_hash) == id_hash, col(WebSession.revoked_at).is_(None)
    )
    _run(session, row.values(revoked_at=now))


def forget(session: Session, now: datetime) -> int:
    """Delete what has served: links and requests after a day, sessions after 30; gives how many."""
    links = delete(SignInToken).where(col(SignInToken.expires_at) < now - KEPT_AFTER)
    asked = delete(SignInRequest).where(
        col(SignInRequest.done_at).is_not(None), col(SignInRequest.asked_at) < now - KEPT_AFTER
    )
    old = delete(WebSession).where(col(WebSession.began_at) < now - SESSIONS_KEPT)
    return sum(_run(session, statement) for statement in (links, asked, old))


def may_enter(session: Session, person: int, on: date) -> bool:
    """Whether a person holds any role on the day."""
    return bool(_services(session, person, on) or staff.roles_of(session, person, on))


def _known() -> Any:  # noqa: ANN401 - a select, to be narrowed to one session
    """A session, its person, their factor, whether they act for any service, their team rows."""
    acts = [
        select(kind.person_id).where(col(kind.person_id) == col(Person.id)).exists()
        for kind in (Contact, StandIn)
    ]
    return (
        select(WebSession, Person, SecondFactor.person_id, or_(*acts), Staff)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == col(WebSession.person_id))
        .join(SecondFactor, col(SecondFactor.person_id) == col(Person.id), isouter=True)
        .join(Staff, col(Staff.person_id) == col(Person.id), isouter=True)
        .order_by(col(Staff.id))
    )


def _services(session: Session, person: int, on: date) -> dict[int, frozenset[str]]:
    held: dict[int, set[str]] = defaultdict(set)
    for service, role in contact_roles(session, person, on):
        held[service].add(role.value)
    return {service: frozenset(roles) for service, roles in held.items()}


def _run(session: Session, statement: Update | Delete) -> int:
    done: CursorResult[object] = session.connection().execute(statement)
    session.expire_all()
    return done.rowcount
