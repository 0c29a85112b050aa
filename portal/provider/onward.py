"""Where saving leads: the next part of a return that still needs something from its preparer."""

from collections.abc import Sequence

from sqlmodel import Session

from charter.answers import ReturnDocument
from portal.provider.drafts import within
from portal.provider.rooms import Room
from providers import answering, returns

LAST = ("measures", "spotlight", "actions", "replies")
"""The parts that follow the commitments, in the order they are filled in."""


def to_confirm(document: ReturnDocument) -> tuple[str, ...]:
    """The commitments whose answers came from last quarter or another prison, not looked at yet."""
    return tuple(a.commitment for a in document.answers if a.says_something and not a.confirmed)


def next_part(session: Session, room: Room, document: ReturnDocument, *, after: str = "") -> str:
    """The path of the next part that needs something, else that of the check page.

    `after` is the part just saved, as its path ends: `unchanged`, `commitments/W3`, `measures`,
    `spotlight`, `actions` or `replies`. The list of unchanged answers is not led back to from
    itself or from a commitment, nor the actions when they were just looked at, unless something
    stands against them. While only the commissioner's question is open, all lead to the return's
    own page.
    """
    if room.life.questions:
        return room.path
    if document.nil_return:
        return f"{room.path}/check"
    found = answering.problems(session, room.ref, document, complete=True)
    one_by_one = after == "unchanged" or after.startswith("commitments/")
    if len(to_confirm(document)) > 1 and not one_by_one:
        return f"{room.path}/unchanged"
    lacking = [one for one in room.charter.ids if within(found, f"answers[{one}]")]
    if lacking:
        return f"{room.path}/commitments/{_following(room, lacking, after)}"
    for part in LAST:
        if within(found, part) or (part == "actions" and _unseen(session, room, after)):
            return f"{room.path}/{part}"
    return f"{room.path}/check"


def _following(room: Room, lacking: Sequence[str], after: str) -> str:
    """The first of these commitments after the one just saved; from the start if none is."""
    ids = room.charter.ids
    saved = after.removeprefix("commitments/")
    later = ids[ids.index(saved) + 1 :] if saved in ids else ids
    return next((one for one in later if one in lacking), lacking[0])


def _unseen(session: Session, room: Room, after: str) -> bool:
    """Earlier actions wait to be looked at: nothing in the document tells that they were."""
    if after in ("actions", "replies"):
        return False
    return bool(returns.brought_forward(session, room.ref).actions)
