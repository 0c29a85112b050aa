"""What is known of letters after they left: which still want word, and which came back before."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from notifications.tables import Letter, LetterState


def awaited(session: Session, channel: str, since: datetime) -> Sequence[str]:
    """The keys of letters that went by this channel since then, and of which nothing was heard."""
    found = select(Letter.key).where(
        Letter.state == LetterState.SENT,
        Letter.channel == channel,
        Letter.receipt == "",
        col(Letter.settled_at) >= since,
    )
    return session.exec(found.order_by(col(Letter.settled_at), col(Letter.key))).all()


def refused_before(session: Session, letter: Letter) -> bool:
    """Whether the letter before this one to the same address was refused as well."""
    earlier = select(Letter.state).where(
        Letter.to_email == letter.to_email,
        col(Letter.queued_at) < letter.queued_at,
        col(Letter.state).in_([LetterState.SENT, LetterState.REFUSED]),
    )
    newest = earlier.order_by(col(Letter.queued_at).desc(), col(Letter.key).desc()).limit(1)
    return session.exec(newest).first() == LetterState.REFUSED
