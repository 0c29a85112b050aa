"""What stands still: one provider in a region, a whole region, or everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from providers import ledger
from providers.once import once
from providers.steering_tables import Pause
from providers.tables import Party, Service, Site

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


@dataclass(frozen=True)
class PauseView:
    """A pause with its reason, since when and by whom; no `provider` means everything."""

    provider: str
    name: str
    reason: str
    at: datetime
    by: str


def scope_of(region: str, party: str) -> str:
    """How the record names one provider in one region."""
    return f"{region}:{party}"


def providers_in(session: Session, region: str) -> dict[str, str]:
    """Every organisation that the register of a region has ever listed: its name by its code."""
    rows = session.exec(
        select(Party.code, Party.name)
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region)
        .distinct()
        .order_by(col(Party.name), col(Party.code))
    )
    return dict(list(rows))


def of_provider(session: Session, region: str, provider: str) -> str:
    """The scope of one provider in a region; ValueError names those there are."""
    known = providers_in(session, region)
    for code in known:
        if code.casefold() == provider.casefold():
            return scope_of(region, code)
    listed = ", ".join(sorted(known)) or "none"
    raise ValueError(f"no provider '{provider}' in {region}; the register has {listed}")


def standing(session: Session, region: str) -> list[PauseView]:
    """What is paused in a region besides the region itself, and everything where that is paused."""
    names = providers_in(session, region)
    own = {scope_of(region, code): code for code in names} | {EVERYTHING: ""}
    rows = session.exec(
        select(Pause).where(col(Pause.scope).in_(list(own))).order_by(col(Pause.scope))
    )
    return [
        PauseView(own[row.scope], names.get(own[row.scope], ""), row.reason, row.at, row.by)
        for row in rows
    ]


def in_force(session: Session) -> Pauses:
    """Every pause there is, in one query."""
    return once(session, "pauses", lambda: _in_force(session))


def _in_force(session: Session) -> Pauses:
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
