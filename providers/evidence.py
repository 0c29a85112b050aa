"""Files given as evidence: taken into quarantine, judged by a scanner, and opened once cleared."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from charter.answers import Problem, ReturnDocument
from charter.holding import screen_name
from providers import ledger
from providers.file_kinds import KINDS, Kind, NotTaken, kind_of, safe_name
from providers.returns import Ref
from providers.scanners import NullScanner, Scanner
from providers.tables import Document, Draft, EvidenceFile, Return, Service

BIGGEST = 10_000_000
"""Bytes of one file: a long report with pictures, and twice what mail lets through in a prison."""
MOST = 10
"""Files of one return, about one a commitment; what has more to show can be linked to."""
QUARANTINED, CLEAN, UNSCANNED, INFECTED = "quarantined", "clean", "unscanned", "infected"
SERVED = frozenset({CLEAN, UNSCANNED})
TAKEN, LET_GO, JUDGED = "evidence_taken", "evidence_let_go", "evidence_judged"
SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Cabinet:
    """Where the files lie, outside any folder that a web server knows, and who looks into them."""

    folder: Path
    scanner: Scanner = field(default_factory=NullScanner)

    @property
    def scans(self) -> bool:
        """Somebody looks into what is given."""
        return not isinstance(self.scanner, NullScanner)

    def quarantined(self, sha: str) -> Path:
        """Where a file lies until it is judged."""
        return self.folder / "quarantine" / sha

    def cleared(self, sha: str) -> Path:
        """Where a file lies that may be opened."""
        return self.folder / "clean" / sha[:2] / sha

    def files(self) -> Iterator[Path]:
        """Every file there is, unfinished ones too."""
        return (path for path in sorted(self.folder.rglob("*")) if path.is_file())


@dataclass(frozen=True)
class FileView:
    """One file as it was given; `says` is what the scanner found, in words."""

    id: int
    return_id: int
    sha: str
    name: str
    kind: Kind
    size: int
    verdict: str
    says: str
    given_at: datetime


class NotOpen(ValueError):
    """The file cannot be opened, now or at all; the message says why."""


def take(
    session: Session, cabinet: Cabinet, here: Ref, name: str, data: bytes, now: datetime, by: str
) -> FileView:
    """Take a file into a return, in quarantine; NotTaken says what is wrong with it, or its name.

    The bytes are in place before the row is: a crash leaves at most a file that `sweep` removes.
    """
    name, sha = _fit_name(name), hashlib.sha256(data).hexdigest()
    if len(data) > BIGGEST:
        raise NotTaken(TOO_BIG)
    kind = kind_of(data, name)
    rows = session.exec(select(EvidenceFile).where(EvidenceFile.return_id == here.id)).all()
    same = next((row for row in rows if row.sha == sha), None)
    if _is_infected(session, sha):
        raise NotTaken("the scanner has found this very file to be harmful; tell whoever made it")
    if same:
        return _view(same)
    if len(rows) >= MOST:
        raise NotTaken(f"this return has {MOST} files already; take one out, or give a link")
    put(cabinet.quarantined(sha), data)
    row = EvidenceFile(
        return_id=here.id,
        sha=sha,
        name=name,
        kind=kind.id,
        size=len(data),
        given_at=now,
        given_by=by,
        verdict=QUARANTINED,
    )
    session.add(row)
    body = {"return": here.id, "kind": kind.id, "size": len(data)}
    ledger.append(session, now, by, TAKEN, f"evidence:{sha}", body)
    return _view(row)


TOO_BIG = f"this file is larger than {BIGGEST // 1_000_000} MB; make it smaller, or give a link"


def _fit_name(name: str) -> str:
    name = safe_name(name)
    found = screen_name(name)
    if found:
        article = "an" if found[0].kind.startswith("NHS") else "a"
        raise NotTaken(
            f"the name of this file seems to hold {article} {found[0].kind}; "
            "name it so that nobody can tell whom it is about, and choose it again"
        )
    return name


def _is_infected(session: Session, sha: str) -> bool:
    bad = select(EvidenceFile.id).where(EvidenceFile.sha == sha, EvidenceFile.verdict == INFECTED)
    return session.exec(bad.limit(1)).first() is not None


def put(place: Path, data: bytes) -> None:
    """Write a file whole or not at all, and see that it is on the disk."""
    folder = place.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, unfinished = tempfile.mkstemp(prefix=".", dir=folder)  # mkstemp makes it 0600
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(unfinished).replace(place)
    _settle(folder)


def _settle(folder: Path) -> None:
    """See that a folder's new entry is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def let_go(session: Session, here: Ref, sha: str, now: datetime, by: str) -> bool:
    """Let a provider's file go for good, unless something saved or handed over still names it.

    A copy of an answer may have named it last, so it goes from whichever of the provider's returns
    it was given in. `sweep` then removes the bytes. True if it was let go.
    """
    if _is_named(session, sha):
        return False
    rows = _rows_of(session, here.party, {sha})
    for row in rows:
        session.delete(row)
        ledger.append(session, now, by, LET_GO, f"evidence:{sha}", {"return": row.return_id})
    return bool(rows)


