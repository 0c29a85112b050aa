"""What an outsider can check of a bulletin, with nothing but its folder and a public key."""

import base64
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from charter.checkpoints import statement_of
from notifications.manifests import MANIFEST, SIGNATURE, check_site, read_manifest, sha_of
from notifications.sitecheck import check_page, sum_faults


class NotVouched(ValueError):
    """A bulletin, or the key to check it by, does not hold; the message is one sentence."""


@dataclass(frozen=True)
class Vouched:
    """What was found to hold: how many files and pages, which entry of the ledger, by which key.

    `given` when whoever checked brought the key, and did not take the bulletin's own.
    """

    files: int
    pages: int
    returns: int
    entries: int
    head: str
    key: str
    given: bool

    def in_words(self) -> list[str]:
        """The outcome in sentences."""
        said = [
            f"{self.files} files are those that the manifest names.",
            f"{self.returns} returns add up to the counts, in tables and on {self.pages} pages.",
            f"The signature holds: it vouches for entry {self.entries} of the ledger, {self.head}.",
        ]
        if self.given:
            return [*said, "It was made with the key that you gave."]
        return [
            *said,
            f"It was made with the key {self.key}, which the bulletin names itself: "
            "compare it with the one that the publisher gives elsewhere.",
        ]


def vouched(folder: Path, key: str = "") -> Vouched:
    """Check a bulletin's files, sums and signature; NotVouched says what does not hold.

    `key` is a public key in base64, or a file that holds one.
    """
    if wrong := next(iter(check_site(folder)), ""):
        raise NotVouched(wrong)
    public = _public_key(key) if key.strip() else b""
    entries, head, by = _signed(folder, public)
    returns, pages = _added_up(folder)
    files = len(read_manifest(folder)["files"])
    return Vouched(files, pages, returns, entries, head, by, given=bool(public))


def _public_key(key: str) -> bytes:
    """The 32 bytes of a key that was given, or of the file that was named."""
    text = key.strip()
    try:
        file = Path(text)
        if file.is_file():
            text = file.read_text("ascii").strip()
        raw = base64.b64decode(text, validate=True)
    except (OSError, ValueError):
        raw = b""
    if len(raw) != 32:
        raise NotVouched(
            "that is no public key: give 32 bytes in base64, or a file of them, "
            "as `charter verify --public-key` prints them"
        )
    return raw


def _signed(folder: Path, public: bytes) -> tuple[int, str, str]:
    """The ledger's entry that the signature vouches for, and the key that made it."""
    try:
        said: dict[str, Any] = json.loads((folder / SIGNATURE).read_bytes())
        entries, head = int(said["ledger"]["entries"]), str(said["ledger"]["head"])
        own, signature = base64.b64decode(said["key"]), base64.b64decode(said["signature"])
        named = str(said["manifest"])
    except FileNotFoundError:
        raise NotVouched(f"{SIGNATURE} is missing") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotVouched(f"{SIGNATURE} cannot be read") from None
    if named != sha_of(folder / MANIFEST):
        raise NotVouched(f"{SIGNATURE} vouches for another manifest")
    if public and own != public:
        raise NotVouched(f"{SIGNATURE} was made with another key than the one given")
    try:
        Ed25519PublicKey.from_public_bytes(public or own).verify(
            signature, statement_of(named, entries, head)
        )
    except (InvalidSignature, ValueError):
        raise NotVouched(f"{SIGNATURE} has been changed, or was made with another key") from None
    if entries <= read_manifest(folder)["ledger"]["entries"]:
        raise NotVouched(f"{SIGNATURE} names an entry from before the publication")
    return entries, head, base64.b64encode(own).decode()


def _added_up(folder: Path) -> tuple[int, int]:
    """How many returns and pages there are, once all their sums were found to hold."""
    listed: dict[tuple[str, str], Counter[str]] = {}
    try:
        data = json.loads((folder / "data" / "returns.json").read_bytes())
        for row in data["returns"]:
            here = listed.setdefault((row["region"], row["quarter"]), Counter())
            here[row["state"]] += 1
        faults = [
            fault
            for counts in data["counts"]
            for fault in sum_faults(counts, listed.get((counts["region"], counts["quarter"]), {}))
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotVouched("data/returns.json cannot be read") from None
    pages = sorted(folder.resolve().rglob("*.html"))
    for page in pages:
        path = page.relative_to(folder.resolve()).as_posix()
        faults += [one for one in check_page(path, page.read_bytes(), 0).faults if "add up" in one]
    if faults:
        raise NotVouched(faults[0])
    return len(data["returns"]), len(pages)
