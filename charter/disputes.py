"""When a changed rating may be disputed, by when that is decided, and what is then fixed."""

from datetime import date

from charter.policy import Dates, Policy
from charter.quarters import BeyondHorizon, Calendar, say
from charter.returns import Dispute, Life
from charter.steps import Rating


def last_day(dates: Dates, changed_on: date, policy: Policy, calendar: Calendar) -> date:
    """The last London date on which a change made on a day may be disputed.

    That is the end of the right of reply; a change made late leaves as many working days as the
    right of reply itself has.
    """
    days = policy.reply_ends - policy.challenge_ends
    try:
        return max(dates.reply_ends, calendar.shift(changed_on, days))
    except BeyondHorizon:
        return dates.reply_ends


def why_not_dispute(
    life: Life, commitment: str, own: Rating | None, until: date | None, today: date
) -> str:
    """Why a rating cannot be disputed now; empty when it can.

    `own` is the provider's rating as signed, `until` the last day to dispute the change.
    """
    change = life.changes.get(commitment)
    if commitment in life.disputes:
        return "this rating has been disputed; a changed rating can be disputed once"
    if change is None or change.rating is own:
        return "the commissioner has not changed this rating: there is nothing to dispute"
    if life.released:
        return "this return is no longer owed"
    if life.revision and not life.revising:
        return "families can already read this return"
    if until is not None and today > until:
        return f"the time to dispute this rating ended on {say(until)}"
    return ""


def why_not_change(life: Life, commitment: str) -> str:
    """Why the commissioner cannot set this rating any more; empty when they can."""
    dispute = life.disputes.get(commitment)
    if dispute is None:
        return ""
    if dispute.upheld is None:
        return "the provider disputes this rating, and somebody outside the region is to decide"
    return "a dispute about this rating was decided, so it cannot be changed again"


def decide_by(disputed_on: date, policy: Policy, calendar: Calendar) -> date | None:
    """The last day for the decision; None where the bank holidays are not known so far ahead."""
    try:
        return calendar.shift(disputed_on, policy.dispute_days)
    except BeyondHorizon:
        return None


def answer_by(asked_on: date, dates: Dates, policy: Policy, calendar: Calendar) -> date | None:
    """The last day to answer a question; None where the right of reply was over when it was asked.

    So many working days as the policy gives it, within the right of reply. A policy that gives it
    none has the answer count until the check ends, and one asked later until the reply does.
    """
    if asked_on > dates.reply_ends:
        return None
    if not policy.answer_days:
        return dates.challenge_ends if asked_on <= dates.challenge_ends else dates.reply_ends
    try:
        return min(calendar.shift(asked_on, policy.answer_days), dates.reply_ends)
    except BeyondHorizon:
        return dates.reply_ends


def outcome(dispute: Dispute) -> str:
    """What came of a dispute, in a sentence."""
    if dispute.upheld is None:
        return "Waiting for somebody outside the region to decide."
    stands = "The changed rating stands." if dispute.upheld else "The provider’s own rating stands."
    return f"Somebody outside the region decided. {stands}"
