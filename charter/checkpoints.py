"""What a signed checkpoint says of the ledger, and whether a ledger still extends all of them."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from charter.ledger import canonical
from charter.quarters import london_date, say

_DOMAIN = b"charter-checkpoint-v1\n"
_BULLETIN = b"charter-bulletin-v1\n"


@dataclass(frozen=True)
class Checkpoint:
    """At `at` the ledger had so many entries, the last with the hash `head`.

    `number` counts checkpoints from one. One of a `published` bulletin vouches for the ledger; one
    of a `restored` backup says that entries after its own were given up.
    """

    number: int
    kind: Literal["published", "restored"]
    entries: int
    head: str
    at: str

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return _DOMAIN + canonical(asdict(self)).encode()

    @property
    def day(self) -> str:
        """Its London date, in words."""
        return say(london_date(datetime.fromisoformat(self.at)))


def statement_of(manifest: str, entries: int, head: str) -> bytes:
    """The bytes that are signed for a bulletin: its manifest's SHA-256, and its ledger entry."""
    said = {"manifest": manifest, "ledger": {"entries": entries, "head": head}}
    return _BULLETIN + canonical(said).encode()


def standing(checkpoints: Iterable[Checkpoint]) -> list[Checkpoint]:
    """Those that a ledger has to extend: a restored backup ends the ones that lie beyond it."""
    kept: list[Checkpoint] = []
    for one in checkpoints:
        if one.kind == "restored":
            kept = [earlier for earlier in kept if earlier.entries <= one.entries]
        kept.append(one)
    return kept


def first_departure(
    checkpoints: Iterable[Checkpoint], entries: int, hash_of: Callable[[int], str]
) -> str:
    """One sentence saying how a ledger departs from its checkpoints; empty when it extends all.

    The ledger has so many `entries`; `hash_of` gives the hash of one of them.
    """
    holds = 0
    for one in sorted(standing(checkpoints), key=lambda each: each.entries):
        if one.entries > entries:
            gone = one.entries - entries
            many = "entry is" if gone == 1 else f"{gone} entries are"
            return (
                f"the ledger ends at entry {entries}, but its checkpoint of {one.day} vouches for "
                f"entry {one.entries}: the last {many} gone"
            )
        if one.entries and hash_of(one.entries) != one.head:
            return (
                f"the ledger was written anew between entry {holds + 1} and entry {one.entries}: "
                f"the checkpoint of {one.day} vouches for another entry {one.entries}"
            )
        holds = one.entries
    return ""
