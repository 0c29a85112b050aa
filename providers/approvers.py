"""Who of a region's team could still approve a page, each by name."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from charter.steps import Happened
from providers import approving, staff
from providers.checking import APPROVERS, speaks_for
from providers.contacts import contacts_of
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

    Nobody who is on the provider's own contact list, prepared or signed the return, or may not be
    the last to approve it.
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
    listed: dict[int, list[str]] = {}
    for one in contacts_of(session, [here.service_id], on)[here.service_id]:
        listed.setdefault(one.person_id, []).append(one.role)
    return [name for i, name in found.items() if not speaks_for(here, listed.get(i, ()))]
