"""The outbox: every letter is a row, and each change of its state is one guarded update."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, func, or_
from sqlmodel import Session, col, insert, select, update

from charter.quarters import london_date
from notifications.among import among
from notifications.bygone import written_to
from notifications.channels.base import check_address, check_key
from notifications.doubts import (
    answered,
    around,
    doubtful,
    expired_handing,
    heard,
    settle_by_hand,
)
from notifications.leases import (
    LEASE,
    Pace,
    claim,
    expire_leases,
    handing,
    may_go,
    moved,
    release,
    requeue_expired,
    settle,
    write_down,
)
from notifications.tables import Letter, LetterLine, LetterState, Line

__all__ = [
    "LEASE",
    "Letter",
    "LetterLine",
    "LetterState",
    "Line",
    "Pace",
    "answered",
    "around",
    "claim",
    "doubtful",
    "expire_leases",
    "expired_handing",
    "handing",
    "heard",
    "release",
    "requeue_expired",
    "settle",
    "settle_by_hand",
    "write_down",
]


@dataclass(frozen=True)
class Wanted:
    """Lines for the letter of that key, and what the letter is where there is none yet."""

    key: str
    person: int
    email: str
    kind: str
    region: str
    day: date
    lines: tuple[Line, ...]

    def check(self) -> None:
        """ValueError for a key or an address that no message could carry, or for no lines."""
        check_key(self.key)
        check_address("recipient", self.email)
        if not self.lines:
            raise ValueError(f"letter {self.key} would speak for nothing")

    def as_row(self, now: datetime) -> dict[str, Any]:
        """The letter as it is queued, without words."""
        letter = Letter(
            key=self.key,
            to_person=self.person,
            to_email=self.email,
            domain=self.email.rpartition("@")[2].lower(),
            kind=self.kind,
            region=self.region,
            day=self.day,
            queued_at=now,
        )
        return letter.model_dump()


def enqueue(
    session: Session,
    *,
    key: str,
    person: int,
    email: str,
    kind: str,
    region: str,
    day: date,
    lines: Iterable[Line],
    now: datetime,
) -> bool:
    """Put lines into the letter of that key, made when there is none; twice is the same as once.

    False when the letter has already left the queue without them, or the person was handed one of
    an earlier day on this London date: the caller tries another day.
    ValueError for a key or an address that no message could carry, or for no lines at all.
    """
    wanted = Wanted(key, person, email, kind, region, day, tuple(lines))
    return enqueue_many(session, [wanted], now)[0]


def enqueue_many(session: Session, wanted: Sequence[Wanted], now: datetime) -> list[bool]:
    """What `enqueue` would do and answer for each in turn, in a number of queries that is fixed."""
    firsts: dict[str, Wanted] = {}
    for each in wanted:
        if firsts.setdefault(each.key, each) is each:
            each.check()
    states, lines = _as_they_stand(session, firsts)
    spoken = written_to(session, {each.person for each in wanted}, london_date(now))
    fresh = {key: each for key, each in firsts.items() if key not in states}
    enough = {key for key, each in fresh.items() if (each.person, each.region) in spoken}
    new = [each.as_row(now) for key, each in fresh.items() if key not in enough]
    answers: list[bool] = []
    added: list[LetterLine] = []
    for each in wanted:
        put = None if each.key in enough else _put(each, states.get(each.key), lines[each.key])
        answers.append(put is not None)
        added += put or ()
    if new:
        session.execute(insert(Letter), new)
    if added:
        session.execute(insert(LetterLine), [row.model_dump(exclude={"id"}) for row in added])
    session.flush()
    return answers


def _as_they_stand(
    session: Session, keys: Collection[str]
) -> tuple[dict[str, str], dict[str, dict[Line, LetterLine]]]:
    """The states of those of these letters that there are, held for us, and the lines of all."""
    found = select(Letter).where(among(col(Letter.key), keys))
    found = found.order_by(col(Letter.key)).with_for_update()
    letters = session.exec(found, execution_options={"populate_existing": True})
    states = {letter.key: letter.state for letter in letters}
    lines = {
        key: {Line(row.subject, row.topic, row.occasion): row for row in rows}
        for key, rows in lines_of(session, keys).items()
    }
    return states, lines


def _put(
    wanted: Wanted, state: str | None, lines: dict[Line, LetterLine]
) -> list[LetterLine] | None:
    """Put lines among those of a letter, which has no state while it is new; None if it left.

    Gives the rows that the letter did not have yet.
    """
    asked = dict.fromkeys(wanted.lines)
    missing = [line for line in asked if line not in lines or lines[line].dropped]
    if not missing and state != LetterState.WITHDRAWN:
        return []
    if state not in (None, LetterState.QUEUED):
        return None
    for line in missing:
        lines.setdefault(line, LetterLine(letter_key=wanted.key, **vars(line))).dropped = ""
    return [row for row in map(lines.__getitem__, missing) if row.id is None]


def withdraw(session: Session, key: str, why: str, now: datetime) -> bool:
    """Stop a letter that nobody has begun to hand over; False when it is too late for that."""
    stoppable = [LetterState.QUEUED, LetterState.CLAIMED, LetterState.DEFERRED]
    guard = [col(Letter.key) == key, col(Letter.state).in_(stoppable)]
    values = {"settled_at": now, "outcome": why, "lease_until": None, "retry_at": None}
    return moved(session, guard, state=LetterState.WITHDRAWN, **values)


def drop_line(session: Session, key: str, line: Line, why: str) -> None:
    """Take one line out of a letter that has not left, with the reason."""
    for row in lines_of(session, [key])[key]:
        if Line(row.subject, row.topic, row.occasion) == line:
            row.dropped = why
            session.add(row)
    session.flush()


def lines_of(session: Session, keys: Iterable[str]) -> dict[str, list[LetterLine]]:
    """The lines of each of these letters, dropped ones too, in the order they were put in."""
    lines: dict[str, list[LetterLine]] = {key: [] for key in keys}
    found = select(LetterLine).where(among(col(LetterLine.letter_key), lines))
    for row in session.exec(found.order_by(col(LetterLine.id))):
        lines[row.letter_key].append(row)
    return lines


def spoken_of(session: Session, keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What each of these letters speaks of, each subject once; what was dropped is left out."""
    found: dict[str, dict[str, None]] = {key: {} for key in keys}
    lines = select(LetterLine.letter_key, LetterLine.subject).where(LetterLine.dropped == "")
    lines = lines.where(among(col(LetterLine.letter_key), found)).order_by(col(LetterLine.id))
    for key, subject in session.exec(lines):
        found[key][subject] = None
    return {key: tuple(subjects) for key, subjects in found.items()}


