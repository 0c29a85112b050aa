"""The ways a letter can leave, chosen by one setting."""

from pathlib import Path

from notifications.channels.base import Channel
from notifications.channels.files import FileChannel
from notifications.channels.smtp import SmtpChannel


def channel_for(url: str, folder: Path) -> Channel:
    """The channel that CHARTER_MAIL_URL names; `folder` is where `file:` mail is kept.

    An unknown one is a ValueError that says what may be written and repeats nothing of the URL.
    """
    if url.strip() in ("", "file:", "file://"):
        return FileChannel(folder)
    scheme = url.strip().partition("://")[0].lower()
    if scheme in ("smtp", "smtps"):
        return SmtpChannel(url.strip())
    if scheme == "govuknotify":
        raise ValueError(
            "CHARTER_MAIL_URL: this release does not speak to GOV.UK Notify yet; "
            "use file:, smtp:// or smtps://"
        )
    raise ValueError("CHARTER_MAIL_URL must begin with file:, smtp:// or smtps://")
