"""Asks, for every return in play, what is owed today, and puts it into one digest per person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from charter.chasing import Ask, Case, Owed, addressee, owed
from charter.policy import Policy, Role
from charter.quarters import Calendar, Quarter, london_date
from charter.steps import (
    BecameReachable,
    BecameUnreachable,
    DueMoved,
    RecordedNotReturned,
    Reminded,
    Skipped,
    Step,
)
from flows.cases import Gathered, gather, subject
from flows.post import Post
from notifications import outbox
from providers import lives, returns
from providers.database import Database
from providers.returns import Ref

BATCH = 100
QUARTERS_IN_PLAY = 3
ENGINE = "engine"


@dataclass(frozen=True)
class Chased:
    """What a round recorded: rungs put into letters, rungs skipped, returns given up on."""

    asked: int = 0
    skipped: int = 0
    not_returned: int = 0
    unreachable: int = 0
    due_moved: int = 0

    def __add__(self, other: "Chased") -> "Chased":
        return Chased(
            *(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True))
        )


def chase_returns(database: Database, now: datetime, post: Post) -> Chased:
    """Record and queue all that is due at `now`; doing it twice changes nothing.

    Works in batches, each one transaction; hands nothing over.
    """
    total = Chased()
    for batch in in_play(database, now):
        with database.writing() as session:
            fresh = returns.refs(session, ids=batch)
            gathered = gather(session, fresh, now)
            for here in fresh:
                total += _chase(session, here, gathered, post.calendar, now)
    if total.not_returned or total.unreachable:
        body = (
            f"{total.not_returned} returns were recorded as not returned, and "
            f"{total.unreachable} services have nobody we can reach. See: charter status"
        )
        post.alert("Returns that need a person", body)
    return total


def in_play(database: Database, now: datetime) -> Iterator[list[int]]:
    """The returns of running regions' latest quarters, by the batch."""
    oldest = Quarter.containing(london_date(now))
    for _ in range(QUARTERS_IN_PLAY):
        oldest = oldest.previous()
    with database.reading() as session:
        ids = [r.id for r in returns.refs(session) if r.quarter >= oldest and not r.paused]
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _chase(
    session: Session, here: Ref, gathered: Gathered, calendar: Calendar, now: datetime
) -> Chased:
    case, policy = gathered.cases[here.id], gathered.policies[here.policy_version]
    due = owed(case, policy, calendar, now)
    done = Chased()
    if due.due_moves:
        why = "the first person asked could not be reached, so the next has full notice"
        _record(session, here, DueMoved(due=due.due_moves, why=why), now)
        case = replace(case, life=lives.lives(session, [here.id])[here.id])
        due = owed(case, policy, calendar, now)
        done += Chased(due_moved=1)
    done += _flags(session, here, case, due, now)
    for skip in due.skips:
        step = Skipped(
            rung=skip.rung, person=skip.person, reason=skip.reason, occasion=skip.occasion
        )
        _record(session, here, step, now)
        done += Chased(skipped=1)
    for ask in _in_order(due.asks, policy):
        if _put_in_letter(session, here, ask, policy, gathered, now):
            done += Chased(asked=1)
    return done


def _flags(session: Session, here: Ref, case: Case, due: Owed, now: datetime) -> Chased:
    done = Chased()
    if due.unreachable:
        _record(session, here, BecameUnreachable(), now)
        done += Chased(unreachable=1)
    elif case.life.unreachable and addressee(Role.LEAD, case.people):
        _record(session, here, BecameReachable(), now)
    if due.not_returned:
        _record(session, here, RecordedNotReturned(), now)
        done += Chased(not_returned=1)
    return done


def _in_order(asks: tuple[Ask, ...], policy: Policy) -> list[Ask]:
    return sorted(asks, key=lambda ask: policy.rank(ask.rung))


def _put_in_letter(
    session: Session, here: Ref, ask: Ask, policy: Policy, gathered: Gathered, now: datetime
) -> bool:
    """Add the rung to the person's digest of today; not if that digest has already left."""
    today = london_date(now)
    key = f"{here.region}-p{ask.person}-{today}"
    name_email = gathered.names[ask.person]
    queued = outbox.enqueue(
        session,
        key=key,
        person=ask.person,
        email=name_email[1],
        kind=policy.find(ask.rung).letter,
        region=here.region,
        day=today,
        lines=[outbox.Line(subject(here.id), ask.rung, ask.occasion)],
        now=now,
    )
    if queued:
        step = Reminded(rung=ask.rung, person=ask.person, letter=key, occasion=ask.occasion)
        once = f"{ask.rung}/{ask.person}/{ask.occasion}/{key}"
        lives.record(session, here.id, step, now, ENGINE, once=once)
    return queued


def _record(session: Session, here: Ref, step: Step, now: datetime) -> None:
    lives.record(session, here.id, step, now, ENGINE)
