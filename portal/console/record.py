"""The record of a region: who did what when, the newest first, and the head of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.responses import Response

from portal.console import recounted, regions, sheets
from portal.doors import BIGGEST_ID, SignedIn
from portal.forms import Faults
from providers import cycles, ledger, pauses, record
from providers.naming_things import Named
from providers.record import Noted, Sought

router = APIRouter(prefix="/console/regions/{region}")
FIELDS = ("party", "who", "return", "kind", "first", "last")
COLUMNS = ("entry", "at", "who", "what", "about", "kind", "return_id")
LONGEST = 100


@dataclass(frozen=True)
class Line:
    """One entry in words; `link` leads to the return that it is a step of."""

    noted: Noted
    who: str
    what: str
    about: str
    link: str


@router.get("/record", name="record_page")
def record_page(region: str, visit: SignedIn) -> Response:
    """The newest entries that are sought, a hundred at a time."""
    asked = visit.request.query_params
    sought, faults = read(asked)
    before = _number(asked.get("before", ""))
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        noted, more = found(session, region, sought, faults, before=before)
        lines = _lines(session, noted)
        entries, head = ledger.head(session)
        parties = pauses.providers_in(session, region)
    typed = {name: asked.get(name, "") for name in FIELDS}
    older = {**typed, "before": str(noted[-1].seq)} if more else {}
    return regions.show(
        visit,
        room,
        "console/record.html",
        422 if faults else 200,
        here="/record",
        wide=True,
        lines=lines,
        parties=parties,
        groups={key: words for key, (words, _) in recounted.GROUPS.items()},
        typed=typed,
        sheet=_address(f"{room.path}/record.csv", typed),
        older=_address(f"{room.path}/record", older) if more else "",
        newest=_address(f"{room.path}/record", typed) if before else "",
        entries=entries,
        head=head,
        faults=faults,
    )


@router.get("/record.csv", name="record_csv")
def record_csv(region: str, visit: SignedIn) -> Response:
    """The same entries as a table, at most so many of the newest."""
    sought, faults = read(visit.request.query_params)
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        noted, _ = found(session, region, sought, faults, limit=record.MOST)
        lines = _lines(session, noted)
    rows = [_row(line) for line in lines]
    return sheets.answer(sheets.Sheet(COLUMNS, rows), "csv", f"{room.code}-record")


def read(asked: QueryParams) -> tuple[Sought, Faults]:
    """What an address seeks, and what is wrong with it."""
    faults = Faults()
    number = asked.get("return", "").strip()
    if number and not _number(number):
        faults.add("return", "give the number in the address of a return, such as 12")
    sought = Sought(
        party=asked.get("party", ""),
        who=asked.get("who", "").strip()[:LONGEST],
        return_id=_number(number),
        kinds=recounted.GROUPS.get(asked.get("kind", ""), ("", ()))[1],
        first=_day(asked, "first", faults),
        last=_day(asked, "last", faults),
    )
    if sought.first and sought.last and sought.last < sought.first:
        faults.add("last", "the last day lies before the first")
    return sought, faults


def found(
    session: Session, region: str, sought: Sought, faults: Faults, **how: int
) -> tuple[list[Noted], bool]:
    """The entries sought, and whether there are more; none while something is wrong with it."""
    return ([], False) if faults else record.entries(session, region, sought, **how)


def _day(asked: QueryParams, name: str, faults: Faults) -> date | None:
    text = asked.get(name, "").strip()
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = date.min
    if found is not None and not 2000 <= found.year <= 2100:
        faults.add(name, "write the day as 2026-10-28")
        return None
    return found


def _number(text: str) -> int:
    fits = text.isascii() and text.isdecimal() and len(text) <= len(str(BIGGEST_ID))
    return int(text) if fits and int(text) <= BIGGEST_ID else 0


def _lines(session: Session, noted: list[Noted]) -> list[Line]:
    names = record.names(session, noted)
    charters = {one.version: one for one in cycles.charters(session)}
    versions = {named.policy for named in names.values() if named.policy}
    policies = {version: cycles.policy_of(session, version) for version in sorted(versions)}
    return [
        Line(
            noted=one,
            who=recounted.who(one.by, names),
            what=recounted.told(one, names, charters, policies),
            about=_about(one, names),
            link=f"/console/returns/{one.return_id}" if one.return_id else "",
        )
        for one in noted
    ]


def _about(one: Noted, names: Mapping[str, Named]) -> str:
    """The return a step is of; other sentences say themselves what they are about."""
    return names[one.subject].name if one.return_id and one.subject in names else ""


def _row(line: Line) -> dict[str, Any]:
    return {
        "entry": line.noted.seq,
        "at": line.noted.at.isoformat(),
        "who": line.who,
        "what": line.what,
        "about": line.about,
        "kind": line.noted.kind,
        "return_id": line.noted.return_id or None,
    }


def _address(path: str, typed: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    return f"{path}?{query}" if query else path
