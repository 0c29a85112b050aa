"""Our own channel to the stub of GOV.UK Notify, and letters handed to it one at a time."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from notifications.channels import channel_for
from notifications.channels.base import Envelope, Outcome, as_email, hand_over_now
from notifications.channels.notify import NotifyChannel
from tests.support.notify import LIVE, StubNotify
from tests.support.post import NOW, SENDER

AVON = "avon@avon.example"
NOBODY = "00000000-0000-4000-8000-000000000000"
"""A key, service or template that Notify never made."""
ENVELOPE = Envelope(
    key="sample-p1-2026-10-01",
    to=AVON,
    subject="Charter return: HMP Avonbridge, 2026-27-Q2",
    text="Dear Avon,\n\nFamily and Carers’ Charter\n",
    html="<p>Family and Carers’ Charter</p>\n",
    from_=SENDER,
    at=NOW,
)


def channel(stub: StubNotify, secret: str = LIVE, **more: str) -> NotifyChannel:
    """The channel as the setting makes it, by the stub's clock."""

    def clock() -> datetime:
        return datetime.fromtimestamp(stub.now, UTC)

    made = channel_for(stub.url(secret, **more), Path("unused"), clock=clock)
    assert isinstance(made, NotifyChannel)
    return made


def hand(stub: StubNotify, secret: str = LIVE, *, to: str = AVON, key: str = "k1") -> Outcome:
    """One letter, handed over at once."""
    message = as_email(replace(ENVELOPE, to=to, key=key))
    return hand_over_now(channel(stub, secret), message)
