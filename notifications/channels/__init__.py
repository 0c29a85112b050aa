"""The ways a letter can leave, chosen by one setting."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from notifications.channels.base import Channel
from notifications.channels.files import FileChannel
from notifications.channels.journal import Journal
from notifications.channels.smtp import SmtpChannel


def channel_for(
    url: str,
    folder: Path,
    journal: Journal | None = None,
    *,
    bounce_address: str = "",
    clock: Callable[[], datetime] | None = None,
) -> Channel:
    """The channel that CHARTER_MAIL_URL names; `folder` is where `file:` mail is kept.

    The journal and the address for what comes back serve SMTP alone: the other channels can be
    asked themselves. `clock` tells the
    true time to GOV.UK Notify, which cannot do without.
    An unknown one is a ValueError that says what may be written and repeats nothing of the URL.
    """
    if url.strip() in ("", "file:", "file://"):
        return FileChannel(folder)
    scheme = url.strip().partition("://")[0].lower()
    if scheme in ("smtp", "smtps"):
        return SmtpChannel(url.strip(), journal, bounce_address)
    if scheme == "govuknotify" and clock:
        from notifications.channels.notify import NotifyChannel  # its HTTP takes a while to load

        return NotifyChannel(url.strip(), clock)
    raise ValueError("CHARTER_MAIL_URL must begin with file:, smtp://, smtps:// or govuknotify://")
