"""Several returns confirmed in one go, each only as the text that was seen."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from charter.quarters import london_date
from charter.steps import Confirmed
from providers import checking, lives, staff
from providers.contacts import answering_for
from providers.lives import NewStep
from providers.returns import Ref


def confirm_together(
    session: Session, chosen: Iterable[tuple[Ref, str]], now: datetime, person: int
) -> dict[int, str]:
    """Confirm these returns, each as the text of that SHA-256, and say why some were left out.

    Left out, by its number, is one that changed, was asked about, or was confirmed meanwhile. The
    number of queries does not grow with them. NotAllowed for somebody who checks none of them.
    """
    texts = {here.id: (here, sha) for here, sha in chosen}
    folded = lives.lives(session, texts)
    services = [here.service_id for here, _ in texts.values()]
    own = answering_for(session, services, [person], london_date(now))
    held = staff.roles_of(session, person, london_date(now))
    left_out = {}
    for here, sha in texts.values():
        life = folded[here.id]
        allowed = any(r == here.region and role in checking.checkers_of(here) for r, role in held)
        why = "" if allowed else "only a commissioner of its region may check it"
        theirs = own.get((here.service_id, person), set())
        why = why or checking.why_not_check(here, life, theirs, person)
        if life.confirmed_at:
            why = why or "it was confirmed already"
        if life.document != sha:
            why = why or "it was signed again after you opened the page"
        if life.questions:
            why = why or "a question about it is open"
        if why:
            left_out[here.id] = why
    steps = [NewStep(i, Confirmed()) for i in texts if i not in left_out]
    lives.record_many(session, steps, now, f"person:{person}")
    return left_out
