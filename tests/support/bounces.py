"""Notices as mail servers send them back, each in its own way, and a Maildir to find them in."""

import mailbox
from pathlib import Path

from notifications.channels.base import Envelope, as_email
from tests.support.post import NOW, SENDER

GONE = "5.1.1"
DAEMON = "MAILER-DAEMON@mx.avon.example"


def returned(key: str, to: str) -> str:
    """A letter of ours, as it left."""
    return as_email(
        Envelope(key, to, "Charter return", "Dear Avon\n", "<p>Dear</p>", SENDER, NOW)
    ).as_string()


def headers_of(letter: str) -> str:
    """Its headers alone."""
    return letter.partition("\r\n\r\n" if "\r\n\r\n" in letter else "\n\n")[0]


def notice(
    key: str = "k1",
    to: str = "avon@avon.example",
    *,
    final: str = "",
    action: str = "failed",
    status: str = GONE,
    style: str = "postfix",
    letter: str | None = None,
) -> bytes:
    """A delivery status notification.

    `style`: `postfix` sends the whole letter back, `exchange` and `exim` its headers only, `sparse`
    only the headers that name it, `bare` nothing of it. `final` is who turned it away, if that is
    not `to`.
    """
    whole = (returned(key, to) if letter is None else letter).replace("\r\n", "\n")
    part = {
        "postfix": f"Content-Type: message/rfc822\nContent-Description: Returned\n\n{whole}",
        "exchange": f"Content-Type: text/rfc822-headers\n\n{headers_of(whole)}",
        "exim": f"Content-type: text/rfc822-headers\n\nReturn-path: <a@b>\n{headers_of(whole)}",
        "sparse": f"Content-Type: text/rfc822-headers\n\nMessage-ID: <{key}@charter.example>",
        "bare": "",
    }[style]
    recipient = [
        f"Final-Recipient: rfc822; {final or to}",
        *([f"Original-Recipient: rfc822;{to}"] if style == "postfix" and not final else []),
        f"Action: {action}",
        f"Status: {status}",
        "Remote-MTA: dns; mx.avon.example",
        "Diagnostic-Code: smtp; 550 5.1.1 No such\n    mailbox here",
    ]
    parts = [
        "Content-Type: text/plain\n\nIt could not be delivered.",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.avon.example\n\n"
        + "\n".join(recipient)
        + "\n",
        *([part] if part else []),
    ]
    return (
        f"Return-Path: <>\nFrom: Mail <{DAEMON}>\nTo: bounces@charter.example\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\n\n'
        + "".join(f"--=b\n{each}\n" for each in parts)
        + "--=b--\n"
    ).encode()


def out_of_office(key: str = "k1", to: str = "avon@avon.example") -> bytes:
    """An automatic reply that quotes the letter."""
    return (
        f"From: <{to}>\nTo: bounces@charter.example\nSubject: Out of office\n"
        "Auto-Submitted: auto-replied\nPrecedence: bulk\n"
        f"In-Reply-To: <{key}@charter.example>\nX-Charter-Letter: {key}\n"
        "Content-Type: text/plain\n\nI am away. Action: failed\nStatus: 5.1.1\n"
    ).encode()


class Returns:
    """The mailbox that returned letters come to."""

    def __init__(self, folder: Path) -> None:
        self.box = mailbox.Maildir(folder, create=True)
        self.url = f"maildir:{folder}"

    def comes(self, raw: bytes) -> None:
        """A message is delivered."""
        self.box.add(raw)

    @property
    def unread(self) -> int:
        """How many messages have no mark."""
        return sum("S" not in message.get_flags() for message in self.box)
