"""Open promises of a service that ended are offered to the one that follows it in the same place.

The incoming provider takes each on, with its first promised date, or declines and says why.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.actions import Promise
from charter.ledger import digest
from charter.quarters import london_date
from providers import actions, ledger, lives, promise_standings
from providers.answering import PREPARERS, require
from providers.cycles import NotAllowed, Unknown
from providers.returns import Ref
from providers.steering_tables import ActionHandover
from providers.tables import Action, LedgerRow, Party, Region, Return, Service, Site

OFFERED, ACCEPTED, DECLINED = "action_offered", "action_accepted", "action_declined"
ENGINE = "engine"


@dataclass(frozen=True)
class Offer:
    """A promise that waits for the incoming provider's word, with the name of who made it."""

    promise: Promise
    giver: str


@dataclass(frozen=True)
class Successor:
    """A service that ended, and the one of another provider that follows it there."""

    gone: Service
    here: Service


def to_offer(session: Session, now: datetime) -> list[tuple[str, Successor]]:
    """What is open of services that ended and answered for their last quarter, not offered yet.

    A service whose last return is still to come is waited for.
    """
    pairs = _successors(session, london_date(now))
    waits = _still_to_answer(session, [pair.gone.id or 0 for pair in pairs])
    ready = [pair for pair in pairs if pair.gone.id not in waits]
    keys = {(pair.gone.party_code or "", pair.gone.site_id) for pair in ready}
    promised = actions.promises(session, keys)
    known = {(r.action_id, r.from_service_id) for r in session.exec(select(ActionHandover))}
    lines = _lines(session, [one.id for found in promised.values() for one in found])
    return [
        (one.id, pair)
        for pair in ready
        for one in promised[pair.gone.party_code or "", pair.gone.site_id]
        if lines[one.id] == pair.gone.line and one.is_open and one.passed_on is None
        if (one.id, pair.gone.id or 0) not in known
    ]


def offer_due(session: Session, now: datetime) -> int:
    """Offer all that is `to_offer`, and give how many; doing it twice changes nothing."""
    found = to_offer(session, now)
    for action, pair in found:
        _offer(session, action, pair, now)
    return len(found)


def waiting(session: Session, service_id: int) -> list[Offer]:
    """The promises that a service has still to take on or decline, in the order they were made.

    One that was done or given up in the meantime is no longer among them.
    """
    gone = aliased(Service)
    rows = session.exec(
        select(ActionHandover.action_id, gone, Party)
        .join(gone, col(gone.id) == col(ActionHandover.from_service_id))
        .join(Party, col(Party.code) == col(gone.party_code))
        .where(ActionHandover.to_service_id == service_id)
        .where(col(ActionHandover.accepted).is_(None))
        .order_by(col(ActionHandover.action_id))
    ).all()
    if not rows:
        return []
    keys = {(service.party_code or "", service.site_id) for _, service, _ in rows}
    promised = {
        (one.id, party): one
        for (party, _), found in actions.promises(session, keys).items()
        for one in found
    }
    offers = [
        Offer(promised[action, party.code], party.name)
        for action, _, party in rows
        if (action, party.code) in promised
    ]
    return [offer for offer in offers if offer.promise.is_open]


def decide(
    session: Session,
    here: Ref,
    action: str,
    reason: str,
    now: datetime,
    person: int,
    *,
    accept: bool,
) -> None:
    """Take a promise on, or decline it and say why; the same answer twice is the same as once.

    Unknown for one that was not offered to this return's service; NotAllowed for another answer
    than the one given, and for declining without a reason.
    """
    require(session, here, now, person, PREPARERS, "decide on what was promised here")
    rows = select(ActionHandover).where(
        ActionHandover.action_id == action, ActionHandover.to_service_id == here.service_id
    )
    row = session.exec(rows.with_for_update()).first()
    if row is None:
        raise Unknown("nothing of that name was offered to this service")
    if row.accepted is not None:
        if row.accepted is not accept:
            raise NotAllowed("this was decided already; tell your commissioner if it was a mistake")
        return
    reason = "" if accept else reason.strip()
    if not accept and not reason:
        raise NotAllowed("say why you do not take it on: families will read it")
    row.accepted, row.reason = accept, reason
    row.decided_at, row.decided_by = now.replace(microsecond=0), f"person:{person}"
    row.salt = secrets.token_hex(8)
    session.add(row)
    promise_standings.write(session, [action])
    kind = ACCEPTED if accept else DECLINED
    ledger.append(session, now, row.decided_by, kind, f"action:{action}", _vouched(row))


