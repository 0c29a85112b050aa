"""A return as the person at its door may see it: theirs, with what they may do, or not there."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.responses import HTMLResponse

from charter.commitments import CharterFile
from charter.policy import Role
from charter.quarters import london_date
from charter.returns import Life, State
from portal.doors import NotForYou, NotHere, Visit, number
from portal.pages import moment
from portal.people import READERS, name_of
from portal.provider.sharing import Shared
from providers import answering, asking, cycles, lives, returns
from providers.returns import Ref

PREPARERS = frozenset(answering.PREPARERS)


class Closed(Exception):
    """The return, or this part of it, cannot be changed now; the message says why."""

    def __init__(self, why: str, return_id: int) -> None:
        super().__init__(why)
        self.return_id = return_id


@dataclass(frozen=True)
class Room:
    """One return, how it stands, and what this visitor is to it."""

    ref: Ref
    life: Life
    charter: CharterFile
    roles: frozenset[str]
    state: State
    today: date

    @property
    def path(self) -> str:
        """Where the return's own page is."""
        return f"/returns/{self.ref.id}"

    @property
    def name(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.ref.site_name} ({self.ref.line})" if self.ref.line else self.ref.site_name

    @property
    def can_prepare(self) -> bool:
        """May fill it in and hand it over."""
        return bool(self.roles & PREPARERS)

    @property
    def can_sign(self) -> bool:
        """May put their name to it."""
        return Role.SIGNER in self.roles

    @property
    def closed(self) -> str:
        """Why it cannot be changed now; empty when it can."""
        return answering.is_open(self.life)

    @property
    def whole_is_open(self) -> bool:
        """Open from end to end, and not just where the commissioner asked."""
        return not self.closed and not self.life.questions

    def is_open(self, commitment: str) -> bool:
        """Whether this commitment's answer can be changed now."""
        return self.whole_is_open or (not self.closed and commitment in self.life.questions)

    @property
    def has_open_measures(self) -> bool:
        """Whether any figure can be changed now: all, or those of what the commissioner asked."""
        return any(self.is_open(commitment.id) for commitment, _ in self.charter.measures)

    def can_reply(self) -> bool:
        """The right of reply: once checked, changed or not returned, until it is published."""
        checked = self.life.confirmed_at or self.life.changes or self.life.not_returned_at
        over = self.today > self.ref.dates.challenge_ends
        still = not self.life.revision or bool(self.life.revising)
        return self.can_prepare and bool(checked or over) and still

    @property
    def can_ask_for_time(self) -> bool:
        """May ask the commissioner for more time now."""
        return self.can_prepare and not asking.why_not_ask_for_time(self.life, self.today)

    @property
    def can_add_sentence(self) -> bool:
        """May set one sentence beside *not returned* now."""
        return self.can_prepare and not asking.why_not_add_sentence(self.life, self.state)


def enter(session: Session, visit: Visit, return_id: str) -> Room:
    """The visitor's return of that number; NotHere if it is none of theirs."""
    found = returns.refs(session, ids=[number(return_id)])
    roles = visit.visitor.services.get(found[0].service_id, frozenset()) if found else frozenset()
    if not roles & READERS:
        raise NotHere
    ref = found[0]
    life = lives.lives(session, [ref.id])[ref.id]
    return room_of(visit, ref, life, cycles.charter_of(session, ref.charter_version))


def room_of(visit: Visit, ref: Ref, life: Life, charter: CharterFile) -> Room:
    """The room of a return that the visitor is known to be a contact of."""
    return Room(
        ref=ref,
        life=life,
        charter=charter,
        roles=visit.visitor.services[ref.service_id],
        state=life.state(visit.now),
        today=london_date(visit.now),
    )


def prepare(session: Session, visit: Visit, return_id: str, *, part: str = "") -> Room:
    """The same, for changing it: the whole, or one commitment as `part`.

    NotForYou if the visitor may only read it; Closed if it cannot be changed now.
    """
    room = enter(session, visit, return_id)
    if not room.can_prepare:
        raise NotForYou("only a lead, deputy or signing director of this service can change this")
    if room.closed:
        raise Closed(closed_words(session, room), room.ref.id)
    if not (room.is_open(part) if part else room.whole_is_open):
        raise Closed("only what the commissioner asked about is open", room.ref.id)
    return room


def closed_words(session: Session, room: Room) -> str:
    """Why a return cannot be changed now, with who signed it and when."""
    if room.life.signed_at is None or room.life.released:
        return room.closed
    when, who = moment(room.life.signed_at), name_of(session, room.life.signed_by)
    return f"this return was signed by {who} on {when}: {room.closed.partition('; ')[2]}"


def has_several(visit: Visit) -> bool:
    """Whether the visitor fills in the returns of more than one prison."""
    return sum(1 for roles in visit.visitor.services.values() if roles & PREPARERS) > 1


def show(visit: Visit, room: Room, name: str, status: int = 0, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A page about this return, with what its data says must be said of it.

    Without a `status` it is 409 when somebody saved `meanwhile`, 422 with `faults`, else 200.
    """
    by_itself = 409 if context.get("meanwhile") else 422 if context.get("faults") else 200
    return visit.page(
        name,
        status or by_itself,
        room=room,
        ref=room.ref,
        life=room.life,
        sample=room.ref.region_name if room.ref.sample else "",
        notice=room.charter.notice if room.charter.is_working else "",
        several=has_several(visit),
        shared=Shared.told(visit.request.query_params),
        **context,
    )