def is_waiting(session: Session, now: datetime) -> bool:
    """Whether any letter may go now and is held by nobody."""
    return session.exec(select(Letter.key).where(may_go(now)).limit(1)).first() is not None


def erase_words(session: Session, region: str, before: datetime) -> int:
    """Erase the bodies of a region's letters settled before then; how many. The subjects stay."""
    settled = col(Letter.state).in_([LetterState.SENT, LetterState.REFUSED, LetterState.WITHDRAWN])
    old = [col(Letter.region) == region, settled, col(Letter.settled_at) < before]
    some = or_(col(Letter.text) != "", col(Letter.html) != "")
    statement = update(Letter).where(*old, some).values(text="", html="")
    return int(session.connection().execute(statement).rowcount)


def counts(session: Session) -> dict[LetterState, int]:
    """How many letters stand in each state; every state is there, nought included."""
    found = select(Letter.state, func.count()).group_by(Letter.state)
    return dict.fromkeys(LetterState, 0) | {LetterState(s): n for s, n in session.exec(found)}


def listing(
    session: Session, state: LetterState | None = None, limit: int | None = None
) -> list[Letter]:
    """Letters as they stand, oldest first."""
    found = select(Letter).order_by(col(Letter.queued_at), col(Letter.key)).limit(limit)
    return list(session.exec(found if state is None else found.where(Letter.state == state)))


def show(session: Session, key: str) -> Letter | None:
    """One letter, or None."""
    return session.get(Letter, key, populate_existing=True)


def sent_on(
    session: Session, topics: Iterable[str], subjects: Iterable[str]
) -> dict[tuple[str, str], datetime]:
    """When each (subject, topic) was first said in a letter that was sent; absent if never."""
    said = _lines_about(topics, subjects)
    found = (
        select(said.c.subject, said.c.topic, func.min(Letter.settled_at))
        .join(Letter, col(Letter.key) == said.c.letter_key)
        .where(Letter.state == LetterState.SENT)
        .group_by(said.c.subject, said.c.topic)
    )
    return {(subject, topic): at for subject, topic, at in session.exec(found) if at}


def last_said(
    session: Session, topics: Iterable[str], subjects: Iterable[str]
) -> dict[tuple[str, int], date]:
    """For each (subject, person) the newest London date on which a letter said any of these topics.

    A letter still on its way counts from the day it is of; one withdrawn or refused said nothing.
    """
    said = _lines_about(topics, subjects)
    found = (
        select(said.c.subject, Letter.to_person, func.max(Letter.day), func.max(Letter.handed_at))
        .join(Letter, col(Letter.key) == said.c.letter_key)
        .where(col(Letter.state).not_in([LetterState.WITHDRAWN, LetterState.REFUSED]))
        .group_by(said.c.subject, col(Letter.to_person))
    )
    return {
        (subject, person): max(day, london_date(handed)) if handed else day
        for subject, person, day, handed in session.exec(found)
    }


def _lines_about(topics: Iterable[str], subjects: Iterable[str]) -> CTE:
    """The lines in force that say one of these topics of one of these subjects.

    They are found first: left to itself, SQLite tries every subject on every letter there is.
    """
    lines = select(LetterLine.letter_key, LetterLine.subject, LetterLine.topic).where(
        LetterLine.dropped == "",
        col(LetterLine.topic).in_(list(topics)),
        among(col(LetterLine.subject), subjects),
    )
    return lines.cte("said").prefix_with("MATERIALIZED")
