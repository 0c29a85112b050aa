"""The post office as the flows see it: letters on one side, the families' bulletin on the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from charter.quarters import Calendar
from flows.settings import Settings
from notifications.channels.mailboxes import Mailbox
from notifications.delivery import PostOffice


@dataclass(frozen=True)
class Post:
    """Where letters and pages leave from; `home` holds the families' site.

    `bounces` is the mailbox that letters come back to, if anybody reads it.
    `alert` tells the people who run the service a title and a text, and never raises; only their
    morning brief goes that way.
    """

    letters: PostOffice
    home: Path
    settings: Settings
    calendar: Calendar
    alert: Callable[[str, str], bool]
    bounces: Mailbox | None = None
