"""Has claimed letters written: all together where it can be, and each by itself where one fails."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage
from itertools import chain
from traceback import extract_tb

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from notifications import outbox
from notifications.channels.base import Deferred, Envelope, as_email
from notifications.letters import Composed
from notifications.tables import Letter, LetterLine

Write = Callable[[Letter, list[LetterLine]], Composed | None]
Compose = Callable[[Session, Iterable[LetterLine], datetime], Write]
Draft = Composed | Deferred | None

_log = logging.getLogger(__name__)


def draft(
    session: Session, letters: list[Letter], compose: Compose, now: datetime
) -> list[tuple[Letter, Draft]]:
    """Each letter's words; None where nothing in it is owed any more.

    One that cannot be written is Deferred, with all that its writing had changed undone, and
    holds up no other.
    """
    try:
        with session.begin_nested():
            return [*_written(session, letters, compose, now)]
    except SQLAlchemyError:
        raise  # the database's trouble, and no letter's: the next run goes on
    except Exception as error:
        if len(letters) > 1:
            return [one for each in letters for one in draft(session, [each], compose, now)]
        # Where, and not what it says: a message may quote a name or an address.
        what, place = type(error).__name__, extract_tb(error.__traceback__)[-1].name
        _log.error("letter %s could not be written: %s in %s", letters[0].key, what, place)
        return [(letters[0], Deferred(f"it could not be written: {what}"))]


def _written(
    session: Session, letters: list[Letter], compose: Compose, now: datetime
) -> Iterable[tuple[Letter, Draft]]:
    lines = {
        key: [row for row in rows if not row.dropped]
        for key, rows in outbox.lines_of(session, [letter.key for letter in letters]).items()
    }
    write = compose(session, chain.from_iterable(lines.values()), now)
    return [(letter, write(letter, lines[letter.key])) for letter in letters]


def as_message(letter: Letter, words: Composed, sender: str, now: datetime) -> EmailMessage:
    """The letter with its words, ready to go; ValueError for what no header may hold."""
    envelope = Envelope(
        key=letter.key,
        to=letter.to_email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_=sender,
        at=now,
    )
    return as_email(envelope)
