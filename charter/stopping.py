"""Why a rung is not to be said after all: asked as it is planned, and again as its letter goes."""

from datetime import datetime

from charter.cases import Case, people_for, turned_away
from charter.policy import Anchor, Policy, Rung
from charter.quarters import london_date
from charter.returns import Life


def why_not(
    rung: Rung, case: Case, person: int, now: datetime, policy: Policy, occasion: int = 0
) -> str | None:
    """Why a rung is not to be said to a person at `now`; None when it is still owed.

    Asked when a letter is planned, and again in the transaction that claims it. A rung that
    speaks of promises names their day by its `occasion`.
    """
    if case.paused:
        return "paused"
    if case.life.released:
        return "the return is no longer owed"
    if person not in people_for(rung, case):
        return "somebody else is to be written to now"
    if rung.is_of_promises:
        return _why_no_promise(rung, case, occasion)
    if rung.is_chaser:
        return _why_no_chaser(rung, case.life, now)
    if rung.confirms:
        return _why_no_confirming(case, person)
    if rung.anchor is Anchor.UNREACHABLE:
        return _why_no_alarm(rung, case, policy)
    return _why_no_news(rung, case)


def _why_no_chaser(rung: Rung, life: Life, now: datetime) -> str | None:
    if life.is_received:
        return "received"
    if rung.only == "not_started" and life.started:
        return "it has been started"
    today = london_date(now)
    if rung.anchor is Anchor.DUE and life.due is not None:
        if rung.offset > 0 and today <= life.due:
            return "extended"
        if rung.is_reminder and today > life.due:
            return "the due date has passed"
    return None


def _why_no_promise(rung: Rung, case: Case, occasion: int) -> str | None:
    days = {day.toordinal() for day in case.promises.get(rung.anchor, ())}
    return None if occasion in days else "no such promise waits any more"


def _why_no_confirming(case: Case, person: int) -> str | None:
    if person not in case.unconfirmed:
        return "the details have been confirmed"
    if case.life.is_received or case.life.not_returned_at:
        return "the next quarter's letter will ask"
    return None


def _why_no_alarm(rung: Rung, case: Case, policy: Policy) -> str | None:
    if not case.life.unreachable:
        return "the contact list has been mended"
    long = case.quarters_unreachable >= policy.unreachable_quarters
    if rung.only == "unreachable_for_long" and not long:
        return "the contact list has not failed for so long"
    return None


def _why_no_news(rung: Rung, case: Case) -> str | None:
    life = case.life
    match rung.anchor:
        case Anchor.CHALLENGED if not life.questions:
            return "the question has been answered"
        case Anchor.DISPUTED if not life.open_disputes:
            return "the dispute has been decided"
        case Anchor.CHECKED if life.revision:
            return "the page is published"
        case Anchor.REFUSED if life.unreachable:
            return "nobody is left to write to"
        case Anchor.REFUSED if not turned_away(case):
            return "the contact list has been mended"
        case Anchor.ANSWERED if life.extension_asked:
            return "more time has been asked for again"
        case Anchor.ANSWERED | Anchor.MOVED if life.is_received:
            return "received"
    return None
