"""The actions of one signed return, each with the day it was first promised for."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from charter.answers import ReturnDocument
from charter.document import ActionLine
from charter.words import ACTION_WORDS, Word
from providers import casework


@dataclass(frozen=True)
class Promised:
    """An action as the return puts it; `was` is last quarter's day, where it moved since."""

    line: ActionLine
    word: Word
    first: date
    was: date | None


def actions_of(
    session: Session, document: ReturnDocument | None, before: ReturnDocument | None
) -> list[Promised]:
    """The actions of a signed return, in its own order."""
    if document is None:
        return []
    first = casework.first_promised(session, document)
    last = {line.id: line.due for line in before.actions} if before else {}
    return [
        Promised(
            line=line,
            word=ACTION_WORDS[line.status],
            first=first.get(line.id or "", line.due),
            was=last[line.id] if last.get(line.id, line.due) != line.due else None,
        )
        for line in document.actions
    ]
