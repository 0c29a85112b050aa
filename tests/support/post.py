"""A post office for tests: letters by the handful, and a channel that does as it is told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from sqlmodel import Session

from notifications import outbox
from notifications.channels.base import Accepted, Channel, ChannelDown, Handover, Outcome
from notifications.delivery import PostOffice
from notifications.drafting import Compose, Write
from notifications.letters import Composed
from notifications.tables import Letter, LetterLine
from providers.database import Database
from tests.support.cast import at

NOW = at("2026-10-01T09:00")
SENDER = "Charter accountability <no-reply@charter.example>"


def key_of(number: int) -> str:
    """The key of the numbered letter."""
    return f"sample-p{number}-2026-10-01"


def queue(store: Database, count: int, *, now: datetime = NOW, to: str = "") -> list[str]:
    """Puts so many letters into the outbox, each with one line; their keys."""
    with store.writing() as session:
        for number in range(count):
            outbox.enqueue(
                session,
                key=key_of(number),
                person=number,
                email=to or f"lead{number}@avon.example",
                kind="request",
                region="sample",
                day=now.date(),
                lines=[outbox.Line(f"return:{number}", "request")],
                now=now,
            )
    return [key_of(number) for number in range(count)]


def each_alone(
    compose: Callable[[Session, Letter, list[LetterLine], datetime], Composed | None],
) -> Compose:
    """A way to write letters that looks at one at a time."""

    def gathered(session: Session, _lines: Iterable[LetterLine], now: datetime) -> Write:
        return lambda letter, lines: compose(session, letter, lines, now)

    return gathered


def words(
    session: Session, letter: Letter, lines: list[LetterLine], now: datetime
) -> Composed | None:
    """Writes a short letter, whatever it is about."""
    return Composed(f"About {letter.key}", f"Dear {letter.to_person},\n", "<p>Dear</p>", "request")


def states(store: Database) -> dict[str, int]:
    """How many letters stand in each state, leaving out the empty ones."""
    with store.reading() as session:
        return {str(state): n for state, n in outbox.counts(session).items() if n}


def letter(store: Database, key: str) -> Letter:
    """One letter as it stands."""
    with store.reading() as session:
        found = outbox.show(session, key)
        assert found is not None
        session.expunge(found)
    return found


@dataclass
class Scripted:
    """A channel that answers by key, remembers what it was handed, and can be asked."""

    name: str = "scripted"
    pace: int | None = None
    offers: dict[str, Outcome] = field(default_factory=dict)
    answers: dict[str, Outcome | Callable[[], Outcome]] = field(default_factory=dict)
    arrived: dict[str, bool] = field(default_factory=dict)
    down: ChannelDown | None = None
    down_after: int | None = None
    handed: list[str] = field(default_factory=list)
    asked: dict[str, list[str]] = field(default_factory=dict)
    opened: int = 0

    @contextmanager
    def open(self) -> Iterator[Handover]:
        """A line, unless the channel is down."""
        if self.down and self.down_after is None:
            raise self.down
        self.opened += 1
        yield self

    def offer(self, message: EmailMessage) -> Outcome | None:
        """What was scripted for this letter before DATA."""
        if self.down and len(self.handed) == self.down_after:
            raise self.down
        return self.offers.get(message["X-Charter-Letter"])

    def hand(self, message: EmailMessage) -> Outcome:
        """What was scripted for this letter after DATA."""
        key = str(message["X-Charter-Letter"])
        self.handed.append(key)
        answer = self.answers.get(key, Accepted("taken"))
        return answer() if callable(answer) else answer

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """What was scripted, or that it cannot say."""
        self.asked[key] = list(known)
        return self.arrived.get(key)


def office(channel: Channel) -> PostOffice:
    """A post office around a channel, whose letters are all written the same way."""
    return PostOffice(channel=channel, sender=SENDER, compose=each_alone(words))
