"""Takes a person's address, and all that was written to them, out of letters that were settled."""

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from notifications.tables import Letter, LetterState

_OVER = (LetterState.SENT, LetterState.REFUSED, LetterState.WITHDRAWN)


def unsettled(session: Session, person: int) -> int:
    """How many letters to a person have not come to an end."""
    rows = select(func.count()).select_from(Letter)
    open_ = Letter.to_person == person, col(Letter.state).not_in(_OVER)
    return session.exec(rows.where(*open_)).one()


def erase(session: Session, person: int, placeholder: str) -> int:
    """Leave of a person's letters what they spoke for and when, and no address or words; how many.

    What the server answered goes too: it often repeats the address.
    """
    gone = {"to_email": placeholder, "text": "", "html": "", "outcome": ""}
    done = session.exec(update(Letter).where(col(Letter.to_person) == person).values(**gone))
    return int(done.rowcount)
