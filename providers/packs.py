"""The packs that are kept: each a frozen document with its entry in the ledger."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from charter.ledger import canonical
from charter.packs import PackData, PackKind
from charter.quarters import Quarter, london_date, say
from providers import documents, ledger, packing
from providers.console_tables import Pack
from providers.cycles import NotAllowed
from providers.packing import Asking
from providers.tables import LedgerRow

KEPT = "pack_kept"
MAKERS = {"commissioner", "approver", "administrator"}
"""Who may have a pack made; the whole team may read it."""


@dataclass(frozen=True)
class Kept:
    """A pack on record, without what is in it; `frozen_at` is when it was made."""

    kind: PackKind
    quarter: Quarter
    about: str
    document: str
    frozen_at: datetime


def kept_in(session: Session, region: str) -> list[Kept]:
    """Every pack of a region, newest quarter first."""
    rows = select(Pack).where(Pack.region_code == region)
    found = [_view(row) for row in session.exec(rows.order_by(col(Pack.kind), col(Pack.about)))]
    return sorted(found, key=lambda one: one.quarter, reverse=True)


def find(
    session: Session, region: str, quarter: str, kind: PackKind, about: str = ""
) -> tuple[Kept, PackData] | None:
    """A pack with what is in it; None where it was not made yet."""
    row = _row(session, region, quarter, kind, about)
    if row is None:
        return None
    text = documents.fetch(session, [row.document])[row.document]
    return _view(row), _read(text)


@lru_cache(maxsize=16)
def _read(text: str) -> PackData:
    """What is frozen is read once."""
    return PackData.model_validate(json.loads(text)["pack"])


def make(
    session: Session, asking: Asking, now: datetime, by: str, *, freezes: date | None = None
) -> str:
    """Make a pack as the record stands, and keep it as `keep` does."""
    made = packing.make(session, asking, now, frozen=freezing(now, freezes))
    return keep(session, made, now, by, freezes=freezes)


def freezing(now: datetime, freezes: date | None) -> bool:
    """Whether a pack made at `now` is made for the last time."""
    return freezes is not None and london_date(now) >= freezes


def keep(
    session: Session, made: PackData, now: datetime, by: str, *, freezes: date | None = None
) -> str:
    """Keep a pack in the place of an older one; gives its SHA-256.

    `freezes` is the London date on which it is made for the last time: made then or later, it
    stays as it is. NotAllowed where it has been.
    """
    row = _row(session, made.region, made.quarter, made.kind, made.about)
    if row and freezes and london_date(row.frozen_at) >= freezes:
        raise NotAllowed(f"this pack was frozen on {say(london_date(row.frozen_at))}")
    # The salt makes a SHA-256 that nobody can guess, since what people wrote is in the pack.
    whole = {"salt": secrets.token_hex(8), "pack": made.model_dump(mode="json")}
    sha = documents.keep(session, canonical(whole))
    row = row or Pack(
        region_code=made.region,
        quarter=made.quarter,
        kind=made.kind.value,
        about=made.about,
        document=sha,
        frozen_at=now,
    )
    row.document, row.frozen_at = sha, now
    session.add(row)
    session.flush()
    body = {"document": sha, "frozen": made.frozen}
    ledger.append(session, now, by, KEPT, _subject(row), body)
    return sha


def made_on(session: Session, kind: PackKind) -> dict[tuple[str, Quarter], date]:
    """The London date on which each region and quarter's pack of a kind was made last."""
    rows = session.exec(select(Pack).where(Pack.kind == kind.value))
    return {
        (row.region_code, Quarter.parse(row.quarter)): london_date(row.frozen_at) for row in rows
    }


def is_frozen(session: Session, asking: Asking, freezes: date) -> bool:
    """Whether the pack was made for the last time, on that London date or later."""
    cycle = asking.cycle
    row = _row(session, cycle.region, str(cycle.quarter), asking.kind, asking.about)
    return row is not None and london_date(row.frozen_at) >= freezes


def first_altered(session: Session) -> str:
    """One sentence naming the first pack that its last ledger entry does not vouch for."""
    entries = select(LedgerRow).where(LedgerRow.kind == KEPT).order_by(col(LedgerRow.seq))
    told = {
        one.subject: (json.loads(one.body)["document"], one.at) for one in session.exec(entries)
    }
    kept = documents.kept(session)
    for row in session.exec(select(Pack).order_by(col(Pack.id))):
        here = (row.document, ledger.written(row.frozen_at))
        if told.pop(_subject(row), None) != here or row.document not in kept:
            return f"the {row.kind} pack of {row.region_code} for {row.quarter} has been changed"
    for subject in told:
        return f"the pack {subject.removeprefix('pack:')} is missing"
    return ""


def _row(session: Session, region: str, quarter: str, kind: PackKind, about: str) -> Pack | None:
    return session.exec(
        select(Pack).where(
            Pack.region_code == region,
            Pack.quarter == quarter,
            Pack.kind == kind.value,
            Pack.about == about,
        )
    ).first()


def _subject(row: Pack) -> str:
    about = f":{row.about}" if row.about else ""
    return f"pack:{row.region_code}:{row.quarter}:{row.kind}{about}"


def _view(row: Pack) -> Kept:
    return Kept(
        PackKind(row.kind), Quarter.parse(row.quarter), row.about, row.document, row.frozen_at
    )
