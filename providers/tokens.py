"""A provider's keys to the return interface: made, shown once, listed, and ended at once."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.ledger import digest
from providers import ledger
from providers.cycles import Unknown
from providers.door_tables import ProviderToken
from providers.tables import LedgerRow, Party
from providers.tabular import odd_character

PREFIX = "charter_"
"""What every token begins with, so that one left lying about can be recognised."""
LONGEST_NAME = 100
ADDED, ENDED = "token_added", "token_ended"


class TokenRefused(ValueError):
    """No such token can be made or ended; the message says why, with the mend."""


@dataclass(frozen=True)
class TokenView:
    """A token as it is kept: whose it is and what it is for, and not the token itself."""

    id: int
    party: str
    party_name: str
    name: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None


def add(
    session: Session, now: datetime, by: str, *, party: str, name: str
) -> tuple[TokenView, str]:
    """A new token of a provider, with the secret itself, which is kept nowhere.

    Unknown if the register has no such provider; TokenRefused for a name already in use.
    """
    owner = session.get(Party, party)
    if owner is None:
        raise Unknown(f"the register has no provider '{party}'")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise TokenRefused(f"say in 1 to {LONGEST_NAME} characters which program the token is for")
    if odd := odd_character(name):
        raise TokenRefused(f"the name holds {odd}; leave it out")
    if any(held.name == name and held.ended_at is None for held in listing(session, party)):
        raise TokenRefused(f"{party} has a token named '{name}'; end that one, or use another name")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ProviderToken(
        party_code=party, name=name, token_hash=_hash(secret), made_at=now, made_by=by
    )
    session.add(row)
    session.flush()
    body = {"token": row.id, "digest": digest(row.token_hash)}
    ledger.append(session, now, by, ADDED, f"party:{party}", body)
    return _view(row, owner), secret


def end(session: Session, now: datetime, by: str, *, party: str, name: str) -> bool:
    """Revoke the provider's token of that name; False if it had been already."""
    found = session.exec(
        select(ProviderToken).where(ProviderToken.party_code == party, ProviderToken.name == name)
    ).all()
    if not found:
        raise Unknown(f"{party} has no token named '{name}'")
    row = next((row for row in found if row.ended_at is None), None)
    if row is None:
        return False
    row.ended_at = now
    session.add(row)
    session.flush()
    ledger.append(session, now, by, ENDED, f"party:{party}", {"token": row.id})
    return True


def listing(session: Session, party: str = "") -> list[TokenView]:
    """Every token there is or was, of one provider or of all, in the order they were made."""
    rows = select(ProviderToken, Party).join(Party)
    if party:
        rows = rows.where(ProviderToken.party_code == party)
    ordered = rows.order_by(col(ProviderToken.party_code), col(ProviderToken.id))
    return [_view(*found) for found in session.exec(ordered)]


def holder(session: Session, secret: str) -> TokenView | None:
    """The token that this secret is, unless there is none or it has been ended."""
    found = session.exec(
        select(ProviderToken, Party)
        .join(Party)
        .where(ProviderToken.token_hash == _hash(secret), col(ProviderToken.ended_at).is_(None))
    ).first()
    return _view(*found) if found else None


def first_altered(session: Session) -> str:
    """One sentence naming the first token that its ledger entries do not vouch for."""
    told: dict[int, tuple[str, str, bool]] = {}
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([ADDED, ENDED]))
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        body = json.loads(entry.body)
        before = told.get(body["token"], (entry.subject, body.get("digest", ""), False))
        told[body["token"]] = (*before[:2], entry.kind == ENDED)
    for row in session.exec(select(ProviderToken).order_by(col(ProviderToken.id))):
        stands = f"party:{row.party_code}", digest(row.token_hash), row.ended_at is not None
        if told.pop(row.id or 0, None) != stands:
            return f"the token {row.id} is not the one the ledger vouches for"
    return next((f"the token {which} is missing" for which in told), "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _view(row: ProviderToken, party: Party) -> TokenView:
    return TokenView(
        id=row.id or 0,
        party=row.party_code,
        party_name=party.name,
        name=row.name,
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
    )
