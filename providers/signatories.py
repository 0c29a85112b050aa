"""Who signed the Charter, region by region, read from a file of its own."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.quarters import say
from providers import ledger
from providers.cells import Cells, slug
from providers.tables import Region, Signatory
from providers.tabular import Problem, read_table
from providers.taking_in import (
    Change,
    Difference,
    ImportRefused,
    Plan,
    PlanChanged,
    plan_of,
)
from providers.within import require_own_rows

COLUMNS = ("region", "party_code", "party_name", "charter_version", "signed_on")


@dataclass(frozen=True)
class Signature:
    """One line of the file; no party says that the region keeps a list, whoever stands on it."""

    line: int
    region: str
    party_code: str
    party_name: str
    charter_version: str
    signed_on: date | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Region, party and version: a party signs a version once."""
        return slug(self.region), self.party_code, self.charter_version


@dataclass(frozen=True)
class SignatoryFile:
    """A file as it was read; one with problems cannot be imported."""

    name: str
    sha: str
    rows: tuple[Signature, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class SignatoriesImported:
    """What an import did, counted in lines of the file."""

    added: int
    changed: int
    removed: int
    unchanged: int
    regions: tuple[str, ...]

    @property
    def did_something(self) -> bool:
        """Anything at all was added, changed or removed."""
        return bool(self.added or self.changed or self.removed)

    def in_words(self) -> list[str]:
        """What was done, in lines for a person."""
        counts = f"{self.added} added, {self.changed} changed, {self.removed} removed"
        return [f"Signatories: {counts}, {self.unchanged} as they were."]


def read_signatories(content: bytes, name: str) -> SignatoryFile:
    """Read a signatory file, CSV or XLSX, with every problem in it; nothing is stored."""
    table = read_table(content, name, COLUMNS)
    problems = list(table.problems)
    rows = []
    for line, cells in table.rows:
        c = Cells(line, cells)
        row = _read(c)
        problems += c.problems
        if not c.problems:
            rows.append(row)
    problems += _between(rows)
    sha = hashlib.sha256(content).hexdigest()
    ordered = tuple(sorted(problems, key=lambda problem: problem.line))
    return SignatoryFile(name, sha, tuple(rows), ordered)


def _read(c: Cells) -> Signature:
    region = c.text("region", required=True)
    if c.blank("party_code", "party_name", "charter_version", "signed_on"):
        return Signature(c.line, region, "", "", "", None)
    return Signature(
        line=c.line,
        region=region,
        party_code=c.code("party_code"),
        party_name=c.text("party_name", required=True),
        charter_version=c.text("charter_version", required=True),
        signed_on=c.day("signed_on"),
    )


def _between(rows: Iterable[Signature]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], Signature] = {}
    for row in rows:
        told = first.setdefault(row.key, row)
        if told is not row:
            what = f"stands on line {told.line} already; take one out"
            yield Problem(row.line, "party_code", what)


def import_signatories(
    session: Session, file: SignatoryFile, now: datetime, by: str
) -> SignatoriesImported:
    """Take a signatory file in: in the regions it lists, what it says replaces what was on record.

    The ledger keeps who was added and removed. The same file again changes nothing. Raises
    ImportRefused for a file with problems or with a region that the register does not have.
    """
    return _take(session, file, _compare(session, file), now, by)


def plan_signatories(session: Session, file: SignatoryFile, *, within: str) -> Plan:
    """What an import of the file into one region would do, none of it done.

    Raises ImportRefused as `import_signatories` does, and for rows of another region.
    """
    return _plan(file, _compare(session, file, within))


def import_planned_signatories(
    session: Session, file: SignatoryFile, now: datetime, by: str, *, within: str, seen: str
) -> SignatoriesImported:
    """Take in a file whose plan somebody saw; PlanChanged if it would do anything else now."""
    found = _compare(session, file, within)
    if _plan(file, found).seen != seen:
        raise PlanChanged("this import would no longer do what was shown")
    return _take(session, file, found, now, by)


@dataclass(frozen=True)
class _Compared:
    """The lines of a file by what is to become of them."""

    regions: tuple[str, ...]
    added: list[Signature]
    changed: list[tuple[Signatory, Signature]]
    removed: list[Signatory]
    unchanged: int


