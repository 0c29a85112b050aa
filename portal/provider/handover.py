"""What the last provider left open here: each promise is taken on, or declined with a reason."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.doors import NotForYou, NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.provider import rooms
from portal.provider.rooms import Room
from providers import handovers
from providers.cycles import NotAllowed, Unknown
from providers.handovers import Offer

router = APIRouter(prefix="/returns/{return_id}/handover")


@router.get("", name="handover_page")
def handover_page(return_id: str, visit: SignedIn) -> Response:
    """The promises that wait for an answer, each with two choices."""
    with visit.desk.database.reading() as session:
        room = rooms.enter(session, visit, return_id)
        offers = handovers.waiting(session, room.ref.service_id)
    return draw(visit, room, offers, Form({}), Faults())


@router.post("", name="decide_handover")
def decide_handover(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Take on, or decline, each promise that was answered; the rest may wait."""
    with visit.desk.database.writing() as session:
        room = rooms.enter(session, visit, return_id)
        if not room.can_prepare:
            raise NotForYou("only a lead, deputy or signing director of this service can decide")
        offers = handovers.waiting(session, room.ref.service_id)
        faults = read(form, offers)
        if not faults:
            record(session, visit, room, form)
    if faults:
        return draw(visit, room, offers, form, faults)
    return visit.go(f"{room.path}/handover?did=decided")


def read(form: Form, offers: list[Offer]) -> Faults:
    """What is wrong with the answers."""
    faults, answered = Faults(), 0
    for name, _ in answers(form):
        answer = form.text(f"{name}-answer")
        reason = form.words(f"{name}-reason", faults)
        answered += answer in ("yes", "no")
        if answer == "no" and not reason:
            faults.add(f"{name}-reason", "say why you do not take it on: families will read it")
    if not answered and offers and not faults:
        faults.add("action-1-answer", "say of at least one whether you take it on")
    return faults


def record(session: Session, visit: Visit, room: Room, form: Form) -> None:
    """Put every answer on record; NotHere where one is about something not offered here."""
    for name, action in answers(form):
        answer = form.text(f"{name}-answer")
        if answer not in ("yes", "no"):
            continue
        try:
            handovers.decide(
                session,
                room.ref,
                action,
                form.text(f"{name}-reason"),
                visit.now,
                visit.visitor.person,
                accept=answer == "yes",
            )
        except Unknown as error:
            raise NotHere from error
        except NotAllowed as error:
            raise rooms.Closed(str(error), room.ref.id) from error


def answers(form: Form) -> list[tuple[str, str]]:
    """What the boxes of each promise begin with, and the promise's id, as the page was made."""
    named = [name for name in form.names if name.startswith("basis-")]
    return [(f"action-{name.removeprefix('basis-')}", form.text(name)) for name in named]


def draw(visit: Visit, room: Room, offers: list[Offer], form: Form, faults: Faults) -> Response:
    """The page with these boxes; 422 with faults."""
    typed = {action: name for name, action in answers(form)}
    rows = [
        (
            number,
            offer,
            form.text(f"{typed.get(offer.promise.id, '')}-answer"),
            form.text(f"{typed.get(offer.promise.id, '')}-reason"),
        )
        for number, offer in enumerate(offers, 1)
    ]
    return rooms.show(
        visit,
        room,
        "provider/handover.html",
        rows=rows,
        did=not faults and visit.request.query_params.get("did") == "decided",
        faults=faults,
    )
