"""The outbox's two tables; nobody but the outbox and the migrations touches them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class LetterState(StrEnum):
    """Where a letter stands between being owed and being sent."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING = "handing"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    WITHDRAWN = "withdrawn"


class Letter(SQLModel, table=True):
    """One digest to one person; it has no words until the transaction that claims it.

    `handed_at` is when a hand-over last began; `receipt` what was heard of a sent letter later
    (`delivered`, `failed`), and `receipt_at` when.
    """

    __table_args__ = (
        Index("letter_waiting", "state", "queued_at"),
        Index("letter_pace", "domain", "handed_at"),
    )
    key: str = Field(primary_key=True)
    to_person: int = Field(index=True)
    to_email: str
    domain: str = ""
    kind: str
    region: str = Field(index=True)
    day: date
    state: str = LetterState.QUEUED.value
    queued_at: datetime = Field(sa_type=Instant)
    worker: str = ""
    fence: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    retry_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    channel: str = ""
    outcome: str = Field(default="", sa_type=Text)
    receipt: str = ""
    receipt_at: datetime | None = Field(default=None, sa_type=Instant)
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    html: str = Field(default="", sa_type=Text)


class LetterLine(SQLModel, table=True):
    """One thing a letter speaks for; `dropped` says why it left the letter before hand-over."""

    __tablename__ = "letter_line"
    __table_args__ = (UniqueConstraint("letter_key", "subject", "topic", "occasion"),)
    id: int | None = Field(default=None, primary_key=True)
    letter_key: str = Field(foreign_key="letter.key")
    subject: str = Field(index=True)
    topic: str
    occasion: int = 0
    dropped: str = ""


@dataclass(frozen=True, order=True)
class Line:
    """What a letter is to speak for: a subject (`return:12`), a topic (a rung) and an occasion."""

    subject: str
    topic: str
    occasion: int = 0
