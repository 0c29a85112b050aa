"""Asks, for every return in play, what is owed today, and puts it into one digest per person."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from charter.chasing import Ask, Case, Owed, addressee, owed
from charter.folding import after
from charter.ledger import digest
from charter.policy import Policy, Role
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date
from charter.steps import (
    BecameReachable,
    BecameUnreachable,
    DueMoved,
    Happened,
    RecordedNotReturned,
    Reminded,
    Skipped,
    Step,
)
from flows.bygone import take_back
from flows.cases import Gathered, gather, subject
from flows.freezing import freeze_packs
from flows.moving import move_deadlines
from flows.post import Post
from notifications import outbox
from notifications.outbox import Line, Wanted
from providers import lives, promised, returns
from providers.database import Database
from providers.lives import NewStep
from providers.returns import Ref

BATCH = 500
QUARTERS_IN_PLAY = 3
ENGINE = "engine"


@dataclass(frozen=True)
class Decision:
    """What is due on one return: steps to be recorded, then rungs for today's digests, in order."""

    here: Ref
    steps: tuple[Step, ...]
    asks: tuple[Ask, ...]


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

    What waits from an earlier day is taken back first, and said anew if it is still owed. Then all
    returns are looked at together, and no lock is held meanwhile. Those with something due are
    then looked at again in batches, each in the one transaction that writes down what it finds.
    Hands nothing over. A return whose ladder runs past the bank holidays we know is left alone;
    BeyondHorizon says so once all others have been seen to.
    """
    take_back(database, now, post.calendar)
    halted: list[str] = []
    total = Chased(due_moved=move_deadlines(database, now, post.calendar).returns)
    for batch in _due(database, now, post.calendar, halted):
        with database.writing() as session:
            gathered = gather(session, returns.refs(session, ids=batch), now)
            total += write_down(session, decide(gathered, post.calendar, now), gathered, now)
    freeze_packs(database, now, post.calendar)
    if halted:
        many = f"{len(halted)} return{'' if len(halted) == 1 else 's'}"
        raise BeyondHorizon(f"escalation halts for {many}: {halted[0]}")
    return total


def _due(
    database: Database, now: datetime, calendar: Calendar, halted: list[str]
) -> Iterator[list[int]]:
    """The returns of running regions' latest quarters on which something is due, by the batch.

    With them older ones in which a promise still stands that waits for a word.
    """
    oldest = Quarter.containing(london_date(now))
    for _ in range(QUARTERS_IN_PLAY):
        oldest = oldest.previous()
    with database.reading() as session:
        in_play = {r.id: r for r in returns.refs(session, since=str(oldest))}
        older = promised.days(session, london_date(now)).keys() - in_play.keys()
        in_play |= {r.id: r for r in returns.refs(session, ids=older)} if older else {}
        running = [r for r in in_play.values() if not r.paused]
        found = decide(gather(session, running, now), calendar, now, halted)
        due = [decision.here.id for decision in found]
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def decide(
    gathered: Gathered, calendar: Calendar, now: datetime, halted: list[str] | None = None
) -> list[Decision]:
    """What is due at `now`, return by return; those on which nothing is due are left out.

    Why nothing can be decided, where the bank holidays are not known, is added to `halted`.
    """
    found = []
    for here in gathered.refs:
        policy = gathered.policies[here.policy_version]
        try:
            decision = _decide(here, gathered.cases[here.id], policy, calendar, now)
        except BeyondHorizon as error:
            if halted is not None:
                halted.append(str(error))
            continue
        if decision.steps or decision.asks:
            found.append(decision)
    return found


def _decide(here: Ref, case: Case, policy: Policy, calendar: Calendar, now: datetime) -> Decision:
    due = owed(case, policy, calendar, now)
    steps: list[Step] = []
    if due.due_moves:
        steps.append(DueMoved(due=due.due_moves, why=due.due_why))
        case = replace(case, life=after(case.life, Happened(now, ENGINE, steps[0])))
        due = owed(case, policy, calendar, now)
    steps += _flags(case, due)
    steps += [Skipped(**vars(skip)) for skip in due.skips]
    asks = sorted(due.asks, key=lambda ask: policy.rank(ask.rung))
    return Decision(here, tuple(steps), tuple(asks))


def _flags(case: Case, due: Owed) -> Iterator[Step]:
    if due.unreachable:
        yield BecameUnreachable()
    elif case.life.unreachable and addressee(Role.LEAD, case.people):
        yield BecameReachable()
    if due.not_returned:
        yield RecordedNotReturned()


def write_down(
    session: Session, decisions: list[Decision], gathered: Gathered, now: datetime
) -> Chased:
    """Put the asks into today's digests, and record each step; the same number of queries always.

    An ask whose digest has already left waits for another day.
    """
    letters = {
        (decision.here.id, ask): _letter(decision.here, ask, gathered, now)
        for decision in decisions
        for ask in decision.asks
    }
    answers = outbox.enqueue_many(session, list(letters.values()), now)
    queued = dict(zip(letters, answers, strict=True))
    steps: list[NewStep] = []
    for decision in decisions:
        here = decision.here
        steps += [NewStep(here.id, step) for step in decision.steps]
        steps += [_reminded(here, ask, now) for ask in decision.asks if queued[here.id, ask]]
    lives.record_many(session, steps, now, ENGINE)
    return _counted(new.step.kind for new in steps)


def _letter(here: Ref, ask: Ask, gathered: Gathered, now: datetime) -> Wanted:
    _, email = gathered.names[ask.person]
    return Wanted(
        key=_digest(here, ask, now),
        person=ask.person,
        email=email,
        kind=gathered.policies[here.policy_version].find(ask.rung).letter,
        region=here.region,
        day=london_date(now),
        lines=(Line(subject(here.id), ask.rung, ask.occasion),),
    )


def _reminded(here: Ref, ask: Ask, now: datetime) -> NewStep:
    key = _digest(here, ask, now)
    step = Reminded(rung=ask.rung, person=ask.person, letter=key, occasion=ask.occasion)
    return NewStep(here.id, step, once=f"{ask.rung}/{ask.person}/{ask.occasion}/{key}")


def _digest(here: Ref, ask: Ask, now: datetime) -> str:
    """One letter per person, region and London date; its end is what nobody else could make up."""
    plain = f"{here.region}-p{ask.person}-{london_date(now)}"
    return f"{plain}-{digest(f'{here.region_salt}:{plain}')[:12]}"


def _counted(kinds: Iterable[str]) -> Chased:
    times = Counter(kinds)
    return Chased(
        asked=times["reminded"],
        skipped=times["skipped"],
        not_returned=times["recorded_not_returned"],
        unreachable=times["became_unreachable"],
        due_moved=times["due_moved"],
    )