def _offer(session: Session, action: str, pair: Successor, now: datetime) -> None:
    row = ActionHandover(
        action_id=action,
        from_service_id=pair.gone.id or 0,
        to_service_id=pair.here.id or 0,
        offered_at=now,
    )
    session.add(row)
    session.flush()
    body = {"from": row.from_service_id, "to": row.to_service_id}
    ledger.append(session, now, ENGINE, OFFERED, f"action:{action}", body)


def _successors(session: Session, today: date) -> list[Successor]:
    """Each prime service that has ended, with the first of another provider's to follow it."""
    gone, here = aliased(Service), aliased(Service)
    rows = session.exec(
        select(gone, here)
        .join(here, col(here.site_id) == col(gone.site_id))
        .join(Site, col(Site.id) == col(gone.site_id))
        .join(Region, col(Region.code) == col(Site.region_code))
        .where(col(Region.paused).is_(False))
        .where(col(gone.role) == "prime", col(here.role) == "prime")
        .where(col(gone.line) == col(here.line), col(gone.ends) < today)
        .where(col(here.starts) > col(gone.ends), col(here.starts) <= today)
        .where(col(here.party_code) != col(gone.party_code))
        .order_by(col(gone.id), col(here.starts), col(here.id))
    )
    first: dict[int, Successor] = {}
    for ended, follows in rows:
        first.setdefault(ended.id or 0, Successor(ended, follows))
    return list(first.values())


def _still_to_answer(session: Session, services: Iterable[int]) -> set[int]:
    """Those of these services with a return that has neither come nor been given up on."""
    rows = session.exec(
        select(Return.id, Return.service_id)
        .where(col(Return.service_id).in_(list(services)))
        .where(col(Return.received_at).is_(None), col(Return.due_on).is_not(None))
    ).all()
    folded = lives.lives(session, [i or 0 for i, _ in rows])
    return {service for i, service in rows if folded[i or 0].not_returned_at is None}


def _lines(session: Session, action_ids: Iterable[str]) -> dict[str, str]:
    """The service line in which each of these promises was made."""
    rows = session.exec(
        select(Action.id, Service.line)
        .join(Return, col(Return.id) == col(Action.opened_return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(col(Action.id).in_(list(action_ids)))
    )
    return dict(list(rows))


def _vouched(row: ActionHandover) -> dict[str, object]:
    """What the ledger holds of a decision: between whom, and a salted digest of the reason."""
    body: dict[str, object] = {"from": row.from_service_id, "to": row.to_service_id}
    return body | {"digest": digest(row.salt + row.reason)}


def first_altered(session: Session) -> str:
    """One sentence naming the first handing over that the ledger does not vouch for."""
    kinds = (OFFERED, ACCEPTED, DECLINED)
    told: dict[tuple[str, int], dict[str, tuple[str, dict[str, object]]]] = {}
    entries = select(LedgerRow).where(col(LedgerRow.kind).in_(kinds)).order_by(col(LedgerRow.seq))
    for entry in session.exec(entries):
        body = json.loads(entry.body)
        about = told.setdefault((entry.subject.removeprefix("action:"), body["from"]), {})
        about[entry.kind] = (entry.by, body)
    for row in session.exec(select(ActionHandover).order_by(col(ActionHandover.action_id))):
        said = told.pop((row.action_id, row.from_service_id), {})
        between: dict[str, object] = {"from": row.from_service_id, "to": row.to_service_id}
        here = {OFFERED: (ENGINE, between)}
        if row.accepted is not None:
            here[ACCEPTED if row.accepted else DECLINED] = (row.decided_by, _vouched(row))
        if said != here:
            return f"the handing over of the action {row.action_id} has been changed"
    for action, _ in told:
        return f"the handing over of the action {action} is missing"
    return ""
