"""Listens for what became of letters that left: receipts, and notices of what came back."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from flows.correspondence import on_settled
from flows.post import Post
from notifications import outbox, receipts
from notifications.channels.base import Channel, ChannelDown, Refused
from notifications.channels.bounces import Bounce, Mute, read_bounce
from notifications.channels.mailboxes import Mail, Mailbox, MailboxDown
from notifications.channels.receipts import Fault, Receipt, TellsLater
from providers.contacts import batches
from providers.database import Database

TOLD_WITHIN = timedelta(hours=72)
"""How long Notify's mail service goes on trying, and so how long we ask."""
BATCH = 100
"""Receipts to a transaction."""

_log = logging.getLogger(__name__)


@dataclass
class Heard:
    """What was heard, in letters and messages: arrived, came back, moved nothing; and `trouble`."""

    arrived: int = 0
    came_back: int = 0
    ignored: int = 0
    trouble: str = ""


def hear(database: Database, now: datetime, post: Post) -> Heard:
    """Take in every receipt and notice that has come; hearing one twice changes nothing.

    What came back is refused, as if the mail server had refused it when it was handed over: the
    next round writes to whoever is next. A mailbox or service that is down is asked another time.
    """
    heard = Heard()
    try:
        _ask_channel(database, now, post.letters.channel, heard)
        if post.bounces:
            _read_mailbox(database, now, post, post.bounces, heard)
    except (ChannelDown, MailboxDown) as down:
        heard.trouble = str(down)
    return heard


def _ask_channel(database: Database, now: datetime, channel: Channel, heard: Heard) -> None:
    if not isinstance(channel, TellsLater):
        return
    with database.reading() as session:
        keys = receipts.awaited(session, channel.name, now - TOLD_WITHIN)
    told = channel.receipts(keys) if keys else {}
    for batch in batches(told.items(), BATCH):
        with database.writing() as session:
            for key, receipt in batch:
                _take_in(session, key, receipt, now, heard)


def _read_mailbox(
    database: Database, now: datetime, post: Post, mailbox: Mailbox, heard: Heard
) -> None:
    """Each message is marked as read once what it says is on record; a kill between is no harm."""
    with mailbox.open() as folder:
        for mail in folder.unread():
            found = read_bounce(mail.raw)
            if isinstance(found, Mute):
                _leave_out(mail, found, heard)
            else:
                with database.writing() as session:
                    if not _is_ours(session, found, post.settings.journal_address):
                        _leave_out(mail, Mute.FOREIGN, heard)
                    elif not _take_in(session, found.key, found.receipt, now, heard):
                        heard.ignored += 1
            folder.mark_read(mail)


def _leave_out(mail: Mail, why: Mute, heard: Heard) -> None:
    heard.ignored += 1
    _log.info(
        "message %s in the mailbox for returned letters moves nothing: %s", mail.id, why.value
    )


def _is_ours(session: Session, bounce: Bounce, journal: str) -> bool:
    """Whether it tells of a letter on record, and of whom that was for: not of the journal's copy.

    Mail that its reader has sent on comes back from an address that we never wrote to.
    """
    letter = outbox.show(session, bounce.key)
    if letter is None:
        return False
    to = letter.to_email.lower()
    return to in bounce.turned_away or (
        to in bounce.to and journal.strip().lower() not in bounce.turned_away
    )


def _take_in(session: Session, key: str, receipt: Receipt, now: datetime, heard: Heard) -> bool:
    """Put one receipt on record with all that follows from it; False if it was known before.

    A mailbox that is full, or filters, is given a second chance, and no third.
    """
    if not outbox.heard(session, key, receipt.delivered, receipt.detail, now):
        return False
    heard.arrived += receipt.delivered
    heard.came_back += not receipt.delivered
    letter = outbox.show(session, key)
    if letter and receipt.fault:
        again = receipt.fault is Fault.MAILBOX and receipts.refused_before(session, letter)
        at_fault = again or receipt.fault is Fault.ADDRESS
        on_settled(session, letter, Refused(receipt.detail, address_at_fault=at_fault), now)
    return True
