"""Who signed the Charter, region by region, read from a file of its own."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from providers import ledger
from providers.cells import Cells, slug
from providers.tables import Region, Signatory
from providers.tabular import Problem, read_table
from providers.taking_in import ImportRefused

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
    if file.problems or not file.rows:
        raise ImportRefused(file.problems or ["a signatory file with no rows changes nothing"])
    wanted = {row.key: row for row in file.rows}
    regions = {row.key[0]: row for row in file.rows}
    _require_regions(session, regions)
    found = session.exec(select(Signatory).where(col(Signatory.region_code).in_(list(regions))))
    kept = {(r.region_code, r.party_code, r.charter_version): r for r in found}
    added, changed = [], []
    for key, row in wanted.items():
        old = kept.get(key)
        if old is None:
            session.add(_signatory(row))
            added.append(key)
        elif (old.party_name, old.signed_on) != (row.party_name, row.signed_on):
            old.party_name, old.signed_on = row.party_name, row.signed_on
            session.add(old)
            changed.append(key)
    removed = [key for key in kept if key not in wanted]
    for key in removed:
        session.delete(kept[key])
    session.flush()
    if added or changed or removed:
        body = {"file": file.sha, "regions": sorted(regions)}
        body |= {"added": _listed(added), "changed": _listed(changed), "removed": _listed(removed)}
        ledger.append(session, now, by, "signatories_imported", "signatories", body)
    same = len(wanted) - len(added) - len(changed)
    return SignatoriesImported(len(added), len(changed), len(removed), same, tuple(regions))


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
