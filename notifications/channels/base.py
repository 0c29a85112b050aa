"""What every channel promises: take one letter at a time, and say in a type what became of it."""

import re
from binascii import b2a_qp
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol, runtime_checkable

KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.|$)){0,119}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


def one_line(words: str) -> str:
    """Words of somebody outside without line breaks, control characters and half characters."""
    if words.isprintable():
        return words
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


@dataclass(frozen=True)
class _Told:
    """What somebody outside said, kept as one line that no screen or database stumbles over."""

    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", one_line(self.detail))


@dataclass(frozen=True)
class Accepted(_Told):
    """The other side took the letter and said so."""


@dataclass(frozen=True)
class Refused(_Told):
    """It will never be taken; `address_at_fault` tells a bad address from a bad message."""

    address_at_fault: bool = True


@dataclass(frozen=True)
class Deferred(_Told):
    """Not now; `after` is how long the other side asked us to wait, when it did."""

    after: timedelta | None = None


@dataclass(frozen=True)
class Unknown(_Told):
    """The line went dead between our last word and their answer: nobody here can say."""


Outcome = Accepted | Refused | Deferred | Unknown


class ChannelDown(Exception):
    """Nothing can be handed over at all; `what` is down, and `why`. Holds no secret."""

    def __init__(self, what: str, why: str) -> None:
        what, why = one_line(what), one_line(why)
        super().__init__(f"{what} ({why})")
        self.what = what
        self.why = why


@dataclass(frozen=True)
class Envelope:
    """One letter ready to go: `from_` may be `Name <address>`, `at` becomes its Date."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    from_: str
    at: datetime


class Handover(Protocol):
    """An open line to the other side."""

    @property
    def name(self) -> str:
        """What the outbox is to remember of the letter last offered; see Channel.name."""

    def offer(self, message: EmailMessage) -> Outcome | None:
        """Say whom the letter is for; None means go on and hand it over. May raise ChannelDown."""

    def hand(self, message: EmailMessage) -> Outcome:
        """Give the whole letter. Never raises for what the other side does."""


@runtime_checkable
class Patient(Protocol):
    """A line with nothing to do while the other side takes a letter."""

    meanwhile: Callable[[], object]
    """Called then, once a letter; must not raise."""


class Channel(Protocol):
    """A way for letters to leave."""

    @property
    def name(self) -> str:
        """What the outbox remembers, so that only this channel is asked about its letters.

        A line gives another name to a letter of which the channel will not be able to tell.
        """

    @property
    def pace(self) -> int | None:
        """How many letters a minute any one domain is sent at most; None for as many as go."""

    def open(self) -> AbstractContextManager[Handover]:
        """A line for one batch; raises ChannelDown when there is none to be had."""

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """Did this letter arrive? True, False, or None when the channel cannot say.

        `known` are letters that this channel took just before it and just after: an answer that
        does not know of them is no answer.
        """


def check_key(key: str) -> str:
    """The key itself, if it can name a file and a message; else a ValueError."""
    if not KEY.fullmatch(key):
        raise ValueError(
            f"{key!r} cannot be a letter's key; use up to 120 letters, digits, dots and dashes"
        )
    return key


def check_line(what: str, value: str) -> str:
    """The value itself, if it is one line; else a ValueError that names what it was meant for."""
    if _UNSAFE.search(value):
        raise ValueError(f"the {what} holds a line break or a control character")
    return value


@lru_cache(maxsize=4096)
def check_address(what: str, value: str) -> Address:
    """One plain address, or a ValueError: no list, no group, no line break, no accents."""
    check_line(what, value)
    if plain := _PLAIN_ADDRESS.fullmatch(value):
        return Address(username=plain[1], domain=plain[2])
    holder = EmailMessage(policy=SMTP)
    try:
        value.encode("ascii")
        holder["To"] = value
        found: tuple[Address, ...] = holder["To"].addresses
        alone = len(found) == 1 and holder["To"].groups[0].display_name is None
        sound = alone and not holder["To"].defects
    except (ValueError, IndexError):
        sound = False
    if not sound or not (found[0].username and found[0].domain):
        raise ValueError(f"the {what} is not one plain e-mail address")
    return found[0]


class _AsWritten(EmailPolicy):
    """Keeps a header as it is given, and reads it only when it is asked for.

    The library reads every header that is set, and again when it writes it: two milliseconds a
    letter, as much as it takes to hand one over. Ours are checked before they are set.
    """

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        """As given."""
        return name, value

    def header_max_count(self, name: str) -> None:
        """Each is set once."""


class Written(EmailMessage):
    """A letter as a message, with its bytes and its two bare addresses at hand."""

    ends: tuple[str, str]
    raw: bytes

    def as_bytes(self, unixfrom: bool = False, policy: Policy | None = None) -> bytes:
        """The bytes, made once."""
        return self.raw


_POLICY = _AsWritten(linesep="\r\n")
_LONGEST = 78
_BOUNDARY = "=_part-of-a-letter"
"""Quoted-printable never holds "=_", so this cannot stand in a text."""


def as_email(envelope: Envelope, domain: str = "") -> Written:
    """The letter as a message, the same bytes each time; ValueError for what no header may hold.

    `domain` is the right-hand side of the Message-ID; the sender's own when left out.
    """
    key = check_key(envelope.key)
    sender = check_address("sender", envelope.from_)
    to = check_address("recipient", envelope.to)
    message = Written(policy=_POLICY)
    message["From"] = str(sender)
    message["To"] = str(to)
    message["Subject"] = check_line("subject", envelope.subject)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{key}@{check_line('domain', domain or sender.domain)}>"
    message["X-Charter-Letter"] = key
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="{_BOUNDARY}"'
    bodies = {"plain": _body(envelope.text), "html": _body(envelope.html)}
    parts = [_part(subtype, body) for subtype, body in bodies.items()]
    message.set_payload([*parts])
    message.ends = (sender.addr_spec, to.addr_spec)
    line = f"\r\n--{_BOUNDARY}"
    written = "".join(
        f"{line}\r\n{_heads(part)}\r\n{body}"
        for part, body in zip(parts, bodies.values(), strict=True)
    )
    message.raw = f"{_heads(message)}{written}{line}--\r\n".encode("ascii")
    return message


def _body(text: str) -> str:
    lines = "".join(f"{line}\r\n" for line in text.splitlines())
    return b2a_qp(lines.encode()).decode("ascii")


def _part(subtype: str, body: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(body)
    return part


def _heads(message: EmailMessage) -> str:
    return "".join(_head(name, value) for name, value in message.raw_items())


@lru_cache(maxsize=1024)
def _head(name: str, value: str) -> str:
    """A header as it travels: only one that is long or not plain ASCII takes the library."""
    line = f"{name}: {value}"
    if line.isascii() and len(line) <= _LONGEST:
        return f"{line}\r\n"
    folded = str(SMTP.header_factory(name, value).fold(policy=SMTP))
    # Folded before its first word, it would be read with a space in front of it.
    return folded.replace(f"{name}:\r\n ", f"{name}: ", 1)


def addresses(message: EmailMessage) -> tuple[str, str]:
    """The bare addresses it is from and to, as the SMTP envelope wants them."""
    if isinstance(message, Written):
        return message.ends
    return message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec


def hand_over_now(channel: Channel, message: EmailMessage) -> Outcome:
    """Hand one message over at once, outside the outbox (sign-in links go this way)."""
    try:
        with channel.open() as line:
            refusal = line.offer(message)
            return line.hand(message) if refusal is None else refusal
    except ChannelDown as down:
        return Deferred(str(down))
