"""A provider disputes a rating that was changed, and the arbiter from outside decides."""

from sqlmodel import Session

from charter.policy import Role
from flows.sample.acts import Deed
from flows.sample.founding import person
from flows.sample.returning import Owed, contact, with_return
from flows.wiring import App
from providers import disputes, lives
from providers.returns import Ref

ARBITER = "imogen.castellan@outside-panel.example"


def dispute(owed: Owed, commitment: str, reason: str) -> Deed:
    """The lead disputes a changed rating, once."""

    def act(session: Session, app: App, here: Ref) -> None:
        if commitment in lives.lives(session, [here.id])[here.id].disputes:
            return
        by = contact(session, app, here, Role.LEAD).person_id
        disputes.dispute(session, here, commitment, reason, app.clock(), by, app.calendar)

    return with_return(owed, act)


def decide(owed: Owed, commitment: str, *, upheld: bool, reason: str) -> Deed:
    """The arbiter says which rating stands, and why."""

    def act(session: Session, app: App, here: Ref) -> None:
        if commitment in lives.lives(session, [here.id])[here.id].open_disputes:
            by = person(session, ARBITER)
            disputes.decide(session, here, commitment, upheld, reason, app.clock(), by)

    return with_return(owed, act)
