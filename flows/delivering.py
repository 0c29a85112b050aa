"""Hands over every letter that is due; nothing else in the programme sends anything."""

import os
import socket
from datetime import datetime, timedelta

from charter.quarters import BeyondHorizon, Calendar, london_date
from flows.hearing import hear
from flows.post import Post
from flows.scanning import scan_files
from notifications import outbox
from notifications.delivery import Delivered, deliver
from providers import cycles
from providers.database import Database
from providers.register import regions

MOST = 5000
"""Letters that one run hands over at most."""


def worker_name() -> str:
    """Who holds a lease: this machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_letters(database: Database, now: datetime, post: Post) -> Delivered:
    """Claim, hand over and settle what is due at `now`; doing it twice sends nothing twice.

    Files given as evidence that wait for their scanner are looked into first: this is what runs
    most often. So is what became of earlier letters, and the words of old ones are erased. On a
    day that is no working day nothing is handed over; what was in doubt is settled all the same.
    """
    scan_files(database, now, post)
    erase_old_words(database, now)
    heard = hear(database, now, post)
    shut = _shut(post.calendar, now)
    limit = 0 if shut else MOST
    done = deliver(database, now, post.letters, worker=worker_name(), limit=limit)
    done.arrived, done.came_back, done.ignored = heard.arrived, heard.came_back, heard.ignored
    waits = shut if done.waiting else ""
    done.trouble = ". ".join(filter(None, (waits, done.trouble, heard.trouble)))
    return done


def erase_old_words(database: Database, now: datetime) -> int:
    """Erase the words of letters settled for longer than each region's policy keeps them; how many.

    That a letter was sent, to whom, when, and with what subject, stays.
    """
    with database.writing() as session:
        keeps = {
            r.code: cycles.policy_of(session, r.policy_version).keep_letters
            for r in regions(session)
        }
        return sum(
            outbox.erase_words(session, region, now - timedelta(days=days))
            for region, days in keeps.items()
        )


def _shut(calendar: Calendar, now: datetime) -> str:
    """Why nothing may be handed over today; empty on a working day."""
    try:
        if calendar.is_working_day(london_date(now)):
            return ""
    except BeyondHorizon as unknown:
        return str(unknown)
    return "letters wait for the next working day"
