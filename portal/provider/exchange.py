"""The exchange about a return as its own people read it: theirs by name, others by organisation."""

from sqlmodel import Session

from charter.review import Judged
from portal.doors import Visit
from portal.exchange import Reading, Turn, texts_of, turns
from portal.provider.history import names_in
from portal.provider.rooms import Room
from providers import calendars, cycles, disputes, lives, returns


def turns_told(session: Session, visit: Visit, room: Room) -> list[Turn]:
    """What passed between this provider and its commissioner so far, oldest first."""
    if not room.life.is_received:
        return []
    steps = lives.history(session, room.ref.id)
    names = names_in(session, room, steps)
    marked = any(isinstance(one.step, Judged) for one in steps)
    asked = returns.requests_for(session, room.ref) if marked else []
    reading = Reading(
        charter=room.charter,
        policy=cycles.policy_of(session, room.ref.policy_version),
        dates=room.ref.dates,
        calendar=calendars.in_force(session, visit.desk.calendar),
        today=room.today,
        name=lambda by: names.get(by, "This service, by itself"),
        texts=texts_of(session, steps),
        asked={one.id: one.text for one in asked},
    )
    return turns(steps, reading)


def to_dispute(session: Session, visit: Visit, room: Room) -> list[str]:
    """The commitments whose changed rating this visitor may dispute now."""
    if not (room.life.changes and room.roles & disputes.DISPUTERS):
        return []
    calendar = calendars.in_force(session, visit.desk.calendar)
    found = disputes.chances(session, room.ref, room.life, visit.now, calendar)
    return [c for c, chance in found.items() if not chance.why_not]
