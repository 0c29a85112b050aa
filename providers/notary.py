"""Signed checkpoints of the ledger, kept in files outside the database."""

import base64
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlmodel import Session

from charter.checkpoints import Checkpoint, first_departure, standing, statement_of
from providers import ledger
from providers.ledger import written


@dataclass(frozen=True)
class Notary:
    """Where checkpoints lie, and the key that signs them: `secret` (base64), or a file of it."""

    folder: Path
    key_file: Path
    secret: str = ""

    def all(self) -> list[Checkpoint]:
        """Every checkpoint, oldest first; a ValueError says in a sentence which is not right."""
        found = []
        for number, file in enumerate(sorted(self.folder.glob("*.json")), start=1):
            one = self._read(file)
            if one.number != number:
                raise ValueError(f"the checkpoint {number} is missing from {self.folder}")
            found.append(one)
        return found

    def vouch(self, entries: int, head: str, at: datetime) -> Checkpoint | None:
        """Write a checkpoint of a bulletin; None if one says the same already."""
        known = standing(self.all())
        if any((one.entries, one.head) == (entries, head) for one in known):
            return None
        return self._write("published", entries, head, at)

    def restored(self, entries: int, head: str, at: datetime) -> Checkpoint | None:
        """Say that the ledger was put back to an earlier state; None if it lost nothing by it."""
        if all(one.entries <= entries for one in standing(self.all())):
            return None
        return self._write("restored", entries, head, at)

    def bulletin(self, manifest: str, entries: int, head: str) -> bytes:
        """What vouches for a bulletin: for its manifest's SHA-256 and its entry in the ledger.

        The same three always give the same bytes.
        """
        key = self._key(make=True)
        signature = key.sign(statement_of(manifest, entries, head))
        data = {
            "manifest": manifest,
            "ledger": {"entries": entries, "head": head},
            "key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
        return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()

    def public_key(self) -> str:
        """Our public key in base64; a ValueError says why there is none yet."""
        raw = self._key().public_key().public_bytes_raw()
        return base64.b64encode(raw).decode()

    def wrong(self, session: Session) -> str:
        """One sentence saying how the ledger departs from its checkpoints; empty if it does not."""
        entries, _ = ledger.head(session)
        try:
            known = self.all()
        except ValueError as error:
            return str(error)
        return first_departure(known, entries, lambda number: ledger.hash_of(session, number))

    def in_words(self) -> list[str]:
        """What the checkpoints vouch for, in sentences."""
        known = self.all()
        if not known:
            return ["No checkpoint has been written yet: charter publish writes one."]
        last = standing(known)[-1]
        many = "1 checkpoint holds" if len(known) == 1 else f"{len(known)} checkpoints hold"
        return [
            f"{many}, the last of {last.day} for entry {last.entries}.",
            *(
                f"On {one.day} a backup was restored: what was recorded after entry {one.entries} "
                "by then is not in the record any more."
                for one in known
                if one.kind == "restored"
            ),
        ]

    def _read(self, file: Path) -> Checkpoint:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise _unreadable("checkpoint", file, error) from None
        try:
            data: dict[str, Any] = json.loads(content)
            signature, public = data.pop("signature"), data.pop("key")
            one = Checkpoint(**data)
            raw = base64.b64decode(public)
            Ed25519PublicKey.from_public_bytes(raw).verify(
                base64.b64decode(signature), one.statement
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InvalidSignature):
            raise ValueError(f"the checkpoint {file.name} has been changed") from None
        if raw != self._key().public_key().public_bytes_raw():
            raise ValueError(f"the checkpoint {file.name} was signed by another key than ours")
        return one

    def _write(
        self, kind: Literal["published", "restored"], entries: int, head: str, at: datetime
    ) -> Checkpoint:
        """Write the next one; whoever else was writing it meanwhile had the number first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key = self._key(make=True)
        while True:
            one = Checkpoint(len(self.all()) + 1, kind, entries, head, written(at))
            public = key.public_key().public_bytes_raw()
            data = {
                **asdict(one),
                "key": base64.b64encode(public).decode(),
                "signature": base64.b64encode(key.sign(one.statement)).decode(),
            }
            text = json.dumps(data, indent=2) + "\n"
            if _once(self.folder / f"{one.number:06}.json", text.encode()):
                return one

    def _key(self, *, make: bool = False) -> Ed25519PrivateKey:
        if self.secret:
            return private_key(self.secret)
        if make and not self.key_file.exists():
            made = Ed25519PrivateKey.generate().private_bytes_raw()
            _once(self.key_file, base64.b64encode(made) + b"\n")
        try:
            return private_key(self.key_file.read_text("ascii", errors="replace"))
        except FileNotFoundError:
            raise ValueError(
                f"the key of the checkpoints is missing: put {self.key_file} back, or set "
                "CHARTER_CHECKPOINT_KEY"
            ) from None
        except OSError as error:
            raise _unreadable("key of the checkpoints,", self.key_file, error) from None

    @property
    def too_open(self) -> str:
        """One sentence, with the mend, where others than its owner may read the key; else empty."""
        if self.secret or not self.key_file.is_file() or not self.key_file.stat().st_mode & 0o077:
            return ""
        return f"others may read the key of the checkpoints; run: chmod 600 {self.key_file}"


def _unreadable(what: str, file: Path, error: OSError) -> ValueError:
    why = os.strerror(error.errno).lower() if error.errno else "it is no file"
    return ValueError(f"the {what} {file} cannot be read ({why}); put it right, or back")


def private_key(secret: str) -> Ed25519PrivateKey:
    """The key from 32 bytes in base64; a ValueError says how to make one."""
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret, validate=False))
    except ValueError:
        raise ValueError(
            "a checkpoint key is 32 bytes in base64; make one with: python -c "
            '"import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
        ) from None


def _once(file: Path, content: bytes) -> bool:
    """Make a file whole, for its owner only, or not at all; False if it was there already."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(name, file)
        except FileExistsError:
            return False
        return True
    finally:
        Path(name).unlink()
