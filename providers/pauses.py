"""What stands still: one provider in a region, a whole region, or everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from providers import ledger
from providers.steering_tables import Pause

EVERYTHING = "everything"


@dataclass(frozen=True)
class Pauses:
    """The pauses in force, each with its reason; a region's own pause is kept on the region."""

    reasons: Mapping[str, str]

    @property
    def everything(self) -> bool:
        """Nothing at all may open, be asked or go out."""
        return EVERYTHING in self.reasons

    def holds(self, region: str, party: str) -> bool:
        """Whether a provider's returns in a region stand still."""
        return self.everything or scope_of(region, party) in self.reasons


def scope_of(region: str, party: str) -> str:
    """How the record names one provider in one region."""
    return f"{region}:{party}"


def in_force(session: Session) -> Pauses:
    """Every pause there is, in one query."""
    rows = session.exec(select(Pause).order_by(col(Pause.scope)))
    return Pauses({row.scope: row.reason for row in rows})


def pause(session: Session, scope: str, reason: str, now: datetime, by: str) -> bool:
    """Stop everything, or one provider in one region (`scope_of`); False if it stood already."""
    if session.get(Pause, scope):
        return False
    session.add(Pause(scope=scope, reason=reason, at=now, by=by))
    ledger.append(session, now, by, "paused", f"pause:{scope}", {})
    return True


def resume(session: Session, scope: str, now: datetime, by: str) -> bool:
    """Let it run again, from how things stand now; False if it was not paused."""
    row = session.get(Pause, scope)
    if row is None:
        return False
    session.delete(row)
    ledger.append(session, now, by, "resumed", f"pause:{scope}", {})
    return True
