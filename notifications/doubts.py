"""Letters of which nobody here can say whether they arrived, and what is heard of them later."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from notifications.among import among
from notifications.leases import BACK_IN_QUEUE, move, moved
from notifications.tables import Letter, LetterState


def expired_handing(session: Session, now: datetime) -> list[Letter]:
    """Put in doubt what was being handed over when its lease ran out; the letters put in doubt."""
    expired = [col(Letter.state) == LetterState.HANDING, col(Letter.lease_until) <= now]
    words = "the worker was lost while handing it over"
    return move(session, expired, state=LetterState.IN_DOUBT, outcome=words)


def doubtful(session: Session, now: datetime) -> list[Letter]:
    """The letters in doubt that have waited long enough to be asked about."""
    waited = or_(col(Letter.lease_until).is_(None), col(Letter.lease_until) <= now)
    found = select(Letter).where(col(Letter.state) == LetterState.IN_DOUBT, waited)
    return list(session.exec(found.order_by(col(Letter.queued_at), col(Letter.key))))


def in_doubt(session: Session, regions: Iterable[str]) -> dict[str, tuple[int, datetime]]:
    """How many letters of each region are in doubt, and when the oldest was put in its queue."""
    rows = session.exec(
        select(Letter.region, func.count(), func.min(col(Letter.queued_at)))
        .where(col(Letter.state) == LetterState.IN_DOUBT, among(col(Letter.region), regions))
        .group_by(col(Letter.region))
    )
    return {region: (many, oldest) for region, many, oldest in rows}


def around(session: Session, letter: Letter) -> list[str]:
    """The letters known to have left by the same way: the last before this one, the first after.

    Whoever is asked about a letter must know of these, or its answer is none.
    """
    if letter.handed_at is None:
        return []
    sent = select(Letter.key).where(
        Letter.state == LetterState.SENT, Letter.channel == letter.channel
    )
    at = col(Letter.handed_at)
    before = sent.where(at <= letter.handed_at).order_by(at.desc(), col(Letter.key)).limit(1)
    after = sent.where(at > letter.handed_at).order_by(at, col(Letter.key)).limit(1)
    return [*session.exec(before), *session.exec(after)]


def answered(session: Session, key: str, fence: int, arrived: bool, now: datetime) -> bool:
    """Settle a doubt by what the channel said: it arrived, or it never did and goes again."""
    return _end_doubt(session, key, arrived, now, "the channel says", col(Letter.fence) == fence)


def settle_by_hand(session: Session, key: str, sent: bool, now: datetime, by: str) -> bool:
    """Settle a doubt by what a person found out; False when the letter is not in doubt."""
    return _end_doubt(session, key, sent, now, f"{by} found")


def _end_doubt(
    session: Session, key: str, arrived: bool, now: datetime, who: str, *guard: ColumnElement[bool]
) -> bool:
    doubt = [col(Letter.key) == key, col(Letter.state) == LetterState.IN_DOUBT, *guard]
    if not arrived:
        return moved(session, doubt, outcome=f"{who} that it never arrived", **BACK_IN_QUEUE)
    sent = {"state": LetterState.SENT, "settled_at": now, "lease_until": None}
    return moved(session, doubt, outcome=f"{who} that it arrived", **sent)


def heard(session: Session, key: str, delivered: bool, detail: str, now: datetime) -> bool:
    """Put on record what a receipt or a returned notice says; False if it changes nothing.

    Either proves that the letter had arrived at the far side's server, so a doubt about that is
    over. One that failed is refused, for good: a later receipt does not undo it.
    """
    gone = col(Letter.state).in_([LetterState.HANDING, LetterState.IN_DOUBT, LetterState.SENT])
    news = [col(Letter.key) == key, gone, col(Letter.receipt) != "failed"]
    if delivered:
        values = {"state": LetterState.SENT, "receipt": "delivered"}
        news.append(col(Letter.receipt) != "delivered")
    else:
        values = {"state": LetterState.REFUSED, "receipt": "failed", "outcome": detail[:500]}
    settled_at = func.coalesce(col(Letter.settled_at), now)
    return moved(session, news, **values, receipt_at=now, settled_at=settled_at, lease_until=None)
