"""Who of a region's team could still approve a page, each by name."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from charter.steps import Happened
from providers import approving, staff
from providers.checking import APPROVERS, speaks_for
from providers.contacts import answering_for
from providers.returns import Ref


def left(
    session: Session,
    here: Ref,
    history: Sequence[Happened],
    given: Sequence[int],
    needed: int,
    on: date,
) -> list[str]:
    """The names of those whose approval would count on a London date beside those `given`.

    Nobody who acts for the provider at any prison, prepared or signed the return, or may not be the
    last to approve it.
    """
    team = staff.listing(session, here.region)
    able = {m.person_id: m.name for m in team if m.serves(on) and m.role in APPROVERS}
    found = {
        person: name
        for person, name in able.items()
        if person not in given and not approving.why_not(history, team, needed, on, person)
    }
    if not found:
        return []
    own = answering_for(session, [here.service_id], found, on)
    return [
        name
        for person, name in found.items()
        if not speaks_for(here, own.get((here.service_id, person), ()))
    ]
