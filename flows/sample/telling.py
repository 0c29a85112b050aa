"""Tells a story: acts in order, each at its own time, from wherever the record left off."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from charter.quarters import LONDON, say
from flows.sample.acts import Act, FlowCall, Runner, at_moment
from flows.wiring import App
from notifications import outbox
from notifications.outbox import LEASE, LetterState
from providers import ledger

HELD = (LetterState.CLAIMED, LetterState.HANDING)
UNSETTLED = (LetterState.QUEUED, *HELD, LetterState.DEFERRED)
LATER = LEASE + timedelta(minutes=1)
"""By then, whatever a run that was cut short had in its hands is free again."""
ROUNDS = 6
"""How often letters are handed over again before the story ends as it is."""

Say = Callable[[str], None]


def tell(app: App, acts: Sequence[Act], runner: Runner | None, tell_of: Say) -> None:
    """Do every act that the record has not left behind; no runner is needed where no act calls one.

    The act at the very time of the record's last entry is done again: it may be half done.
    Acts in a row that run the same flow are one run of it.
    """
    last = last_moment(app)
    free_letters(app)
    left = [act for act in acts if last is None or act.at >= last]
    for same in _runs(left):
        for act in same:
            tell_of(f"{_when(act.at)}  {act.says}")
        call = same[0].do
        if not isinstance(call, FlowCall):
            call(at_moment(app, same[0].at))
        elif runner is None:
            raise LookupError(f"nobody is there to run {call.deployment}")
        else:
            runner.run(call.deployment, [act.at for act in same])


def free_letters(app: App) -> None:
    """Whoever held a letter when the last telling ended is gone: let it be taken up at once."""
    moment = last_moment(app)
    if moment is None:
        return
    with app.database.writing() as session:
        held = [letter for state in HELD for letter in outbox.listing(session, state)]
        for worker in {letter.worker for letter in held}:
            outbox.expire_leases(session, worker, moment)


def settle(app: App, moment: datetime, runner: Runner, tell_of: Say) -> datetime:
    """Hand over again, a lease later each time, while a letter waits; the last moment reached."""
    for _ in range(ROUNDS):
        moment = max(moment, last_moment(app) or moment)
        if not unsettled(app):
            break
        moment += LATER
        tell_of(
            f"{_when(moment)}  {unsettled(app)} letters still wait: they are handed over again."
        )
        runner.run("deliver_letters", [moment])
    return moment


def unsettled(app: App) -> int:
    """How many letters are on their way: neither sent nor refused, withdrawn or in doubt."""
    with app.database.reading() as session:
        counts = outbox.counts(session)
    return sum(counts[state] for state in UNSETTLED)


def last_moment(app: App) -> datetime | None:
    """When the record's last entry was made."""
    with app.database.reading() as session:
        return ledger.last_at(session)


def _runs(acts: Sequence[Act]) -> Iterator[list[Act]]:
    """Each act by itself, but for flows of the same name in a row."""
    run: list[Act] = []
    for act in acts:
        if run and not (isinstance(act.do, FlowCall) and act.do == run[-1].do):
            yield run
            run = []
        run.append(act)
    if run:
        yield run


def _when(moment: datetime) -> str:
    here = moment.astimezone(LONDON)
    return f"{say(here.date()):>17}, {here:%H:%M}"
