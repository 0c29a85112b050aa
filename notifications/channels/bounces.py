"""Reads what mail servers send back: which letter could not be delivered, and whose fault it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from enum import Enum

from notifications.channels.base import KEY
from notifications.channels.receipts import Fault, Receipt

HEADER = "X-Charter-Letter"
_NOTICE = {"message/delivery-status", "message/global-delivery-status"}
_WHOLE = {"message/rfc822", "message/global"}
_HEADERS = {"text/rfc822-headers", "message/global-headers"}
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})")
_THEIRS = {"0", "1", "2", "4"}
"""Nothing said, a bad address, a mailbox closed, no way there. The rest is about us: their system,
our protocol, our words, their policy (RFC 3463)."""


class Mute(Enum):
    """Mail that moves nothing, and why."""

    NO_NOTICE = "not a delivery status notification: an automatic reply, or a letter to us"
    NOT_FINAL = "only delayed, relayed or delivered"
    FOREIGN = "about no letter of ours"


@dataclass(frozen=True)
class Bounce:
    """A letter that came back: its key, whom it was for by its own To, and who turned it away."""

    key: str
    to: frozenset[str]
    turned_away: frozenset[str]
    receipt: Receipt


def read_bounce(raw: bytes) -> Bounce | Mute:
    """What a message says of a letter of ours, if it is a notice that one could not be delivered.

    Whether the letter exists and was for them is for the outbox to say: a key can be made up.
    """
    try:
        return _read(message_from_bytes(raw, policy=compat32))
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return Mute.NO_NOTICE


def _read(message: Message) -> Bounce | Mute:
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() != "multipart/report" or kind != "delivery-status":
        return Mute.NO_NOTICE
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    failed = [fields for fields in _recipients(parts) if _says(fields, "action") == "failed"]
    if not failed:
        return Mute.NOT_FINAL
    letter = _returned(parts)
    key = _key(letter) if letter else ""
    if not letter or not key:
        return Mute.FOREIGN
    to = frozenset(address.lower() for _, address in getaddresses([str(letter["To"] or "")]))
    turned_away = frozenset(
        str(fields[name] or "").rpartition(";")[2].strip(" <>\t\r\n").lower()
        for fields in failed
        for name in ("Final-Recipient", "Original-Recipient")
        if fields[name]
    )
    return Bounce(key, to, turned_away, _receipt(failed[0]))


def _recipients(parts: list[Message]) -> Iterator[Message]:
    """The fields about each recipient; the first block of a notice is about the whole message."""
    for part in parts:
        blocks = part.get_payload()
        if part.get_content_type() in _NOTICE and isinstance(blocks, list):
            yield from (block for block in blocks[1:] if isinstance(block, Message))


def _says(fields: Message, name: str) -> str:
    return str(fields[name] or "").partition("(")[0].strip().lower()


def _returned(parts: list[Message]) -> Message | None:
    """The headers of the letter that came back with the notice, if any did."""
    for part in parts:
        if part.get_content_type() in _WHOLE:
            inner = part.get_payload()
            return inner[0] if isinstance(inner, list) and isinstance(inner[0], Message) else None
        if part.get_content_type() in _HEADERS:
            given = part.get_payload(decode=True)
            return message_from_bytes(given, policy=compat32) if isinstance(given, bytes) else None
    return None


def _key(letter: Message) -> str:
    """The letter's key by its own header, or else by its Message-ID; none where the two differ."""
    said = str(letter[HEADER] or "").strip()
    by_id = str(letter["Message-ID"] or "").strip().strip("<>").rpartition("@")[0]
    if said and by_id and said != by_id:
        return ""
    found = said or by_id
    return found if KEY.fullmatch(found) else ""


def _receipt(fields: Message) -> Receipt:
    found = _STATUS.match(str(fields["Status"] or ""))
    status = ".".join(found.groups()) if found else "no status"
    fault = Fault.OURS
    if found and found[2] in _THEIRS:
        fault = Fault.ADDRESS if found[1] == "5" else Fault.MAILBOX
    why = " ".join(str(fields["Diagnostic-Code"] or "").split())
    detail = f"came back, {status} {why}".strip()[:300]
    return Receipt(detail, fault)
