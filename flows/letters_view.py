"""Letters as an operator reads them: by key, with the returns they speak for."""

from typing import Any

from sqlmodel import Session

from flows.cases import return_of
from notifications import outbox
from providers import returns
from providers.cycles import Unknown


def listed(session: Session, state: str = "") -> list[dict[str, Any]]:
    """Every letter as `{key, to, kind, state, queued_at, settled_at, returns}`."""
    if state and state not in set(outbox.LetterState):
        raise Unknown(f"no letter is ever '{state}'; there are {', '.join(outbox.LetterState)}")
    letters = outbox.listing(session, outbox.LetterState(state) if state else None)
    lines = outbox.lines_of(session, [letter.key for letter in letters])
    spoken = {
        key: {return_of(line.subject) for line in group if not line.dropped}
        for key, group in lines.items()
    }
    ids = {return_id for group in spoken.values() for return_id in group}
    names = {r.id: f"{r.party}/{r.site}/{r.quarter}" for r in returns.refs(session, ids=ids)}
    return [
        {
            "key": letter.key,
            "to": letter.to_email,
            "kind": letter.kind,
            "state": letter.state,
            "queued_at": letter.queued_at,
            "settled_at": letter.settled_at,
            "returns": sorted(names[return_id] for return_id in spoken[letter.key]),
        }
        for letter in letters
    ]


def full(session: Session, key: str) -> dict[str, Any]:
    """One letter with its words and outcome; Unknown if there is none of that key."""
    letter = outbox.show(session, key)
    if letter is None:
        raise Unknown(f"no letter '{key}'; charter letters list names them")
    row = next(item for item in listed(session) if item["key"] == key)
    return {
        **row,
        "outcome": letter.outcome,
        "attempts": letter.attempts,
        "subject": letter.subject,
        "text": letter.text,
    }
