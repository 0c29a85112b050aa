"""The ledger's arithmetic: one way to write an entry, and the hash that binds it to the last."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
_DOMAIN = b"charter-ledger-v1"


@dataclass(frozen=True)
class Entry:
    """One line of the ledger as it is stored; `body` is canonical JSON, `at` an ISO instant."""

    seq: int
    at: str
    by: str
    kind: str
    subject: str
    body: str
    prev: str
    hash: str


def canonical(data: Any) -> str:  # noqa: ANN401 - any JSON value
    """JSON with sorted keys and no spare space: the same data always gives the same text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(seq: int, at: str, by: str, kind: str, subject: str, body: str, prev: str) -> Entry:
    """The entry that follows `prev`, with its hash."""
    line = canonical([seq, at, by, kind, subject, body]).encode()
    sealed_bytes = _DOMAIN + bytes.fromhex(prev) + len(line).to_bytes(8, "big") + line
    return Entry(seq, at, by, kind, subject, body, prev, hashlib.sha256(sealed_bytes).hexdigest())


def first_bad(entries: Iterable[Entry], entries_known: int, head: str) -> str:
    """One sentence naming the first entry that does not verify; empty when all do.

    `entries_known` and `head` are what the record says of itself, so a missing tail is seen too.
    """
    prev, count = GENESIS, 0
    for entry in entries:
        count += 1
        if entry.seq != count:
            return f"ledger entry {count} is missing: entry {entry.seq} stands in its place"
        try:
            expected = sealed(
                count, entry.at, entry.by, entry.kind, entry.subject, entry.body, prev
            ).hash
        except ValueError:
            expected = ""
        if entry.prev != prev or entry.hash != expected:
            return f"ledger entry {entry.seq} ({entry.kind}, {entry.at}) has been changed"
        prev = entry.hash
    if count != entries_known or prev != head:
        return f"the ledger ends at entry {count}, but its head says {entries_known} entries"
    return ""
