"""What a record says, with times, salts, attempts and hashes left aside, and whether it holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from charter.ledger import canonical, digest
from notifications import outbox
from notifications.outbox import LetterState
from providers import ledger, lives, returns
from providers.database import Database

Fingerprint = Mapping[str, str]
AGAIN = "the file was already there"
"""What file mail says of a letter that it is given a second time: the folder itself cannot tell."""
HELD = (LetterState.CLAIMED, LetterState.HANDING)
OPEN = (*HELD, LetterState.QUEUED, LetterState.DEFERRED)


def fingerprint(database: Database) -> Fingerprint:
    """Each return's whole life and each letter's end, by name: what two honest runs share.

    A life is its steps in order, with who took them and what they said; scores, documents and
    published pages are in them by their SHA-256.
    """
    found: dict[str, str] = {}
    with database.reading() as session:
        refs = returns.refs(session)
        histories = lives.histories(session, [ref.id for ref in refs])
        for ref in refs:
            steps = [[one.by, one.step.model_dump(mode="json")] for one in histories[ref.id]]
            found[f"{ref.quarter} {ref.party} {ref.site}"] = digest(canonical({"steps": steps}))
        letters = outbox.listing(session)
        lines = outbox.lines_of(session, [letter.key for letter in letters])
        for letter in letters:
            said = sorted(
                (row.subject, row.topic, row.occasion, row.dropped) for row in lines[letter.key]
            )
            found[letter.key] = canonical(
                {"state": letter.state, "kind": letter.kind, "to": letter.to_email, "lines": said}
            )
    return found


def differing(one: Fingerprint, other: Fingerprint, but: Iterable[str] = ()) -> list[str]:
    """The names that the two do not agree about, those left aside in `but` excepted."""
    names = sorted({*one, *other} - set(but))
    return [name for name in names if one.get(name) != other.get(name)]


@dataclass(frozen=True)
class Post:
    """What became of the letters: by the record on one side, by the mail server on the other."""

    letters: int
    lost: int
    twice: int
    stuck: int
    in_doubt: tuple[str, ...]


def post(database: Database, taken: Iterable[str]) -> Post:
    """Lost: on record as sent, and never taken. Twice: taken more than once. Stuck: still open.

    `stuck` is what is neither settled nor in doubt.
    """
    with database.reading() as session:
        letters = outbox.listing(session)
    seen = Counter(taken)
    return Post(
        letters=len(letters),
        lost=sum(1 for one in letters if one.state == LetterState.SENT and not seen[one.key]),
        twice=sum(count - 1 for count in seen.values() if count > 1)
        + sum(1 for one in letters if one.outcome == AGAIN),
        stuck=sum(1 for one in letters if one.state in OPEN),
        in_doubt=tuple(one.key for one in letters if one.state == LetterState.IN_DOUBT),
    )


def unsound(database: Database) -> str:
    """The first thing wrong with ledger, steps or cached states, in a sentence; empty if none."""
    with database.reading() as session:
        return (
            ledger.verify(session)
            or lives.first_unmatched(session)
            or lives.first_stale_cache(session)
        )
