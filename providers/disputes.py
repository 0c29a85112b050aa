"""Disputed ratings: a provider disputes one once, and an arbiter from outside decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.disputes import decide_by, last_day, why_not_dispute
from charter.policy import Role
from charter.quarters import Calendar, london_date
from charter.returns import Dispute, Life
from charter.review import Disputed, DisputeDecided
from charter.steps import RatingChanged, Revised
from charter.waiting import Waits
from notifications.among import among
from providers import cycles, lives, returns, staff, standings
from providers.console_tables import Standing
from providers.contacts import answering_for, contacts_of, ever_of
from providers.cycles import NotAllowed
from providers.lives import NewStep
from providers.returns import Ref
from providers.staff import StaffRole
from providers.tables import Cycle

DISPUTERS = frozenset({Role.LEAD, Role.SIGNER})
UNCHANGED = "the commissioner has not changed this rating: there is nothing to dispute"
REVISED = "A dispute about a rating was decided after this was published."
"""Why a page that families can already read is published again."""


@dataclass(frozen=True)
class Open:
    """A disputed rating that nobody has decided yet, due by a day (None: no calendar so far)."""

    here: Ref
    commitment: str
    dispute: Dispute
    by: date | None


@dataclass(frozen=True)
class Chance:
    """A changed rating, why it cannot be disputed now (empty when it can), and the last day."""

    why_not: str
    until: date | None


def chances(
    session: Session, here: Ref, life: Life, now: datetime, calendar: Calendar
) -> dict[str, Chance]:
    """Whether each rating that was changed may be disputed, by commitment."""
    if not (life.changes or life.disputes):
        return {}
    policy = cycles.policy_of(session, here.policy_version)
    document = returns.signed_documents(session, {here.id: life.document}).get(here.id)
    changed_on = {
        one.step.commitment: london_date(one.at)
        for one in lives.history(session, here.id)
        if isinstance(one.step, RatingChanged)
    }
    found = {}
    for commitment, on in changed_on.items():
        answer = document.find(commitment) if document else None
        own = answer.rating if answer else None
        until = last_day(here.dates, on, policy, calendar)
        why = why_not_dispute(life, commitment, own, until, london_date(now))
        found[commitment] = Chance(why, until)
    return found


def why_not(chance: Chance | None) -> str:
    """Why a rating cannot be disputed now; empty when it can."""
    return UNCHANGED if chance is None else chance.why_not


def dispute(
    session: Session,
    here: Ref,
    commitment: str,
    reason: str,
    now: datetime,
    person: int,
    calendar: Calendar,
) -> None:
    """The provider disputes a changed rating; NotAllowed says why it may not."""
    on_its_list = contacts_of(session, [here.service_id], london_date(now))[here.service_id]
    if not any(c.person_id == person and c.role in DISPUTERS for c in on_its_list):
        raise NotAllowed("only a lead or signing director of this service may dispute a rating")
    life = lives.lives(session, [here.id])[here.id]
    chance = chances(session, here, life, now, calendar).get(commitment)
    if why := why_not(chance):
        raise NotAllowed(why)
    if not reason.strip():
        raise NotAllowed("say why the changed rating is not right; families read it")
    step = Disputed(commitment=commitment, reason=reason.strip())
    lives.record(session, here.id, step, now, f"person:{person}", once=f"disputed/{commitment}")


def why_not_decide(session: Session, here: Ref, now: datetime, person: int) -> str:
    """Why somebody may not decide this return's disputes; empty for an arbiter from outside."""
    on = london_date(now)
    held = {role for region, role in staff.roles_of(session, person, on) if region == here.region}
    if StaffRole.ARBITER not in held:
        return f"only an arbiter of {here.region_name} may decide a dispute"
    if held != {StaffRole.ARBITER}:
        return "you hold another role in this region, so somebody outside it must decide"
    if person in ever_of(session, here.service_id):
        return "you are or were a contact of this service, so somebody else must decide"
    if answering_for(session, [here.service_id], [person], on):
        return "this is your own organisation's return, so somebody else must decide"
    return ""


def decide(
    session: Session,
    here: Ref,
    commitment: str,
    upheld: bool,
    reason: str,
    now: datetime,
    person: int,
) -> None:
    """An arbiter decides: the changed rating is `upheld`, or the provider's own stands.

    A page that families can read already is opened for a revision in the same breath.
    """
    if why := why_not_decide(session, here, now, person):
        raise NotAllowed(why)
    life = lives.lives(session, [here.id])[here.id]
    if commitment not in life.disputes:
        raise NotAllowed("nobody disputes this rating")
    if commitment not in life.open_disputes:
        raise NotAllowed("this dispute has been decided")
    if not reason.strip():
        raise NotAllowed("give the reason: the provider and the commissioner read it, and families")
    step = DisputeDecided(commitment=commitment, upheld=upheld, reason=reason.strip())
    steps = [NewStep(here.id, step, f"decided/{commitment}")]
    if life.revision and not life.revising:
        steps.append(NewStep(here.id, Revised(reason=REVISED)))
    lives.record_many(session, steps, now, f"person:{person}")


def waiting(session: Session, regions: Iterable[str], calendar: Calendar) -> list[Open]:
    """The disputes of these regions that nobody has decided, the one due first before the others.

    The number of queries does not grow with them.
    """
    ids = session.exec(
        select(Standing.return_id)
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .where(Standing.waits_for == Waits.DISPUTE, among(col(Cycle.region_code), regions))
    ).all()
    if not ids:
        return []
    stood = standings.of(session, ids)
    known = returns.refs(session, ids=ids)
    policies = {v: cycles.policy_of(session, v) for v in {here.policy_version for here in known}}
    found = []
    for here in known:
        life, policy = stood[here.id].life, policies[here.policy_version]
        for commitment in life.open_disputes:
            one = life.disputes[commitment]
            found.append(
                Open(here, commitment, one, decide_by(london_date(one.at), policy, calendar))
            )
    return sorted(found, key=lambda one: (one.by or date.max, one.here.id, one.commitment))
