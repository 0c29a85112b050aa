"""What families said of a region in a quarter, as its listening partner keeps it, part by part."""

import json
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from charter.ledger import canonical, digest
from charter.listening import PARTS, Calls, Heard, Survey
from charter.quarters import Quarter
from providers import documents, ledger
from providers.console_tables import FamilyCall, Listening
from providers.cycles import NotAllowed
from providers.partners import require_partner
from providers.tables import Document, LedgerRow, Site

SAVED = "listening_saved"


class Meanwhile(NotAllowed):
    """Somebody saved the same part after it was opened: who, by number, and when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__("somebody saved this part after you opened it")
        self.by = by
        self.at = at


@dataclass(frozen=True)
class Record:
    """What was heard in one region and quarter as it was last saved; version 0 is nothing yet."""

    heard: Heard
    version: int = 0
    saved_at: datetime | None = None
    saved_by: str = ""

    def basis(self, part: str) -> str:
        """A fingerprint of one part, to tell whether it was saved meanwhile."""
        return digest(canonical(self.heard.model_dump(mode="json")[part]))

    def says(self, part: str) -> bool:
        """Whether anything was entered in a part."""
        blank = Heard(region=self.heard.region, quarter=self.heard.quarter, salt="")
        return bool(getattr(self.heard, part) != getattr(blank, part))


def record(session: Session, region: str, quarter: Quarter) -> Record:
    """What was heard in a region and quarter; empty where nothing was saved."""
    found = session.exec(
        select(Listening, Document.body)
        .join(Document, col(Document.sha) == col(Listening.document))
        .where(Listening.region_code == region, Listening.quarter == str(quarter))
    ).first()
    if found is None:
        return Record(Heard(region=region, quarter=str(quarter), salt=""))
    row, text = found
    return Record(Heard.model_validate_json(text), row.version, row.saved_at, row.saved_by)


def records(session: Session, region: str) -> dict[Quarter, Record]:
    """All that was heard in a region, by quarter, in two queries."""
    rows = session.exec(select(Listening).where(Listening.region_code == region)).all()
    texts = documents.fetch(session, [row.document for row in rows])
    return {
        Quarter.parse(row.quarter): Record(
            Heard.model_validate_json(texts[row.document]), row.version, row.saved_at, row.saved_by
        )
        for row in rows
    }


def save(
    session: Session,
    region: str,
    quarter: Quarter,
    part: str,
    said: Any,  # noqa: ANN401 - the data of any part, checked here
    basis: str,
    now: datetime,
    person: int,
) -> None:
    """Keep one part as the partner gives it, as a new version of the whole.

    `basis` is the part's fingerprint when its page was opened. NotAllowed for anybody but the
    region's listening partner; Meanwhile where the part was saved since; pydantic's
    ValidationError where it is not what such a part may be.
    """
    require_partner(session, region, now, person, "say what families said")
    if part not in PARTS:
        raise NotAllowed(f"there is no part '{part}'")
    before = record(session, region, quarter)
    if basis != before.basis(part):
        raise Meanwhile(before.saved_by, before.saved_at or now)
    fresh = before.heard.model_dump(mode="json")
    given = {part: plain(said), "salt": secrets.token_hex(8)}
    after = Heard.model_validate_json(json.dumps(fresh | given))
    if getattr(after, part) == getattr(before.heard, part):
        return
    row = session.get(Listening, (region, str(quarter))) or Listening(
        region_code=region,
        quarter=str(quarter),
        version=0,
        document="",
        saved_at=now,
        saved_by="",
    )
    row.version += 1
    row.document = documents.keep(session, after.model_dump_json())
    row.saved_at, row.saved_by = now.replace(microsecond=0), f"person:{person}"
    session.add(row)
    ledger.append(session, now, row.saved_by, SAVED, _subject(row), _vouched(row))


def plain(said: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Data of a part as JSON has it, its models and dates in words."""
    if isinstance(said, BaseModel):
        return said.model_dump(mode="json")
    if isinstance(said, list | tuple):
        return [plain(one) for one in said]
    return said


def _subject(row: Listening) -> str:
    return f"listening:{row.region_code}:{row.quarter}"


def _vouched(row: Listening) -> dict[str, Any]:
    return {"version": row.version, "digest": row.document}


def voices(session: Session, region: str, quarter: Quarter, site: str) -> list[Survey]:
    """What families of a prison (by its code) answered in a quarter, the whole region's with it.

    A question put at the prison goes before one put in the region.
    """
    found = record(session, region, quarter).heard.surveys
    here = [one for one in found if one.site_code == site]
    return [*here, *(one for one in found if not one.site_code)] if site else list(found)


def calls(session: Session, region: str, quarter: Quarter) -> dict[str, Calls]:
    """The calls made in a quarter to each prison's line for families, by the prison's code."""
    rows = session.exec(
        select(Site.code, FamilyCall.answered, FamilyCall.minutes)
        .join(FamilyCall, col(FamilyCall.site_id) == col(Site.id))
        .where(Site.region_code == region, FamilyCall.quarter == str(quarter))
    )
    made, answered, minutes = Counter[str](), Counter[str](), Counter[str]()
    for code, was_answered, waited in rows:
        made[code] += 1
        answered[code] += was_answered
        minutes[code] += waited
    return {code: Calls(made[code], answered[code], minutes[code]) for code in made}


def first_altered(session: Session) -> str:
    """One sentence naming the first quarter whose listening the ledger does not vouch for."""
    entries = select(LedgerRow).where(LedgerRow.kind == SAVED).order_by(col(LedgerRow.seq))
    told = {entry.subject: (entry.by, entry.at, entry.body) for entry in session.exec(entries)}
    kept = documents.kept(session)
    rows = select(Listening).order_by(col(Listening.region_code), col(Listening.quarter))
    for row in session.exec(rows):
        here = row.saved_by, ledger.written(row.saved_at), canonical(_vouched(row))
        if told.pop(_subject(row), None) != here:
            return f"what families said in {row.region_code}, {row.quarter}, has been changed"
        if row.document not in kept:
            return f"what families said in {row.region_code}, {row.quarter}, is missing"
    for subject in told:
        return f"{subject.replace(':', ' ', 2)} is missing"
    return ""