def _compare(session: Session, file: SignatoryFile, within: str = "") -> _Compared:
    if file.problems or not file.rows:
        raise ImportRefused(file.problems or ["a signatory file with no rows changes nothing"])
    require_own_rows(((row.line, row.region) for row in file.rows), within)
    wanted = {row.key: row for row in file.rows}
    regions = {row.key[0]: row for row in file.rows}
    _require_regions(session, regions)
    rows = select(Signatory).where(col(Signatory.region_code).in_(list(regions)))
    ordered = rows.order_by(col(Signatory.party_name), col(Signatory.charter_version))
    kept = {_key(row): row for row in session.exec(ordered)}
    both = [(kept[key], row) for key, row in wanted.items() if key in kept]
    changed = [(old, row) for old, row in both if _held(old) != (row.party_name, row.signed_on)]
    return _Compared(
        regions=tuple(regions),
        added=[row for key, row in wanted.items() if key not in kept],
        changed=changed,
        removed=[row for key, row in kept.items() if key not in wanted],
        unchanged=len(both) - len(changed),
    )


def _key(row: Signatory) -> tuple[str, str, str]:
    return row.region_code, row.party_code, row.charter_version


def _held(row: Signatory) -> tuple[str, date | None]:
    return row.party_name, row.signed_on


def _plan(file: SignatoryFile, found: _Compared) -> Plan:
    def named(row: Signature | Signatory) -> str:
        if not row.party_code:
            return "a list on which nobody stands"
        signed = f", signed on {say(row.signed_on)}" if row.signed_on else ""
        return f"{row.party_name}, Charter {row.charter_version}{signed}"

    changes = [Change("new", "signatory", named(row)) for row in found.added]
    changes += [
        Change("changed", "signatory", named(row), (Difference("was", named(old), named(row)),))
        for old, row in found.changed
    ]
    changes += [Change("ended", "signatory", named(row)) for row in found.removed]
    return plan_of(file.sha, changes, (), found.unchanged)


def _take(
    session: Session, file: SignatoryFile, found: _Compared, now: datetime, by: str
) -> SignatoriesImported:
    session.add_all(_signatory(row) for row in found.added)
    for old, row in found.changed:
        old.party_name, old.signed_on = row.party_name, row.signed_on
        session.add(old)
    for old in found.removed:
        session.delete(old)
    session.flush()
    keys = {
        "added": [row.key for row in found.added],
        "changed": [row.key for _, row in found.changed],
        "removed": [_key(row) for row in found.removed],
    }
    if any(keys.values()):
        body = {"file": file.sha, "regions": sorted(found.regions)}
        body |= {did: _listed(which) for did, which in keys.items()}
        ledger.append(session, now, by, "signatories_imported", "signatories", body)
    counts = {did: len(which) for did, which in keys.items()}
    return SignatoriesImported(**counts, unchanged=found.unchanged, regions=found.regions)


def _signatory(row: Signature) -> Signatory:
    return Signatory(
        region_code=row.key[0],
        party_code=row.party_code,
        party_name=row.party_name,
        charter_version=row.charter_version,
        signed_on=row.signed_on,
    )


def _require_regions(session: Session, regions: dict[str, Signature]) -> None:
    known = set(session.exec(select(Region.code)))
    strangers = [row for code, row in regions.items() if code not in known]
    if strangers:
        raise ImportRefused(
            Problem(row.line, "region", f"'{row.region}' is in no register yet; import that first")
            for row in strangers
        )


def _listed(keys: Iterable[tuple[str, str, str]]) -> list[str]:
    return sorted("/".join(part or "-" for part in key) for key in keys)


def export_signatories(session: Session, region_code: str) -> list[list[str]]:
    """A region's signatories as the rows of a file that would import them without a change."""
    rows = (
        select(Signatory, Region.name)
        .join(Region, col(Region.code) == col(Signatory.region_code))
        .where(Signatory.region_code == region_code)
        .order_by(col(Signatory.party_name), col(Signatory.charter_version))
    )
    return [
        [
            name,
            row.party_code,
            row.party_name,
            row.charter_version,
            row.signed_on.isoformat() if row.signed_on else "",
        ]
        for row, name in session.exec(rows)
    ]
