"""A quarter's opening moved to a later day, and how far: all its dates go with it."""

from datetime import date, timedelta

from charter.policy import Policy
from charter.quarters import Calendar, Quarter, say


def own_day(policy: Policy, quarter: Quarter, calendar: Calendar) -> date:
    """The day on which a quarter opens by the policy, when nobody moves it."""
    return calendar.shift(quarter.ends, policy.opens)


def last_day(policy: Policy, quarter: Quarter, calendar: Calendar) -> date:
    """The last day to which the opening may be moved."""
    return calendar.shift(quarter.ends, policy.opens + policy.opening_moves)


def later(policy: Policy, quarter: Quarter, calendar: Calendar, opens: date | None) -> int:
    """How many working days after its own day a quarter opens that was moved to `opens`.

    Nought where it was not moved, or to an earlier day. A day that has become a bank holiday
    since stands for the next working day.
    """
    if opens is None:
        return 0
    day = calendar.shift(opens - timedelta(days=1), 1)
    return calendar.between(own_day(policy, quarter, calendar), day)


def why_not(
    policy: Policy, quarter: Quarter, calendar: Calendar, opens: date, today: date
) -> str | None:
    """Why a quarter's opening cannot be moved to a day; None where it can.

    BeyondHorizon where the bank holidays are not known to the end of the quarter's dates.
    """
    first, last = own_day(policy, quarter, calendar), last_day(policy, quarter, calendar)
    policy.dates(quarter, calendar, policy.opening_moves)
    if opens <= first:
        return f"give a day after {say(first)}: a quarter never opens earlier than by its policy"
    if opens > last:
        return (
            f"give a day no later than {say(last)}, which is {policy.opening_moves} working days "
            "after the policy’s own"
        )
    if opens <= today:
        return f"give a day after today, {say(today)}"
    if not calendar.is_working_day(opens):
        return f"{say(opens)} is no working day; a quarter opens on a working day"
    return None