def _is_named(session: Session, sha: str) -> bool:
    for body, key in ((Draft.body, Draft.return_id), (Document.body, Document.sha)):
        if session.exec(select(key).where(col(body).contains(sha)).limit(1)).first() is not None:
            return True
    return False


def sweep(session: Session, cabinet: Cabinet) -> int:
    """Remove what lies in the cabinet for no return, and all that is harmful; gives how many.

    Call it in a writing transaction: whoever takes a file holds that lock until its row is there.
    """
    kept = set(
        session.exec(select(EvidenceFile.sha).where(EvidenceFile.verdict != INFECTED).distinct())
    )
    left = [path for path in cabinet.files() if path.name not in kept]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def listing(session: Session, here: Ref) -> list[FileView]:
    """The files given in a return, in the order they came."""
    rows = select(EvidenceFile).where(EvidenceFile.return_id == here.id)
    return [_view(row) for row in session.exec(rows.order_by(col(EvidenceFile.id)))]


def shas(document: ReturnDocument) -> set[str]:
    """The files that a document names."""
    return {piece.sha for answer in document.answers for piece in answer.evidence if piece.sha}


def named(session: Session, here: Ref, documents: Iterable[ReturnDocument]) -> dict[str, FileView]:
    """The files that these documents of a return name, by SHA-256.

    One carried forward, or copied from another prison, was given in another return of the same
    provider; what another provider gave is never in the answer.
    """
    rows = _rows_of(session, here.party, _all_shas(documents))
    return {row.sha: _view(row) for row in sorted(rows, key=lambda row: row.return_id == here.id)}


def unknown(session: Session, here: Ref, document: ReturnDocument) -> list[Problem]:
    """Evidence that names a file of ours which the return's provider never gave."""
    given = named(session, here, [document])
    what = "we keep no such file of yours; leave this blank, and give the file on the return's page"
    return [
        Problem(f"answers[{answer.commitment}].evidence[{at}].sha", what)
        for answer in document.answers
        for at, piece in enumerate(answer.evidence, 1)
        if piece.sha and piece.sha not in given
    ]


def _all_shas(documents: Iterable[ReturnDocument]) -> set[str]:
    return {sha for document in documents for sha in shas(document)}


def _rows_of(session: Session, party: str, wanted: set[str]) -> Sequence[EvidenceFile]:
    """The files of these SHA-256s that one provider gave, in any of its returns, oldest first."""
    if not wanted:
        return []
    rows = (
        select(EvidenceFile)
        .join(Return, col(Return.id) == col(EvidenceFile.return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(col(EvidenceFile.sha).in_(wanted), Service.party_code == party)
    )
    return session.exec(rows.order_by(col(EvidenceFile.id))).all()


def find(
    session: Session, here: Ref, file_id: int, documents: Iterable[ReturnDocument]
) -> FileView | None:
    """A file of that number, if these documents of the return name it and its provider gave it."""
    rows = _rows_of(session, here.party, _all_shas(documents))
    return next((_view(row) for row in rows if row.id == file_id), None)


def open_file(cabinet: Cabinet, file: FileView) -> bytes:
    """What is in a file that was cleared, as it was given; NotOpen says why not."""
    if file.verdict == INFECTED:
        raise NotOpen("the scanner found it harmful, so it was destroyed and cannot be opened")
    if file.verdict not in SERVED:
        raise NotOpen("it is being checked for harm; try again in a few minutes")
    wrong, data = as_given(cabinet, file.sha)
    if wrong:
        raise NotOpen(f"it {wrong}; tell whoever runs this service")
    return data


def as_given(cabinet: Cabinet, sha: str) -> tuple[str, bytes]:
    """What has become of a file, empty where it is as it was given; and what is in it."""
    for place in (cabinet.cleared(sha), cabinet.quarantined(sha)):
        if place.is_file():
            data = place.read_bytes()
            right = hashlib.sha256(data).hexdigest() == sha
            return ("", data) if right else ("has been changed", b"")
    return "is missing", b""


def waiting(session: Session) -> int:
    """How many files nobody has judged yet."""
    rows = select(EvidenceFile.sha).where(EvidenceFile.verdict == QUARANTINED).distinct()
    return len(session.exec(rows).all())


def _view(row: EvidenceFile) -> FileView:
    return FileView(
        id=row.id or 0,
        return_id=row.return_id,
        sha=row.sha,
        name=row.name,
        kind=KINDS[row.kind],
        size=row.size,
        verdict=row.verdict,
        says=row.verdict_says,
        given_at=row.given_at,
    )
