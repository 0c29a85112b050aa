"""What the visitor's other prisons of the same provider say, where there is something to copy."""

from sqlmodel import Session

from charter.commitments import Commitment
from portal.doors import Visit
from portal.provider.rooms import PREPARERS, Room, has_several
from providers import organisation
from providers.organisation import Elsewhere


def sources_of(
    session: Session, visit: Visit, room: Room, commitment: Commitment
) -> list[Elsewhere]:
    """The answers to a commitment at other prisons whose returns the visitor may prepare."""
    mine = [i for i, roles in visit.visitor.services.items() if roles & PREPARERS]
    if not has_several(visit):
        return []
    return organisation.elsewhere(session, room.ref, commitment, mine)
