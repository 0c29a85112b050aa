"""Files given as evidence, as a page lists them and as a browser is handed them: to be kept."""

from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from portal.desk import Desk
from providers import evidence
from providers.evidence import FileView
from providers.evidence_scanning import scan_waiting
from providers.returns import Ref

SANDBOX = "sandbox; default-src 'none'"
VERDICT_WORDS = {
    evidence.QUARANTINED: "being checked for harm",
    evidence.CLEAN: "",
    evidence.UNSCANNED: "not scanned",
    evidence.INFECTED: "found harmful, and destroyed",
}
"""What stands beside a file, by what its scanner found."""


@dataclass(frozen=True)
class FileShown:
    """A file where its return is shown; `path` is empty where it cannot be opened."""

    path: str
    name: str
    about: str


def files_shown(
    session: Session, here: Ref, base: str, *documents: ReturnDocument
) -> dict[str, FileShown]:
    """The files that these documents name, by SHA-256; `base` is where their return is shown."""
    found = evidence.named(session, here, documents)
    return {sha: _shown(file, f"{base}/files/{file.id}") for sha, file in found.items()}


def _shown(file: FileView, path: str) -> FileShown:
    about = [file.kind.words, size_words(file.size), VERDICT_WORDS[file.verdict]]
    opens = path if file.verdict in evidence.SERVED else ""
    return FileShown(opens, file.name, ", ".join(part for part in about if part))


def size_words(size: int) -> str:
    """`3.2 MB`, or `14 kB`, never nought."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{max(1, round(size / 1_000))} kB"


def attachment(file: FileView, data: bytes) -> Response:
    """A file to be kept: no browser shows it on a page of ours, guesses its kind or runs it."""
    plain = "".join(c if c.isascii() and c not in '"%\\' else "_" for c in file.name)
    encoded = quote(file.name, safe="")
    return Response(
        data,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}",
            "content-security-policy": SANDBOX,
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


def look_into(desk: Desk, sha: str) -> None:
    """Have a file that has just come looked into; if its scanner is down, a later round does it."""
    scan_waiting(desk.database, desk.cabinet, desk.clock(), [sha])
