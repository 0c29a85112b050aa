"""Hands over every letter that is due; nothing else in the programme sends anything."""

import os
import socket
from datetime import datetime

from flows.post import Post
from flows.scanning import scan_files
from notifications.delivery import Delivered, deliver
from providers.database import Database


def worker_name() -> str:
    """Who holds a lease: this machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_letters(database: Database, now: datetime, post: Post) -> Delivered:
    """Claim, hand over and settle what is due at `now`; doing it twice sends nothing twice.

    Files given as evidence that wait for their scanner are looked into first: this is what runs
    most often.
    """
    scan_files(database, now, post)
    done = deliver(database, now, post.letters, worker=worker_name())
    if done.trouble:
        post.alert("Letters are waiting", f"{done.trouble}. They go when it is back.")
    if done.in_doubt:
        body = f"{done.in_doubt} letters are in doubt. Find out, then: charter letters settle"
        post.alert("Letters in doubt", body)
    return done
