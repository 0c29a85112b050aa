"""Nobody approves their own work: who may give which of the approvals that a page needs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session

from charter.folding import fold
from charter.quarters import london_date
from charter.steps import Approved, Confirmed, HandedOver, Happened, RatingChanged, Signed
from providers import lives, staff
from providers.returns import Ref
from providers.staff import STOOD_FOR, StaffView

Seats = frozenset[int]


def why_not_you(session: Session, here: Ref, needed: int, now: datetime, person: int) -> str:
    """Why this person may not give the next of the `needed` approvals; empty when they may.

    Who prepared or signed the return may not. Who confirmed it, or changed a rating, may be one of
    those who approve and never all of them. Somebody on leave and their deputy count as one.
    """
    history, team = lives.history(session, here.id), staff.listing(session, here.region)
    return why_not(history, team, needed, london_date(now), person)


def why_not(
    history: Sequence[Happened], team: Sequence[StaffView], needed: int, on: date, person: int
) -> str:
    """The same, on a London date, from what is known of the return's life and its region's team."""
    if f"person:{person}" in _acted(history, (HandedOver, Signed)):
        return "you prepared or signed this return, so others must approve its page"
    given = _given(history)
    if person in given:
        return ""
    checked = _acted(history, (Confirmed, RatingChanged))
    everybody = {f"person:{one}" for one in (*given, person)}
    if len(everybody) >= needed and everybody <= checked:
        return (
            "this would be the last approval, and you took part in checking this return, as did "
            "whoever approved it before; somebody who had no part in it must approve it"
        )
    seats = [seats_of(team, one, day) or frozenset({one}) for one, day in given.items()]
    seats.append(seats_of(team, person, on))
    if not are_different(seats):
        return (
            "a deputy and whoever they stand for count as one, and one of them has approved this "
            "page; somebody else must approve it too"
        )
    return ""


def seats_of(team: Sequence[StaffView], person: int, on: date) -> Seats:
    """Those in whose place a person approves on a London date: their own, or whom they stand for.

    Empty where they approve for nobody.
    """
    held = [m for m in team if m.person_id == person and m.role in STOOD_FOR and m.serves(on)]
    if any(member.stands_for is None for member in held):
        return frozenset({person})
    return frozenset(m.stands_for for m in held if m.stands_for is not None)


def are_different(seats: Sequence[Seats]) -> bool:
    """Whether each can be given a seat of their own."""
    return _places(list(seats), frozenset())


def _places(seats: list[Seats], taken: Seats) -> bool:
    if not seats:
        return True
    return any(_places(seats[1:], taken | {one}) for one in seats[0] - taken)


def _acted(history: Sequence[Happened], kinds: tuple[type, ...]) -> set[str]:
    """Who took such a step in the return's life."""
    return {h.by for h in history if isinstance(h.step, kinds)}


def _given(history: Sequence[Happened]) -> Mapping[int, date]:
    """Who has approved the page as it stands, each with the London date."""
    standing = fold(history).approved_by
    days = {h.step.person: london_date(h.at) for h in history if isinstance(h.step, Approved)}
    return {person: days[person] for person in standing}
